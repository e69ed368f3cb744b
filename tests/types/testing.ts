/** The types of the test kit fit their uses. Only compiled, never run. */
import { events, FetchEventSource } from "eventsource-wasm";
import { type Clock, TestClock, type TestConnection, TestEventServer } from "eventsource-wasm/testing";

const server = new TestEventServer([
  (connection) => connection.refuse(401),
  async (connection: TestConnection) => connection.send({ event: "update", data: "{}" }).end(),
]);
const clock: Clock = new TestClock();

new FetchEventSource("https://api.test/", { fetch: server.fetch, clock });
events("https://api.test/", { fetch: server.fetch, clock });
// The server's `fetch` can replace the global `fetch`.
globalThis.fetch = server.fetch;
// The global timers can be a clock.
new FetchEventSource("/", { clock: { now: () => performance.now(), setTimeout, clearTimeout } });

async function drive() {
  const connection = await server.accept();
  connection
    .open({ headers: { "x-id": "7" } })
    .comment()
    .write(new Uint8Array(1))
    .write("data")
    .fail(new Error("cut"));
  (await connection.closed) satisfies "client" | "server";
  (await connection.request.text()) satisfies string;
  // @ts-expect-error: data is text
  connection.send({ data: { percent: 7 } });
  // @ts-expect-error: the field is called event
  connection.send({ type: "update" });
  // @ts-expect-error: a refusal has a status
  connection.refuse();
  // @ts-expect-error: properties of the request are read-only
  connection.lastEventId = "8";
}

// @ts-expect-error: `now` of a clock is a function
new FetchEventSource("/", { clock: { now: 0, setTimeout, clearTimeout } });
// @ts-expect-error: a script is made of functions
new TestEventServer([503]);

export { drive };
