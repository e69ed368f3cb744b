//! Raw bindings that web-sys has only for windows, or not at all. These are globals in windows, in workers of all kinds and
//! in Node.

use js_sys::Promise;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{ReadableStreamDefaultReader, Request};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch)]
    pub(super) fn fetch(request: &Request) -> Result<Promise, JsValue>;

    /// Milliseconds from a fixed moment; never goes back.
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    pub(super) fn performance_now() -> f64;

    /// A body, which may be of a class of the user's.
    type Body;

    #[wasm_bindgen(method, catch, js_name = getReader)]
    fn get_reader(this: &Body) -> Result<ReadableStreamDefaultReader, JsValue>;

    /// What `ReadableStreamDefaultReader.read()` resolves to.
    pub(super) type ReadResult;

    #[wasm_bindgen(method, getter)]
    pub(super) fn done(this: &ReadResult) -> bool;

    #[wasm_bindgen(method, getter)]
    pub(super) fn value(this: &ReadResult) -> JsValue;
}

pub(super) fn get_reader(body: &JsValue) -> Result<ReadableStreamDefaultReader, JsValue> {
    body.unchecked_ref::<Body>().get_reader()
}
