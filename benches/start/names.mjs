/**
 * The subjects, in the order of the table; each is a module in `subjects/`. `package` is the npm package whose version is
 * printed.
 *
 * @type {Record<string, { title: string, package?: string }>}
 */
export const SUBJECTS = {
  events: { title: "ours: events" },
  source: { title: "ours: FetchEventSource" },
  parser: { title: "ours: parser" },
  eventsourceParser: { title: "eventsource-parser", package: "eventsource-parser" },
  fetchEventSource: { title: "fetch-event-source", package: "@microsoft/fetch-event-source" },
  floor: { title: "floor: no library" },
};
