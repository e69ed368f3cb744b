/**
 * A reporter of node:test that sends what happens at once to the process that runs the tests: which tests run, and how each
 * ended. The reports for people wait for the order of the tests.
 */

/** @typedef {{ type: "begin" | "end", name: string, nesting: number, isSuite?: boolean, passed?: boolean, skip?: string | boolean, ms?: number }} News */

const TYPES = { "test:dequeue": "begin", "test:complete": "end" };

export default async function* report(events) {
  for await (const { type, data } of events) {
    if (!(type in TYPES)) continue;
    const { name, nesting, details, skip, todo } = data;
    const { type: kind, passed, duration_ms: ms } = details ?? {};
    process.send?.({ type: TYPES[type], name, nesting, isSuite: kind === "suite", passed, skip: skip ?? todo, ms });
  }
  // A generator, as node:test wants one.
  yield "";
}
