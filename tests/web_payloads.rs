//! Decodes the table of payloads in a browser. `tests/payloads.rs` decodes it natively.
#![cfg(target_arch = "wasm32")]

#[path = "support/payloads.rs"]
mod payloads;

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn payloads_decode_exactly_and_as_natively() {
    payloads::check();
}
