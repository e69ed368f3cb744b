/** The steps of a test in each page. */
export interface Driver {
  /** Shows what listens to this URL, and to none for `null`. */
  show(url: string | null): void;
  /** Takes it away. */
  stop(): void;
  /** Payloads that listeners were called with. */
  readonly heard: number[];
  state(): { percent: number; readyState: number; failed: string | undefined };
}

declare global {
  interface Window {
    driver: Driver;
  }
}

export type Feed = { update: { percent: number } };
