/** A random generator with fixed seeds (mulberry32). */
export class Random {
  #state;

  /** @param {...number} seeds integers */
  constructor(...seeds) {
    this.#state = seeds.reduce((state, seed) => Math.imul(state ^ seed, 0x9e3779b1) ^ (state >>> 15), 0x2545f491);
  }

  /** A number of at least 0, below 1. */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** An integer of at least 0, below `end`. @param {number} end */
  below(end) {
    return Math.floor(this.next() * end);
  }

  /** @param {number} probability */
  chance(probability) {
    return this.next() < probability;
  }

  /** @template T @param {ArrayLike<T>} list @returns {T} */
  one(list) {
    return list[this.below(list.length)];
  }

  /** Joins fewer than `below` texts from `make`. @param {number} below @param {() => string} make */
  many(below, make) {
    return Array.from({ length: this.below(below) }, make).join("");
  }
}
