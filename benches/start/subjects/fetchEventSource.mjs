import { fetchEventSource } from "@microsoft/fetch-event-source";

/** @param {Response} response */
export function first(response) {
  const controller = new AbortController();
  return new Promise((resolve) => {
    fetchEventSource("/events", {
      fetch: async () => response,
      signal: controller.signal,
      onmessage({ data }) {
        controller.abort();
        resolve(data);
      },
    });
  });
}
