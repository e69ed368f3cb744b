import { createParser } from "../../../dist/parser.js";

/** @param {Response} response */
export async function first(response) {
  const found = [];
  const parser = createParser({ onEvent: ({ data }) => found.push(data) });
  const reader = response.body.getReader();
  while (found.length === 0) parser.feed((await reader.read()).value);
  return found[0];
}
