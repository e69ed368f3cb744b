/**
 * Serves the demo page during development: watches the sources, rebuilds the stages that a change makes stale, and reloads the
 * page. Vite serves `www/`; the page imports the package in `dist/`.
 *
 *     npm run dev
 *
 *   PORT=8081         another port than 8080
 */
import { join } from "node:path";
import { bundleStage } from "./build/bundle.mjs";
import { engineStage } from "./build/engine.mjs";
import { build } from "./build.mjs";
import { start, stop } from "./lib/command.mjs";
import { at, root, work } from "./lib/paths.mjs";
import { explain, main, Problem } from "./lib/problem.mjs";
import { setUpBuild } from "./setup.mjs";

/** ms to wait for further changes before a build: an editor saves several files, a checkout writes hundreds. */
const GATHER = 30;

/** The routes of the event server. */
const ROUTES = "^/(events?|chat|resume|debug)\\b";

const { HOST = "127.0.0.1", PORT = "8080" } = process.env;

await main(async () => {
  await setUpBuild();
  await build({ page: false });
  const how = { trace: false };
  const inputs = [...(await engineStage(how)).inputs, ...bundleStage(how).inputs];
  // The compiled engine is also an input of the bundle, but this process writes it.
  const sources = inputs.filter((path) => !path.startsWith(work));
  let server = await startEventServer();
  const rebuild = oneAtATime((signal) => build({ page: false, signal }));
  const restart = oneAtATime(async () => {
    await stop(server.child);
    server = await startEventServer(server.port);
  });

  /** Watches the files that Vite does not watch. A plugin, since Vite creates a new watcher when its configuration changes. */
  const watching = {
    name: "watching",
    configureServer({ watcher, ws }) {
      watcher.add([...sources, at("www", "server")]);
      watcher.on("all", (_event, file) => {
        if (file.startsWith(at("scripts"))) {
          // This process would build with the old scripts.
          console.log("The scripts have changed: start `npm run dev` again.");
          process.kill(process.pid, "SIGINT");
        } else if (file.startsWith(at("www", "server"))) restart();
        else if (file.startsWith(at("www", "snippets"))) ws.send({ type: "full-reload" });
        else if (sources.some((source) => file.startsWith(source))) rebuild();
      });
    },
  };

  // Imported here, since the package exists only after npm ci.
  const { createServer } = await import("vite");
  const vite = await createServer({
    root: at("www"),
    cacheDir: join(work, "vite"),
    plugins: [watching],
    clearScreen: false,
    server: {
      host: HOST,
      port: Number(PORT),
      fs: { allow: [root] },
      proxy: { [ROUTES]: `http://127.0.0.1:${server.port}` },
    },
  });
  await vite.listen();
  console.log(`eventsource-wasm dev: ${vite.resolvedUrls?.local[0]}`);
  await new Promise(() => {});
});

/** Wraps `run`: a call starts a run after `GATHER`; a call during a run aborts it and starts a new one. Prints failures. */
function oneAtATime(run) {
  /** @type {AbortController | undefined} */
  let running;
  return async () => {
    if (running) return running.abort();
    do {
      running = new AbortController();
      const { signal } = running;
      await new Promise((resolve) => setTimeout(resolve, GATHER));
      if (!signal.aborted) await run(signal).catch((error) => signal.aborted || console.error(`\n${explain(error)}\n`));
    } while (running.signal.aborted);
    running = undefined;
  };
}

/** Starts the demo's event server. @param {string} [port] any free port by default @returns {Promise<{ child, port }>} */
function startEventServer(port = "0") {
  return new Promise((resolve, reject) => {
    const { child, output } = start(process.execPath, [at("www", "server", "main.js"), at("www")], {
      env: { HOST: "127.0.0.1", PORT: port },
      onLine: (line) => {
        const [, found] = line.match(/http:\/\/localhost:(\d+)/) ?? [];
        if (found) resolve({ child, port: found });
      },
    });
    child.once("error", reject);
    child.once("close", () => reject(new Problem("The event server exited.", { output: output.join("\n") })));
  });
}
