/**
 * What is published of the two packages, as folders of their own: the checkout has neither the address of its repository nor the
 * folders by which old tools find sub-paths.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "../lib/command.mjs";
import { at, work } from "../lib/paths.mjs";

/** What readers of both packages get beside the code. */
const TEXTS = ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"];

/** What package.json has for this checkout alone. */
const OWN = ["private", "files", "scripts", "devDependencies", "overrides"];

const NPM = join(work, "package");
const CRATE = at("target", "crate");

/**
 * The folder of the npm package, of what has been built.
 *
 * @param {{ repository?: string }} [known] the address that its links begin with, such as `https://example.org/us/eventsource-wasm`
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
 * For webpack 4, Parcel and TypeScript's `node10`, which do not know `exports`: a folder for each sub-path, which leads to the
 * CommonJS module.
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

/** The folder of the crate. @param {{ repository?: string }} [known] */
export async function layOutCrate({ repository } = {}) {
  const { stdout } = await run("cargo", ["package", "--list", "--allow-dirty", "--package", "eventsource-wasm"]);
  const sources = stdout.split("\n").filter((file) => file.startsWith("src/"));
  renew(CRATE);
  for (const file of sources) {
    mkdirSync(dirname(join(CRATE, file)), { recursive: true });
    cpSync(at(file), join(CRATE, file));
  }
  const manifest = readFileSync(at("Cargo.toml"), "utf8");
  const known = repository ? `\n[package]\nrepository = "${repository}"` : "\n[package]";
  // Neither the workspace's other members nor the benchmark are there.
  const alone = manifest.replace(/members = .*/, "").replace(/\n\[\[bench\]\]\n(.+\n)+/, "");
  writeFileSync(join(CRATE, "Cargo.toml"), alone.replace("\n[package]", known));
  cpSync(at("Cargo.lock"), join(CRATE, "Cargo.lock"));
  copyTexts(CRATE, repository, /^version = "(.+)"/m.exec(manifest)?.[1]);
  return CRATE;
}

function copyTexts(folder, repository, version) {
  for (const file of TEXTS) {
    const text = readFileSync(at(file), "utf8");
    const isLinked = repository && file.endsWith(".md");
    writeFileSync(join(folder, file), isLinked ? linked(text, `${repository}/blob/v${version}`) : text);
  }
}

/** A text whose links into the checkout lead to its files in the repository. */
export function linked(text, base) {
  return text.replaceAll(/\]\((?![a-z]+:|#)(?:\.\/)?([^)\s]+)\)/g, `](${base}/$1)`);
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
