type Handler = ((event: Event) => unknown) | null;

/**
 * An [event handler attribute](https://html.spec.whatwg.org/multipage/webappapis.html#event-handler-attributes), such as
 * `onmessage`. The first handler sets the place among the listeners; a replacement keeps the place.
 */
export class HandlerAttribute {
  readonly #target: EventTarget;
  readonly #type: string;
  #handler: Handler = null;
  readonly #listener = (event: Event): void => {
    const handler = this.#handler;
    // "If return value is false, then cancel the event"
    if (typeof handler === "function" && handler.call(this.#target, event) === false) event.preventDefault();
  };

  constructor(target: EventTarget, type: string) {
    this.#target = target;
    this.#type = type;
  }

  get(): Handler {
    return this.#handler;
  }

  /**
   * Sets the handler. A value that is no object counts as null; an object that is not callable is kept and does nothing:
   * `LegacyTreatNonObjectAsNull`.
   */
  set(value: unknown): void {
    const isObject = typeof value === "function" || typeof value === "object";
    const handler = isObject ? (value as Handler) : null;
    if (handler && !this.#handler) this.#target.addEventListener(this.#type, this.#listener);
    if (!handler) this.#target.removeEventListener(this.#type, this.#listener);
    this.#handler = handler;
  }
}
