use wasm_bindgen::prelude::*;

use super::batch::Batch;
use crate::parser::Parser;

const OVERFLOWED: u32 = 1;
const WITHIN_LINE: u32 = 2;

/// The parser behind `createParser` and `EventSourceParserStream`.
#[wasm_bindgen]
pub struct StreamParser {
    parser: Parser,
    batch: Batch,
    is_overflowed: bool,
}

#[wasm_bindgen]
impl StreamParser {
    /// `max_event_size` is in bytes.
    #[wasm_bindgen(constructor)]
    pub fn new(max_event_size: Option<usize>) -> StreamParser {
        let parser = match max_event_size {
            Some(bytes) => Parser::new().with_max_event_size(bytes),
            None => Parser::new(),
        };
        StreamParser { parser, batch: Batch::default(), is_overflowed: false }
    }

    /// Makes room for a chunk; the address that JavaScript writes it to before it calls `parse`.
    pub fn reserve(&mut self, length: usize) -> *mut u8 {
        self.parser.room(length).as_mut_ptr().cast()
    }

    /// Parses a chunk that was written where there is room. Returns the address of a batch's header, which goes on with
    /// the address and the size of the room for the next chunk, none if it must be asked for, and flags.
    ///
    /// # Safety
    ///
    /// So many bytes must have been written to the room.
    pub unsafe fn parse(&mut self, length: usize) -> *const u32 {
        // SAFETY: the caller's promise.
        unsafe { self.parser.fed(length) };
        self.batch.clear();
        loop {
            match self.parser.advance() {
                Ok(Some(found)) => self.batch.push(&self.parser, found),
                Ok(None) => break,
                Err(_) => {
                    self.is_overflowed = true;
                    break;
                }
            }
        }
        let mut flags = if self.is_overflowed { OVERFLOWED } else { 0 };
        if self.parser.is_within_line() {
            flags |= WITHIN_LINE;
        }
        let (room, size) = match self.parser.room_if_drained() {
            Some(room) => (room.as_mut_ptr() as u32, room.len() as u32),
            None => (0, 0),
        };
        self.batch.header_with([room, size, flags])
    }

    /// The ID that a reconnect would send.
    #[wasm_bindgen(getter, js_name = lastEventId)]
    pub fn last_event_id(&self) -> String {
        self.parser.last_event_id().into_owned()
    }

    /// Begins a new stream; the last event ID stays. The room is gone, and all memory.
    pub fn reset(&mut self) {
        self.parser.reset();
        self.is_overflowed = false;
    }
}
