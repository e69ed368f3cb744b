//! A parser with the batch of its last chunk.

use eventsource_wasm::parser::{Item, Parser};

use crate::batch::Batch;
use crate::border::wants;

/// A parser that returns the items of a chunk as a batch.
#[derive(Debug)]
pub struct StreamParser {
    parser: Parser,
    pub(crate) batch: Batch,
    wants: u32,
    is_overflowed: bool,
}

impl StreamParser {
    /// `wants` holds flags of [`wants`].
    pub fn new(parser: Parser, wants: u32) -> StreamParser {
        StreamParser { parser, batch: Batch::default(), wants, is_overflowed: false }
    }

    /// Room for a chunk. Write the chunk, then call [`parse`](StreamParser::parse).
    pub fn room(&mut self, length: usize) -> &mut [u8] {
        self.parser.room(length)
    }

    /// Parses a chunk of `length` bytes in the room into the batch. Returns the room for the next chunk, unless
    /// [`room`](StreamParser::room) must make it. The strings of the batch stay in memory until the caller writes to that
    /// room.
    pub fn parse(&mut self, length: usize) -> Option<&mut [u8]> {
        let StreamParser { parser, batch, wants, is_overflowed } = self;
        parser.fed(length);
        batch.clear();
        loop {
            match parser.next_item() {
                Ok(Some(Item::Comment(_))) if *wants & wants::COMMENTS == 0 => {}
                Ok(Some(Item::Ignored(_))) if *wants & wants::IGNORED == 0 => {}
                Ok(Some(item)) => batch.push(item),
                Ok(None) => break,
                Err(_) => {
                    *is_overflowed = true;
                    break;
                }
            }
        }
        parser.room_in_place()
    }

    /// Begins a new stream.
    pub fn reset(&mut self) {
        self.parser.reset();
        self.is_overflowed = false;
    }

    /// Whether an event was larger than the limit.
    pub fn is_overflowed(&self) -> bool {
        self.is_overflowed
    }

    /// Whether the stream so far ends within a line.
    pub fn is_within_line(&self) -> bool {
        self.parser.is_within_line()
    }
}
