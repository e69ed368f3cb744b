//! Decodes the table of payloads natively. `tests/web_payloads.rs` decodes it in a browser.
#![cfg(all(feature = "float_roundtrip", feature = "serde", not(target_arch = "wasm32")))]

#[path = "support/payloads.rs"]
mod payloads;

#[test]
fn payloads_decode_exactly_and_as_in_a_browser() {
    payloads::check();
}
