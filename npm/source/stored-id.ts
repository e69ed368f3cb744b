/** A last event ID in the `sessionStorage` of the tab, which survives a reload of the page. */
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

  /** Uses the storage, if it works: it may be full, or forbidden by the user. A reload then starts without an ID. */
  #storage<T>(use: (storage: Storage) => T): T | undefined {
    try {
      return use(sessionStorage);
    } catch {
      return undefined;
    }
  }
}
