/** The events of a stream. `tests/vectors/` has more cases; these tests also check the browser's own class. */
import { bytes, equal, next, outcome } from "../trial.mjs";

const BOM = "\ufeff";

/** Streams, each with the data of its messages. @type {Record<string, [string, string[]]>} */
const STREAMS = {
  "a byte order mark at the start is skipped": [`${BOM}data: 1\n\n${BOM}data: 2\n\ndata: 3\n\n`, ["1", "3"]],
  "only one byte order mark is skipped": [`${BOM}${BOM}data: 1\n\ndata: 2\n\n${BOM}data: 3\n\n`, ["2"]],
  "comments are skipped": [
    `data: 1\n:\0\n:\r\ndata: 2\n:${"x".repeat(2048)}\rdata: 3\n:data: no\ndata: 4\n\n`,
    ["1\n2\n3\n4"],
  ],
  "a comment alone is no event": [": one\n\n:\n\ndata: 1\n\n", ["1"]],
  "fields end at the colon, and one space is skipped": [
    "data:\ndata\ndata: a\ndata:  b\ndata:c: d\n\n",
    ["\n\na\n b\nc: d"],
  ],
  "data without a value is an event with empty data": ["data\n\ndata\ndata\n\ndata:\n\n", ["", "\n", ""]],
  "no data is no event": ["event: message\nid: 1\n\n\n\ndata: 1\n\n", ["1"]],
  "names of fields are taken exactly": [
    "data:\0\ndata:  2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\ndata:3\rdata:\r\n data:32\ndata:4\n\n",
    ["\0\n 2\n1\n3\n\n4"],
  ],
  "unknown fields are ignored": [
    "data:test\n data\ndata\nfoobar:xxx\njustsometext\n:thisisacomment\ndata:test\n\n",
    ["test\n\ntest"],
  ],
  "one leading space is skipped and a tab is not": ["data:\ttest\rdata: \ndata:test\n\n", ["\ttest\n\ntest"]],
  "lines end in LF, CR LF or CR": ["data:1\r\ndata:2\ndata:3\r\n\rdata:4\r\rdata:5\n\n", ["1\n2\n3", "4", "5"]],
  "CR LF is one end of line": ["data:1\r\n\r\ndata:2\r\ndata:3\r\n\r\n", ["1", "2\n3"]],
  "NUL is text": ["data:a\0b\n\n\0\n\ndata:\0\n\n", ["a\0b", "\0"]],
  "text is UTF-8": ["data: é☃日本🦀\n\n", ["é☃日本🦀"]],
  "U+2028, U+0085 and vertical tabs end no line": ["data: a\u2028b\u0085c\u000bd\n\n", ["a\u2028b\u0085c\u000bd"]],
};

/** @type {Record<string, (trial: import("../trial.mjs").Trial) => unknown>} */
export const formatTests = {
  ...Object.fromEntries(
    Object.entries(STREAMS).map(([name, [body, data]]) => [
      `format: ${name}`,
      async (trial) => equal(await trial.data(body), data),
    ]),
  ),

  "format: a byte order mark of another encoding is not skipped": async (trial) => {
    const body = bytes("\xfe\xffdata: 1\n\ndata: 2\n\nevent: end\ndata:\n\n");
    equal(
      (await trial.messagesOf(trial.stream(body))).map(({ data }) => data),
      ["2"],
    );
  },
  "format: ill-formed UTF-8 is replaced": async (trial) => {
    const body = bytes("data: a\xffb\xe2\x98c\xed\xa0\x80\n\nevent: end\ndata:\n\n");
    equal(
      (await trial.messagesOf(trial.stream(body))).map(({ data }) => data),
      ["a\ufffdb\ufffdc\ufffd\ufffd\ufffd"],
    );
  },
  "format: the stream is UTF-8 with any charset in the content type": async (trial) => {
    const headers = { "content-type": "text/event-stream;charset=windows-1252" };
    const source = trial.open(trial.serve({ headers, body: "data: é\n\n" }));
    // The message may come right after `open`.
    const message = next(source, "message");
    equal(await outcome(source), ["open", 1]);
    equal((await message).data, "é");
  },
  "format: an event that the end of the stream cuts off is not dispatched": async (trial) => {
    const source = trial.open(trial.serve([{ body: "retry: 500\n\ndata: cut\n", ends: true }, "data: whole\n\n"]));
    equal((await next(source, "message")).data, "whole");
  },

  "event: names the type": async (trial) => {
    const messages = await trial.messages("event:test\ndata:x\n\ndata:y\n\n", ["test", "message"]);
    equal(
      messages.map(({ type, data }) => [type, data]),
      [
        ["test", "x"],
        ["message", "y"],
      ],
    );
  },
  "event: the last of several fields counts, and an empty name is message": async (trial) => {
    const body = "event: a\nevent: b\ndata: 1\n\nevent: a\nevent:\ndata: 2\n\nevent: a\nevent\ndata: 3\n\n";
    const messages = await trial.messages(body, ["a", "b", "message"]);
    equal(
      messages.map(({ type, data }) => [type, data]),
      [
        ["b", "1"],
        ["message", "2"],
        ["message", "3"],
      ],
    );
  },
  "event: is reset by a block without data": async (trial) => {
    const messages = await trial.messages("event: a\n\ndata: 1\n\n", ["a", "message"]);
    equal(
      messages.map(({ type }) => type),
      ["message"],
    );
  },
  "event: case and spaces are significant": async (trial) => {
    const messages = await trial.messages("event: Test\ndata: 1\n\nevent: test \ndata: 2\n\n", [
      "Test",
      "test",
      "test ",
    ]);
    equal(
      messages.map(({ type }) => type),
      ["Test", "test "],
    );
  },
  "event: the names open and error make messages": async (trial) => {
    const source = trial.stream("event: open\ndata: 1\n\nevent: error\ndata: 2\n\nevent: end\ndata:\n\n");
    const heard = [];
    for (const type of ["open", "error"]) {
      source.addEventListener(type, (event) => event instanceof MessageEvent && heard.push([type, event.data]));
    }
    await next(source, "end");
    equal(heard, [
      ["open", "1"],
      ["error", "2"],
    ]);
    equal(source.readyState, 1);
  },
  "event: names of Object's properties are ordinary names": async (trial) => {
    const names = ["__proto__", "constructor", "toString"];
    const messages = await trial.messages(names.map((name) => `event: ${name}\ndata: 1\n\n`).join(""), names);
    equal(
      messages.map(({ type }) => type),
      names,
    );
  },

  "id: is the last event ID from then on": async (trial) => {
    const messages = await trial.messages("data: 0\n\nid: 1\ndata: 1\n\ndata: 2\n\nid: 3\ndata: 3\n\n");
    equal(
      messages.map(({ lastEventId }) => lastEventId),
      ["", "1", "1", "3"],
    );
  },
  "id: an empty ID resets it": async (trial) => {
    const messages = await trial.messages("id: 1\ndata: 1\n\nid:\ndata: 2\n\nid: 3\nid\ndata: 3\n\n");
    equal(
      messages.map(({ lastEventId }) => lastEventId),
      ["1", "", ""],
    );
  },
  "id: an ID with NUL is ignored": async (trial) => {
    const messages = await trial.messages(
      "id: 1\ndata: 1\n\nid: \0\ndata: 2\n\nid: 2\0\ndata: 3\n\nid: \x002\ndata: 4\n\n",
    );
    equal(
      messages.map(({ lastEventId }) => lastEventId),
      ["1", "1", "1", "1"],
    );
  },
  "id: a block of only an ID counts": async (trial) => {
    equal((await trial.messages("id: 7\n\ndata: 1\n\n"))[0].lastEventId, "7");
  },
};
