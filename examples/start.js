// wasm-bindgen writes example.js.
import init from "./example.js";

await init();
