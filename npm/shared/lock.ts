/** The part of Web Locks that is used here. Insecure contexts have no Web Locks. */
interface Locks {
  request(
    name: string,
    options: { steal?: boolean; signal?: AbortSignal },
    callback: () => Promise<void>,
  ): Promise<void>;
}

export function locks(): Locks | undefined {
  try {
    return (globalThis.navigator as { locks?: Locks } | undefined)?.locks;
  } catch {
    return undefined;
  }
}

/** One lock, which this context requests at most once at a time. */
export class Lock {
  readonly #name: string;
  readonly #on: { granted(): void; stolen(): void; failed(): void };
  /** Aborts the present request, or releases the lock. */
  #giveUp: (() => void) | undefined;

  constructor(name: string, on: { granted(): void; stolen(): void; failed(): void }) {
    this.#name = name;
    this.#on = on;
  }

  /** Requests the lock, unless it is requested already. */
  compete(): void {
    if (!this.#giveUp) this.#request(false);
  }

  /** Takes the lock from its holder. */
  steal(): void {
    this.release();
    this.#request(true);
  }

  release(): void {
    this.#giveUp?.();
    this.#giveUp = undefined;
  }

  #request(steal: boolean): void {
    const controller = new AbortController();
    let isHeld = false;
    let release = () => controller.abort();
    const giveUp = () => release();
    this.#giveUp = giveUp;
    const held = () =>
      new Promise<void>((resolve) => {
        release = resolve;
        // The request may have been given up meanwhile.
        if (this.#giveUp !== giveUp) return resolve();
        isHeld = true;
        this.#on.granted();
      });
    const options = steal ? { steal } : { signal: controller.signal };
    (locks() as Locks).request(this.#name, options, held).catch(() => {
      if (this.#giveUp !== giveUp) return;
      this.#giveUp = undefined;
      if (isHeld) this.#on.stolen();
      else this.#on.failed();
    });
  }
}
