import assert from "node:assert/strict";
import { test } from "node:test";
import { BodyReader } from "../../../npm/shell/body.js";

test("one buffer is reused for all reads of a stream of bytes", async () => {
  const buffers: ArrayBufferLike[] = [];
  const sizes: number[] = [];
  const body = new ReadableStream({
    type: "bytes",
    pull(controller) {
      const { byobRequest } = controller as ReadableByteStreamController;
      const view = byobRequest?.view as Uint8Array;
      sizes.push(view.buffer.byteLength);
      view[0] = sizes.length;
      byobRequest?.respond(1);
    },
  });
  const reader = new BodyReader(body);
  for (let count = 1; count <= 3; count += 1) {
    const { value } = (await reader.read()) as { value: Uint8Array<ArrayBuffer> };
    assert.deepEqual([...value], [count]);
    buffers.push(value.buffer);
    reader.reuse(value);
  }
  // Each read transfers the buffer, so the test compares sizes.
  assert.deepEqual(sizes, [2 ** 18, 2 ** 18, 2 ** 18]);
  assert.deepEqual(
    buffers.map((buffer) => buffer.byteLength),
    [0, 0, 2 ** 18],
  );
});

test("a read before the buffer is returned gets a new buffer", async () => {
  const body = new ReadableStream({
    type: "bytes",
    pull: (controller) => (controller as ReadableByteStreamController).byobRequest?.respond(1),
  });
  const reader = new BodyReader(body);
  reader.reuse((await reader.read()).value as Uint8Array);
  const [first, second] = (await Promise.all([reader.read(), reader.read()])) as { value: Uint8Array }[];
  assert.deepEqual([first?.value.length, second?.value.length], [1, 1]);
});

/** A stream of bytes that rejects buffers, as a stream of the page does for content scripts of Firefox. */
function takingNoBuffer(source: UnderlyingByteSource): ReadableStream {
  const body = new ReadableStream(source);
  const getReader = body.getReader.bind(body) as (options?: object) => ReadableStreamDefaultReader;
  const refuse = () => Promise.reject(new TypeError("zero length viewed buffer"));
  return Object.assign(body, {
    getReader: (options?: object) => {
      const reader = getReader(options);
      return options ? Object.assign(reader, { read: refuse }) : reader;
    },
  });
}

test("a stream of bytes that rejects the first buffer is read chunk by chunk", async () => {
  const reader = new BodyReader(
    takingNoBuffer({
      type: "bytes",
      start(controller) {
        controller.enqueue(new Uint8Array([1, 2]));
        controller.close();
      },
    }),
  );
  const { value } = (await reader.read()) as { value: Uint8Array };
  assert.deepEqual([...value], [1, 2]);
  reader.reuse(value);
  assert.equal((await reader.read()).done, true);
});

test("a failed stream is not treated as a stream that rejects buffers", async () => {
  const failure = new Error("the network");
  const failed = {
    type: "bytes" as const,
    start: (controller: ReadableByteStreamController) => controller.error(failure),
  };
  for (const body of [new ReadableStream(failed), takingNoBuffer(failed)]) {
    await assert.rejects(new BodyReader(body).read(), failure);
  }
});

test("a stream that is no stream of bytes is read chunk by chunk", async () => {
  const chunk = new Uint8Array([1, 2]);
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(chunk);
      controller.close();
    },
  });
  const reader = new BodyReader(body);
  assert.equal((await reader.read()).value, chunk);
  reader.reuse(chunk);
  assert.equal((await reader.read()).done, true);
});

test("a body that is locked is refused", () => {
  const body = new ReadableStream();
  body.getReader();
  assert.throws(() => new BodyReader(body), TypeError);
});

test("cancelling a body that has failed is no unhandled rejection", async () => {
  const body = new ReadableStream({ start: (controller) => controller.error(new Error("broken")) });
  new BodyReader(body).cancel();
  // An unhandled rejection in this task would fail the test.
  await new Promise((resolve) => setImmediate(resolve));
});
