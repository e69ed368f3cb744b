/** Uses each entry of the package once. Runs in pages, workers and extensions. */

const BODY = "id: 7\ndata: grün 🎉\n\nevent: end\ndata: -\n\n";

/** The expected deliveries if all entries work. */
export const DELIVERED = { source: ["7 grün 🎉", "complete"], events: ["message grün 🎉"], parser: ["1"] };

/**
 * Returns the deliveries of a source, of `events()` and of a parser. An exception is the last delivery.
 *
 * @param {any} entries `FetchEventSource`, `events` and `createParser`
 * @param {string} server the origin of an event server
 */
export async function deliver({ FetchEventSource, events, createParser }, server) {
  const url = `${server}/body?${new URLSearchParams({ body: BODY })}`;
  return {
    source: await collect(async (seen) => {
      const source = new FetchEventSource(url, { until: { event: "end" }, retry: { maxAttempts: 2 } });
      source.addEventListener("message", ({ data, lastEventId }) => seen.push(`${lastEventId} ${data}`));
      seen.push((await source.closed).code);
    }),
    events: await collect(async (seen) => {
      for await (const { type, data } of events(url, { until: { event: "end" } })) seen.push(`${type} ${data}`);
    }),
    parser: await collect(async (seen) => {
      createParser({ onEvent: ({ data }) => seen.push(data) }).feed("data: 1\n\n");
    }),
  };
}

async function collect(run) {
  const seen = [];
  try {
    await run(seen);
  } catch (error) {
    seen.push([error.name, error.code, error.message].filter(Boolean).join(": "));
  }
  return seen;
}

/** Probes whether the policy allows WebAssembly. If it does not, the browser makes a report. */
export function compiles() {
  try {
    // WebKitGTK refuses the instance, not the module.
    new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])));
    return true;
  } catch {
    return false;
  }
}

/** Probes whether the policy allows code from strings. If it does not, the browser makes a report. */
export function evaluates() {
  try {
    return Function("return true")();
  } catch {
    return false;
  }
}
