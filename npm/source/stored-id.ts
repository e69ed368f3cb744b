import type { RequestOptions } from "../types/types.js";

/** A last event ID in the `sessionStorage` of the tab, which survives a reload of the page. */
export class StoredId {
  readonly #key: string;

  /** Without a key, the ID is stored by the method and the URL of the first request. A function for the method counts as POST. */
  constructor({ method, body }: RequestOptions, url: string, key?: string) {
    const sent = typeof method === "string" ? method : method || body != null ? "POST" : "GET";
    this.#key = `eventsource-wasm ${key ?? `${sent} ${url}`}`;
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
