import { events } from "../../../dist/index.js";

/** Returns the data of the first event. All subjects have this one export. @param {Response} response */
export async function first(response) {
  for await (const { data } of events(response)) return data;
}
