import { FetchEventSource } from "../../../dist/index.js";

/** @param {Response} response */
export function first(response) {
  return new Promise((resolve) => {
    const source = new FetchEventSource("/events", { fetch: async () => response });
    source.on("message", (data) => {
      source.close();
      resolve(data);
    });
  });
}
