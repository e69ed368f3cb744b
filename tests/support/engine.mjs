/** Whether the tests run on the JavaScript build. Tests of WebAssembly itself are then skipped. */
export const isJavaScript = process.env.ENGINE === "javascript";
