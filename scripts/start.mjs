/** Serves the demo page with its event server, after setting up and building what is not up to date. */
import { spawn } from "node:child_process";
import { build } from "./build.mjs";
import { at, root } from "./lib/paths.mjs";
import { main } from "./lib/problem.mjs";
import { setUpBuild } from "./setup.mjs";

await main(async () => {
  await setUpBuild();
  await build({ page: true });
  return serve();
});

/** Runs the server in the foreground, until it or this script is told to end. It prints its address. */
function serve() {
  const server = spawn(process.execPath, [at("www", "server", "main.js")], { cwd: root, stdio: "inherit" });
  process.on("exit", () => server.kill());
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.once("close", (code) => resolve(code ?? 0));
  });
}
