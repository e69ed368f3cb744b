/** The connections of a tab that is hidden and shown. */
import { Mine } from "./trial.mjs";

/**
 * `tab` has the states of the tab: at the beginning, and after each further {@link TURN}. `theirs` is given if their client has
 * another outcome.
 *
 * @typedef {import("./trial.mjs").Scenario & {
 *   tab: ("visible" | "hidden")[], look: (outcome: import("./trial.mjs").Outcome) => unknown, theirs?: unknown, ours: unknown,
 * }} Switch
 */

/** The time, in milliseconds, of each state of the tab. */
export const TURN = 400;

const open = [{ body: "id: 1\ndata: one\n\n" }, { body: "id: 2\ndata: two\n\n" }];
const post = { method: "POST", body: "{}" };
/** In Firefox, a request waits for an earlier request whose response may be cached. */
const unlocked = { cache: "no-store" };
const refused = { status: 500, headers: { "content-type": "text/html" }, ends: true };
const ids = ({ requests }) => requests.map(({ lastEventId }) => lastEventId);
const data = ({ log }) => log.filter(([step]) => step === "message").map(([, message]) => message.data);

/** @type {Record<string, Switch>} */
export const SWITCHES = {
  "a GET is given up when hidden and sent again, with the last ID, when visible": {
    tab: ["visible", "hidden", "visible"],
    responses: open,
    look: ({ log, requests }) => [log.map(([step]) => step), ids({ requests })],
    ours: [
      ["message", "message"],
      [null, "1"],
    ],
  },
  "while hidden nothing is sent": { tab: ["visible", "hidden"], responses: open, look: ids, ours: [null] },
  "with openWhenHidden it goes on": {
    tab: ["visible", "hidden", "visible"],
    responses: open,
    init: { openWhenHidden: true },
    look: ids,
    ours: [null],
  },
  "a POST with openWhenHidden: false is given up too": {
    tab: ["visible", "hidden", "visible"],
    responses: open,
    init: { ...post, openWhenHidden: false },
    look: ids,
    ours: [null, "1"],
  },
  "a POST goes on, rather than being sent again": {
    tab: ["visible", "hidden", "visible"],
    responses: open,
    init: post,
    look: ids,
    theirs: [null, "1"],
    ours: [null],
  },
  "who waits while the tab is switched makes one connection, not two": {
    tab: ["visible", "hidden", "visible", "visible", "visible", "visible"],
    responses: [refused, ...open],
    init: unlocked,
    onerror: () => 4 * TURN,
    look: (outcome) => [outcome.requests.length, data(outcome)],
    theirs: [3, ["one", "two"]],
    ours: [2, ["one"]],
  },
  "who waits makes no connection while hidden": {
    tab: ["visible", "hidden", "hidden", "hidden", "hidden"],
    responses: [refused, ...open],
    onerror: () => 2 * TURN,
    look: ({ requests }) => requests.length,
    theirs: 2,
    ours: 1,
  },
  "an onopen that fails when its connection has been given up for the tab is not heard": {
    tab: ["visible", "hidden", "visible", "visible", "visible", "visible"],
    responses: [{ body: "data: one\n\n" }, { body: "data: two\n\n" }, { body: "data: three\n\n" }],
    init: unlocked,
    // The first `onopen` is still pending when the second connection opens.
    onopen: (_response, { log }) =>
      log.length > 1 ? undefined : new Promise((_, reject) => setTimeout(reject, 4 * TURN, new Mine("mine: too late"))),
    onerror: () => 10,
    look: ({ log, requests }) => [requests.length, log.some(([step]) => step === "error")],
    theirs: [3, true],
    ours: [2, false],
  },
  "one that is begun while hidden waits, and is sent once": {
    tab: ["hidden", "visible"],
    responses: open,
    look: ids,
    theirs: [null, "1"],
    ours: [null],
  },
};
