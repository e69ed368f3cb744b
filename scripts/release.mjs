/**
 * Prepares the packages, and prints the commands that would publish them: `npm run release -- --dry-run`. It publishes nothing.
 * `--repository https://example.org/us/eventsource-wasm` answers its only question.
 */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { build } from "./build.mjs";
import { run } from "./lib/command.mjs";
import { at, npmProgram } from "./lib/paths.mjs";
import { main, Problem } from "./lib/problem.mjs";
import { step } from "./lib/progress.mjs";
import { layOutCrates, packNpmPackage } from "./release/packages.mjs";
import { disagreement, undone, versionsOf } from "./release/versions.mjs";
import { setUpBuild } from "./setup.mjs";

/** ms that the question waits for its answer. */
const PATIENCE = 600_000;

await main(async () => {
  const { values } = parseArgs({
    options: { "dry-run": { type: "boolean", default: false }, repository: { type: "string" } },
  });
  if (!values["dry-run"]) {
    const advice =
      "Run `npm run release -- --dry-run`, look at what it prints, and run the commands at its end yourself.";
    throw new Problem("This command needs --dry-run: it prepares the packages, and never publishes them.", { advice });
  }
  const versions = versionsOf((file) => readFileSync(at(file), "utf8"));
  const wrong = disagreement(versions);
  if (wrong) throw new Problem(wrong, { advice: "Write the same version in each of them, then run this again." });
  const repository = checked(values.repository ?? (await ask("Where is the repository? https://")));

  await setUpBuild();
  await build({ page: false });
  const npm = await step("npm: the package", async (note) => {
    const packed = await packNpmPackage(note, { repository });
    await run(npmProgram("publint"), ["run", packed.tarball, "--strict"], { onLine: note });
    await run(npmProgram("attw"), [packed.tarball, "--profile", "strict"], { onLine: note });
    return packed;
  });
  const folder = await layOutCrates({ repository });
  await step("crate: the package, compiled as its users get it", (note) =>
    dryRun(folder, ["--package", versions.crate.name], note),
  );
  // As one workspace, Cargo compiles the native crate with the package of the crate. No default features: TLS takes minutes.
  await step("native crate: the package, compiled with the package of the crate, without TLS", (note) =>
    dryRun(folder, ["--workspace", "--no-default-features"], note),
  );

  const { name, version } = versions.npm;
  const size = `${npm.files} files, ${kibibytes(npm.size)} packed, ${kibibytes(npm.unpackedSize)} unpacked`;
  console.log(`\nWould be published, with links to ${repository}:
  npm    ${name}@${version}: ${size}
  crate  ${versions.crate.name} ${versions.crate.version}
  crate  ${versions.native.name} ${versions.native.version}

Not checked of ${versions.native.name}:
  - its build against the registry, which does not have ${versions.crate.name} ${versions.crate.version} yet
    (it was compiled with the package of this run)
  - its default features, which turn on the default features of reqwest`);
  const left = [...undone(versions), ...(await uncommitted())];
  if (left.length > 0) console.log(`\nBefore that:\n${left.map((line) => `  ${line}`).join("\n")}`);
  console.log(`\nBy hand:
  git tag v${version} && git push --tags
  npm publish ${npm.tarball}
  cargo publish --workspace --manifest-path ${folder}/Cargo.toml --allow-dirty
The last one publishes ${versions.crate.name} first, and waits for the registry to have it.`);
});

async function dryRun(folder, what, note) {
  const args = ["publish", "--dry-run", "--allow-dirty", "--target-dir", at("target", "release-crate"), ...what];
  const { output } = await run("cargo", args, { cwd: folder, onLine: note });
  // The warning "aborting upload" is normal in a dry run.
  const warnings = output.split("\n").filter((line) => /^warning: (?!aborting upload)/.test(line));
  if (warnings.length > 0) throw new Problem("cargo publish has warnings.", { output: warnings.join("\n") });
}

async function ask(question) {
  const advice = "Run: npm run release -- --dry-run --repository https://example.org/us/eventsource-wasm";
  if (!process.stdin.isTTY) throw new Problem("The repository's address is missing.", { advice });
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return `https://${(await terminal.question(question, { signal: AbortSignal.timeout(PATIENCE) })).trim()}`;
  } catch {
    throw new Problem("The question for the repository's address got no answer.", { advice });
  } finally {
    terminal.close();
  }
}

/** The address without a doubled scheme, without `.git` and without slashes at its end, which links add themselves. */
function checked(repository) {
  const url = URL.parse(repository.replace(/^https:\/\/https:/, "https:").replace(/(\.git)?\/*$/, ""));
  if (url?.protocol !== "https:" || url.pathname === "/") {
    const advice = "Give the address of its page, such as https://example.org/us/eventsource-wasm.";
    throw new Problem(`'${repository}' is not the address of a repository.`, { advice });
  }
  return url.href;
}

async function uncommitted() {
  const { stdout } = await run("git", ["status", "--porcelain"]);
  return stdout.trim() === "" ? [] : ["commit the changes of this checkout"];
}

function kibibytes(bytes) {
  return `${(bytes / 1024).toFixed(0)} KiB`;
}
