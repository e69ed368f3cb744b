/**
 * A reporter of node:test that sends each event at once to the process that runs the tests. node:test emits two events for the
 * end of a test: `test:complete` at once, and `test:pass` or `test:fail` later, in the order of the file. Node 20 may emit
 * `test:complete` twice.
 */

/**
 * A report of a test. Test files send `alive` themselves.
 *
 * @typedef {{ type: "begin" | "end" | "report" | "alive", name: string, nesting: number, isSuite: boolean, passed: boolean,
 *   skip?: string | boolean, ms: number }} News
 */

const TYPES = { "test:dequeue": "begin", "test:complete": "end", "test:pass": "report", "test:fail": "report" };

export default async function* report(events) {
  for await (const { type, data } of events) {
    if (!(type in TYPES)) continue;
    const { name, nesting, details = {}, skip, todo } = data;
    process.send?.({
      type: TYPES[type],
      name,
      nesting,
      isSuite: details.type === "suite",
      passed: details.passed ?? type === "test:pass",
      skip: skip ?? todo,
      ms: details.duration_ms ?? 0,
    });
  }
  // node:test requires an async generator.
  yield "";
}
