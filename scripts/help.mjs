/**
 * Lists the commands of this checkout, in groups.
 *
 *     npm run help
 */
import { fileURLToPath } from "node:url";
import { main } from "./lib/problem.mjs";

/** Each command of package.json, with what it does. */
export const GROUPS = {
  "every day": {
    start: "builds and serves the demo page",
    dev: "serves it, and reloads it after each change",
    test: 'runs all tests, or some: -- --only npm --grep "Last-Event-ID"',
    lint: "checks formatting, lints, types, docs, dependencies",
    format: "corrects formatting",
  },
  "build and look": {
    build: "builds the npm package and the demo page",
    docs: "makes the docs site: -- --serve",
    examples: "serves an example in Rust: -- yew",
    help: "this list",
  },
  "more tests": {
    "test:faults": "servers that misbehave, in three browsers",
    "test:examples": "the examples in Rust",
    "test:servers": "the servers of tutorials, in six set-ups",
    "test:matrix": "runtimes, test runners and bundlers",
    "test:repeat": "tests again and again, to find those that fail at times",
    differential: "random streams: the browser's own class and ours",
    fuzz: "random bytes: parser and machine",
    soak: "ten million events, ten thousand connections",
  },
  benchmarks: {
    bench: "all in JavaScript: parser, client, shared, start",
    "bench:parser": "bytes to events",
    "bench:client": "request to listener",
    "bench:shared": "one connection for ten tabs",
    "bench:start": "import to first event",
    "bench:native": "the parser in Rust",
    "bench:size-rust": "bytes of applications in Rust",
  },
  release: {
    pack: "makes the tarball of the npm package",
    release: "makes both packages ready; publishes nothing",
  },
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async () => {
    for (const [group, commands] of Object.entries(GROUPS)) {
      console.log(`\n${group}`);
      for (const [name, text] of Object.entries(commands)) {
        const command = name === "start" || name === "test" ? `npm ${name}` : `npm run ${name}`;
        console.log(`  ${command.padEnd(25)}${text}`);
      }
    }
    console.log("\nOptions of a command: npm run <name> -- --help");
  });
}
