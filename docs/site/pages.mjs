/** Corrects the pages of typedoc for accessibility: landmarks, heading levels, tables and languages. */

/** Returns the final HTML of a page. @param {string} html @param {string} language the language of the text, such as `zh-CN` */
export function finish(html, language) {
  const isChinese = language.startsWith("zh");
  const page = html
    .replace('<html class="default" lang="en"', `<html class="default" lang="${language}"`)
    .replace('<div class="col-content">', '<div class="col-content" role="main">')
    .replace(
      '<div class="page-menu">',
      `<div class="page-menu" role="complementary" aria-label="${isChinese ? "本页" : "This page"}">`,
    )
    .replace(/(<nav class="tsd-navigation")/, `$1 aria-label="${isChinese ? "所有页面" : "All pages"}"`)
    // The site's name leads to the start page in the reader's language.
    .replace(/href="(\.\.\/)index\.html" class="title"/, isChinese ? 'href="index.html" class="title"' : "$&")
    // A link inside of a `summary`, which acts as a button, is not reachable by the keyboard.
    .replaceAll(/<summary[\s\S]*?<\/summary>/g, (summary) =>
      summary.replaceAll(/<a [^>]*class="tsd-anchor-icon">[\s\S]*?<\/a>/g, ""),
    )
    .replaceAll("<th></th>", "<td></td>")
    .replaceAll(/<table>[\s\S]*?<\/table>/g, (table) => `<div class="scroll">${table}</div>`);
  return withLevels(page);
}

/** Adds `aria-level` to headings that skip a level: typedoc goes from the first level to the fourth. */
function withLevels(html) {
  /** The headings that enclose the next heading. @type {{ tag: number, level: number }[]} */
  const outer = [];
  return html.replaceAll(/<h([1-6])(?=[ >])/g, (start, digit) => {
    const tag = Number(digit);
    while ((outer.at(-1)?.tag ?? 0) >= tag) outer.pop();
    const level = (outer.at(-1)?.level ?? 0) + 1;
    outer.push({ tag, level });
    return level === tag ? start : `${start} aria-level="${level}"`;
  });
}
