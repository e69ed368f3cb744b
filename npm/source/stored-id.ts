/** A last event ID that outlives a reload of the page, in the tab's `sessionStorage`. */
export class StoredId {
  readonly #key: string;

  constructor(key: string) {
    this.#key = `eventsource-wasm ${key}`;
  }

  get(): string | undefined {
    return this.#storage((storage) => storage.getItem(this.#key)) ?? undefined;
  }

  set(id: string): void {
    this.#storage((storage) => storage.setItem(this.#key, id));
  }

  /** It may be full, or the user may forbid it: then a reload begins anew. */
  #storage<T>(use: (storage: Storage) => T): T | undefined {
    try {
      return use(sessionStorage);
    } catch {
      return undefined;
    }
  }
}
