/** The script of the pages, in addition to typedoc's own script. */

/** Makes boxes that overflow scrollable by the keyboard. */
{
  const boxes = document.querySelectorAll("pre > code, .scroll, .tsd-signature");
  const observer = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.setAttribute("tabindex", "0");
      else target.removeAttribute("tabindex");
    }
  });
  for (const box of boxes) observer.observe(box);
}

/**
 * Corrects the navigation: a click on a module opens or closes its list, and the link to the module's page moves into the list,
 * since a button cannot contain a link. On Chinese pages the Chinese guides come first.
 */
{
  const isChinese = document.documentElement.lang.startsWith("zh");
  const list = document.getElementById("tsd-nav-container");
  const correct = () => {
    for (const link of list.querySelectorAll("summary > a")) {
      const summary = link.parentElement;
      const name = document.createElement("span");
      name.append(...link.childNodes);
      link.replaceWith(name);
      link.textContent = isChinese ? "全部导出" : "All exports";
      const item = document.createElement("li");
      item.append(link);
      summary.parentElement.querySelector("ul").prepend(item);
    }
    const chinese = list.querySelector(':scope > li:has(> details > summary[data-key="中文指南"])');
    if (isChinese && chinese?.previousElementSibling) {
      list.prepend(chinese);
      globalThis.app?.ensureActivePageVisible();
    }
  };
  if (list) {
    new MutationObserver(correct).observe(list, { childList: true });
    correct();
  }
}

/**
 * Full-text search in typedoc's dialog, by the index of `search-index.mjs`. Results are pages with their matching sections. If
 * the index cannot be loaded, such as from a `file:` URL, typedoc's own search stays, which finds only words that begin with
 * ASCII letters.
 */
{
  /** The number of results among which a page whose name equals the text comes first. */
  const CANDIDATES = 24;
  const MOST_PAGES = 8;
  const MOST_PLACES = 3;

  const base = new URL(document.documentElement.dataset.base ?? "./", location.href);
  const isChinese = document.documentElement.lang.startsWith("zh");
  /** Headings that many pages have, and that are no useful results. */
  const UNSAYING = new Set(["Example", "Properties", "Methods", "Accessors", "Functions", "Returns"]);
  const HAN = /\p{Script=Han}/u;

  const find = (id) => document.getElementById(id);
  const [input, results, status] = ["tsd-search-input", "tsd-search-results", "tsd-search-status"].map(find);

  /** The number of the last search. An earlier search that ends later shows nothing. */
  let last = 0;
  let isMissing = false;
  let loading;

  const load = () => {
    loading ??= import(new URL("pagefind/pagefind.js", base).href).then(async (pagefind) => {
      await pagefind.options({ excerptLength: 24, baseUrl: base.href });
      await pagefind.init();
      return pagefind;
    });
    return loading;
  };

  /** Adds the index of the other language, with a lower weight than the reader's language. */
  let merging;
  const mergeOther = (pagefind) => {
    merging ??= pagefind.mergeIndex(new URL("pagefind/", base).href, {
      language: isChinese ? "en" : "zh-cn",
      indexWeight: 0.3,
      baseUrl: base.href,
    });
    return merging;
  };

  async function search() {
    const number = ++last;
    const text = input.value.trim();
    try {
      const pagefind = await load();
      // The reference exists only in English.
      if (isChinese || HAN.test(text)) await mergeOther(pagefind);
      const found = text === "" ? { results: [] } : await pagefind.search(text);
      const pages = await Promise.all(found.results.slice(0, CANDIDATES).map((result) => result.data()));
      if (number !== last) return;
      const likeness = (page) => likenessOf(page.meta.title, text);
      show(pages.sort((one, other) => likeness(other) - likeness(one)).slice(0, MOST_PAGES));
      const words = globalThis.translations?.search_no_results_found_for_0 ?? "{0}: 0";
      status.textContent = text !== "" && pages.length === 0 ? words.replace("{0}", text) : "";
    } catch (error) {
      if (
        loading &&
        (await loading.then(
          () => false,
          () => true,
        ))
      ) {
        isMissing = true;
        input.dispatchEvent(new Event("input"));
      } else throw error;
    }
  }

  /** Rates how well the name in a title such as `Class FetchEventSource<M>` equals the text. */
  function likenessOf(title, text) {
    const name = title
      .replace(/[<(].*/, "")
      .split(" ")
      .at(-1);
    return name === text ? 2 : name.toLowerCase() === text.toLowerCase() ? 1 : 0;
  }

  function show(pages) {
    input.setAttribute("aria-activedescendant", "");
    const options = pages.flatMap(({ url, meta: { title }, excerpt, sub_results: places }) => {
      const isOwn = (place) => !place.anchor || place.title === title;
      const inner = places.filter((place) => !isOwn(place) && !UNSAYING.has(place.title)).slice(0, MOST_PLACES);
      const first = option({ url, title, excerpt: inner.length > 0 ? places.find(isOwn)?.excerpt : excerpt });
      return [first, ...inner.map((place) => option({ ...place, isInner: true }))];
    });
    for (const [index, one] of options.entries()) one.id = `search-${last}-${index}`;
    results.replaceChildren(...options);
  }

  /** Makes the element of a result, with the attributes that typedoc's keyboard handling needs. */
  function option({ url, title, excerpt, isInner = false }) {
    const item = document.createElement("li");
    item.role = "option";
    item.ariaSelected = "false";
    item.className = isInner ? "inner" : "page";
    const link = item.appendChild(document.createElement("a"));
    link.href = url;
    link.tabIndex = -1;
    const name = link.appendChild(document.createElement("strong"));
    // typedoc's headings begin with the flags of a property.
    name.textContent = title.replace(/^((?:Optional|Readonly|Static|Abstract)+)(?=[a-z])/, "");
    if (excerpt) {
      const words = link.appendChild(document.createElement("span"));
      // pagefind escapes the text and wraps the found words in `<mark>`.
      words.innerHTML = excerpt;
    }
    return item;
  }

  document.addEventListener(
    "input",
    (event) => {
      if (event.target !== input || isMissing) return;
      event.stopPropagation();
      search();
    },
    { capture: true },
  );
  input?.addEventListener("focus", () => load().catch(() => {}), { once: true });
}
