import { byId, growAtEnd } from "./dom.ts";

const MAX_ROWS = 100;

/** A list of log rows. The oldest rows above a maximum are removed. */
export class Log {
  readonly #list: HTMLElement;

  constructor(id: string) {
    this.#list = byId(id);
  }

  /** Adds a row. `kind` is shown in front of the text and selects the colour. */
  add(kind: string, text: string): void {
    const row = document.createElement("li");
    row.dataset.kind = kind;
    const label = document.createElement("span");
    label.textContent = kind;
    const body = document.createElement("span");
    body.textContent = text;
    row.append(label, body);
    growAtEnd(this.#list, () => {
      this.#list.append(row);
      if (this.#list.childElementCount > MAX_ROWS) this.#list.firstElementChild?.remove();
    });
  }

  clear(): void {
    this.#list.replaceChildren();
  }
}
