/** Compares Chromium's `EventSource` with ours on random streams. `npm run differential` runs other numbers of streams. */
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { describe, test } from "node:test";
import { alive } from "../support/alive.mjs";
import { browsers } from "./browsers.mjs";
import { differential, summary } from "./differential/differential.mjs";

const STREAMS = 3000;
const SEEDS = { "a fixed seed": 1, "a new seed": randomInt(2 ** 31) };

const { name: browser, skip } = browsers[0];

describe("Chromium's EventSource and ours agree on streams made from", () => {
  for (const [which, seed] of Object.entries(SEEDS)) {
    test(which, { skip }, async (context) => {
      const report = await differential({ browser, seed, streams: STREAMS, onProgress: alive });
      for (const line of summary(report)) context.diagnostic(line);
      assert.ok(report.failures.length === 0, summary(report).join("\n"));
      assert.equal(report.streams, STREAMS);
      for (const count of /** @type {const} */ (["events", "fetched", "reconnects"])) {
        assert.ok(report[count] > STREAMS / 20, `only ${report[count]} ${count}`);
      }
    });
  }
});
