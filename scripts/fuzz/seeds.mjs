import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadVectors } from "../../tests/support/vector-files.mjs";

const encoder = new TextEncoder();

/** Targets whose input is one stream, in the format of `fuzz/targets/support.rs`. */
const STREAMS = ["batch", "feed_next_event", "feed_with", "next_item"];

/** Bytes of the longest seed. Longer vectors only repeat themselves, and their mutations are slow. */
const MAX_LENGTH = 1024;

/** Writes the vectors as the fuzzers' first inputs. @param {string} folder the folder of all targets' corpora */
export function writeSeeds(folder) {
  const vectors = [...loadVectors().values()].flat().filter(({ bytes }) => bytes.length <= MAX_LENGTH);
  const whole = vectors.map(({ bytes }) => oneStream([], bytes));
  const bytewise = vectors.map(({ bytes }) => oneStream([1], bytes));
  const asGiven = vectors.flatMap(({ chunks, bytes }) => {
    const lengths = chunks.map((chunk) => (typeof chunk === "string" ? encoder.encode(chunk) : chunk).length);
    return lengths.length < 16 && Math.max(...lengths) < 256 ? [oneStream(lengths, bytes)] : [];
  });
  const seeds = [...whole, ...bytewise, ...asGiven];
  for (const target of STREAMS) write(join(folder, target), seeds);
  write(join(folder, "reset_and_limit"), [...pairs(64, asGiven), ...pairs(16, bytewise)]);
}

const oneStream = (lengths, stream) => Uint8Array.from([lengths.length, ...lengths, ...stream]);

/** Each stream with the next stream, in the format of `fuzz/targets/reset_and_limit.rs`. */
function pairs(limit, streams) {
  const short = streams.filter(({ length }) => length < 256);
  return short.map((first, index) => Uint8Array.from([limit, first.length, ...first, ...(short[index + 1] ?? [])]));
}

function write(folder, inputs) {
  mkdirSync(folder, { recursive: true });
  for (const [index, input] of inputs.entries()) writeFileSync(join(folder, `vector-${index}`), input);
}
