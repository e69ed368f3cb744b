import { FetchEventSource } from "eventsource-wasm";
import { z } from "zod";

/** What is open when an example begins. The server says when it is done. */
export const source = new FetchEventSource("/events", { decode: { update: z.object({ percent: z.number() }) } });

// After what the last chunk set off: a loop is to take its events first.
source.on("done", () => setTimeout(() => source.close()));
