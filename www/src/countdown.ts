/** Shows the time until the reconnect, in tenths of a second. */
export class Countdown {
  readonly #element: HTMLElement;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(element: HTMLElement) {
    this.#element = element;
  }

  start(milliseconds: number): void {
    this.stop();
    const end = performance.now() + milliseconds;
    const show = () => {
      const left = end - performance.now();
      if (left <= 0) this.stop("connecting");
      else this.#element.textContent = `${(left / 1000).toFixed(1)} s`;
    };
    this.#timer = setInterval(show, 100);
    show();
  }

  stop(text = "–"): void {
    clearInterval(this.#timer);
    this.#element.textContent = text;
  }
}
