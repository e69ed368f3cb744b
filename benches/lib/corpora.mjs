/**
 * Six kinds of streams, generated from a seed, with the events that the standard expects. A stream ends with a complete event,
 * so that it can be repeated endlessly.
 */

/** @typedef {{ type: string, data: string, id: string }} Event with an empty ID if the block has none */
/** @typedef {{ type?: string, id?: string, data: string }} Block the fields that a server sends as one event */
/** @typedef {() => number} Random at least 0, below 1 */

/** @type {Record<string, { title: string, about: string, make: (random: Random) => Block[] }>} */
export const CORPORA = {
  openai: {
    title: "OpenAI",
    about: "chat completion chunks: one line of JSON, one token each, all ASCII",
    make: openai,
  },
  anthropic: {
    title: "Anthropic",
    about: "messages: named events, one line of JSON, with a dash, a curly quote or an accent here and there",
    make: anthropic,
  },
  ticks: { title: "ticks", about: "trades: an event name, an ID and a short line of JSON", make: ticks },
  cjk: { title: "CJK", about: "chat messages in Chinese, Japanese and Korean, some with emoji", make: cjk },
  logs: { title: "logs", about: "log records of 1 to 12 lines, with indented stack traces, all ASCII", make: logs },
  payload: { title: "64 KiB", about: "one line of 64 KiB of base64 each", make: payload },
};

export const CHUNKINGS = {
  "64 KiB": "chunks of 64 KiB, cut anywhere",
  event: "one event per chunk",
};

const CHUNK = 64 * 1024;

/**
 * Makes a corpus as a network delivers it: each chunk has its own memory.
 *
 * @param {string} name
 * @returns {{
 *   events: Event[], texts: string[], bytes: number, units: number, chunks: Record<keyof typeof CHUNKINGS, Uint8Array[]>
 * }}
 */
export function makeCorpus(name) {
  const blocks = CORPORA[name].make(seeded(20_260_801));
  const encoder = new TextEncoder();
  const texts = blocks.map(write);
  const whole = encoder.encode(texts.join(""));
  const large = Array.from({ length: Math.ceil(whole.length / CHUNK) }, (_, index) =>
    whole.slice(index * CHUNK, (index + 1) * CHUNK),
  );
  return {
    events: blocks.map(({ type = "message", data, id = "" }) => ({ type, data, id })),
    texts,
    bytes: whole.length,
    units: texts.reduce((sum, text) => sum + text.length, 0),
    chunks: { "64 KiB": large, event: texts.map((text) => encoder.encode(text)) },
  };
}

/** @param {Block} block */
function write({ type, id, data }) {
  const lines = data.split("\n").map((line) => `data: ${line}\n`);
  if (id !== undefined) lines.unshift(`id: ${id}\n`);
  if (type !== undefined) lines.unshift(`event: ${type}\n`);
  return `${lines.join("")}\n`;
}

/** @param {Random} random @returns {Block[]} */
function openai(random) {
  /** @type {Block[]} */
  const blocks = [];
  while (blocks.length < 4096) {
    const head = {
      id: `chatcmpl-${letters(random, 29)}`,
      object: "chat.completion.chunk",
      created: 1_785_000_000 + integer(random, 1e6),
      model: "gpt-4o-mini-2024-07-18",
      service_tier: "default",
      system_fingerprint: `fp_${letters(random, 10)}`,
    };
    const chunk = (delta, /** @type {string | null} */ finish_reason = null) => ({
      data: JSON.stringify({ ...head, choices: [{ index: 0, delta, logprobs: null, finish_reason }], usage: null }),
    });
    blocks.push(chunk({ role: "assistant", content: "", refusal: null }));
    for (let left = 80 + integer(random, 240); left > 0; left -= 1) blocks.push(chunk({ content: token(random) }));
    blocks.push(chunk({}, "stop"), { data: "[DONE]" });
  }
  return blocks;
}

/** @param {Random} random @returns {Block[]} */
function anthropic(random) {
  /** @type {Block[]} */
  const blocks = [];
  const add = (type, fields) => blocks.push({ type, data: JSON.stringify({ type, ...fields }) });
  while (blocks.length < 4096) {
    const usage = { input_tokens: integer(random, 2000), output_tokens: 1 };
    const message = { id: `msg_${letters(random, 24)}`, type: "message", role: "assistant", content: [], usage };
    add("message_start", { message: { ...message, model: "claude-sonnet-4-5", stop_reason: null } });
    add("content_block_start", { index: 0, content_block: { type: "text", text: "" } });
    add("ping", {});
    for (let left = 60 + integer(random, 120); left > 0; left -= 1) {
      const text = Array.from({ length: 1 + integer(random, 4) }, () => typographic(random)).join("");
      add("content_block_delta", { index: 0, delta: { type: "text_delta", text } });
    }
    add("content_block_stop", { index: 0 });
    add("message_delta", { delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 91 } });
    add("message_stop", {});
  }
  return blocks;
}

/** @param {Random} random @returns {Block[]} */
function ticks(random) {
  let time = 1_785_000_000_000;
  return Array.from({ length: 4096 }, (_, index) => {
    time += integer(random, 40);
    const symbol = one(random, ["BTC-USD", "ETH-USD", "EUR-USD", "AAPL", "MSFT"]);
    const price = (100 + random() * 60_000).toFixed(2);
    return {
      type: random() < 0.8 ? "trade" : "quote",
      id: `${time}-${index}`,
      data: `{"s":"${symbol}","p":${price},"q":${integer(random, 500)},"t":${time}}`,
    };
  });
}

const CJK = [
  "今天的天气很好我们一起去公园散步吧这个版本修复了连接断开后无法恢复的问题",
  "サーバーから送られたイベントを受け取り順番どおりに表示します東京の明日の天気は晴れ",
  "서버가보낸이벤트를순서대로받아서화면에보여줍니다오늘은날씨가참좋네요",
];

/** @param {Random} random @returns {Block[]} */
function cjk(random) {
  return Array.from({ length: 4096 }, (_, index) => {
    const alphabet = one(random, CJK);
    const text = Array.from({ length: 8 + integer(random, 60) }, () => alphabet[integer(random, alphabet.length)]);
    if (random() < 0.1) text.push("🎉");
    return { data: `{"user":${integer(random, 1000)},"seq":${index},"text":"${text.join("")}。"}` };
  });
}

/** @param {Random} random @returns {Block[]} */
function logs(random) {
  return Array.from({ length: 1024 }, (_, index) => {
    const at = new Date(1_785_000_000_000 + index * 137).toISOString();
    const words = Array.from({ length: 6 + integer(random, 12) }, () => token(random).trim()).join(" ");
    const lines = [`${at} ${one(random, ["INFO", "WARN", "ERROR"])} [worker-${integer(random, 8)}] ${words}`];
    for (let left = integer(random, 12); left > 0; left -= 1) {
      const place = `${letters(random, 8)}.js:${1 + integer(random, 900)}:${1 + integer(random, 80)}`;
      lines.push(random() < 0.1 ? "" : `    at ${letters(random, 6)}.${letters(random, 9)} (/srv/app/lib/${place})`);
    }
    return { data: lines.join("\n") };
  });
}

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** @param {Random} random @returns {Block[]} */
function payload(random) {
  return Array.from({ length: 32 }, () => ({
    data: Array.from({ length: 64 * 1024 }, () => BASE64[integer(random, 64)]).join(""),
  }));
}

const TOKENS = [
  ...' the| of| and| a| to| stream| event|ing|s|,|.| parser| is| reads| bytes| as| they|\'s| "quoted"| 42'.split("|"),
  ...["\n\n", " server", " connection", " when", " it"],
];

const TYPOGRAPHY = [" —", "’s", " café", " “so”"];

const token = (random) => one(random, TOKENS);

const typographic = (random) => (random() < 0.02 ? one(random, TYPOGRAPHY) : token(random));

const one = (random, list) => list[integer(random, list.length)];

const integer = (random, below) => Math.floor(random() * below);

const letters = (random, length) => Array.from({ length }, () => BASE64[26 + integer(random, 36)]).join("");

/** Mulberry32: a small generator with the same numbers everywhere. @param {number} state @returns {Random} */
function seeded(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
