//! Detects the host of the crate: a browser, another JavaScript runtime, or neither, as in server-side rendering. Without a
//! JavaScript runtime, each function that wasm-bindgen imports would panic.

use crate::error::Error;

#[cfg(all(target_family = "wasm", not(target_os = "wasi")))]
fn has(global: &str) -> bool {
    js_sys::Reflect::has(&js_sys::global(), &wasm_bindgen::JsValue::from_str(global)).unwrap_or(false)
}

#[cfg(not(all(target_family = "wasm", not(target_os = "wasi"))))]
fn has(_global: &str) -> bool {
    false
}

/// Returns [`Error::Unsupported`] unless this global exists.
pub(crate) fn require(global: &str) -> Result<(), Error> {
    if has(global) { Ok(()) } else { Err(Error::Unsupported) }
}

/// Whether this is a page or a worker, which ends with its page.
pub(crate) fn is_page() -> bool {
    has("document") || has("WorkerGlobalScope")
}

/// Writes a warning to the console, if there is one.
pub(crate) fn warn(text: &str) {
    if has("console") {
        super::sys::console_warn(text);
    }
}

/// Writes details to the console, if there is one.
pub(crate) fn debug(text: &str) {
    if has("console") {
        super::sys::console_debug(text);
    }
}
