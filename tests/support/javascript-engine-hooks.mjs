/** The entries of the package, each with its replacement on the JavaScript build. */
const dist = new URL("../../dist/", import.meta.url).href;
const INSTEAD = new Map(
  Object.entries({ "index.js": "js.js", "parser.js": "parser/js.js", "parser/stream.js": "parser/js.js" }).map((pair) =>
    pair.map((file) => dist + file),
  ),
);

export const replaced = (resolved) => ({ ...resolved, url: INSTEAD.get(resolved.url) ?? resolved.url });

export const resolve = async (specifier, context, next) => replaced(await next(specifier, context));
