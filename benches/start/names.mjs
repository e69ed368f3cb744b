/**
 * The subjects, in the order of the table; `module` is a module in `subjects/`, if its name is another one. `package` is the npm
 * package whose version is printed. `isHinted`: the bundle begins with the compile hint of our published modules.
 *
 * @type {Record<string, { title: string, module?: string, package?: string, isHinted?: boolean }>}
 */
export const SUBJECTS = {
  events: { title: "ours: events" },
  eventsHinted: { title: "ours: events, compile hint", module: "events", isHinted: true },
  source: { title: "ours: FetchEventSource" },
  sourceHinted: { title: "ours: FetchEventSource, compile hint", module: "source", isHinted: true },
  parser: { title: "ours: parser" },
  parserHinted: { title: "ours: parser, compile hint", module: "parser", isHinted: true },
  eventsourceParser: { title: "eventsource-parser", package: "eventsource-parser" },
  fetchEventSource: { title: "fetch-event-source", package: "@microsoft/fetch-event-source" },
  floor: { title: "floor: no library" },
};
