/**
 * The packed tarball in tests of its users: by Vitest, in the environments jsdom and node. Needs TARBALL, which
 * `npm test -- --only package` sets.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { withEventServer } from "../../scripts/test/event-server.mjs";

const template = fileURLToPath(new URL("vitest-app", import.meta.url));
const { TARBALL: tarball = "" } = process.env;

/** The time limit, in ms, of npm's installation of the application. */
const INSTALLING = 180_000;
/** The time limit, in ms, of Vitest. Waits in its tests have shorter limits. */
const RUNNING = 80_000;

/**
 * Versions that run on the oldest Node.js that the package supports. Later versions of Vitest make `fetch` accept signals of
 * jsdom. With this version, `fetch` of Node.js 24 refuses them.
 */
const devDependencies = { vitest: "3.2.4", jsdom: "26.1.0" };

const app = mkdtempSync(join(tmpdir(), "vitest-app-"));

before(() => {
  cpSync(template, app, { recursive: true });
  const dependencies = { "eventsource-wasm": `file:${tarball}` };
  const manifest = { private: true, type: "module", dependencies, devDependencies };
  writeFileSync(join(app, "package.json"), JSON.stringify(manifest));
  inApp(INSTALLING, "npm", ["install", "--prefer-offline", "--no-audit", "--no-fund"]);
});

after(() => rmSync(app, { recursive: true, force: true }));

for (const ENVIRONMENT of ["jsdom", "node"]) {
  test(`under Vitest with environment ${ENVIRONMENT}, streams, signals and the test server work`, () =>
    withEventServer(async ({ EVENT_SERVER }) => {
      const args = ["vitest", "run", "--environment", ENVIRONMENT];
      inApp(RUNNING, "npx", args, { EVENT_SERVER, ENVIRONMENT });
    }));
}

function inApp(timeout, program, args, more = {}) {
  const env = { ...process.env, NO_COLOR: "1", ...more };
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd: app, env, encoding: "utf8", timeout });
  assert.equal(status, 0, `${program} ${args.join(" ")}: ${error ?? status}\n${stdout}${stderr}`);
}
