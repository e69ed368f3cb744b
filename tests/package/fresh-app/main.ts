import { EventSource, events, FetchEventSource } from "eventsource-wasm";
import { fetchEventSource } from "eventsource-wasm/fetch-event-source";
import { createParser } from "eventsource-wasm/parser";

type Feed = { tick: { count: number }; message: string };

const server = new URLSearchParams(location.search).get("server") ?? "";

/** A POST with a header, a body and typed payloads, which the application closes. */
function fetched(): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const counts: number[] = [];
    const source = new FetchEventSource<Feed>(`${server}/ticks`, {
      method: "POST",
      headers: { "x-from": "10" },
      body: JSON.stringify({ step: 2 }),
      decode: { tick: (data: string): { count: number } => JSON.parse(data) },
    });
    source.on("tick", ({ count }) => {
      counts.push(count);
      if (counts.length < 3) return;
      source.close();
      resolve(counts);
    });
    source.addEventListener("error", () => reject(new Error("FetchEventSource failed")));
  });
}

/** The browser's own `EventSource`, by the wrapper of the package. */
function native(): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const ids: string[] = [];
    const source = new EventSource<Feed>(`${server}/ticks`, { decode: { tick: "json" } });
    source.addEventListener("tick", (event) => {
      ids.push(event.lastEventId);
      if (ids.length < 3) return;
      source.close();
      resolve(ids);
    });
    source.addEventListener("error", () => reject(new Error("EventSource failed")));
  });
}

/** One request by `events()`, read to its end. */
async function once(): Promise<string> {
  let answer = "";
  for await (const event of events(`${server}/answer`, { method: "POST", body: "Hi", until: "[DONE]" }))
    answer += event.data;
  return answer;
}

/** One request by `fetchEventSource`, as code for another client makes it. */
async function replaced(): Promise<string> {
  let answer = "";
  await fetchEventSource(`${server}/answer`, {
    method: "POST",
    body: "Hi",
    onmessage: ({ data }) => {
      answer += data;
    },
  });
  return answer;
}

function parsed(): unknown[] {
  const found: unknown[] = [];
  const parser = createParser({ onEvent: ({ event, data, id }) => found.push({ event, data, id }) });
  parser.feed("event: greeting\nid: 7\ndata: ");
  parser.feed("hello\n\n");
  return found;
}

async function all() {
  return {
    fetched: await fetched(),
    native: await native(),
    once: await once(),
    replaced: await replaced(),
    parsed: parsed(),
  };
}

all().then(
  (seen) => show("seen", JSON.stringify(seen)),
  (error: unknown) => show("failed", String(error)),
);

function show(name: string, text: string): void {
  document.body.dataset[name] = text;
  document.body.dataset.done = "";
}
