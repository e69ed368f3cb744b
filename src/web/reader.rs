//! Reading a body.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{ArrayBuffer, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use super::sys::{Body, BodyReader};

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
