use alloc::vec::Vec;
use core::mem;
use core::ops::Range;

use super::interpreter::{Found, Interpreter, Source, Status};
use super::lines::LineEnds;
use super::{Event, EventTooLarge, Item, Parser, Text, give_back, work};
use crate::short;

/// The events that a chunk completes, lent by [`Parser::parse`].
///
/// Dropping it hands the parser what was not taken: an event that was completed is then the next of the parser's, or of the
/// next chunk. To leak it ([`core::mem::forget`]) loses what was not taken, and once the parser has read from the lent bytes
/// the last event ID too: what comes next is then the start of a new stream.
///
/// ```
/// use eventsource_wasm::parser::{Item, Parser};
///
/// let mut parser = Parser::new();
/// let mut items = parser.parse(b"retry: 500\nid: 7\ndata: 1\n\n: still h");
/// assert_eq!(items.next_item()?, Some(Item::Retry(500)));
/// assert!(matches!(items.next_item()?, Some(Item::Event(event)) if event.data() == "1"));
/// assert_eq!(items.next_item()?, None);
/// drop(items);
/// assert_eq!(parser.last_event_id(), "7");
/// # Ok::<(), eventsource_wasm::parser::EventTooLarge>(())
/// ```
#[derive(Debug)]
#[must_use = "its events are those of the stream; what is not taken is copied"]
pub struct Chunk<'p, 'c> {
    parser: &'p mut Parser,
    /// What the parser has no copy of.
    bytes: &'c [u8],
    /// Whether the parser's copy is used up, so that these bytes are read.
    is_lent: bool,
}

/// Bytes of data that are better copied while they are looked at than later, when they have to be read once more. Few while
/// it is fuzzed, whose inputs are short.
const LONG: usize = if cfg!(fuzzing) { 32 } else { 4 * 1024 };

impl<'p, 'c> Chunk<'p, 'c> {
    pub(super) fn new(parser: &'p mut Parser, chunk: &'c [u8]) -> Chunk<'p, 'c> {
        let copied = parser.copy_end_of_block(chunk);
        let bytes = &chunk[copied..];
        let is_lent = copied == 0 && !bytes.is_empty();
        if is_lent {
            parser.lend();
        }
        Chunk { parser, bytes, is_lent }
    }

    /// The next event, or `None` when more bytes are needed.
    ///
    /// ```
    /// # use eventsource_wasm::parser::Parser;
    /// let mut parser = Parser::new();
    /// let mut events = parser.parse(b"data: one\n\nda");
    /// assert_eq!(events.next_event()?.unwrap().data(), "one");
    /// assert!(events.next_event()?.is_none());
    /// # Ok::<(), eventsource_wasm::parser::EventTooLarge>(())
    /// ```
    #[inline]
    pub fn next_event(&mut self) -> Result<Option<Event<'_>>, EventTooLarge> {
        loop {
            match self.advance()? {
                None => return Ok(None),
                Some(Found::Event(data)) => return Ok(Some(self.dispatched(data))),
                Some(_) => {}
            }
        }
    }

    /// Like [`next_event`](Chunk::next_event), with what else is between the events.
    ///
    /// ```
    /// # use eventsource_wasm::parser::{Item, Parser};
    /// let mut parser = Parser::new();
    /// let mut items = parser.parse(b"retry: 500\ndata: 1\n\n");
    /// assert_eq!(items.next_item()?, Some(Item::Retry(500)));
    /// assert!(matches!(items.next_item()?, Some(Item::Event(_))));
    /// # Ok::<(), eventsource_wasm::parser::EventTooLarge>(())
    /// ```
    pub fn next_item(&mut self) -> Result<Option<Item<'_>>, EventTooLarge> {
        let Some(found) = self.advance()? else { return Ok(None) };
        Ok(Some(if self.is_lent {
            self.parser.interpreter.item(self.bytes, found, |data| self.dispatched(data))
        } else {
            self.parser.item(found)
        }))
    }

    #[inline]
    fn advance(&mut self) -> Result<Option<Found>, EventTooLarge> {
        while !self.is_lent {
            let found = self.parser.advance_or_clear()?;
            if found.is_some() || self.bytes.is_empty() {
                return Ok(found);
            }
            let copied = self.parser.copy_end_of_block(self.bytes);
            if copied == 0 {
                self.parser.lend();
                self.is_lent = true;
            }
            self.bytes = &self.bytes[copied..];
        }
        let Parser { buffer, interpreter } = &mut *self.parser;
        let found = interpreter.advance(&mut Lent { chunk: self.bytes, joined: buffer });
        if found.is_err() {
            // All else that lies in the chunk is of no use any more.
            interpreter.last_event_id.keep(self.bytes);
        }
        found
    }

    #[inline]
    fn dispatched(&self, data: Range<usize>) -> Event<'_> {
        let Parser { buffer, interpreter } = &*self.parser;
        if !self.is_lent {
            self.parser.dispatched(data)
        } else if buffer.is_empty() {
            interpreter.dispatched(self.bytes, interpreter.text(self.bytes, data))
        } else {
            interpreter.dispatched(self.bytes, joined_text(interpreter, &buffer[data]))
        }
    }
}

/// Where its lines come from is not known any more.
fn joined_text<'a>(interpreter: &Interpreter, data: &'a [u8]) -> Text<'a> {
    // SAFETY: then all that was looked at is ASCII.
    if interpreter.ends.ascii_from() == 0 { unsafe { Text::ascii(data) } } else { Text::new(data) }
}

impl Drop for Chunk<'_, '_> {
    fn drop(&mut self) {
        if self.is_lent {
            self.parser.take_back(self.bytes);
        } else if !self.bytes.is_empty() && self.parser.interpreter.status == Status::Ready {
            self.parser.feed(self.bytes);
        }
    }
}

/// A chunk, and what lines of it had to be joined: empty when the data of the block is one line.
struct Lent<'a> {
    chunk: &'a [u8],
    joined: &'a mut Vec<u8>,
}

impl Source for Lent<'_> {
    const JOINS_IN_PLACE: bool = false;

    #[inline(always)]
    fn bytes(&self) -> &[u8] {
        self.chunk
    }

    #[inline(always)]
    fn begin_data(&mut self) {
        self.joined.clear();
    }

    #[inline(always)]
    fn join(&mut self, data: Range<usize>, line: Range<usize>) -> Range<usize> {
        if self.joined.is_empty() {
            work::copies(data.len());
            short::extend(self.joined, &self.chunk[data]);
        }
        work::copies(line.len());
        short::extend_by_line(self.joined, self.chunk, line);
        0..self.joined.len()
    }
}

impl Parser {
    /// Copies what of a chunk completes the block in progress, or begins one that it does not complete: how much that is.
    #[inline]
    fn copy_end_of_block(&mut self, chunk: &[u8]) -> usize {
        let interpreter = &self.interpreter;
        let is_ready = interpreter.status == Status::Ready && interpreter.ends.are_exhausted(&self.buffer);
        if !is_ready {
            self.feed(chunk);
            return chunk.len();
        }
        let is_within_line = self.is_within_line();
        // A name and an ID that the block has already are copies.
        if !is_within_line && interpreter.data.is_none() && !self.is_cut(chunk) {
            return 0;
        }
        self.copy_through_blank_line(chunk)
    }

    /// Copies a chunk up to the end of its first blank line: how much that is.
    #[cold]
    fn copy_through_blank_line(&mut self, chunk: &[u8]) -> usize {
        self.reclaim();
        let mut is_within_line = self.is_within_line();
        let mut after_cr = self.interpreter.after_cr;
        let mut ends = LineEnds::default();
        let (mut first, mut line) = (chunk.len(), 0);
        let mut block = chunk.len();
        let kept = self.buffer.len();
        while let Some(end) = ends.next_copied(chunk, &mut self.buffer) {
            let is_empty = end == line && !is_within_line;
            let is_rest_of_crlf = mem::replace(&mut after_cr, chunk[end] == b'\r') && is_empty && chunk[end] == b'\n';
            first = first.min(end);
            line = end + 1;
            if is_empty && !is_rest_of_crlf {
                block = line;
                break;
            }
            is_within_line = false;
        }
        self.buffer.truncate(kept + block);
        self.interpreter.ends.skip(first, ends.ascii_from() == 0);
        block
    }

    /// Whether a chunk is likely to end within its first event: it does so within a line, and the event before was longer
    /// than all of it.
    #[inline]
    fn is_cut(&self, chunk: &[u8]) -> bool {
        let length = self.interpreter.last_length;
        length >= LONG && length >= chunk.len() && ends_within_line(chunk)
    }

    /// Begins to read a chunk, when all that was copied has been read.
    #[inline]
    fn lend(&mut self) {
        if !self.buffer.is_empty() {
            self.reclaim();
        }
        self.interpreter.status = Status::Lent;
    }

    /// Copies what is left of a chunk that was lent: the values and the data of the block in progress, and what has not
    /// been read.
    fn take_back(&mut self, chunk: &[u8]) {
        if self.interpreter.status == Status::Overflowed {
            return self.clear();
        }
        let Parser { buffer, interpreter } = self;
        if interpreter.line == chunk.len() && interpreter.is_between_events() {
            interpreter.last_event_id.keep(chunk);
            interpreter.clear();
            interpreter.status = Status::Ready;
            buffer.clear();
            return give_back(buffer);
        }
        interpreter.keep_values(chunk);
        interpreter.status = Status::Ready;
        let mut kept = interpreter.line;
        match &mut interpreter.data {
            None => buffer.clear(),
            Some(data) if buffer.is_empty() => {
                kept = data.start;
                work::copies(data.len());
                short::extend(buffer, &chunk[data.clone()]);
                *data = 0..buffer.len();
            }
            // Its lines come from anywhere.
            Some(_) => kept = 0,
        }
        let rest = &chunk[interpreter.line..];
        interpreter.ends.moved(kept, interpreter.line, buffer.len());
        interpreter.line = buffer.len();
        if !rest.is_empty() {
            work::copies(rest.len());
            short::extend(buffer, rest);
        }
        give_back(buffer);
    }
}

/// As far as its last bytes tell.
#[inline(never)]
fn ends_within_line(chunk: &[u8]) -> bool {
    LineEnds::default().next(&chunk[chunk.len().saturating_sub(64)..]).is_none()
}
