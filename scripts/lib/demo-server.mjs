import { spawn } from "node:child_process";
import { at, root } from "./paths.mjs";

/**
 * Runs the demo's server until the server or this process gets a signal to end. The server prints its address.
 *
 * @param {string} [page] the folder of the page; default: the demo page
 * @returns {Promise<number>} its exit code
 */
export function serve(page) {
  const args = [at("www", "server", "main.js"), ...(page === undefined ? [] : [page])];
  const server = spawn(process.execPath, args, { cwd: root, stdio: "inherit" });
  process.on("exit", () => server.kill());
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.once("close", (code) => resolve(code ?? 0));
  });
}
