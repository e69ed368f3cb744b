/** The versions that must be equal in a release. */

/**
 * @typedef {object} Versions
 * @property {{ name: string, version: string }} npm
 * @property {{ name: string, version: string }} crate
 * @property {{ name: string, version: string, needed: string }} native `needed`: the version of the crate dependency
 * @property {{ version: string, date: string }} changelog its newest entry
 */

/** @param {(file: string) => string} read @returns {Versions} */
export function versionsOf(read) {
  const { name, version } = JSON.parse(read("package.json"));
  const crate = crateOf(read("Cargo.toml"));
  const native = read("native/Cargo.toml");
  const [, needed = ""] = /^eventsource-wasm = .*version = "([^"]+)"/m.exec(native) ?? [];
  const [, newest = "", date = ""] = /^## \[?([^\s\]]+)\]?(?: - (.+))?$/m.exec(read("CHANGELOG.md")) ?? [];
  return {
    npm: { name, version },
    crate,
    native: { ...crateOf(native), needed },
    changelog: { version: newest, date },
  };
}

function crateOf(manifest) {
  const [, name = "", version = ""] = /\[package\]\nname = "(.+)"\nversion = "(.+)"/.exec(manifest) ?? [];
  return { name, version };
}

/** @param {Versions} versions @returns {string | undefined} a sentence with the versions, if they differ */
export function disagreement({ npm, crate, native, changelog }) {
  const all = [npm.version, crate.version, native.version, native.needed, changelog.version];
  if (new Set(all).size === 1) return undefined;
  return (
    `The versions differ: package.json has ${npm.version}, Cargo.toml ${crate.version}, native/Cargo.toml ${native.version}, ` +
    `which depends on ${native.needed}, CHANGELOG.md ${changelog.version}.`
  );
}

/** The tasks left before a release. @param {Versions} versions @returns {string[]} */
export function undone({ changelog: { version, date } }) {
  return /^\d{4}-\d\d-\d\d$/.test(date) ? [] : [`give ${version} its date in CHANGELOG.md, in place of '${date}'`];
}
