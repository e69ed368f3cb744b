/**
 * A reporter of node:test that sends what happens at once to the process that runs the tests. When a test ends, node:test
 * says so twice: at once, and in the order of the tests, with which its reports for people are content. In Node 20 the first
 * may come twice.
 */

/**
 * `alive` is sent by test files themselves.
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
  // A generator, as node:test wants one.
  yield "";
}
