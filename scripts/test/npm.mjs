import { withEventServer } from "./event-server.mjs";
import { runNodeTests } from "./node-tests.mjs";

/** The npm package as built, in Node, against a real event server. */
export const npm = {
  name: "npm",
  title: "npm: node --test",
  needs: ["build"],
  run: ({ note, grep }) => withEventServer((env) => runNodeTests("tests/npm", { note, grep, env })),
};
