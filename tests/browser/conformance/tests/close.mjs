/** `close()` at any time. */
import { equal, next, outcome, pause } from "../trial.mjs";

const THREE = "data: 1\n\ndata: 2\n\ndata: 3\n\n";

/** The events that a source dispatches from now on. */
function hear(source) {
  const heard = [];
  for (const type of ["open", "message", "error"])
    source.addEventListener(type, (event) => heard.push(event.data ?? type));
  return heard;
}

/** @type {Record<string, (trial: import("../trial.mjs").Trial) => unknown>} */
export const closeTests = {
  "close: readyState is CLOSED at once, and no event follows": async (trial) => {
    const source = trial.stream(THREE);
    const heard = hear(source);
    source.close();
    equal(source.readyState, 2);
    await pause(200);
    equal(heard, []);
  },
  "close: returns undefined, and may be called again": (trial) => {
    const source = trial.stream(THREE);
    equal([source.close(), source.close(), source.readyState], [undefined, undefined, 2]);
  },
  "close: in a listener for open, no message follows": async (trial) => {
    const source = trial.stream(THREE);
    const heard = hear(source);
    source.onopen = () => source.close();
    await next(source, "open");
    await pause(100);
    equal([heard, source.readyState], [["open"], 2]);
  },
  "close: in a listener for a message, no later message of the chunk follows": async (trial) => {
    const source = trial.stream(THREE);
    const heard = hear(source);
    source.onmessage = () => source.close();
    await next(source, "message");
    await pause(100);
    equal([heard, source.readyState], [["open", "1"], 2]);
  },
  "close: in a listener for a message, the other listeners still get that message": async (trial) => {
    const source = trial.stream(THREE);
    source.addEventListener("message", () => source.close());
    const heard = hear(source);
    await next(source, "message");
    await pause(100);
    equal(heard, ["open", "1"]);
  },
  "close: in the error listener of a loss, no event follows": async (trial) => {
    const source = trial.open(trial.serve([{ body: "retry: 500\n\n", ends: true }, THREE]));
    const heard = hear(source);
    source.onerror = () => source.close();
    await next(source, "error");
    await pause(800);
    equal([heard, source.readyState], [["open", "error"], 2]);
  },
  "close: in the error listener of a refusal, it changes nothing": async (trial) => {
    const source = trial.open(trial.serve({ status: 500, ends: true }));
    const heard = hear(source);
    source.onerror = () => source.close();
    await next(source, "error");
    await pause(100);
    equal([heard, source.readyState], [["error"], 2]);
  },
  "close: no error follows, and the server sees it": async (trial) => {
    const source = trial.open(`${trial.own}/numbers?total=2&key=${trial.key()}`);
    const heard = hear(source);
    await next(source, "done");
    source.close();
    while ((await trial.record(source.url)).closed === 0) await pause(20);
    equal([heard, source.readyState], [["open", "1", "2"], 2]);
  },
  "close: the server sees it after a redirect, too": async (trial) => {
    const location = trial.serve(THREE);
    const source = trial.open(trial.serve({ status: 307, headers: { location }, ends: true }));
    await next(source, "message");
    source.close();
    while ((await trial.record(location)).closed === 0) await pause(20);
  },
  "close: the handlers stay": (trial) => {
    const source = trial.stream(THREE);
    const handler = () => {};
    source.onmessage = handler;
    source.close();
    equal(source.onmessage === handler, true);
  },
  "close: the attributes stay": (trial) => {
    const url = trial.serve(THREE);
    const source = trial.open(url, { withCredentials: true });
    source.close();
    equal([source.url, source.withCredentials], [url, true]);
  },
  "close: of one source does not affect another": async (trial) => {
    const [one, two] = [trial.stream(THREE), trial.stream(THREE)];
    one.close();
    equal(await outcome(two), ["open", 1]);
  },
  "close: lifecycle by readyState": async (trial) => {
    const source = trial.stream(THREE);
    const states = [source.readyState];
    // The message may come right after `open`.
    const message = next(source, "message");
    await next(source, "open");
    states.push(source.readyState);
    await message;
    states.push(source.readyState);
    source.close();
    states.push(source.readyState);
    await pause(50);
    equal([...states, source.readyState], [0, 1, 1, 2, 2]);
  },
};
