/** The versions that a release has to agree on. */

/**
 * @typedef {object} Versions
 * @property {{ name: string, version: string }} npm
 * @property {{ name: string, version: string }} crate
 * @property {{ version: string, date: string }} changelog its newest entry
 */

/** @param {(file: string) => string} read @returns {Versions} */
export function versionsOf(read) {
  const { name, version } = JSON.parse(read("package.json"));
  const [, crate = "", ofCrate = ""] = /\[package\]\nname = "(.+)"\nversion = "(.+)"/.exec(read("Cargo.toml")) ?? [];
  const [, newest = "", date = ""] = /^## \[?([^\s\]]+)\]?(?: - (.+))?$/m.exec(read("CHANGELOG.md")) ?? [];
  return {
    npm: { name, version },
    crate: { name: crate, version: ofCrate },
    changelog: { version: newest, date },
  };
}

/** @param {Versions} versions @returns {string | undefined} what does not agree */
export function disagreement({ npm, crate, changelog }) {
  if (new Set([npm.version, crate.version, changelog.version]).size === 1) return undefined;
  return `The versions differ: package.json has ${npm.version}, Cargo.toml ${crate.version}, CHANGELOG.md ${changelog.version}.`;
}

/** What is to be done before a release. @param {Versions} versions @returns {string[]} */
export function undone({ changelog: { version, date } }) {
  return /^\d{4}-\d\d-\d\d$/.test(date) ? [] : [`give ${version} its date in CHANGELOG.md, in place of '${date}'`];
}
