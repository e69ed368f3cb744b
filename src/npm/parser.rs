use wasm_bindgen::prelude::*;

use super::batch::Batch;
use crate::parser::Parser;

/// The parser behind `createParser` and `EventSourceParserStream`.
#[wasm_bindgen]
pub struct StreamParser {
    parser: Parser,
    batch: Batch,
    overflowed: bool,
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
        StreamParser { parser, batch: Batch::default(), overflowed: false }
    }

    /// Makes room for a chunk and returns the address that JavaScript writes it to before it calls `parse`.
    pub fn reserve(&mut self, length: usize) -> *mut u8 {
        let mut address = std::ptr::null_mut();
        self.parser.feed_with(length, |chunk| address = chunk.as_mut_ptr());
        address
    }

    /// Parses what was written; the address of a batch's header.
    pub fn parse(&mut self) -> *const u32 {
        self.batch.clear();
        loop {
            match self.parser.next_item() {
                Ok(Some(item)) => self.batch.push(item),
                Ok(None) => break,
                Err(_) => {
                    self.overflowed = true;
                    break;
                }
            }
        }
        self.batch.header()
    }

    /// Whether an event was larger than the limit. Nothing more is parsed until `reset`.
    #[wasm_bindgen(getter)]
    pub fn overflowed(&self) -> bool {
        self.overflowed
    }

    /// The ID that a reconnect would send.
    #[wasm_bindgen(getter, js_name = lastEventId)]
    pub fn last_event_id(&self) -> String {
        self.parser.last_event_id().into_owned()
    }

    /// Whether what was parsed ends within a line.
    #[wasm_bindgen(getter, js_name = isWithinLine)]
    pub fn is_within_line(&self) -> bool {
        self.parser.is_within_line()
    }

    /// Begins a new stream; the last event ID stays.
    pub fn reset(&mut self) {
        self.parser.reset();
        self.overflowed = false;
    }
}
