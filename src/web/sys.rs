//! Raw bindings that web-sys has only for windows, or not at all. These are globals in windows, in workers of all kinds and
//! in Node.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{ArrayBuffer, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{Request, RequestInit};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch)]
    pub(crate) fn fetch(request: &Request, init: &RequestInit) -> Result<Promise, JsValue>;

    /// Milliseconds from a fixed moment; never goes back.
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    pub(crate) fn performance_now() -> f64;

    /// The global object of a window or a worker, or a document.
    #[derive(Clone)]
    pub(crate) type PageEventTarget;

    #[wasm_bindgen(thread_local_v2, js_name = globalThis)]
    pub(crate) static GLOBAL: PageEventTarget;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn document(this: &PageEventTarget) -> Option<PageEventTarget>;

    #[wasm_bindgen(method, catch, js_name = addEventListener)]
    pub(crate) fn add_event_listener(this: &PageEventTarget, name: &str, listener: &Hear) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch, js_name = removeEventListener)]
    pub(crate) fn remove_event_listener(this: &PageEventTarget, name: &str, listener: &Hear) -> Result<(), JsValue>;

    /// Of a document.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn hidden(this: &PageEventTarget) -> bool;

    pub(crate) type PageEvent;

    #[wasm_bindgen(method, getter, js_name = type)]
    pub(crate) fn name(this: &PageEvent) -> String;

    /// Of `pagehide` and `pageshow`: whether the page goes into the back/forward cache, or comes from it.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn persisted(this: &PageEvent) -> bool;

    #[wasm_bindgen(js_name = setTimeout)]
    pub(crate) fn set_timeout(callback: &Closure<dyn FnMut()>, delay: u32) -> JsValue;

    #[wasm_bindgen(js_name = clearTimeout)]
    pub(crate) fn clear_timeout(id: &JsValue);

    /// A `ReadableStream`.
    type Body;

    #[wasm_bindgen(method, catch, js_name = getReader)]
    fn get_default_reader(this: &Body) -> Result<BodyReader, JsValue>;

    #[wasm_bindgen(method, catch, js_name = getReader)]
    fn get_byob_reader(this: &Body, options: &JsValue) -> Result<BodyReader, JsValue>;

    /// A `ReadableStreamDefaultReader` or a `ReadableStreamBYOBReader`.
    #[derive(Clone)]
    pub(crate) type BodyReader;

    #[wasm_bindgen(method)]
    pub(crate) fn read(this: &BodyReader) -> Promise;

    #[wasm_bindgen(method, js_name = read)]
    pub(crate) fn read_into(this: &BodyReader, view: &Uint8Array) -> Promise;

    #[wasm_bindgen(method)]
    pub(crate) fn cancel(this: &BodyReader) -> Promise;

    /// What `read()` resolves to.
    pub(crate) type ReadResult;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn done(this: &ReadResult) -> bool;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn value(this: &ReadResult) -> JsValue;
}

/// Hears the events of a page.
pub(crate) type Hear = Closure<dyn FnMut(PageEvent)>;

/// Reads a body, into one buffer again and again where that can be done.
#[derive(Clone)]
pub(crate) struct Reader {
    reader: BodyReader,
    /// Lent to the stream while it reads.
    buffer: Rc<RefCell<Option<ArrayBuffer>>>,
    is_byob: bool,
}

impl Reader {
    /// Bytes of the buffer. By themselves, browsers read up to two mebibytes at once, which is more than a page should be
    /// busy with.
    const BUFFER: u32 = 256 << 10;

    /// Fails when someone reads the body already.
    pub(crate) fn of(body: &JsValue) -> Result<Reader, JsValue> {
        let body = body.unchecked_ref::<Body>();
        let options = Object::new();
        let is_set = Reflect::set(&options, &"mode".into(), &"byob".into());
        // Bodies that `fetch` did not make may not be streams of bytes, and WebKitGTK has none.
        let byob = is_set.and_then(|_| body.get_byob_reader(&options));
        let is_byob = byob.is_ok();
        let reader = byob.or_else(|_| body.get_default_reader())?;
        let buffer = is_byob.then(|| ArrayBuffer::new(Reader::BUFFER));
        Ok(Reader { reader, buffer: Rc::new(RefCell::new(buffer)), is_byob })
    }

    /// Asks for the next chunk, whose bytes are gone once the one after it is asked for.
    pub(crate) fn read(&self) -> Promise {
        match self.buffer.take() {
            Some(buffer) => self.reader.read_into(&Uint8Array::new(&buffer)),
            None if self.is_byob => self.reader.read_into(&Uint8Array::new_with_length(Reader::BUFFER)),
            None => self.reader.read(),
        }
    }

    /// Takes back the buffer that a chunk came in.
    pub(crate) fn reuse(&self, chunk: &Uint8Array) {
        if self.is_byob {
            self.buffer.replace(Some(chunk.buffer()));
        }
    }

    pub(crate) fn cancel(&self) -> Promise {
        self.reader.cancel()
    }
}
