/** Verdicts on the figures of a soak. */
import { median } from "../../benches/lib/median.mjs";

/** @typedef {{ what: string, passed: boolean, figures: string }} Verdict */

/** The part of all rounds that is warm-up: engines grow to the size that they need, and code is compiled. */
const WARM_UP = 1 / 3;

/**
 * The bytes by which each memory may grow after the warm-up, in a run of any length: code is compiled late, and an engine's
 * allocator takes one more step for chunks that happen to be larger. Correct runs had 60 KiB, and 0, 192 and 576 KiB.
 */
const BOUNDS = { heap: 160 * 1024, engine: 640 * 1024 };

/** The memories of the engines, in the order of their start. */
const ENGINES = ["the client engine's memory", "the parser engine's memory"];

/** @param {import("./soak.mjs").Report} report @returns {Verdict[]} */
export function verdictsOf({ samples, sockets, complaints }) {
  const last = samples[samples.length - 1];
  const warm = samples.slice(Math.ceil(samples.length * WARM_UP));
  const requests = last.requests - last.streams;
  return [
    {
      what: "every event is counted once",
      passed: last.faults === 0 && last.events === last.expected,
      figures: `${count(last.events)} of ${count(last.expected)}; ${last.faults} faults${list(last.told)}`,
    },
    {
      what: "every connection reaches the server, but for one in a hundred",
      // A request that is closed before the response may not have been sent, and a request that is cut early is repeated.
      passed: Math.abs(requests - last.connections) <= Math.max(5, last.connections / 100),
      figures: `${count(requests)} for ${count(last.connections)}, and ${count(last.streams)} for the streams of events`,
    },
    ...ENGINES.map((name, index) => engineMemory(name, warm, index)),
    heap("the JavaScript heap", warm, ({ heap }) => heap.usedSize),
    heap("the heap of the browser's objects", warm, ({ heap }) => heap.embedderHeapUsedSize + heap.backingStorageSize),
    {
      what: "the server's sockets are back to zero",
      passed: sockets === 0 && samples.every(({ open }) => open === 0),
      figures: `${sockets} at the end; responses open after a round: at most ${Math.max(...samples.map((one) => one.open))}`,
    },
    {
      what: "no unhandled rejection, no uncaught error, nothing in the console",
      passed: complaints.length === 0,
      figures: `${complaints.length}${list(complaints.slice(0, 5))}`,
    },
  ];
}

/** @param {string} name @param {import("./soak.mjs").Sample[]} warm @param {number} index @returns {Verdict} */
function engineMemory(name, warm, index) {
  const sizes = warm.map(({ memory }) => memory[index]);
  return flat(name, warm, sizes, sizes[sizes.length - 1] - sizes[0], BOUNDS.engine);
}

/** @param {import("./soak.mjs").Sample[]} warm @param {(sample: import("./soak.mjs").Sample) => number} sizeOf */
function heap(name, warm, sizeOf) {
  const sizes = warm.map(sizeOf);
  return flat(name, warm, sizes, slope(sizes) * (sizes.length - 1), BOUNDS.heap);
}

/** @returns {Verdict} */
function flat(name, warm, sizes, growth, bound) {
  const last = warm.length - 1;
  const from = `${kibibytes(sizes[0])} KiB after the warm-up, ${kibibytes(sizes[last])} KiB at the end`;
  const over = ["events", "connections"].map((what) => `${count(warm[last][what] - warm[0][what])} ${what}`).join(", ");
  return {
    what: `${name} is flat`,
    passed: growth <= bound,
    figures: `${from}; grows by ${kibibytes(growth)} KiB, at most ${kibibytes(bound)}, over ${over}`,
  };
}

/** The growth for each round: the median over all pairs (Theil and Sen), which one outlier does not change. */
function slope(sizes) {
  const slopes = sizes.flatMap((size, index) =>
    sizes.slice(0, index).map((before, at) => (size - before) / (index - at)),
  );
  return slopes.length > 0 ? median(slopes) : 0;
}

const kibibytes = (bytes) => count(Math.round(bytes / 1024));

export const count = (number) => number.toLocaleString("en");

const list = (lines) => lines.map((line) => `\n       ${line}`).join("");
