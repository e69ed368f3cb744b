/**
 * Measures the native parser against other crates. The arguments go to criterion.
 *
 *     npm run bench:native -- ticks
 */
import { run } from "./lib/command.mjs";
import { at } from "./lib/paths.mjs";
import { main } from "./lib/problem.mjs";
import { ensureRust } from "./setup/rust.mjs";

await main(async () => {
  await ensureRust({ linters: false });
  const args = ["bench", "--manifest-path", at("benches", "native", "Cargo.toml"), "--", ...process.argv.slice(2)];
  await run("cargo", args, { onLine: (line) => console.log(line), timeout: 60 * 60_000 });
});
