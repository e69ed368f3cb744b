/**
 * The examples for Rust front ends: `npm run examples -- yew` builds one and serves it; `npm run test:examples` builds all
 * and drives each in Chromium; before that it runs the terminal client against the servers of the faults.
 */
import { buildExamples, buildNative, exampleNames, pageOf } from "./build/examples.mjs";
import { run } from "./lib/command.mjs";
import { serve } from "./lib/demo-server.mjs";
import { at, npmProgram } from "./lib/paths.mjs";
import { main, Problem } from "./lib/problem.mjs";
import { ensureBrowser } from "./setup/browser.mjs";
import { setUpBuild } from "./setup.mjs";

/** ms without a line. A test may take half a minute, by its configuration. */
const SILENCE = 90_000;

await main(async () => {
  const names = exampleNames();
  const [argument, ...more] = process.argv.slice(2);
  const isTest = argument === "--test";
  if (more.length > 0 || !(isTest || names.includes(argument))) {
    throw new Problem("That is not how to choose an example.", {
      advice: `npm run examples -- ${names.join("|")}, or npm run test:examples`,
    });
  }
  await setUpBuild();
  if (!isTest) {
    await buildExamples([argument]);
    return serve(pageOf(argument));
  }
  const native = await testNative();
  await buildExamples(names);
  return (await testPages()) || native;
});

async function testNative() {
  const { code } = await run(process.execPath, ["--test", at("tests", "examples", "native.test.mjs")], {
    env: { NATIVE_EXAMPLE: await buildNative() },
    onLine: (line) => console.log(line),
    timeout: 5 * 60_000,
    mayFail: true,
  });
  return code;
}

async function testPages() {
  const { chromium } = await ensureBrowser();
  const config = at("tests", "examples", "playwright.config.ts");
  const { code } = await run(npmProgram("playwright"), ["test", "-c", config], {
    env: { CHROMIUM: chromium },
    onLine: (line) => console.log(line),
    mayFail: true,
    silence: SILENCE,
  });
  return code;
}
