import { byId } from "./dom.ts";

const NAMES = ["CONNECTING", "OPEN", "CLOSED"] as const;
export type ReadyState = 0 | 1 | 2;

/** Shows `readyState`: the scene highlights the current one of the three values, and the navigation has a dot. */
export class ReadyStateView {
  readonly #element: HTMLElement;
  readonly #link: HTMLElement | null;
  readonly #onChange: (name: string) => void;

  constructor(scene: string, onChange: (name: string) => void = () => {}) {
    this.#element = byId(`${scene}-state`);
    this.#link = document.querySelector(`[data-nav="${scene}"]`);
    this.#onChange = onChange;
    this.#element.append(
      ...NAMES.map((name) => {
        const segment = document.createElement("span");
        segment.textContent = name;
        segment.dataset.name = name;
        return segment;
      }),
    );
    this.#render("CLOSED");
  }

  get isOpen(): boolean {
    return this.#element.dataset.state === "OPEN";
  }

  show(readyState: number): void {
    const name = NAMES[readyState as ReadyState] ?? "CLOSED";
    if (this.#element.dataset.state === name) return;
    this.#render(name);
    this.#onChange(name);
  }

  #render(name: (typeof NAMES)[number]): void {
    this.#element.dataset.state = name;
    this.#element.ariaLabel = `readyState ${NAMES.indexOf(name)}, ${name}`;
    if (this.#link) this.#link.dataset.state = name;
  }
}
