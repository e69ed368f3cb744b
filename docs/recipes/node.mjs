/**
 * # Node.js: follow a stream from the command line
 *
 * `node node.mjs https://example.org/events` prints each event as a line of JSON, to be piped on: into `jq`, a file, another
 * program. It connects again after each loss, and resumes. What goes wrong is written to stderr. Ctrl+C, or the end of the
 * program that it is piped into, ends it; the exit code is 1 when the connection failed for good.
 *
 * To change: the token, which comes from the environment, and the policy. In a server the same code holds, with `signal` in
 * place of the process's signals. Node's own `fetch` does the work; an `Agent` of undici's, for a proxy or certificates of
 * your own, goes into the option `fetch`. Node ends a response after five minutes without a byte; that is the error `network`,
 * whose `cause` is "terminated", and the source connects again. An `Agent` with `bodyTimeout: 0` has no such limit, and comments
 * from the server keep below it.
 */
import { FetchEventSource } from "eventsource-wasm";

const [url, lastEventId = ""] = process.argv.slice(2);
if (url === undefined) {
  console.error("usage: node node.mjs <url> [last event ID]");
  process.exit(2);
}

const { TOKEN } = process.env;
const source = new FetchEventSource(url, {
  lastEventId,
  headers: TOKEN ? { authorization: `Bearer ${TOKEN}` } : {},
  retry: { initialDelay: 500, maxDelay: 30_000, jitter: true, maxAttempts: 10 },
  idleTimeout: 90_000,
});

source.addEventListener("error", ({ error }) => {
  // A server may send an event of this name, which has none.
  if (!error) return;
  const next = error.willReconnect ? `again in ${error.delay} ms` : "given up";
  console.error(`${error.code}${error.status ? ` ${error.status}` : ""}: ${error.message} (${next})`);
});

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => source.close());
process.stdout.on("error", () => source.close());

try {
  for await (const event of source) process.stdout.write(`${JSON.stringify(event)}\n`);
} catch {
  // Written above.
  process.exitCode = 1;
}
