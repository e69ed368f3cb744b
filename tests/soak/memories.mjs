/** The memories of the engines in this page, recorded as the engines start, because the package does not expose them. */
const memories = new Set();

WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
  construct(Instance, parameters) {
    const instance = Reflect.construct(Instance, parameters);
    const { memory } = instance.exports;
    if (memory instanceof WebAssembly.Memory) memories.add(memory);
    return instance;
  },
});

/** The size of each memory in bytes, in the order of the engines' start. */
export const memorySizes = () => [...memories].map(({ buffer }) => buffer.byteLength);
