use js_sys::Reflect;
use wasm_bindgen::JsValue;
use web_sys::Url;

use crate::error::Error;

/// Resolves a URL against the document's base, or a worker's location.
pub(crate) fn resolve(url: &str) -> Result<String, Error> {
    let resolved = match base() {
        Some(base) => Url::new_with_base(url, &base),
        None => Url::new(url),
    };
    resolved.map(|url| url.href()).map_err(|_| Error::InvalidUrl { url: url.to_owned() })
}

fn base() -> Option<String> {
    let of = |object: &str, property: &str| {
        let object = Reflect::get(&js_sys::global(), &JsValue::from_str(object)).ok()?;
        Reflect::get(&object, &JsValue::from_str(property)).ok()?.as_string()
    };
    of("document", "baseURI").or_else(|| of("location", "href"))
}
