/** The recipes as a reader's build makes them: those that run in Node.js, on the package as built. */
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
  // Below the checkout, where Node.js finds the package by its name.
  const file = `${root}/target/recipes/node/${name}.mjs`;
  await bundle.write({ file, format: "esm" });
  await bundle.close();
  return import(file);
}

/** All that a recipe yields. @template T @param {AsyncIterable<T>} iterable */
export async function collected(iterable) {
  /** @type {T[]} */
  const items = [];
  for await (const item of iterable) items.push(item);
  return items;
}

/** Waits until it is so. @param {() => unknown} isIt */
export async function until(isIt) {
  const deadline = Date.now() + 10_000;
  while (!(await isIt())) {
    if (Date.now() > deadline) throw new Error(`it never came to be so: ${isIt}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
