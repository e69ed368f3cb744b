import { byId } from "./dom.ts";

/** The number of cells: a multiple of each number of columns that the style sheet gives the strip. */
const CELLS = 60;

export type CellKind = "live" | "replayed" | "missing";

/** Shows the latest numbers in order. When the last row is full, the strip scrolls up by one row, as a terminal does. */
export class Strip {
  readonly #list: HTMLElement;
  readonly #cells: HTMLElement[];
  /** The kinds of the latest numbers, at most one per cell. */
  readonly #kinds = new Map<number, CellKind>();
  /** The number of the first cell, minus 1. */
  #start = 0;
  #latest = 0;

  constructor(id: string) {
    this.#cells = Array.from({ length: CELLS }, () => document.createElement("li"));
    this.#list = byId(id);
    this.#list.append(...this.#cells);
  }

  show(number: number, kind: CellKind): void {
    const changed = [this.#latest, number];
    for (let skipped = Math.max(this.#latest, number - CELLS) + 1; skipped < number; skipped += 1) {
      this.#kinds.set(skipped, "missing");
      changed.push(skipped);
    }
    this.#latest = Math.max(this.#latest, number);
    this.#kinds.set(number, kind);
    for (const old of this.#kinds.keys()) {
      if (old <= this.#latest - CELLS) this.#kinds.delete(old);
    }

    const columns = getComputedStyle(this.#list).gridTemplateColumns.split(" ").length;
    const start = Math.max(0, Math.ceil(this.#latest / columns) * columns - CELLS);
    if (start !== this.#start) {
      this.#start = start;
      this.#renderAll();
    } else {
      for (const each of changed) this.#render(each);
    }
  }

  clear(): void {
    this.#kinds.clear();
    this.#start = 0;
    this.#latest = 0;
    this.#renderAll();
  }

  #renderAll(): void {
    for (const index of this.#cells.keys()) this.#render(this.#start + index + 1);
  }

  #render(number: number): void {
    const cell = this.#cells[number - this.#start - 1];
    if (!cell) return;
    const kind = this.#kinds.get(number);
    cell.textContent = kind ? `${number}` : "";
    if (kind) cell.dataset.kind = kind;
    else delete cell.dataset.kind;
    cell.toggleAttribute("data-latest", number === this.#latest);
  }
}
