//! Raw bindings that web-sys has only for windows, or not at all. They are globals in windows, in workers of all kinds and in
//! Node.

use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{Request, RequestInit};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch)]
    pub(super) fn fetch(request: &Request, init: &RequestInit) -> Result<Promise, JsValue>;

    #[wasm_bindgen(js_namespace = console, js_name = debug)]
    pub(super) fn console_debug(line: &str);

    #[wasm_bindgen(js_namespace = console, js_name = warn)]
    pub(super) fn console_warn(line: &str);

    /// Milliseconds from a fixed moment; never goes back.
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    pub(super) fn performance_now() -> f64;

    /// The global object of a window or a worker, or a document.
    #[derive(Clone)]
    pub(super) type PageEventTarget;

    #[wasm_bindgen(thread_local_v2, js_name = globalThis)]
    pub(super) static GLOBAL: PageEventTarget;

    #[wasm_bindgen(method, getter)]
    pub(super) fn document(this: &PageEventTarget) -> Option<PageEventTarget>;

    #[wasm_bindgen(method, catch, js_name = addEventListener)]
    pub(super) fn add_event_listener(this: &PageEventTarget, name: &str, listener: &OnPageEvent)
    -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch, js_name = removeEventListener)]
    pub(super) fn remove_event_listener(
        this: &PageEventTarget,
        name: &str,
        listener: &OnPageEvent,
    ) -> Result<(), JsValue>;

    /// Property of a document.
    #[wasm_bindgen(method, getter)]
    pub(super) fn hidden(this: &PageEventTarget) -> bool;

    pub(super) type PageEvent;

    #[wasm_bindgen(method, getter, js_name = type)]
    pub(super) fn name(this: &PageEvent) -> String;

    /// Property of `pagehide` and `pageshow`: whether the page goes into the back/forward cache, or comes from it.
    #[wasm_bindgen(method, getter)]
    pub(super) fn persisted(this: &PageEvent) -> bool;

    /// Property of `securitypolicyviolation`.
    #[wasm_bindgen(method, getter)]
    pub(super) fn disposition(this: &PageEvent) -> String;

    #[wasm_bindgen(method, getter, js_name = effectiveDirective)]
    pub(super) fn effective_directive(this: &PageEvent) -> String;

    #[wasm_bindgen(method, getter, js_name = blockedURI)]
    pub(super) fn blocked_uri(this: &PageEvent) -> String;

    #[wasm_bindgen(js_name = setTimeout)]
    pub(super) fn set_timeout(callback: &Closure<dyn FnMut()>, delay: u32) -> JsValue;

    #[wasm_bindgen(js_name = clearTimeout)]
    pub(super) fn clear_timeout(id: &JsValue);

    /// The controller of a `ReadableStream`.
    #[derive(Clone)]
    pub(crate) type BodyController;

    #[wasm_bindgen(method, catch)]
    pub(crate) fn enqueue(this: &BodyController, chunk: &Uint8Array) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    pub(crate) fn close(this: &BodyController) -> Result<(), JsValue>;

    #[wasm_bindgen(method)]
    pub(crate) fn error(this: &BodyController, reason: &JsValue);

    /// A `ReadableStream`.
    pub(super) type Body;

    #[wasm_bindgen(method, catch, js_name = getReader)]
    pub(super) fn get_default_reader(this: &Body) -> Result<BodyReader, JsValue>;

    #[wasm_bindgen(method, catch, js_name = getReader)]
    pub(super) fn get_byob_reader(this: &Body, options: &JsValue) -> Result<BodyReader, JsValue>;

    /// A `ReadableStreamDefaultReader` or a `ReadableStreamBYOBReader`.
    #[derive(Clone)]
    pub(super) type BodyReader;

    #[wasm_bindgen(method)]
    pub(super) fn read(this: &BodyReader) -> Promise;

    #[wasm_bindgen(method, js_name = read)]
    pub(super) fn read_into(this: &BodyReader, view: &Uint8Array) -> Promise;

    #[wasm_bindgen(method)]
    pub(super) fn cancel(this: &BodyReader) -> Promise;

    #[wasm_bindgen(method, js_name = releaseLock)]
    pub(super) fn release_lock(this: &BodyReader);

    /// The result of `read()`.
    pub(super) type ReadResult;

    #[wasm_bindgen(method, getter)]
    pub(super) fn done(this: &ReadResult) -> bool;

    #[wasm_bindgen(method, getter)]
    pub(super) fn value(this: &ReadResult) -> JsValue;
}

/// A listener of page events.
pub(super) type OnPageEvent = Closure<dyn FnMut(PageEvent)>;
