/**
 * Serves the demo page while it is worked on: builds what is out of date, watches the sources, builds again what a change makes
 * stale, and reloads the page. Vite serves `www/`; the package is the one in `dist/`, as the page's readers import it.
 *
 *     npm run dev
 *
 *   PORT=8080         the port, where 8080 is taken
 */
import { join } from "node:path";
import { bundleStage } from "./build/bundle.mjs";
import { engineStage } from "./build/engine.mjs";
import { build } from "./build.mjs";
import { start, stop } from "./lib/command.mjs";
import { at, root, work } from "./lib/paths.mjs";
import { explain, main, Problem } from "./lib/problem.mjs";
import { setUpBuild } from "./setup.mjs";

/** ms in which changes are gathered: an editor saves several files, a checkout writes hundreds. */
const GATHER = 30;

/** The routes of the event server. */
const ROUTES = "^/(events?|chat|resume|debug)\\b";

const { HOST = "127.0.0.1", PORT = "8080" } = process.env;

await main(async () => {
  await setUpBuild();
  await build({ page: false });
  const how = { trace: false };
  const inputs = [...(await engineStage(how)).inputs, ...bundleStage(how).inputs];
  // The engine, an input of the bundle, is made here.
  const sources = inputs.filter((path) => !path.startsWith(work));
  let server = await startEventServer();
  const rebuild = oneAtATime((signal) => build({ page: false, signal }));
  const restart = oneAtATime(async () => {
    await stop(server.child);
    server = await startEventServer(server.port);
  });

  /** Watches the files that Vite does not watch. A plugin, since Vite makes a new watcher when its own configuration changes. */
  const watching = {
    name: "watching",
    configureServer({ watcher, ws }) {
      watcher.add([...sources, at("www", "server")]);
      watcher.on("all", (_event, file) => {
        if (file.startsWith(at("scripts"))) {
          // This process runs the old scripts, and would build by them.
          console.log("The scripts have changed: start `npm run dev` again.");
          process.kill(process.pid, "SIGINT");
        } else if (file.startsWith(at("www", "server"))) restart();
        else if (file.startsWith(at("www", "snippets"))) ws.send({ type: "full-reload" });
        else if (sources.some((source) => file.startsWith(source))) rebuild();
      });
    },
  };

  // Not at the top: it is there only once npm ci has run.
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

/** Runs it soon after it was asked for; asked again meanwhile, aborts that run and begins anew. A failure is printed. */
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

/** Starts the event streams of the demo, at the same port again. @param {string} [port] @returns {Promise<{ child, port }>} */
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
    child.once("close", () => reject(new Problem("The event server ended.", { output: output.join("\n") })));
  });
}
