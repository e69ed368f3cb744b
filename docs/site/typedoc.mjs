/**
 * Writes the package's documentation from the shipped declarations, and checks that every export has docs.
 *
 * `node docs/site/typedoc.mjs <file>`, where the file has a `Work` as JSON. Exits with 1 if docs are missing.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Application, Converter, JSX, KindRouter, PageEvent, ReflectionKind } from "typedoc";
import { finish } from "./pages.mjs";

/** @typedef {import("../../scripts/docs/work.d.ts").Examples} Examples */

/** @type {import("../../scripts/docs/work.d.ts").Work} */
const work = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8"));
const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Members that need no comment: the standard, their class or the comment of the whole type explains them. */
const NAMES_ALONE = [
  ...["EventSourceConstructor", "FetchEventSourceConstructor"].map((name) => `eventsource-wasm.${name}.prototype`),
  "eventsource-wasm/shared.SharedEventSourceConstructor.prototype",
  ...["DecodeError", "EventSourceError", "SchemaError"].map((name) => `eventsource-wasm.${name}.name`),
  ...["code", "cause", "error"].map((name) => `eventsource-wasm.End.__type.${name}`),
  "eventsource-wasm.Inferred.[inferred]",
  "eventsource-wasm.SchemaIssue.path.__type.key",
  ...["value", "issues"].map((name) => `eventsource-wasm.SchemaResult.__type.${name}`),
  "eventsource-wasm.StandardSchema.~standard",
  ...["version", "vendor", "validate", "types.__type.input", "types.__type.output"].map(
    (name) => `eventsource-wasm.StandardSchema.~standard.__type.${name}`,
  ),
];

/** Helper types of signatures, which users do not write. */
const INNER_TYPES = "AnyDecode Decoded DecodeOf EventsOf Inferred NameOf OptionsFor SourceUrl Undecoded".split(" ");

/** The package's own definitions of types of the DOM library. */
const DOM_TYPES = "BodyInit EventListenerOrEventListenerObject HeadersInit RequestInfo".split(" ");

const app = await Application.bootstrap({
  name: "eventsource-wasm",
  entryPoints: Object.values(work.entries),
  tsconfig: work.tsconfig,
  readme: work.readme,
  projectDocuments: work.documents,
  customFooterHtml: `eventsource-wasm ${work.version}`,
  customCss: here("style.css"),
  customJs: here("site.js"),
  favicon: here("favicon.svg"),
  disableSources: true,
  excludeExternals: true,
  excludePrivate: true,
  hideGenerator: true,
  includeVersion: false,
  githubPages: false,
  router: "site",
  groupOrder: ["Guides", "中文指南", "Recipes", "Modules", "*"],
  searchInComments: true,
  searchInDocuments: true,
  sort: ["kind", "source-order"],
  sortEntryPoints: false,
  kindSortOrder: ["Document", "Module", "Function", "Class", "Interface", "TypeAlias", "Variable", "Reference"],
  visibilityFilters: {},
  navigation: { includeCategories: false, includeGroups: true, includeFolders: false },
  highlightLanguages: [
    ...["typescript", "tsx", "javascript", "shellscript", "json", "html", "http"],
    ...["rust", "go", "python", "nginx"],
  ],
  lightHighlightTheme: "github-light-high-contrast",
  darkHighlightTheme: "github-dark-high-contrast",
  intentionallyNotExported: ["Undecodable", "Unnamed", "MessageEventOf", ...DOM_TYPES],
  intentionallyNotDocumented: NAMES_ALONE,
  validation: { notExported: true, invalidLink: true, invalidPath: false, notDocumented: true, rewrittenLink: true },
  treatWarningsAsErrors: true,
  treatValidationWarningsAsErrors: true,
});

/** Uses the `url` in the front matter of a page, as Chinese pages have it, and typedoc's address for all other pages. */
class SiteRouter extends KindRouter {
  getIdealBaseName(reflection) {
    return reflection.frontmatter?.url ?? super.getIdealBaseName(reflection);
  }
}
app.renderer.defineRouter("site", SiteRouter);

// typedoc's own words on a page are in the language of the page.
app.renderer.on(PageEvent.BEGIN, ({ model }) => app.internationalization.setLocale(languageOf(model).slice(0, 2)));
app.renderer.on(PageEvent.END, (page) => {
  page.contents = page.contents && finish(page.contents, languageOf(page.model));
});

function languageOf(model) {
  return model.frontmatter?.lang ?? "en";
}

// The class gets the comment of the exported constructor with its name. The constructor of the class is internal, and typedoc
// would show the constructor of EventTarget.
app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
  const all = project.getReflectionsByKind(ReflectionKind.All);
  for (const typed of all.filter(({ name }) => /^Typed(Fetch|Shared)?EventSource$/.test(name))) {
    const of = all.find((it) => it.kindOf(ReflectionKind.Class) && `Typed${it.name}` === typed.name);
    if (of && typed.kindOf(ReflectionKind.Variable)) {
      of.comment = typed.comment;
      const own = all.filter((it) => it.parent === of && it.kindOf(ReflectionKind.Constructor));
      for (const inherited of own) project.removeReflection(inherited);
      const target = all.find(({ name }) => name === `${of.name}Constructor`);
      of.comment?.summary.push(
        { kind: "text", text: "\n\nFor its constructor and its static members, see " },
        { kind: "inline-tag", tag: "@link", text: `${of.name}Constructor`, target },
        { kind: "text", text: "." },
      );
    }
    project.removeReflection(typed);
  }
});

// Modules get the names that readers import, instead of file names.
app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
  for (const module of project.getChildrenByKind(ReflectionKind.Module)) {
    const [name] =
      Object.entries(work.entries).find(([, file]) => file.endsWith(`/declarations/${module.name}.d.ts`)) ?? [];
    module.name = name ?? module.name;
  }
});

app.renderer.hooks.on("sidebar.begin", (context) => {
  const isChinese = languageOf(context.page.model) !== "en";
  const [label, start, crate] = isChinese
    ? ["开始", "概览", "Rust crate（英文）"]
    : ["Start", "Overview", "The crate, for Rust"];
  return JSX.createElement(
    "nav",
    { class: "start", "aria-label": label },
    JSX.createElement("a", { href: context.relativeURL(isChinese ? "zh/index.html" : "index.html") }, start),
    JSX.createElement("a", { href: context.relativeURL(work.rust) }, crate),
  );
});

const project = await app.convert();
if (!project) process.exit(1);
app.validate(project);

/** @type {Examples["examples"]} */
const examples = [];
/** @type {Examples["exports"]} */
const exported = {};
for (const module of project.getChildrenByKind(ReflectionKind.Module)) {
  exported[module.name] = (module.children ?? []).map(({ name }) => name);
  for (const reflection of everythingIn(module)) {
    const found = examplesOf(reflection).map((code) => ({
      of: reflection.getFriendlyFullName(),
      entry: module.name,
      code,
    }));
    examples.push(...found);
    if (!hasExample(reflection)) app.logger.error(`${reflection.getFriendlyFullName()} has no @example`);
  }
}
writeFileSync(work.examples, JSON.stringify({ examples, exports: exported }));

await app.generateDocs(project, work.out);
if (app.logger.hasErrors() || app.logger.hasWarnings()) process.exitCode = 1;

function* everythingIn(container) {
  for (const child of container.children ?? []) {
    yield child;
    yield* everythingIn(child);
  }
}

/**
 * Whether a reflection has an example or needs none. Types and functions need one, perhaps at a member such as the constructor.
 */
function hasExample(reflection) {
  const wants = reflection.kindOf([
    ...[ReflectionKind.Class, ReflectionKind.Interface, ReflectionKind.TypeAlias],
    ...[ReflectionKind.Function, ReflectionKind.Variable],
  ]);
  return !wants || INNER_TYPES.includes(reflection.name) || allExamplesOf(reflection).length > 0;
}

function allExamplesOf(reflection) {
  return [reflection, ...everythingIn(reflection)].flatMap(examplesOf);
}

function examplesOf(reflection) {
  const comments = [reflection.comment, ...(reflection.signatures ?? []).map(({ comment }) => comment)];
  const examples = comments.flatMap((comment) =>
    (comment?.getTags("@example") ?? []).map(({ content }) => {
      const text = content.map((part) => part.text).join("");
      return text.match(/^```\w*\n(.*?)\n```/ms)?.[1] ?? text;
    }),
  );
  // Overloads share a comment.
  return [...new Set(examples)];
}
