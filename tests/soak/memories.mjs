/** The memories of the engines in this page, seen as they start: the package does not show them. */
const memories = new Set();

WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
  construct(Instance, parameters) {
    const instance = Reflect.construct(Instance, parameters);
    const { memory } = instance.exports;
    if (memory instanceof WebAssembly.Memory) memories.add(memory);
    return instance;
  },
});

/** Bytes of each, in the order in which they started. */
export const memorySizes = () => [...memories].map(({ buffer }) => buffer.byteLength);
