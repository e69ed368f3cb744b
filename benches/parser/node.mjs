import { fileURLToPath, pathToFileURL } from "node:url";
import { run } from "../../scripts/lib/command.mjs";

/**
 * Compares the parsers in Node. Each corpus has its own process.
 *
 * @param {string} bundle the path of the bundled `compare.mjs`
 */
export function inNode(bundle) {
  return {
    name: "node",
    title: `Node ${process.versions.node} (V8 ${process.versions.v8})`,
    /** @returns {Promise<import("./table.mjs").Comparison>} */
    async compare(options) {
      const args = ["--expose-gc", fileURLToPath(import.meta.url), bundle, JSON.stringify(options)];
      const { stdout } = await run(process.execPath, args, { timeout: 120_000 });
      return JSON.parse(stdout);
    },
    async close() {},
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [bundle, options] = process.argv.slice(2);
  const { compare } = await import(pathToFileURL(bundle).href);
  console.log(JSON.stringify(await compare(JSON.parse(options))));
}
