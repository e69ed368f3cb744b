/** The checks of `npm run release`, and the links that it rewrites. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { linked, shown } from "../../scripts/release/packages.mjs";
import { disagreement, undone, versionsOf } from "../../scripts/release/versions.mjs";

const checkout = (file) => readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");

/** The files of a release, with the given versions. */
const files = ({
  npm = "1.2.0",
  crate = "1.2.0",
  native = "1.2.0",
  needed = "1.2.0",
  heading = "1.2.0 - 2026-12-01",
}) =>
  versionsOf(
    (file) =>
      ({
        "package.json": JSON.stringify({ name: "eventsource-wasm", version: npm }),
        "Cargo.toml": `[workspace]\n\n[package]\nname = "eventsource-wasm"\nversion = "${crate}"\n`,
        "native/Cargo.toml": `[package]\nname = "eventsource-reqwest"\nversion = "${native}"\n\n[dependencies]\neventsource-wasm = { version = "${needed}" }\n`,
        "CHANGELOG.md": `# Changelog\n\n## ${heading}\n\n## 1.1.0 - 2026-11-01\n`,
      })[file] ?? "",
  );

test("the checkout's versions agree", () => {
  const versions = versionsOf(checkout);
  assert.equal(disagreement(versions), undefined);
  assert.match(versions.npm.version, /^\d+\.\d+\.\d+/);
});

test("a version that differs in one file is named", () => {
  assert.equal(disagreement(files({})), undefined);
  const all = [{ npm: "1.2.1" }, { crate: "1.2.1" }, { native: "1.2.1" }, { needed: "1.2.1" }];
  for (const wrong of [...all, { heading: "1.2.1 - 2026-12-01" }]) {
    assert.match(disagreement(files(wrong)) ?? "", /^The versions differ: .*1\.2\.1/);
  }
});

test("an entry of the changelog without a date is a task", () => {
  assert.deepEqual(undone(files({})), []);
  assert.match(undone(files({ heading: "1.2.0 - unreleased" })).join(), /date .*unreleased/);
  assert.equal(undone(files({ heading: "1.2.0" })).length, 1);
});

test("links into the checkout become links to the repository, and others stay", () => {
  const text = "[a](docs/a.md#part), [b](./b.md), [c](https://example.org/c), [d](#d), [e](mailto:e@example.org)";
  assert.equal(
    linked(text, "https://example.org/r/blob/v1/"),
    "[a](https://example.org/r/blob/v1/docs/a.md#part), [b](https://example.org/r/blob/v1/b.md), [c](https://example.org/c), [d](#d), [e](mailto:e@example.org)",
  );
  assert.equal(
    linked("[a](../a.md)", "https://example.org/r/blob/v1/native/"),
    "[a](https://example.org/r/blob/v1/a.md)",
  );
});

test("lines that rustdoc hides are removed from examples in Rust", () => {
  const example =
    "# Title\n```rust\n#[derive(A)]\nlet a = 1;\n    # let b = 2;\n# Ok(())\n```\n```sh\n# a comment\n```\n";
  assert.equal(shown(example), "# Title\n```rust\n#[derive(A)]\nlet a = 1;\n```\n```sh\n# a comment\n```\n");
});

test("each link in the texts of a release leads to an existing file", () => {
  for (const file of ["README.md", "CHANGELOG.md", "native/README.md"]) {
    for (const [, path] of linked(checkout(file), `root:/${file}`).matchAll(/\]\(root:\/([^)#]+)/g)) {
      assert.ok(
        existsSync(new URL(`../../${path}`, import.meta.url)),
        `${file} links to ${path}, which does not exist`,
      );
    }
  }
});
