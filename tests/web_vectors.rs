//! Runs the parser vectors in WebAssembly, with the SIMD of the released build.
#![cfg(target_arch = "wasm32")]

#[path = "support/items.rs"]
mod items;
#[path = "support/vectors.rs"]
mod vectors;

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn every_vector_gives_its_events_for_every_cut() {
    let mut failures = String::new();
    for (file, text) in vectors::FILES {
        if let Err(failure) = vectors::replay_file(file, text) {
            failures.push_str(&failure);
        }
    }
    assert!(failures.is_empty(), "{failures}");
}
