/**
 * Known deviations of a browser's own class from the standard. Each deviation is a rewrite of the stream: a difference is
 * known only if the browser's outcome of the stream equals the standard's outcome of the rewritten stream.
 */
import { binary } from "./streams.mjs";

/**
 * @typedef {object} Known
 * @property {string} name
 * @property {string} browser
 * @property {string} standard the sentence of the standard that decides
 * @property {(text: string) => string} rewrite rewrites a string in which each character is one byte
 */

const DATA = /(?:^|[\r\n])data[:\r\n]/;
const ID = /(?<=^|[\r\n])id(?=[:\r\n])/g;
const BARE_RETRY = /(?<=^(?:\xef\xbb\xbf)?|[\r\n])retry(:? ?)(?=[\r\n])/g;
const RETRY = /((?<=^(?:\xef\xbb\xbf)?|[\r\n])retry: ?)(\d+)(?=[\r\n])/g;
const SPACED_RETRY = /((?<=^(?:\xef\xbb\xbf)?|[\r\n])retry: ?)[\t\v\f ]*\+?(\d+)[\t\v\f ]*(?=[\r\n])/g;
const INTEGER_RETRY =
  "If the field value consists of only ASCII digits, then interpret the field value as an integer in base ten, and set " +
  "the event stream's reconnection time to that integer.";
const LAST_ID =
  "1. Set the last event ID string of the event source to the value of the last event ID buffer. [...] 2. If the data " +
  "buffer is an empty string, [...] return.";
const EMPTY_RETRY =
  "If the field value consists of only ASCII digits, then interpret the field value as an integer in base ten [...]. " +
  "Otherwise, ignore the field.";

/** @type {Known[]} */
export const KNOWN = [
  {
    name: "the line end right after a BOM is read as part of the next line",
    browser: "chrome",
    standard:
      "Streams must be decoded using the UTF-8 decode algorithm (which strips one leading BOM). [...] If the line is empty " +
      "(a blank line): dispatch the event",
    rewrite: (text) => text.replace(/^(\xef\xbb\xbf)[\r\n]/, "$1?"),
  },
  {
    name: "a reconnection time of 2^64 ms or more is ignored",
    browser: "chrome",
    standard: INTEGER_RETRY,
    rewrite: ignoreLongRetry,
  },
  {
    name: "an empty reconnection time sets the default",
    browser: "chrome",
    standard: EMPTY_RETRY,
    rewrite: (text) => text.replace(BARE_RETRY, "retry:3000"),
  },
  {
    name: "an empty reconnection time is 0",
    browser: "firefox",
    standard: EMPTY_RETRY,
    rewrite: (text) => text.replace(BARE_RETRY, "retry:0"),
  },
  {
    name: "a reconnection time is counted in 32 bits",
    browser: "firefox",
    standard: INTEGER_RETRY,
    rewrite: (text) => text.replace(RETRY, (_, start, time) => start + (BigInt(time) % 2n ** 32n)),
  },
  {
    name: "the ID of a block without data is forgotten",
    browser: "firefox",
    standard: LAST_ID,
    rewrite: (text) =>
      blocksOf(text)
        .map((block) => (DATA.test(block) ? block : block.replace(ID, "?")))
        .join(""),
  },
  {
    name: "an empty reconnection time sets the default",
    browser: "webkit",
    standard: EMPTY_RETRY,
    rewrite: (text) => text.replace(BARE_RETRY, "retry:3000"),
  },
  {
    name: "a reconnection time of 2^64 ms or more is ignored",
    browser: "webkit",
    standard: INTEGER_RETRY,
    rewrite: ignoreLongRetry,
  },
  {
    name: "a BOM that is cut by a chunk is text",
    browser: "webkit",
    standard: "Streams must be decoded using the UTF-8 decode algorithm (which strips one leading BOM).",
    rewrite: (text) => text.replace(/^\xef\xbb\xbf/, "$&$&"),
  },
  {
    name: "a BOM at the start of the next chunk is skipped too, and all text before it is lost",
    browser: "webkit",
    standard: "Streams must be decoded using the UTF-8 decode algorithm (which strips one leading BOM).",
    rewrite: (text) => text.replace(/^.{1,4}\xef\xbb\xbf/s, ""),
  },
  {
    name: "a stream that begins with a BOM of UTF-16 is decoded as UTF-16",
    browser: "webkit",
    standard: "Streams must be decoded using the UTF-8 decode algorithm (which strips one leading BOM).",
    rewrite: (text) => text.replace(/^(?:\xfe\xff|\xff\xfe).*$/s, fromUtf16),
  },
  {
    name: "spaces around a reconnection time and a plus sign before it are skipped",
    browser: "webkit",
    standard: EMPTY_RETRY,
    rewrite: (text) => text.replace(SPACED_RETRY, "$1$2"),
  },
  {
    name: "the ID of a block without data is not sent if no event follows",
    browser: "webkit",
    standard: LAST_ID,
    rewrite: (text) => {
      const blocks = blocksOf(text);
      const last = blocks.findLastIndex((block) => DATA.test(block));
      return blocks.map((block, index) => (index > last ? block.replace(ID, "?") : block)).join("");
    },
  },
];

function ignoreLongRetry(text) {
  return text.replace(RETRY, (field, _, time) => (BigInt(time) < 2n ** 64n ? field : "?"));
}

/** Splits a stream into blocks, each with its blank line. A BOM is a block of its own. */
function blocksOf(text) {
  return text.match(/(?:^\xef\xbb\xbf|(?:[^\r\n]+(?:\r\n|\r|\n))*(?:\r\n|\r|\n)|.+$)/gs) ?? [];
}

/** The known deviations that together explain the browser's outcome, or none. */
export function explain(browser, bytes, isExplainedBy) {
  const text = binary(bytes);
  const known = KNOWN.filter((one) => one.browser === browser && one.rewrite(text) !== text);
  const combinations = Array.from({ length: 2 ** known.length - 1 }, (_, index) =>
    known.filter((_, bit) => (index + 1) & (1 << bit)),
  ).sort((a, b) => a.length - b.length);
  return (
    combinations.find((some) => isExplainedBy(unbinary(some.reduce((text, one) => one.rewrite(text), text)))) ?? []
  );
}

function fromUtf16(text) {
  const encoding = text.startsWith("\xff") ? "utf-16le" : "utf-16be";
  return binary(new TextEncoder().encode(new TextDecoder(encoding).decode(unbinary(text))));
}

const unbinary = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0));
