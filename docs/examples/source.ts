import { FetchEventSource } from "eventsource-wasm";
import { z } from "zod";

/** The source that is open when an example begins. The server sends `done` at the end. */
export const source = new FetchEventSource("/events", { decode: { update: z.object({ percent: z.number() }) } });

// After what the last chunk set off: a loop is to take its events first.
source.on("done", () => setTimeout(() => source.close()));
