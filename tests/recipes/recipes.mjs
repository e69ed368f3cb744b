/** Builds the recipes for Node.js as a reader would, with the built package. */
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Imports `docs/recipes/<name>.ts`. @param {string} name */
export async function recipe(name) {
  const bundle = await rolldown({
    input: `${root}/docs/recipes/${name}.ts`,
    external: /^eventsource-wasm/,
    tsconfig: false,
  });
  // The file is below the checkout, so that Node.js resolves the package by its name.
  const file = `${root}/target/recipes/node/${name}.mjs`;
  await bundle.write({ file, format: "esm" });
  await bundle.close();
  return import(file);
}

/** Collects all items that a recipe yields. @template T @param {AsyncIterable<T>} iterable */
export async function collected(iterable) {
  /** @type {T[]} */
  const items = [];
  for await (const item of iterable) items.push(item);
  return items;
}

/** Waits until the condition is true. @param {() => unknown} isIt */
export async function until(isIt) {
  const deadline = Date.now() + 10_000;
  while (!(await isIt())) {
    if (Date.now() > deadline) throw new Error(`the condition did not become true: ${isIt}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
