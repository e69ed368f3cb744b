/**
 * A reporter of node:test that sends what happens at once to the process that runs the tests: which tests run, and how each
 * ended. The reports for people wait for the order of the tests.
 */

/** A test file sends `alive` itself. @typedef {{ type: "begin" | "end" | "alive", name: string, nesting: number, isSuite?: boolean, passed?: boolean, skip?: string | boolean, ms?: number }} News */

const TYPES = { "test:dequeue": "begin", "test:complete": "end" };

export default async function* report(events) {
  /** Node 20 tells again of a test that ended before it was its suite's turn to report. */
  const ended = new Set();
  for await (const { type, data } of events) {
    if (!(type in TYPES)) continue;
    const { name, nesting, details, skip, todo } = data;
    const { type: kind, passed, duration_ms: ms } = details ?? {};
    if (TYPES[type] === "end") {
      // To the nanosecond, no two tests of a name take the same time.
      const key = JSON.stringify([name, nesting, ms]);
      if (ended.has(key)) continue;
      ended.add(key);
    }
    process.send?.({ type: TYPES[type], name, nesting, isSuite: kind === "suite", passed, skip: skip ?? todo, ms });
  }
  // A generator, as node:test wants one.
  yield "";
}
