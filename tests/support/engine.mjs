/** Whether the entries are those without WebAssembly: a test that looks at WebAssembly itself is then skipped. */
export const isJavaScript = process.env.ENGINE === "javascript";
