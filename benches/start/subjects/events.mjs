import { events } from "../../../dist/index.js";

/** All subjects have this one export: it gives the data of the first event. @param {Response} response */
export async function first(response) {
  for await (const { data } of events(response)) return data;
}
