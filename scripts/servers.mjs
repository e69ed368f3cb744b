/**
 * Tests the servers of `examples/servers/` with our client in Chromium. A server whose language is not installed is skipped,
 * with a line that gives the reason.
 *
 *     npm run test:servers -- [options]
 *
 *   --only go,axum    only these servers
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "./build.mjs";
import { run, which } from "./lib/command.mjs";
import { at } from "./lib/paths.mjs";
import { explain, main, Problem } from "./lib/problem.mjs";
import { step } from "./lib/progress.mjs";
import { ensureBrowser } from "./setup/browser.mjs";
import { ensureServerPackages } from "./setup/node-packages.mjs";
import { setUpBuild } from "./setup.mjs";
import { runNodeTests } from "./test/node-tests.mjs";

const folder = (...path) => at("examples", "servers", ...path);

/** A path in the folder of the built servers. */
const made = (...path) => at("target", "servers", ...path);

/**
 * For each server, a function that installs it and returns the command that runs it.
 *
 * @type {Record<string, (note: (line: string) => void) => Promise<{ program: string, args: string[] }>>}
 */
const SERVERS = {
  "node-http": async () => ({ program: process.execPath, args: ["server.mjs"] }),
  express: async () => {
    await ensureServerPackages("express");
    return { program: process.execPath, args: ["server.mjs"] };
  },
  koa: async () => {
    await ensureServerPackages("koa");
    return { program: process.execPath, args: ["server.mjs"] };
  },
  go: async (note) => {
    const program = made("go", "server");
    await run("go", ["build", "-o", program, "."], { cwd: folder("go"), onLine: note });
    return { program, args: [] };
  },
  axum: async (note) => {
    const target = made("axum");
    const args = ["build", "--locked", "--target-dir", target];
    await run("cargo", args, { cwd: folder("axum"), onLine: note });
    return { program: join(target, "debug", "server-axum"), args: [] };
  },
  fastapi: async (note) => {
    const python = made("fastapi", "bin", "python");
    if (!existsSync(python)) await run("python3", ["-m", "venv", made("fastapi")], { onLine: note });
    const args = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", "requirements.txt"];
    await run(python, args, { cwd: folder("fastapi"), onLine: note });
    return { program: python, args: ["-m", "uvicorn", "main:app", "--host", "localhost"] };
  },
};

/** Programs that must be on the machine. All other dependencies are installed. */
const NEEDS = { go: "go", fastapi: "python3" };

await main(async () => {
  const names = readArguments();
  await setUpBuild();
  await build({ page: false });
  const { chromium } = await ensureBrowser();
  /** @type {Record<string, { program: string, args: string[], cwd: string } | { skip: string }>} */
  const servers = {};
  for (const name of names) {
    servers[name] = await install(name);
    if ("skip" in servers[name]) console.log(`– ${name} is SKIPPED: ${servers[name].skip}`);
  }
  const { passed, failed, skipped, failures } = await step("servers", (note) =>
    runNodeTests("tests/servers", { note, env: { CHROMIUM: chromium, SERVERS: JSON.stringify(servers) } }),
  );
  if (failed > 0) throw new Problem(`${failed} failed.`, { output: failures });
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return passed === 0 ? 1 : 0;
});

async function install(name) {
  const need = NEEDS[name];
  if (need && !which(need)) return { skip: `there is no ${need}` };
  try {
    return { ...(await step(`install ${name}`, SERVERS[name])), cwd: folder(name) };
  } catch (error) {
    console.log(explain(error));
    return { skip: "it cannot be installed" };
  }
}

function readArguments() {
  const all = Object.keys(SERVERS);
  try {
    const { values } = parseArgs({ options: { only: { type: "string", default: all.join(",") } } });
    const names = values.only.split(",");
    const unknown = names.find((name) => !all.includes(name));
    if (unknown !== undefined) throw new Error(`There is no server '${unknown}'.`);
    return names;
  } catch (error) {
    throw new Problem(error.message, { advice: `npm run test:servers -- [--only ${all.join(",")}]` });
  }
}
