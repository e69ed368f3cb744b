process.env.CHROMIUM = "/usr/bin/chromium";

import { start } from "../../scripts/lib/command.mjs";

const { openPage } = await import("../browser/browsers.mjs");
const url = await new Promise((resolve) => start(process.execPath, ["tests/soak/server.mjs"], { onLine: resolve }));
const n = Number(process.argv[2]);
let names = process.argv.slice(3);
{
  const { page, close } = await openPage("chrome", url);
  const all = await page.evaluate(async () =>
    Object.keys((await import(new URL("/tests/soak/connections.mjs", location.href).href)).WAYS),
  );
  if (!names.length) names = all;
  await close();
}
for (const name of names) {
  const { page, close } = await openPage("chrome", url);
  const dev = await page.createCDPSession();
  const out = [];
  for (let i = 0; i < 12; i++) {
    await page.evaluate(
      async (name, n) => {
        const { WAYS } = await import(new URL("/tests/soak/connections.mjs", location.href).href);
        let left = n;
        await Promise.all(
          Array.from({ length: 5 }, async () => {
            while (left-- > 0) await WAYS[name].run();
          }),
        );
        performance.clearResourceTimings();
      },
      name,
      n,
    );
    for (let t = 3; t > 0; t--) await dev.send("HeapProfiler.collectGarbage");
    const h = await dev.send("Runtime.getHeapUsage");
    out.push(`${(h.usedSize / 1024).toFixed(0)}/${(h.embedderHeapUsedSize / 1024).toFixed(0)}`);
  }
  console.log(name, out.join(" "));
  await close();
}
process.exit();
