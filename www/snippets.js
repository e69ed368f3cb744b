// @ts-check
import { readFileSync } from "node:fs";

const folder = new URL("./snippets/", import.meta.url);

/** The lines of a snippet above this line are type-checked but not shown. */
const CUT = "//---\n";

const TOKEN =
  /(?<comment>\/\/.*)|(?<string>"[^"\n]*"|`[^`]*`)|(?<keyword>\b(?:import|from|type|const|let|new|for|await|of)\b)|(?<name>\b(?:EventSource|FetchEventSource|SharedEventSource|events)\b)/g;

/**
 * Fills each `<pre data-snippet="NAME">` with the highlighted code of `snippets/NAME.ts`, a type-checked file.
 *
 * @returns {import("vite").Plugin}
 */
export function snippets() {
  return {
    name: "snippets",
    transformIndexHtml: {
      order: "pre",
      handler: (html) =>
        html.replace(/(<pre data-snippet="(\w+)"[^>]*>)(<\/pre>)/g, (_match, open, name, close) => {
          const source = readFileSync(new URL(`${name}.ts`, folder), "utf8");
          const shown = source.split(CUT).at(-1) ?? source;
          return `${open}<code>${highlight(shown.trim())}</code>${close}`;
        }),
    },
  };
}

/** @param {string} source */
function highlight(source) {
  let html = "";
  let end = 0;
  for (const match of source.matchAll(TOKEN)) {
    const kind = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined)?.[0];
    html += `${escapeHtml(source.slice(end, match.index))}<span class="${kind}">${escapeHtml(match[0])}</span>`;
    end = match.index + match[0].length;
  }
  return html + escapeHtml(source.slice(end));
}

/** @param {string} text */
function escapeHtml(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
