type Handler = ((event: Event) => unknown) | null;

/**
 * An [event handler attribute](https://html.spec.whatwg.org/multipage/webappapis.html#event-handler-attributes), such as
 * `onmessage`: it listens from when it is first set, and a function that replaces it keeps its place in the order.
 */
export class HandlerAttribute {
  readonly #target: EventTarget;
  readonly #type: string;
  #handler: Handler = null;
  readonly #listener = (event: Event): void => {
    // "If return value is false, then cancel the event"
    if (this.#handler?.call(this.#target, event) === false) event.preventDefault();
  };

  constructor(target: EventTarget, type: string) {
    this.#target = target;
    this.#type = type;
  }

  get(): Handler {
    return this.#handler;
  }

  /** What is not callable counts as null. */
  set(value: unknown): void {
    const handler = typeof value === "function" ? (value as Handler) : null;
    if (handler && !this.#handler) this.#target.addEventListener(this.#type, this.#listener);
    if (!handler) this.#target.removeEventListener(this.#type, this.#listener);
    this.#handler = handler;
  }
}
