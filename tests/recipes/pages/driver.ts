/** The interface by which a test drives a page. */
export interface Driver {
  /** Shows the component for this URL, or for no URL with `null`. */
  show(url: string | null): void;
  /** Removes the component. */
  stop(): void;
  /** The payloads that listeners got. */
  readonly heard: number[];
  state(): { percent: number; readyState: number; failed: string | undefined };
}

declare global {
  interface Window {
    driver: Driver;
  }
}

export type Feed = { update: { percent: number } };
