import { EventSource } from "eventsource-wasm";
import { z } from "zod";

/** As `source.ts`, for the examples of the browser's class. */
export const source = new EventSource("/events", { decode: { update: z.object({ percent: z.number() }) } });

source.on("done", () => setTimeout(() => source.close()));
