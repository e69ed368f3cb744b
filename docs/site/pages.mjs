/** Corrections of the pages that typedoc writes: landmarks, headings, tables and languages, for readers of every kind. */

/** A page as it is served. @param {string} html @param {string} language of its text, such as `zh-CN` */
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
    // A permanent link within a button that opens and closes a section could not be reached.
    .replaceAll(/<summary[\s\S]*?<\/summary>/g, (summary) =>
      summary.replaceAll(/<a [^>]*class="tsd-anchor-icon">[\s\S]*?<\/a>/g, ""),
    )
    .replaceAll("<th></th>", "<td></td>")
    .replaceAll(/<table>[\s\S]*?<\/table>/g, (table) => `<div class="scroll">${table}</div>`);
  return withLevels(page);
}

/** Gives headings the level that their place has: typedoc goes from the first level to the fourth. */
function withLevels(html) {
  /** The headings around the next one. @type {{ tag: number, level: number }[]} */
  const outer = [];
  return html.replaceAll(/<h([1-6])(?=[ >])/g, (start, digit) => {
    const tag = Number(digit);
    while ((outer.at(-1)?.tag ?? 0) >= tag) outer.pop();
    const level = (outer.at(-1)?.level ?? 0) + 1;
    outer.push({ tag, level });
    return level === tag ? start : `${start} aria-level="${level}"`;
  });
}
