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

/// Whether this is a page or a worker, which ends with its page.
pub(crate) fn is_page() -> bool {
    has("document") || has("WorkerGlobalScope")
}

/// How deep JSON may be nested: what is decoded takes a part of the stack for each level, and what overflows it cannot be
/// caught. As serde_json has it.
#[cfg(any(test, all(target_family = "wasm", not(target_os = "wasi"))))]
const MOST_NESTED: usize = 127;

#[cfg(any(test, all(target_family = "wasm", not(target_os = "wasi"))))]
fn nests_deeper_than(json: &str, most: usize) -> bool {
    let (mut depth, mut is_within_string, mut is_escaped) = (0usize, false, false);
    json.bytes().any(|byte| {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = is_within_string,
            b'"' => is_within_string = !is_within_string,
            b'[' | b'{' if !is_within_string => depth += 1,
            b']' | b'}' if !is_within_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > most
    })
}

/// The engine's own `JSON.parse`.
#[cfg(all(target_family = "wasm", not(target_os = "wasi")))]
pub(crate) fn parse_json<'de>(text: &str) -> Result<impl Deserializer<'de, Error: Display> + use<'de>, String> {
    if nests_deeper_than(text, MOST_NESTED) {
        return Err(format!("arrays and objects are nested more than {MOST_NESTED} deep"));
    }
    let value = js_sys::JSON::parse(text).map_err(|error| crate::web::evidence::cause_of(&error).to_string())?;
    Ok(serde_wasm_bindgen::Deserializer::from(value))
}

#[cfg(not(all(target_family = "wasm", not(target_os = "wasi"))))]
pub(crate) fn parse_json<'de>(text: &str) -> Result<impl Deserializer<'de, Error: Display> + use<'de>, String> {
    serde_json::from_str::<serde_json::Value>(text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_nested_as_deep_as_serde_json_takes_it() {
        let nested = |open: &str, close: &str, depth| [open.repeat(depth), "1".into(), close.repeat(depth)].concat();
        for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[[],{},\"[\",\"\\\"[\",\"\\\\\",", "]")] {
            for depth in [0, 1, MOST_NESTED, MOST_NESTED + 1, 1000] {
                let json = nested(open, close, depth);
                assert_eq!(nests_deeper_than(&json, MOST_NESTED), parse_json(&json).is_err(), "{open} {depth}");
            }
        }
        assert!(!nests_deeper_than(r#"["\"[[["]"#, 1), "the quote is escaped");
        assert!(nests_deeper_than(r#"["\\",[[]]]"#, 2), "the quote is not, but the backslash before it");
        assert!(!nests_deeper_than(&"]".repeat(200), MOST_NESTED));
        assert!(nests_deeper_than(&["]".repeat(200), "[".repeat(128)].concat(), MOST_NESTED), "whatever comes before");
    }
}
