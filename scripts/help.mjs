/**
 * Lists the commands of this checkout, in groups.
 *
 *     npm run help
 */
import { fileURLToPath } from "node:url";
import { main } from "./lib/problem.mjs";

/** The commands of package.json, each with its description. */
export const GROUPS = {
  "every day": {
    start: "builds and serves the demo page",
    dev: "serves the demo page, and reloads it after each change",
    test: 'runs all tests, or some of them: -- --only npm --grep "Last-Event-ID"',
    lint: "checks formatting, lints, types, docs, dependencies",
    format: "corrects formatting",
  },
  "build and look": {
    build: "builds the npm package and the demo page",
    docs: "makes the docs site: -- --serve",
    examples: "serves an example in Rust: -- yew",
    help: "prints this list",
  },
  "more tests": {
    "test:faults": "servers that misbehave, in three browsers",
    "test:examples": "the examples in Rust",
    "test:servers": "the servers of tutorials, in six set-ups",
    "test:matrix": "runtimes, test runners and bundlers",
    "test:repeat": "repeats tests, to find those that fail sometimes",
    differential: "random streams, in the browser's own EventSource and in ours",
    fuzz: "random bytes: parser and machine",
    soak: "ten million events, ten thousand connections",
  },
  benchmarks: {
    bench: "all JavaScript benchmarks: parser, client, shared, start",
    "bench:parser": "from bytes to events",
    "bench:client": "from request to listener",
    "bench:shared": "one connection for ten tabs",
    "bench:start": "from import to first event",
    "bench:native": "the parser in Rust",
    "bench:size-rust": "the size of applications in Rust",
  },
  release: {
    pack: "builds the tarball of the npm package",
    release: "prepares the packages; publishes nothing",
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
