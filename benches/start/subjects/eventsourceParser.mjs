import { createParser } from "eventsource-parser";

/** @param {Response} response */
export async function first(response) {
  const found = [];
  const parser = createParser({ onEvent: ({ data }) => found.push(data) });
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  while (found.length === 0) parser.feed(decoder.decode((await reader.read()).value, { stream: true }));
  return found[0];
}
