/** The program that each set-up runs with its own import of the package. Resolves with the events, or throws. */
export async function run({ events, FetchEventSource }, { createParser }, base) {
  const seen = {};
  const url = `${base}/numbers`;

  // The listener is slow, so that a burst is delivered over several turns of the event loop.
  const source = new FetchEventSource(url, { until: { event: "end" }, idleTimeout: 1e4 });
  const [messages, numbers] = [[], []];
  source.addEventListener("message", ({ type, data, lastEventId }) =>
    messages.push([type, data, lastEventId].join(" ")),
  );
  source.on("message", (data) => {
    numbers.push(Number(data));
    for (const until = performance.now() + 1; performance.now() < until; );
  });
  const end = await source.closed;
  if (end.error) throw end.error;
  seen.closed = end.code;
  seen.messages = [messages.length, messages[0], messages.at(-1)];
  seen.inOrder = numbers.every((number, index) => number === index);

  seen.answer = "";
  const answer = events(`${base}/answer`, { method: "POST", body: '{"q":"ü"}', until: "[DONE]" });
  for await (const { data } of answer) seen.answer += data;

  // This source resumes after a loss, and is then closed.
  const lost = new FetchEventSource(`${base}/lost`, { retry: { initialDelay: 10 } });
  await new Promise((resolve) => lost.on("message", (data) => data === "2" && resolve(undefined)));
  lost.close();
  seen.resumed = (await lost.closed).code;

  const refused = new FetchEventSource(`${base}/refused`);
  // Webpack 4 must be able to parse the syntax of this file.
  const { code, error } = await refused.closed;
  const { status, bodyPrefix } = error;
  seen.refused = [code, status, bodyPrefix];

  seen.parsed = [];
  createParser({ onEvent: ({ event, data, id }) => seen.parsed.push([event, data, id].join(" ")) }).feed(
    "event: greeting\nid: 7\ndata: grün 🎉\n\n",
  );
  return seen;
}

export const COUNT = 60;

/** The expected result of `run`. */
export const EXPECTED = {
  closed: "complete",
  messages: [COUNT, "message 0 0", `message ${COUNT - 1} ${COUNT - 1}`],
  inOrder: true,
  answer: 'You said {"q":"ü"}',
  resumed: "closed",
  refused: ["status", 404, "there is nothing"],
  parsed: ["greeting grün 🎉 7"],
};
