/** The built terminal client of `examples/native`, against the faulty servers. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { pause } from "../faults/exchange.mjs";
import { FaultServer } from "../faults/server.mjs";

const PROGRAM = /** @type {string} */ (process.env.NATIVE_EXAMPLE);
/** The time limit of a wait, in ms, also on a busy machine. */
const PATIENCE = 10_000;
/** A short reconnection time. */
const SOON = "retry: 50\n\n";

/** Starts a server with one fault, and the client for it. @param {import("node:test").TestContext} t */
async function follow(t, fault, args = []) {
  const server = new FaultServer({ total: 4, ...fault });
  await server.start();
  t.after(() => server.stop());
  // The client must not use a proxy.
  const child = spawn(PROGRAM, [`http://127.0.0.1:${server.port}/`, ...args], {
    env: { ...process.env, NO_PROXY: "127.0.0.1", no_proxy: "127.0.0.1" },
  });
  t.after(() => child.kill("SIGKILL"));
  const seen = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => {
    seen.out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    seen.err += text;
  });
  /** @type {Promise<number | null>} */
  const exit = new Promise((resolve) => child.on("close", resolve));

  /** Waits until the condition is true. @param {string} what @param {() => unknown} isIt */
  async function until(what, isIt) {
    const deadline = Date.now() + PATIENCE;
    while (!isIt()) {
      if (Date.now() > deadline) assert.fail(`not within ${PATIENCE} ms: ${what}\n${seen.out}${seen.err}`);
      await pause(5);
    }
  }
  /** The exit code. @param {number} [limit] ms */
  async function ended(limit = PATIENCE) {
    const code = await Promise.race([exit, setTimeout(limit, "none", { ref: false })]);
    assert.notEqual(code, "none", `the client does not end within ${limit} ms\n${seen.out}${seen.err}`);
    return code;
  }
  return {
    server,
    child,
    seen,
    until,
    ended,
    shows: (number) =>
      until(`event ${number}`, () => eventsIn(seen.out).some(({ id }) => Number.parseInt(id, 10) === number)),
    async interrupted() {
      child.kill("SIGINT");
      return ended(1000);
    },
  };
}

/** Parses the printed events. Each has three fields, and the last field may have several lines. */
function eventsIn(out) {
  return out
    .split("\n\n")
    .slice(0, -1)
    .map((block) => {
      const fields = block.match(/^event: ([^\n]*)\nid: ([^\n]*)\ndata: (.*)$/s);
      assert.ok(fields, `no event: ${block}`);
      const [, type, id, data] = fields;
      return { type, id, data: data.replaceAll("\ndata: ", "\n") };
    });
}

/** The expected events of the faulty server: each once, in order. */
function eventsUpTo(total, { suffix = " é☃🦀", idSuffix = "" } = {}) {
  return Array.from({ length: total }, (_, index) => {
    return { type: "message", id: `${index + 1}${idSuffix}`, data: `${index + 1}${suffix}` };
  });
}

const idsOf = (server) => server.requests.map(({ id }) => id);

test("it prints events as they arrive, with type, ID and all lines of the data", async (t) => {
  let goOn = () => {};
  const { server, seen, shows, interrupted } = await follow(t, {
    times: 1,
    async serve(exchange) {
      await exchange.send(`${exchange.head()}event: greeting\nid: 1\ndata: one\ndata:\ndata: three\n\n`);
      goOn = () => exchange.send("data: é☃🦀\n\ndata\n\nid\ndata: none\nid: 4\n\n");
    },
  });
  await shows(1);
  assert.deepEqual(eventsIn(seen.out), [{ type: "greeting", id: "1", data: "one\n\nthree" }]);
  assert.equal(seen.err, "open\n");
  await goOn();
  await shows(4);
  assert.deepEqual(eventsIn(seen.out).slice(1), [
    { type: "message", id: "1", data: "é☃🦀" },
    { type: "message", id: "1", data: "" },
    { type: "message", id: "4", data: "none" },
  ]);
  assert.equal(await interrupted(), 0);
  assert.deepEqual(idsOf(server), [undefined]);
});

for (const how of ["fin", "reset"]) {
  test(`it resumes with Last-Event-ID after a ${how} within a character, and loses nothing`, async (t) => {
    const idSuffix = "-日本é🦀";
    const { server, seen, shows, interrupted } = await follow(t, {
      times: 2,
      total: 6,
      idSuffix,
      async serve(exchange) {
        const text = `${exchange.head()}${SOON}${exchange.next(2)}id: 999\ndata: 999 🦀`;
        await exchange.send(Buffer.from(text).subarray(0, -2));
        await exchange[how]();
      },
    });
    await shows(6);
    assert.deepEqual(eventsIn(seen.out), eventsUpTo(6, { idSuffix }));
    assert.deepEqual(idsOf(server), [undefined, `2${idSuffix}`, `4${idSuffix}`]);
    assert.deepEqual(server.complaints, []);
    assert.match(
      seen.err,
      how === "fin"
        ? /^lost: the server ended the stream.*; again in 50 ms$/m
        : /^lost: the connection .*; again in 50 ms$/m,
    );
    assert.equal(await interrupted(), 0);
  });
}

test("it resumes after a cut within an event, and in the size of a chunk", async (t) => {
  const places = [
    (exchange) => `${exchange.head()}${SOON}${exchange.next(1)}id: 999\ndata: 999\n`,
    (exchange) => {
      const head = exchange.head({ headers: { "Transfer-Encoding": "chunked" } });
      const body = exchange.next(1);
      return `${head}${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n1`;
    },
  ];
  const { server, seen, shows } = await follow(t, {
    times: 2,
    async serve(exchange) {
      await exchange.send(places[exchange.index](exchange));
      await exchange.fin();
    },
  });
  await shows(4);
  assert.deepEqual(eventsIn(seen.out), eventsUpTo(4));
  assert.deepEqual(idsOf(server), [undefined, "1", "2"]);
  assert.match(seen.err, /^error: .+\nlost: the connection failed or broke off/m);
});

test("retry of the stream is the time until it reconnects", async (t) => {
  let cutAt = 0;
  const { server, seen, shows } = await follow(t, {
    times: 1,
    async serve(exchange) {
      await exchange.send(`${exchange.head()}retry: 700\n\n${exchange.next(1)}`);
      await exchange.fin();
      cutAt = performance.now();
    },
  });
  await shows(4);
  assert.match(seen.err, /again in 700 ms/);
  const waited = server.requests[1].time - cutAt;
  assert.ok(waited > 650 && waited < 2900, `${waited} ms rather than 700; without retry it is 3000`);
});

test("the first request has the user's Last-Event-ID, later requests the stream's", async (t) => {
  const cut = {
    times: 1,
    serve: (exchange) => exchange.send(exchange.head() + SOON + exchange.next(1)).then(() => exchange.fin()),
  };
  const { server, seen, shows } = await follow(t, cut, ["-H", "Last-Event-ID: 2"]);
  await shows(4);
  assert.deepEqual(idsOf(server), ["2", "3"]);
  assert.deepEqual(eventsIn(seen.out), eventsUpTo(4).slice(2));
});

test("a 503 is final: exit code 1, with the advice and the body, and nothing on stdout", async (t) => {
  const { server, seen, ended } = await follow(t, { serve: (exchange) => exchange.refuse(503) });
  assert.equal(await ended(), 1);
  assert.equal(seen.out, "");
  assert.match(seen.err, /^closed\nstatus 503: the server refused the request: see the status.*\nid: 999\ndata: 999/);
  assert.equal(server.requests.length, 1);
});

test("another content type is final: exit code 1, with the advice", async (t) => {
  const { seen, ended } = await follow(t, {
    serve: (exchange) => void exchange.begin({ "Content-Type": "text/html" }).end("a page"),
  });
  assert.equal(await ended(), 1);
  assert.match(seen.err, /^closed\nstatus 200: the response is not an event stream.*\na page$/);
});

test("a 204 after a stream is a regular end: exit code 0", async (t) => {
  const { server, seen, ended } = await follow(t, {
    async serve(exchange) {
      if (exchange.index === 1) return exchange.refuse(204);
      await exchange.send(exchange.head() + SOON + exchange.next(2));
      await exchange.fin();
    },
  });
  assert.equal(await ended(), 0);
  assert.deepEqual(eventsIn(seen.out), eventsUpTo(2));
  assert.match(seen.err, /closed\nstatus 204: the server answered 204 No Content/);
  assert.deepEqual(idsOf(server), [undefined, "2"]);
});

test("a POST is sent once, with its body and headers, and its clean end is exit code 0", async (t) => {
  /** @type {unknown[]} */
  const requests = [];
  const serve = async (exchange) => {
    let body = "";
    for await (const part of exchange.request) body += part;
    const { method, headers } = exchange.request;
    requests.push({ method, body, accept: headers.accept, token: headers.authorization });
    exchange.begin().end(exchange.next(2));
  };
  const { seen, ended } = await follow(t, { serve }, ["-H", "Authorization: Bearer é", "-d", "the question ☃"]);
  assert.equal(await ended(), 0);
  const token = Buffer.from("Bearer é").toString("latin1");
  assert.deepEqual(requests, [{ method: "POST", body: "the question ☃", accept: "text/event-stream", token }]);
  assert.deepEqual(eventsIn(seen.out), eventsUpTo(2));
});

test("a POST that is cut is not sent again: exit code 1", async (t) => {
  const serve = async (exchange) => {
    await exchange.send(`${exchange.head({ headers: { "Content-Length": 1000 } })}${SOON}${exchange.next(1)}`);
    await exchange.reset();
  };
  const { server, seen, ended } = await follow(t, { serve }, ["-d", "the question"]);
  assert.equal(await ended(), 1);
  assert.match(seen.err, /^open\nerror: .*\nclosed\nthe connection failed or broke off/);
  assert.equal(server.requests.length, 1);
});

test("-X sets the method, and an idempotent request is retried with its body", async (t) => {
  /** @type {string[]} */
  const seenByServer = [];
  const serve = async (exchange) => {
    let body = "";
    for await (const part of exchange.request) body += part;
    seenByServer.push(`${exchange.request.method} ${body}`);
    exchange.begin().end(SOON + exchange.next(1));
  };
  const { shows, interrupted } = await follow(t, { times: 4, serve }, ["-X", "PUT", "-d", "it"]);
  await shows(3);
  assert.equal(await interrupted(), 0);
  assert.deepEqual(seenByServer.slice(0, 3), ["PUT it", "PUT it", "PUT it"]);
});

test("Ctrl-C during a stream ends it within a second with exit code 0, and closes the connection", async (t) => {
  const { server, seen, shows, until, interrupted } = await follow(t, { serve: (exchange) => exchange.well() });
  await shows(4);
  assert.equal(await interrupted(), 0);
  assert.equal(seen.err, "open\nclosed\n");
  await until("the server sees the end", () => server.open === 0);
});

test("Ctrl-C ends it before a response, during a wait, and in a flood of events", async (t) => {
  const silent = await follow(t, { serve() {} });
  await silent.until("a request", () => silent.server.requests.length === 1);
  assert.equal(await silent.interrupted(), 0);

  const waiting = await follow(t, { serve: (exchange) => exchange.send(exchange.head()).then(() => exchange.reset()) });
  await waiting.until("a wait", () => /again in 3000 ms/.test(waiting.seen.err));
  assert.equal(await waiting.interrupted(), 0);
  assert.equal(waiting.server.requests.length, 1);

  const flooded = await follow(t, {
    async serve(exchange) {
      await exchange.send(exchange.head());
      while (!exchange.isGone) await exchange.send("data: more\n\n".repeat(1000));
    },
  });
  await flooded.until("a flood", () => flooded.seen.out.length > 100_000);
  assert.equal(await flooded.interrupted(), 0);
});

test("it exits when its output pipe closes", async (t) => {
  const { child, shows, ended } = await follow(t, {
    async serve(exchange) {
      await exchange.send(exchange.head() + exchange.next(1));
      while (!exchange.isGone) {
        await exchange.send("data: more\n\n");
        await pause(5);
      }
    },
  });
  await shows(1);
  child.stdout.destroy();
  assert.equal(await ended(), 0);
});

test("an unreachable server is retried until it is back", async (t) => {
  const { server, seen, shows, interrupted } = await follow(t, {
    times: 1,
    async serve(exchange) {
      const { server } = exchange;
      await exchange.send(exchange.head() + SOON + exchange.next(2));
      await pause(30);
      server.stop();
      await pause(200);
      await server.start(server.port);
    },
  });
  await shows(4);
  assert.deepEqual(eventsIn(seen.out), eventsUpTo(4));
  assert.equal(idsOf(server).at(-1), "2");
  assert.match(seen.err, /^error: .*refused/im);
  assert.equal(await interrupted(), 0);
});

test("invalid arguments end it with exit code 2 and the usage", async (t) => {
  for (const args of [["-H"], ["-H", "no colon"], ["ftp://127.0.0.1/"], ["-X", "A B"]]) {
    const { seen, ended } = await follow(t, { serve() {} }, args);
    assert.equal(await ended(), 2, args.join(" "));
    assert.match(seen.err, /^usage: /);
  }
});
