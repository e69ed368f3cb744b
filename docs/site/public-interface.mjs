/**
 * Prints the public interface of the npm package: the exports of each entry, and the types that they name. It has no comments
 * and is in alphabetical order, so that a change of the interface changes only a few lines.
 *
 * `node docs/site/public-interface.mjs <file>`, where the file has the declaration files by import specifier, as JSON.
 */
import { readFileSync } from "node:fs";
import ts from "typescript";

/** @type {Record<string, string>} */
const entries = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8"));
const program = ts.createProgram(Object.values(entries), {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.esnext.disposable.d.ts"],
  types: [],
  strict: true,
});
const checker = program.getTypeChecker();
const printer = ts.createPrinter({ removeComments: true });
const folder = new URL("../../dist/", import.meta.url).pathname;

const resolved = (symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);
const byName = ([a], [b]) => (a < b ? -1 : a > b ? 1 : 0);

/** The printed symbols, with their first entry. Other entries refer to the first. @type {Map<ts.Symbol, string>} */
const printed = new Map();
/** The symbols that printed declarations name. @type {Set<ts.Symbol>} */
const named = new Set();

const lines = [];
for (const [entry, file] of Object.entries(entries)) {
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  if (!module) throw new Error(`${file} is not a module`);
  lines.push(`# ${entry}`, "");
  const exported = checker.getExportsOfModule(module).map((symbol) => [symbol.getName(), resolved(symbol)]);
  const again = [];
  for (const [name, symbol] of exported.sort(byName)) {
    const before = printed.get(symbol);
    if (before) again.push(`export ${name}: as in ${before}`);
    else lines.push(...declarationsOf(name, symbol));
    printed.set(symbol, before ?? entry);
  }
  if (again.length > 0) lines.push(...again, "");
}

lines.push("# Not exported, but named by the above", "");
const inner = [];
for (const symbol of named) {
  if (printed.has(symbol)) continue;
  printed.set(symbol, "");
  inner.push([symbol.getName(), declarationsOf(symbol.getName(), symbol)]);
}
for (const [, texts] of inner.sort(byName)) lines.push(...texts);
process.stdout.write(`${lines.join("\n").trimEnd()}\n`);

/** The declarations of a symbol, under its exported name. */
function declarationsOf(name, symbol) {
  const declarations = (symbol.getDeclarations() ?? []).map((node) =>
    ts.isVariableDeclaration(node) ? node.parent.parent : node,
  );
  const own = symbol.getName();
  const renamed = own === name ? [] : [`export ${own} as ${name}`];
  const texts = declarations.flatMap((node) => {
    collect(node);
    const text = printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile());
    return [text.replace(/^export (declare )?/, "export "), ""];
  });
  return [...renamed, ...texts];
}

/** Adds the symbols of this package that a declaration names. */
function collect(node) {
  if (ts.isIdentifier(node)) {
    const symbol = checker.getSymbolAtLocation(node);
    const target = symbol && resolved(symbol);
    const declaration = target?.getDeclarations()?.[0];
    const isTopLevel =
      declaration &&
      (ts.isSourceFile(declaration.parent) ||
        (ts.isVariableDeclaration(declaration) && ts.isSourceFile(declaration.parent.parent.parent)));
    if (target && isTopLevel && declaration.getSourceFile().fileName.startsWith(folder)) named.add(target);
  }
  ts.forEachChild(node, collect);
}
