/**
 * Compares `eventsource-wasm/parser` with the package `eventsource-parser`, whose interface it has: equal calls to both must
 * lead to equal callbacks, in order, at the same chunks.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as theirs from "eventsource-parser";
import * as theirStream from "eventsource-parser/stream";
import * as ours from "eventsource-wasm/parser";
import * as ourStream from "eventsource-wasm/parser/stream";
import { isJavaScript } from "../support/engine.mjs";
import { loadVectors } from "../support/vector-files.mjs";
import { cuttings } from "../support/vectors.mjs";

const CASES = 3000;
const SEED = Number(process.env.SEED ?? 1);

/**
 * The differences, each with its reason. `standard` quotes the sentence of the standard that decides.
 *
 * @type {Record<string, {
 *   standard?: string, because?: string,
 *   run: (parser: import("eventsource-wasm/parser").EventSourceParser) => void,
 *   config?: import("eventsource-wasm/parser").ParserConfig,
 *   theirs: unknown[], ours: unknown[],
 * }>}
 */
const DIFFERENCES = {
  "the three characters U+00EF U+00BB U+00BF are no byte order mark": {
    standard: '"One leading U+FEFF BYTE ORDER MARK character must be ignored if any are present."',
    run: (parser) => parser.feed("\xef\xbb\xbfdata: 1\n\n"),
    theirs: [event("1")],
    ours: [unknown("\xef\xbb\xbfdata: 1")],
  },
  "a lone surrogate is U+FFFD": {
    standard: '"Streams must be decoded using the UTF-8 decode algorithm", which gives no lone surrogates.',
    run: (parser) => parser.feed("data: \ud83d!\n\n"),
    theirs: [event("\ud83d!")],
    ours: [event("\ufffd!")],
  },
  "a line of an unknown field is reported for any cuts": {
    standard: '"The field is ignored": a report is an extra, and must not depend on how the network cuts the stream.',
    run: (parser) => {
      parser.feed("unknown: 1\nunkn");
      parser.feed("own: 2\n");
    },
    theirs: [unknown("unknown: 1")],
    ours: [unknown("unknown: 1"), unknown("unknown: 2")],
  },
  "a reconnection time beyond 64 bits is 2^64": {
    because: "no timer can wait that long",
    run: (parser) => parser.feed(`retry: ${"9".repeat(25)}\n`),
    theirs: [["retry", 1e25]],
    ours: [["retry", 2 ** 64]],
  },
  "maxBufferSize counts bytes of UTF-8": {
    because: "it limits memory, and the stream may be fed as bytes",
    config: { maxBufferSize: 10 },
    run: (parser) => parser.feed("data: 日本"),
    theirs: [],
    ours: [OVERFLOW()],
  },
  "maxBufferSize is for each event, whether it comes in one chunk or in several": {
    because: "whether an event is too large must not depend on how the network cuts it",
    config: { maxBufferSize: 10 },
    run: (parser) => parser.feed("data: more than ten\n\n"),
    theirs: [event("more than ten")],
    ours: [OVERFLOW()],
  },
  "maxBufferSize counts the name and the ID of the event too": {
    because: "they are buffered with its data",
    config: { maxBufferSize: 9 },
    run: (parser) => {
      parser.feed("event: a\n");
      parser.feed("data: 123\n\n");
    },
    theirs: [["event", { id: undefined, event: "a", data: "123" }]],
    ours: [OVERFLOW()],
  },
  "maxBufferSize counts lines of unknown fields too, while they are not finished": {
    because: "they are buffered, to be reported",
    config: { maxBufferSize: 10 },
    run: (parser) => parser.feed("unknown: more than ten"),
    theirs: [],
    ours: [OVERFLOW()],
  },
};

describe("what differs", () => {
  for (const [name, difference] of Object.entries(DIFFERENCES)) {
    test(name, () => {
      for (const [library, { createParser }] of Object.entries({ theirs, ours })) {
        const log = new Log(createParser, difference.config);
        difference.run(log.parser);
        assert.deepEqual(log.entries, difference[library], library);
      }
    });
  }

  /** The events of `1`, `2` and `unfinished`, with a cut after the last, if the callback of the first calls `act`. */
  function reentrant({ createParser }, act) {
    const seen = [];
    const parser = createParser({
      onEvent({ data }) {
        seen.push(data);
        if (data === "1") act(parser);
      },
    });
    parser.feed("data: 1\n\ndata: 2\n\ndata: unfinished");
    parser.feed("\n\n");
    return seen;
  }

  test("chunks that a callback feeds are parsed after the present chunk", () => {
    const feed = (parser) => parser.feed("\n\ndata: 3\n\n");
    assert.deepEqual(reentrant(theirs, feed), ["1", "3", "2", "unfinished"]);
    assert.deepEqual(reentrant(ours, feed), ["1", "2", "unfinished", "3"]);
  });

  test("a reset in a callback discards the unfinished event of the chunk", () => {
    const reset = (parser) => parser.reset();
    assert.deepEqual(reentrant(theirs, reset), ["1", "2", "unfinished"]);
    assert.deepEqual(reentrant(ours, reset), ["1", "2"]);
  });

  test("a reset with consume in a callback comes after the chunk, and before chunks that are fed later", () => {
    const seen = [theirs, ours].map(({ createParser }) => {
      const texts = [];
      const parser = createParser({
        onComment: (text) => texts.push(text),
        onEvent({ data }) {
          texts.push(data);
          if (data !== "1") return;
          parser.feed("fed before\n");
          parser.reset({ consume: true });
          parser.feed("data: fed after\n\n");
        },
      });
      parser.feed("data: 1\n\ndata: 2\n\n: unfinished ");
      parser.feed("data: 3\n\n");
      return texts;
    });
    assert.deepEqual(seen, [
      ["1", "fed after", "2", "unfinished data: 3"],
      ["1", "2", "unfinished fed before", "fed after", "3"],
    ]);
  });

  test("feed takes bytes too, and anything else is a TypeError", () => {
    const log = new Log(ours.createParser);
    log.parser.feed(new TextEncoder().encode("data: é\n\n"));
    assert.deepEqual(log.entries, [event("é")]);
    // @ts-expect-error
    for (const chunk of [42, null, undefined, {}, [1]]) assert.throws(() => log.parser.feed(chunk), TypeError);
  });
});

describe("the vectors", () => {
  for (const [file, vectors] of loadVectors()) {
    describe(file, () => {
      for (const vector of vectors) {
        test(vector.name, () => {
          const [one, other] = both();
          for (const [how, chunks] of cuttings(vector)) {
            // The `feed` of these parsers takes as long for a byte as for a chunk.
            if (how.startsWith("byte by byte") && vector.bytes.length > 50_000) continue;
            const all = alike([...chunks]);
            compare(one.take(all), other.take(all), `${vector.why}\n${how}`);
          }
        });
      }
    });
  }
});

describe("random streams", () => {
  const random = generator(SEED);
  const pick = (list) => list[Math.floor(random() * list.length)];

  const NAMES = ["data", "event", "id", "retry", "", "dat", "datas", " data", "Data", "unknown", "日本"];
  const COLONS = [":", ": ", ":  ", "", " :", "::"];
  const VALUES = ["", "a", "1", "12", "007", "-1", "1.5", " 1", "é", "日本", "🦀", "\0", "a:b", "__proto__", "\ufeff"];
  const ENDS = ["\n", "\n", "\n", "\r\n", "\r", "\n\n", "\n\n", "\r\n\r\n", "\r\r", "\n\r", "x"];

  const line = () => pick(NAMES) + pick(COLONS) + pick(VALUES) + pick(ENDS);
  const stream = () => (random() < 0.2 ? "\ufeff" : "") + Array.from({ length: 1 + random() * 30 }, line).join("");

  /** Cuts text at any place but within a character, and bytes at any place. */
  function cut(whole, places) {
    const at = Array.from({ length: places }, () => Math.floor(random() * (whole.length + 1)));
    const sorted = [0, ...at.sort((a, b) => a - b), whole.length];
    return sorted.slice(1).map((end, index) => whole.slice(sorted[index], end));
  }

  test(`${CASES} random streams as text and as bytes, whole and cut (SEED=${SEED})`, () => {
    const [one, other] = both();
    const encoder = new TextEncoder();
    for (let round = 0; round < CASES; round++) {
      const text = stream();
      const what = JSON.stringify(text);
      assert.deepEqual(other.take([text]), one.take([text]), what);
      const places = Math.floor(random() * 12);
      const texts = cut([...text], places).map((characters) => characters.join(""));
      compare(one.take(texts), other.take(texts), JSON.stringify(texts));
      const bytes = cut(encoder.encode(text), places);
      compare(one.take(bytes), other.take(bytes), `${what} as ${bytes.map(({ length }) => length)} bytes`);
    }
  });

  test(`${CASES} random streams with a reset in the middle`, () => {
    const [one, other] = both();
    for (let round = 0; round < CASES; round++) {
      const parts = [stream(), stream(), stream()];
      const options = pick([undefined, {}, { consume: false }, { consume: true }]);
      for (const log of [one, other]) {
        log.entries = [];
        for (const part of parts) {
          log.parser.feed(part);
          log.parser.reset(options);
        }
      }
      compare(one.entries, other.entries, `${JSON.stringify(parts)} ${JSON.stringify(options)}`);
    }
  });

  test(`${CASES} random streams with a size limit, fed by the character`, () => {
    for (let round = 0; round < CASES / 8; round++) {
      const config = { maxBufferSize: Math.floor(random() * 20) };
      // Only characters of one byte, no lines that only ours counts, and no comments, which only theirs counts.
      const text = stream()
        .replace(/[^\n\r -~]/g, "x")
        .replace(/^(?!(data|retry)(:|$)).+/gm, "data: x");
      const [one, other] = [new Log(theirs.createParser, config), new Log(ours.createParser, config)];
      for (const log of [one, other]) {
        for (const character of text) {
          try {
            log.parser.feed(character);
          } catch (error) {
            assert(error instanceof Error && !(error instanceof TypeError));
            log.entries.push("threw");
            break;
          }
        }
      }
      assert.deepEqual(other.entries, one.entries, `${JSON.stringify(text)} ${config.maxBufferSize}`);
    }
  });
});

describe("EventSourceParserStream", () => {
  const text = "id: 1\n\n: hi\nretry: 5\nretry: x\nevent: a\ndata: 1\n\nunknown: 1\n\ndata: 2\n\ndata: more than ten";

  for (const [name, make] of Object.entries({
    "without options": () => [undefined, []],
    "with all callbacks": () => {
      const log = [];
      const to = (name) => (value) => log.push([name, value instanceof Error ? errorFields(value) : value]);
      const callbacks = { onId: to("id"), onRetry: to("retry"), onComment: to("comment"), onError: to("error") };
      return [callbacks, log];
    },
    'with onError: "terminate"': () => [{ onError: "terminate" }, []],
    "with another onError": () => [{ onError: "ignore" }, []],
    "over maxBufferSize": () => [{ maxBufferSize: 10 }, []],
  })) {
    test(name, async () => {
      const outcomes = [];
      for (const { EventSourceParserStream } of [theirStream, ourStream]) {
        const [options, log] = /** @type {[any, unknown[]]} */ (make());
        const source = new Blob([text]).stream().pipeThrough(new TextDecoderStream());
        const seen = [];
        try {
          for await (const message of source.pipeThrough(new EventSourceParserStream(options))) seen.push(message);
        } catch (error) {
          seen.push(errorFields(error));
        }
        outcomes.push({ log, seen });
      }
      assert.deepEqual(outcomes[1], outcomes[0]);
      assert(outcomes[0]?.seen.length);
    });
  }

  test("its error is an instance of the exported class", async () => {
    const { readable, writable } = new ourStream.EventSourceParserStream({ onError: "terminate" });
    writable
      .getWriter()
      .write("unknown\n")
      .catch(() => {});
    await assert.rejects(readable.getReader().read(), (error) => error instanceof ours.ParseError);
    assert.equal(ourStream.ParseError, ours.ParseError);
  });
});

test("both export the same names", { skip: isJavaScript && "one entry has both" }, () => {
  assert.deepEqual(Object.keys(ours).sort(), Object.keys(theirs).sort());
  assert.deepEqual(Object.keys(ourStream).sort(), Object.keys(theirStream).sort());
});

test("feed and reset need no this, and messages have equal JSON", () => {
  const [one, other] = [theirs, ours].map(({ createParser }) => {
    const seen = [];
    const { feed, reset } = createParser({ onEvent: (message) => seen.push(JSON.stringify(message)) });
    feed("event: a\nid: 1\ndata: 1\n\ndata: half");
    reset();
    feed("data: 2\n\n");
    return seen;
  });
  assert.deepEqual(other, one);
});

test("a config that is no object is a TypeError", () => {
  for (const { createParser } of [theirs, ours]) {
    // @ts-expect-error
    assert.throws(() => createParser(() => {}), TypeError);
    // @ts-expect-error
    assert.throws(() => createParser(), TypeError);
  }
});

/** A parser, and the log of its callbacks. */
class Log {
  /** @type {unknown[]} */
  entries = [];

  constructor(createParser, config = {}) {
    const note = (name) => (value) => this.entries.push([name, value]);
    this.isOurs = createParser === ours.createParser;
    /** @type {import("eventsource-wasm/parser").EventSourceParser} */
    this.parser = createParser({
      onId: note("id"),
      onEvent: note("event"),
      onRetry: note("retry"),
      onComment: note("comment"),
      onError: (error) => this.entries.push(["error", errorFields(error)]),
      ...config,
    });
  }

  /** The events of a stream, by chunk. Their parser gets bytes through a `TextDecoder`, as its manual describes. */
  take(chunks) {
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    const taken = chunks.map((chunk) => {
      this.entries = [];
      this.parser.feed(this.isOurs || typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true }));
      return this.entries;
    });
    this.parser.reset();
    return taken;
  }
}

function both() {
  return [new Log(theirs.createParser), new Log(ours.createParser)];
}

function errorFields(error) {
  const { name, type, field, value, line } = error;
  assert.deepEqual(Object.keys(error).sort(), ["field", "line", "name", "type", "value"]);
  return { name, type, field, value, line };
}

/** Asserts equal callbacks, except for unknown fields that theirs left out, and for times beyond 64 bits. */
function compare(expected, actual, what) {
  const isUnknown = (entry) => entry[0] === "error" && entry[1].type === "unknown-field";
  const rest = (entries) => entries.filter((entry) => !isUnknown(entry)).map(clamped);
  const nested = expected.every((entry) => entry.length === 0 || Array.isArray(entry[0]));
  const same = (one, other) => {
    assert.deepEqual(rest(other), rest(one), what);
    const reported = other.filter(isUnknown).map((entry) => JSON.stringify(entry));
    for (const entry of one.filter(isUnknown)) assert(reported.includes(JSON.stringify(entry)), what);
  };
  if (nested) for (const index of expected.keys()) same(expected[index], actual[index]);
  else same(expected, actual);
}

function clamped(entry) {
  return entry[0] === "retry" ? ["retry", Math.min(entry[1], 2 ** 64)] : entry;
}

/** Converts mixed chunks to bytes: a `TextDecoder` with a pending character cannot be followed by text. */
function alike(chunks) {
  if (chunks.every((chunk) => typeof chunk === "string")) return chunks;
  return chunks.map((chunk) => (typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk));
}

function event(data) {
  return ["event", { id: undefined, event: undefined, data }];
}

function unknown(line) {
  const [field = "", value = ""] = line.split(": ");
  return ["error", { name: "ParseError", type: "unknown-field", field, value, line }];
}

function OVERFLOW() {
  const type = "max-buffer-size-exceeded";
  return ["error", { name: "ParseError", type, field: undefined, value: undefined, line: undefined }];
}

/** Numbers from 0 to 1 (mulberry32). */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
