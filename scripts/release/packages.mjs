/**
 * Lays out the published files of the npm package and of the two crates in separate folders. The checkout has neither the
 * address of its repository nor the folders by which old tools find sub-paths.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "../lib/command.mjs";
import { at, work } from "../lib/paths.mjs";

/** The texts that the packages contain beside the code. */
const TEXTS = ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"];

/** Parts of Cargo.toml that only the checkout needs: members, benchmarks and examples that are not published, profiles. */
const OF_CHECKOUT = [
  /^members = .*/m,
  /(# .+\n)*\[\[bench\]\]\n(.+\n)+/,
  /(# .+\n)*\[\[example\]\]\n(.+\n)+/,
  /(# .+\n)*\[profile\.dev\]\n(.+\n)+/,
];

/** Fields of package.json that only the checkout needs. */
const OWN = ["private", "files", "scripts", "devDependencies", "overrides"];

const NPM = join(work, "package");
const CRATE = at("target", "crate");

/**
 * Lays out the npm package from the built files, and returns its folder.
 *
 * @param {{ repository?: string }} [known] the address of the repository for links, such as
 *   `https://example.org/us/eventsource-wasm`
 */
export function layOutNpmPackage({ repository } = {}) {
  const manifest = JSON.parse(readFileSync(at("package.json"), "utf8"));
  const published = Object.entries(manifest).filter(([key]) => !OWN.includes(key));
  const links = repository && {
    repository: { type: "git", url: `git+${repository}.git` },
    homepage: `${repository}#readme`,
    bugs: `${repository}/issues`,
  };
  renew(NPM);
  write(join(NPM, "package.json"), { ...Object.fromEntries(published), ...links });
  for (const [folder, paths] of Object.entries(subPaths(manifest.exports))) {
    write(join(NPM, folder, "package.json"), { ...paths, sideEffects: false });
  }
  cpSync(at("dist"), join(NPM, "dist"), { recursive: true });
  copyTexts(NPM, repository, manifest.version);
  return NPM;
}

/**
 * A folder for each sub-path, whose package.json points to the CommonJS module: for webpack 4, Parcel and TypeScript's
 * `node10`, which do not support `exports`.
 *
 * @returns {Record<string, { main: string, types: string }>}
 */
function subPaths(exports) {
  const folders = Object.entries(exports).filter(([path, target]) => path !== "." && typeof target === "object");
  return Object.fromEntries(
    folders.map(([path, target]) => {
      const up = path.split("/").fill("..").slice(1).join("/");
      const from = (file) => file.replace(/^\./, up);
      return [path.slice(2), { main: from(target.require.default), types: from(target.types) }];
    }),
  );
}

/** Lays out the crate, and returns its folder. @param {{ repository?: string }} [known] */
export async function layOutCrate({ repository } = {}) {
  renew(CRATE);
  await copyCrate(".", CRATE, repository);
  cpSync(at("Cargo.lock"), join(CRATE, "Cargo.lock"));
  return CRATE;
}

/**
 * Lays out the crate with `eventsource-reqwest` inside of its folder, and returns the folder. Cargo then compiles
 * `eventsource-reqwest` with the crate before either is published.
 *
 * @param {{ repository?: string }} [known]
 */
export async function layOutCrates(known = {}) {
  const folder = await layOutCrate(known);
  await copyCrate("native", join(folder, "native"), known.repository);
  edit(join(folder, "native", "Cargo.toml"), (manifest) => manifest.replace(/(# .+\n)*\[workspace\]\n/, ""));
  edit(join(folder, "Cargo.toml"), (manifest) =>
    manifest.replace("[workspace]\n", '[workspace]\nmembers = ["native"]\n'),
  );
  return folder;
}

/** Copies the manifest, the sources and the texts of a crate. */
async function copyCrate(from, folder, repository) {
  const list = ["package", "--list", "--allow-dirty", "--manifest-path", at(from, "Cargo.toml")];
  const { stdout } = await run("cargo", list);
  const files = stdout.split("\n");
  for (const file of files.filter((file) => file.startsWith("src/"))) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(at(from, file), join(folder, file));
  }
  const manifest = readFileSync(at(from, "Cargo.toml"), "utf8");
  const alone = OF_CHECKOUT.reduce((text, part) => text.replace(part, ""), manifest);
  const known = repository ? `[package]\nrepository = "${repository}"\n` : "[package]\n";
  writeFileSync(join(folder, "Cargo.toml"), alone.replace("[package]\n", known));
  copyTexts(folder, repository, /^version = "(.+)"/m.exec(manifest)?.[1], { from, texts: files });
}

/** Copies the texts of a package from its folder in the checkout. */
function copyTexts(folder, repository, version, { from = ".", texts = TEXTS } = {}) {
  const base = `${repository}/blob/v${version}/${from === "." ? "" : `${from}/`}`;
  for (const file of TEXTS.filter((name) => texts.includes(name))) {
    const text = readFileSync(at(from, file), "utf8");
    const isLinked = repository && file.endsWith(".md");
    writeFileSync(join(folder, file), isLinked ? linked(shown(text), base) : text);
  }
}

/** A text without the lines of examples that rustdoc hides and registries would show. */
export function shown(text) {
  return text.replaceAll(/^```rust[\s\S]*?^```$/gm, (example) => example.replaceAll(/^ *# .*\n/gm, ""));
}

/** A text with absolute links to the repository in place of relative links; `base` is the URL of the text's folder. */
export function linked(text, base) {
  return text.replaceAll(/\]\((?![a-z]+:|#)([^)\s]+)\)/g, (_, path) => `](${new URL(path, base)})`);
}

function edit(file, change) {
  writeFileSync(file, change(readFileSync(file, "utf8")));
}

function write(file, manifest) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
}

function renew(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}

/** The tarball of the npm package, as npm would publish it. @param {{ repository?: string }} [known] */
export async function packNpmPackage(note, known) {
  const folder = layOutNpmPackage(known);
  const args = ["pack", "--json", "--pack-destination", dirname(folder)];
  const { stdout } = await run("npm", args, { cwd: folder, onLine: note });
  const [{ filename, size, unpackedSize, entryCount }] = JSON.parse(stdout);
  return { tarball: join(dirname(folder), filename), size, unpackedSize, files: entryCount };
}
