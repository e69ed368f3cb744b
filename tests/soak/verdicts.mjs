/** What the figures of a soak say. */
import { median } from "../../benches/lib/median.mjs";

/** @typedef {{ what: string, passed: boolean, figures: string }} Verdict */

/** The rounds before this part of all are warm-up: engines grow to what they need, and code is compiled. */
const WARM_UP = 1 / 3;

/** With fewer samples after the warm-up than this, a slope is noise. */
const ENOUGH = 4;

/** Bytes that a heap may grow by for each connection, and for each event. A listener that is forgotten takes more. */
const PER_CONNECTION = 20;
const PER_EVENT = 0.05;

/** Bytes of growth that are noise, however short the run: what the browser compiles and keeps. */
const NOISE = 256 * 1024;

/** @param {import("./soak.mjs").Report} report @returns {Verdict[]} */
export function verdictsOf({ samples, sockets, complaints }) {
  const last = samples[samples.length - 1];
  const warm = samples.slice(Math.min(Math.ceil(samples.length * WARM_UP), samples.length - 1));
  const requests = last.requests - last.streams;
  return [
    {
      what: "every event is counted once",
      passed: last.faults === 0 && last.events === last.expected,
      figures: `${count(last.events)} of ${count(last.expected)}; ${last.faults} faults${list(last.told)}`,
    },
    {
      what: "every connection reaches the server",
      // A connection that is cut early may bring no event, and is one more.
      passed: requests >= last.connections && requests < last.connections * 1.1,
      figures: `${count(requests)} for ${count(last.connections)}, and ${count(last.streams)} for the streams of events`,
    },
    engineMemory(warm),
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

/** @param {import("./soak.mjs").Sample[]} warm @returns {Verdict} */
function engineMemory(warm) {
  const [first] = warm;
  const last = warm[warm.length - 1];
  return {
    what: "the engines' memory is flat",
    passed: warm.length >= ENOUGH && last.memory.join() === first.memory.join(),
    figures: `${first.memory.map(kibibytes).join(" + ")} KiB after the warm-up, ${last.memory.map(kibibytes).join(" + ")} at the end${since(warm)}`,
  };
}

/** @param {import("./soak.mjs").Sample[]} warm @param {(sample: import("./soak.mjs").Sample) => number} sizeOf */
function heap(name, warm, sizeOf) {
  const [first] = warm;
  const last = warm[warm.length - 1];
  const growth = slope(warm.map(sizeOf)) * (warm.length - 1);
  const bound = Math.max(
    NOISE,
    (last.connections - first.connections) * PER_CONNECTION + (last.events - first.events) * PER_EVENT,
  );
  return {
    what: `${name} is flat`,
    passed: warm.length >= ENOUGH && growth <= bound,
    figures: `${kibibytes(sizeOf(first))} KiB after the warm-up, ${kibibytes(sizeOf(last))} at the end; slope: ${kibibytes(growth)} KiB, at most ${kibibytes(bound)}${since(warm)}`,
  };
}

function since(warm) {
  if (warm.length < ENOUGH) return `; too few rounds to tell: ${warm.length} after the warm-up, ${ENOUGH} needed`;
  const last = warm[warm.length - 1];
  const [first] = warm;
  return `, over ${count(last.events - first.events)} events and ${count(last.connections - first.connections)} connections`;
}

/** For each round: the median over all pairs (Theil and Sen), which one odd sample does not change. */
function slope(sizes) {
  const slopes = sizes.flatMap((size, index) =>
    sizes.slice(0, index).map((before, at) => (size - before) / (index - at)),
  );
  return slopes.length > 0 ? median(slopes) : 0;
}

const kibibytes = (bytes) => count(Math.round(bytes / 1024));

export const count = (number) => number.toLocaleString("en");

const list = (lines) => lines.map((line) => `\n       ${line}`).join("");
