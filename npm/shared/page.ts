import * as Border from "../engine/constants.js";

/** The life of the page, as a member needs to know it. A worker has no such events: it ends with its page. */
export class PageLife {
  /** Whether the page is away, so that the member must not take part. */
  isAway = false;
  #isLeft = false;
  readonly #pausesWhenHidden: boolean;
  readonly #tell: (input: "leave" | "join" | number) => void;
  readonly #document = globalThis.document as Document | undefined;

  constructor(pausesWhenHidden: boolean, tell: (input: "leave" | "join" | number) => void) {
    this.#pausesWhenHidden = pausesWhenHidden;
    this.#tell = tell;
    if (!this.#document) return;
    this.isAway = pausesWhenHidden && this.isHidden;
    this.#forEach("addEventListener");
  }

  get isHidden(): boolean {
    return this.#document?.hidden ?? false;
  }

  ignore(): void {
    if (this.#document) this.#forEach("removeEventListener");
  }

  #forEach(method: "addEventListener" | "removeEventListener"): void {
    for (const type of ["pagehide", "pageshow"]) globalThis[method](type, this.#listener);
    for (const type of ["visibilitychange", "freeze", "resume"]) this.#document?.[method](type, this.#listener);
  }

  readonly #listener = ({ type }: Event): void => {
    const { isHidden } = this;
    // A page that is left becomes hidden, too. For a frozen page, the browser would queue all messages.
    if (type === "pagehide" || type === "freeze") this.#isLeft = true;
    if (type === "pageshow" || type === "resume") this.#isLeft = false;
    const isAway = this.#isLeft || (this.#pausesWhenHidden && isHidden);
    if (isAway !== this.isAway) {
      this.isAway = isAway;
      this.#tell(isAway ? "leave" : "join");
    }
    if (!isAway && type === "visibilitychange") this.#tell(isHidden ? Border.MEMBER_HIDDEN : Border.MEMBER_VISIBLE);
  };
}
