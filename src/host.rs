//! What the crate runs in: a browser or another JavaScript runtime, or nothing of the kind, as in server-side rendering, where
//! each function that wasm-bindgen imports would panic.

use std::fmt::Display;

use serde::Deserializer;

use crate::error::Error;

/// Whether this global exists.
#[cfg(all(target_family = "wasm", not(target_os = "wasi")))]
fn has(global: &str) -> bool {
    js_sys::Reflect::has(&js_sys::global(), &wasm_bindgen::JsValue::from_str(global)).unwrap_or(false)
}

#[cfg(not(all(target_family = "wasm", not(target_os = "wasi"))))]
fn has(_global: &str) -> bool {
    false
}

/// Whether there is any JavaScript.
pub(crate) const HAS_JAVASCRIPT: bool = cfg!(all(target_family = "wasm", not(target_os = "wasi")));

/// [`Error::Unsupported`], unless this global exists.
pub(crate) fn require(global: &str) -> Result<(), Error> {
    if has(global) { Ok(()) } else { Err(Error::Unsupported) }
}

/// The engine's own `JSON.parse`.
#[cfg(all(target_family = "wasm", not(target_os = "wasi")))]
pub(crate) fn parse_json<'de>(text: &str) -> Result<impl Deserializer<'de, Error: Display> + use<'de>, String> {
    let value = js_sys::JSON::parse(text).map_err(|error| crate::error::Cause::new(&error).to_string())?;
    Ok(serde_wasm_bindgen::Deserializer::from(value))
}

#[cfg(not(all(target_family = "wasm", not(target_os = "wasi"))))]
pub(crate) fn parse_json<'de>(text: &str) -> Result<impl Deserializer<'de, Error: Display> + use<'de>, String> {
    serde_json::from_str::<serde_json::Value>(text).map_err(|error| error.to_string())
}
