//! Reads the body of a response.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{ArrayBuffer, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use super::sys::{Body, BodyReader};

/// A reader of a body. It reuses one buffer for all reads where the body allows it.
#[derive(Clone)]
pub(crate) struct Reader(Rc<Shared>);

struct Shared {
    body: Body,
    reader: RefCell<BodyReader>,
    how: Cell<How>,
    /// The buffer for the next read; the stream has it during a read.
    buffer: RefCell<Option<ArrayBuffer>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    /// Into a buffer; the stream has not accepted one yet.
    FirstBuffer,
    Buffers,
    Chunks,
}

impl Reader {
    /// The size of the buffer in bytes. Without it, browsers read up to two mebibytes at once, which would keep a page busy
    /// for too long.
    const BUFFER: u32 = 256 << 10;

    /// Fails if the body already has a reader.
    pub(crate) fn of(body: JsValue) -> Result<Reader, JsValue> {
        let body: Body = body.unchecked_into();
        let options = Object::new();
        let is_set = Reflect::set(&options, &"mode".into(), &"byob".into());
        // A body that does not come from `fetch` may not be a byte stream, and WebKitGTK has no byte streams.
        let (reader, how) = match is_set.and_then(|_| body.get_byob_reader(&options)) {
            Ok(reader) => (reader, How::FirstBuffer),
            Err(_) => (body.get_default_reader()?, How::Chunks),
        };
        Ok(Reader(Rc::new(Shared {
            body,
            reader: RefCell::new(reader),
            how: Cell::new(how),
            buffer: RefCell::new(None),
        })))
    }

    /// Asks for the next chunk. Its bytes are valid until the next call.
    pub(crate) fn read(&self) -> Promise {
        let Shared { reader, how, buffer, .. } = &*self.0;
        let reader = reader.borrow();
        match buffer.take() {
            _ if how.get() == How::Chunks => reader.read(),
            Some(buffer) => reader.read_into(&Uint8Array::new(&buffer)),
            None => reader.read_into(&Uint8Array::new_with_length(Reader::BUFFER)),
        }
    }

    /// Call this after a rejected read. Returns whether the buffer may be the reason, and then prepares reads without a
    /// buffer. In content scripts of Firefox the stream belongs to the page and rejects buffers of the script, although it
    /// has not failed. A stream that has failed rejects the next read, too.
    pub(crate) fn read_without_buffer(&self) -> bool {
        let Shared { body, reader, how, .. } = &*self.0;
        if how.get() != How::FirstBuffer {
            return false;
        }
        reader.borrow().release_lock();
        let Ok(other) = body.get_default_reader() else { return false };
        reader.replace(other);
        how.set(How::Chunks);
        true
    }

    /// Takes back the buffer of a chunk, for the next read.
    pub(crate) fn reuse(&self, chunk: &Uint8Array) {
        let Shared { how, buffer, .. } = &*self.0;
        if how.get() != How::Chunks {
            how.set(How::Buffers);
            buffer.replace(Some(chunk.buffer()));
        }
    }

    pub(crate) fn cancel(&self) -> Promise {
        self.0.reader.borrow().cancel()
    }
}
