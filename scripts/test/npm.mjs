import { pathToFileURL } from "node:url";
import { at } from "../lib/paths.mjs";
import { withEventServer } from "./event-server.mjs";
import { runNodeTests } from "./node-tests.mjs";

/** Tests the built npm package in Node, against a real event server. */
export const npm = {
  name: "npm",
  title: "npm: node --test",
  needs: ["build"],
  run: ({ note, grep }) => withEventServer((env) => runNodeTests("tests/npm", { note, grep, env })),
};

/** Runs the tests of the layer `npm` on the JavaScript builds of the engines. */
export const javascript = {
  name: "javascript",
  title: "javascript: the npm tests without WebAssembly",
  needs: ["build"],
  run: ({ note, grep }) => {
    const hooks = pathToFileURL(at("tests", "support", "javascript-engine.mjs"));
    return withEventServer((env) =>
      runNodeTests("tests/npm", {
        note,
        grep,
        env: { ...env, NODE_OPTIONS: `--import=${hooks}`, ENGINE: "javascript" },
      }),
    );
  },
};
