/** The element with this id. Throws unless it has this type. */
export function byId(id: string): HTMLElement;
export function byId<E extends HTMLElement>(id: string, type: new () => E): E;
export function byId(id: string, type: typeof HTMLElement = HTMLElement): HTMLElement {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`The page has no ${type.name} #${id}`);
  return element;
}

/**
 * A button that acts while it is enabled. `aria-disabled` disables it without loss of focus: after Connect, a keyboard user
 * reaches Disconnect by one Tab.
 */
export class ActionButton {
  readonly #element: HTMLButtonElement;

  constructor(id: string, act: () => void = () => {}) {
    this.#element = byId(id, HTMLButtonElement);
    this.#element.addEventListener("click", () => {
      if (this.enabled) act();
    });
  }

  get enabled(): boolean {
    return this.#element.ariaDisabled !== "true";
  }

  set enabled(enabled: boolean) {
    this.#element.ariaDisabled = enabled ? null : "true";
  }
}

/** Keeps a scrolling pane at its end while it grows, unless the reader has scrolled up. */
export function growAtEnd(pane: HTMLElement, grow: () => void): void {
  const atEnd = pane.scrollHeight - pane.scrollTop - pane.clientHeight < 24;
  grow();
  if (atEnd) pane.scrollTop = pane.scrollHeight;
}
