//! Reading a body.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{ArrayBuffer, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use super::sys::{Body, BodyReader};

/// Reads a body, into one buffer again and again where that can be done.
#[derive(Clone)]
pub(crate) struct Reader(Rc<Shared>);

struct Shared {
    body: Body,
    reader: RefCell<BodyReader>,
    how: Cell<How>,
    /// Lent to the stream while it reads.
    buffer: RefCell<Option<ArrayBuffer>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    /// Into a buffer, which the stream has not taken yet.
    FirstBuffer,
    Buffers,
    Chunks,
}

impl Reader {
    /// Bytes of the buffer. By themselves, browsers read up to two mebibytes at once, which is more than a page should be
    /// busy with.
    const BUFFER: u32 = 256 << 10;

    /// Fails when someone reads the body already.
    pub(crate) fn of(body: JsValue) -> Result<Reader, JsValue> {
        let body: Body = body.unchecked_into();
        let options = Object::new();
        let is_set = Reflect::set(&options, &"mode".into(), &"byob".into());
        // Bodies that `fetch` did not make may not be streams of bytes, and WebKitGTK has none.
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

    /// Asks for the next chunk, whose bytes are gone once the one after it is asked for.
    pub(crate) fn read(&self) -> Promise {
        let Shared { reader, how, buffer, .. } = &*self.0;
        let reader = reader.borrow();
        match buffer.take() {
            _ if how.get() == How::Chunks => reader.read(),
            Some(buffer) => reader.read_into(&Uint8Array::new(&buffer)),
            None => reader.read_into(&Uint8Array::new_with_length(Reader::BUFFER)),
        }
    }

    /// After a read that was rejected: whether it may have been for its buffer, so that it can be tried without. In content
    /// scripts of Firefox the stream belongs to the page, and takes no buffer of the script; it has not failed. A stream
    /// that has failed rejects the read of the other reader, too.
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

    /// Takes back the buffer that a chunk came in.
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
