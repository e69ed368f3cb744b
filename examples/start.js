// The glue that wasm-bindgen wrote for the example.
import init from "./example.js";

await init();
