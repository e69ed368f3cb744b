import { byId } from "./dom.ts";

const CELLS = 60;

export type CellKind = "live" | "replayed" | "missing";

/** The latest numbers, each in the cell that its value gives it, so that nothing moves. */
export class Strip {
  readonly #cells: HTMLElement[];
  #latest = 0;

  constructor(id: string) {
    this.#cells = Array.from({ length: CELLS }, () => document.createElement("li"));
    byId(id).append(...this.#cells);
  }

  show(number: number, kind: CellKind): void {
    for (let skipped = Math.max(this.#latest + 1, number - CELLS + 1); skipped < number; skipped += 1) {
      this.#fill(skipped, "missing");
    }
    this.#fill(number, kind);
    if (number <= this.#latest) return;
    this.#cell(this.#latest)?.removeAttribute("data-latest");
    this.#cell(number)?.setAttribute("data-latest", "");
    this.#latest = number;
  }

  clear(): void {
    this.#latest = 0;
    for (const cell of this.#cells) {
      cell.textContent = "";
      cell.removeAttribute("data-kind");
      cell.removeAttribute("data-latest");
    }
  }

  #cell(number: number): HTMLElement | undefined {
    return this.#cells[(number - 1 + CELLS) % CELLS];
  }

  #fill(number: number, kind: CellKind): void {
    const cell = this.#cell(number);
    if (!cell) return;
    cell.textContent = `${number}`;
    cell.dataset.kind = kind;
  }
}
