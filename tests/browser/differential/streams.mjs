/**
 * Random streams to compare two parsers: from the grammar, or from a damaged vector. While they are made, they are strings in
 * which each character is one byte.
 */
import { Random } from "./random.mjs";

/** @typedef {{ bytes: Uint8Array, cuts: number[] }} Stream `cuts`: the places of the cuts between chunks, ascending */

const encoder = new TextEncoder();
const asBytes = (text) => String.fromCharCode(...encoder.encode(text));

/** The longest stream that fits into the URL by which the server gets it. */
const LONGEST = 8000;

const BOM = "\xef\xbb\xbf";
const LINE_ENDS = ["\n", "\r\n", "\r", "\n\r"];
const ILL_FORMED = [
  ...["\x80", "\xc2", "\xe2\x98", "\xf0\x9f\xa6", "\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xef\xbb"],
  ...["\xe2\x98\xe2\x98\x83", "\xf8\x88\x80\x80\x80", "\xe0\x80\x80", "\xf0\x80\x80"],
];
const TEXTS = ["a", "hello", '{"n":1}', " ", "  ", ":", "\t", "\0", "\x0b", "\x0c", "\x7f", "data: x", BOM, "[DONE]"];
const UNICODE = ["é", "☃", "日本", "🦀", "\u2028", "\u0085", "\u00a0", "\ufffd", "\uffff", "\u0600"].map(asBytes);
const NAMES = [
  ...["update", "message", "error", "open", "close", "again ", "x y", "a:b", "Update", "", " ", "\0", "a\0b", BOM],
  ...["__proto__", "constructor", "toString", "hasOwnProperty", "é", "日本🦀"].map(asBytes),
];
const IDS = ["", "1", "2", "42", "a b", " ", "x ", "\t7", "\0", "1\0", "\x001", "x".repeat(300), BOM, "é☃"].map((id) =>
  id === "é☃" ? asBytes(id) : id,
);
const TIMES = [
  ...["20", "0", "00020", "200", "20000", "2147483648", "4294967296", "4294967316", "9007199254740993"],
  ...["18446744073709551615", "18446744073709551616", "18446744073709551636", "99999999999999999999"],
  ...["", "+20", "-20", "20 ", "2 0", "2e1", "0x20", "1.5", "20\0", asBytes("٢٠"), "\xff20"],
];
const ODD_FIELDS = [
  ...[
    "Data",
    "DATA",
    " data",
    "data ",
    "dat",
    "datax",
    "xdata",
    "da\0ta",
    "\0data",
    `${BOM}data`,
    `data${BOM}`,
    "eventid",
  ],
  ...["retry\t", "constructor", "__proto__", "toString", "\xffdata", "\t", "ID", "Event", "Retry"],
];
const SEPARATORS = [": ", ": ", ": ", ":", ":", ":  ", ":\t", "::", ": :", ":\0", " :", ""];
const TOKENS = [
  ...["\n", "\r", "\r\n", "\n\n", "\r\r", ":", ": ", " ", "\0", "data", "data:", "event:", "id:", "id", "retry:", "1"],
  ...[BOM, ...ILL_FORMED, ...UNICODE],
];

/** The stream of this number. @param {number} seed @param {number} index @param {string[]} vectors as `binary` makes them */
export function makeStream(seed, index, vectors) {
  const random = new Random(seed, index);
  const text = (random.chance(0.6) ? grammatical(random) : damaged(random, vectors)).slice(0, LONGEST);
  return { bytes: Uint8Array.from(text, (character) => character.charCodeAt(0)), cuts: makeCuts(random, text) };
}

/** @param {Uint8Array} bytes */
export const binary = (bytes) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");

function grammatical(random) {
  const usual = random.one(LINE_ENDS);
  const mixes = random.chance(0.3);
  const end = () => (mixes || random.chance(0.05) ? random.one(LINE_ENDS) : usual);
  const bom = random.chance(0.2) ? BOM.repeat(1 + random.below(2)) : random.chance(0.03) ? BOM.slice(0, 2) : "";
  const lines = random.many(28, () => (random.chance(0.25) ? "" : line(random)) + end());
  const tail = random.chance(0.7) ? end() + end() : random.chance(0.5) ? line(random) : "";
  return bom + lines + tail;
}

function line(random) {
  const kind = random.next();
  if (kind < 0.08) return `:${value(random)}`;
  if (kind < 0.16) return random.one(ODD_FIELDS) + random.one(SEPARATORS) + value(random);
  if (kind < 0.2) return value(random);
  if (kind < 0.35) return `event${random.one(SEPARATORS)}${random.one(NAMES)}`;
  if (kind < 0.5) return `id${random.one(SEPARATORS)}${random.one(IDS)}`;
  if (kind < 0.58) return `retry${random.one(SEPARATORS)}${random.one(TIMES)}`;
  if (kind < 0.63) return random.one(["data", "data", "event", "id", "retry"]);
  return `data${random.one(SEPARATORS)}${value(random)}`;
}

function value(random) {
  if (random.chance(0.02)) return random.many(4, () => longText(random));
  return random.many(5, () => {
    const kind = random.next();
    return random.one(kind < 0.6 ? TEXTS : kind < 0.85 ? UNICODE : ILL_FORMED);
  });
}

/** A long text with few special characters, for parsers that search long lines in large steps. */
function longText(random) {
  return random.one([...TEXTS, ...UNICODE, ...ILL_FORMED]).repeat(random.below(random.chance(0.5) ? 400 : 4));
}

function damaged(random, vectors) {
  let text = random.one(vectors);
  for (let left = random.below(5); left >= 0; left -= 1) {
    const from = random.below(text.length + 1);
    const to = Math.min(text.length, from + random.below(12));
    const [before, range, after] = [text.slice(0, from), text.slice(from, to), text.slice(to)];
    text = random.one([
      () => before + after,
      () => before + range + range + after,
      () => before + random.one(TOKENS) + range + after,
      () => before + random.one(TOKENS) + after,
      () => before + String.fromCharCode(random.below(256)) + range.slice(1) + after,
      () => before + random.one(vectors).slice(0, 200) + after,
      () => before + [...range].reverse().join("") + after,
    ])();
  }
  return random.chance(0.5) ? `${text}\n\n` : text;
}

function makeCuts(random, text) {
  const kind = random.next();
  if (kind < 0.45 || text.length < 2) return [];
  const inside = Array.from({ length: text.length - 1 }, (_, index) => index + 1);
  if (kind < 0.52 && text.length <= 60) return inside;
  // Cuts after a CR, within a BOM and within a character may matter.
  const delicate = inside.filter((at) => text[at - 1] === "\r" || text[at] >= "\x80");
  const cuts = new Set();
  for (let left = random.below(4); left >= 0; left -= 1) {
    cuts.add(random.one(delicate.length > 0 && random.chance(0.6) ? delicate : inside));
  }
  return [...cuts].sort((a, b) => a - b);
}
