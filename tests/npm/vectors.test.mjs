/** Runs the language-neutral parser vectors through the npm package in Node. */
import { describe, test } from "node:test";
import { REPLAYS } from "../support/replays.mjs";
import { loadVectors } from "../support/vector-files.mjs";

const files = loadVectors();

for (const [name, replay] of Object.entries(REPLAYS)) {
  describe(name, () => {
    for (const [file, vectors] of files) {
      describe(file, () => {
        for (const vector of vectors) test(vector.name, () => replay(vector));
      });
    }
  });
}
