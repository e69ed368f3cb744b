/** WebAssembly features that every current browser has and rustc does not enable by default. */
const FEATURES = "-Ctarget-feature=+simd128,+bulk-memory";

/**
 * The environment of every Cargo command with the WebAssembly target, so that tests and the package use the same flags. This
 * variable overrides all other flags, also those of the user's machine. Cargo applies it only to the crates of the given
 * target, so native builds keep their cache.
 */
export const wasmEnv = { CARGO_ENCODED_RUSTFLAGS: FEATURES };

/** The environment of the JavaScript builds: without the features that wasm2js cannot translate. */
export const portableEnv = { CARGO_ENCODED_RUSTFLAGS: "-Ctarget-cpu=mvp" };
