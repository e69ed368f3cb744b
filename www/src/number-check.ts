/** Checks consecutive numbers: counts the missing numbers and the duplicates. */
export class NumberCheck {
  readonly #missing = new Set<number>();
  readonly #first: number;
  #next: number;
  #twice = 0;

  constructor(first = 1) {
    this.#first = first;
    this.#next = first;
  }

  see(number: number): void {
    if (number >= this.#next) {
      for (let skipped = this.#next; skipped < number; skipped += 1) this.#missing.add(skipped);
      this.#next = number + 1;
    } else if (!this.#missing.delete(number)) {
      this.#twice += 1;
    }
  }

  get received(): number {
    return this.#next - this.#first - this.#missing.size;
  }

  get missing(): number {
    return this.#missing.size;
  }

  get twice(): number {
    return this.#twice;
  }
}
