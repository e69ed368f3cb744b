/** Watches numbers that should come as 1, 2, 3, and so on: counts those that never came and those that came twice. */
export class NumberCheck {
  readonly #missing = new Set<number>();
  #next = 1;
  #twice = 0;

  see(number: number): void {
    if (number >= this.#next) {
      for (let skipped = this.#next; skipped < number; skipped += 1) this.#missing.add(skipped);
      this.#next = number + 1;
    } else if (!this.#missing.delete(number)) {
      this.#twice += 1;
    }
  }

  get received(): number {
    return this.#next - 1 - this.#missing.size;
  }

  get missing(): number {
    return this.#missing.size;
  }

  get twice(): number {
    return this.#twice;
  }
}
