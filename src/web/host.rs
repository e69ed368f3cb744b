//! What the crate runs in: a browser or another JavaScript runtime, or nothing of the kind, as in server-side rendering, where
//! each function that wasm-bindgen imports would panic.

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

/// [`Error::Unsupported`], unless this global exists.
pub(crate) fn require(global: &str) -> Result<(), Error> {
    if has(global) { Ok(()) } else { Err(Error::Unsupported) }
}

/// Whether this is a page or a worker, which ends with its page.
pub(crate) fn is_page() -> bool {
    has("document") || has("WorkerGlobalScope")
}

/// A warning on the console, if there is one.
pub(crate) fn warn(text: &str) {
    if has("console") {
        super::sys::console_warn(text);
    }
}

/// A message on the console, if there is one, for whoever wants details.
pub(crate) fn debug(text: &str) {
    if has("console") {
        super::sys::console_debug(text);
    }
}
