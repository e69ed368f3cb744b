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
    /// What comes behind them, and is likely to end within a line that begins in them.
    later: &'c [u8],
}

/// Bytes that the first cache of a processor has room for twice, so that they are read from farther away but once. Few while
/// it is fuzzed, whose inputs are short.
const PIECE: usize = if cfg!(fuzzing) { 32 } else { 4 * 1024 };

impl<'p, 'c> Chunk<'p, 'c> {
    pub(super) fn new(parser: &'p mut Parser, chunk: &'c [u8]) -> Chunk<'p, 'c> {
        match parser.copy_end_of_block(chunk) {
            0 if !chunk.is_empty() => {
                let (bytes, later) = parser.lend(chunk);
                Chunk { parser, bytes, is_lent: true, later }
            }
            copied => Chunk { parser, bytes: &chunk[copied..], is_lent: false, later: &[] },
        }
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
                None if self.later.is_empty() => return Ok(None),
                None => self.go_on(),
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
        let found = loop {
            match self.advance()? {
                None if self.later.is_empty() => return Ok(None),
                None => self.go_on(),
                Some(found) => break found,
            }
        };
        Ok(Some(if self.is_lent {
            self.parser.interpreter.item(self.bytes, found, |data| self.dispatched(data))
        } else {
            self.parser.item(found)
        }))
    }

    #[inline]
    fn advance(&mut self) -> Result<Option<Found>, EventTooLarge> {
        if !self.is_lent {
            let found = self.parser.advance_or_clear()?;
            if found.is_some() || self.bytes.is_empty() {
                return Ok(found);
            }
            (self.bytes, self.later) = self.parser.lend(self.bytes);
            self.is_lent = true;
        }
        let Parser { buffer, interpreter } = &mut *self.parser;
        let found = interpreter.advance(&mut Lent { chunk: self.bytes, joined: buffer });
        if found.is_err() {
            // All else that lies in the chunk is of no use any more.
            interpreter.last_event_id.keep(self.bytes);
        }
        found
    }

    /// Goes on with what comes behind the bytes that are lent, of which all lines have been read.
    #[inline]
    fn go_on(&mut self) {
        let copied = self.parser.take_back_and_copy(self.bytes, self.later);
        (self.bytes, self.later) = (&self.later[copied..], &[]);
        self.is_lent = false;
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
        let rest = if self.is_lent {
            self.parser.take_back(self.bytes);
            self.later
        } else {
            self.bytes
        };
        if !rest.is_empty() && self.parser.interpreter.status == Status::Ready {
            self.parser.feed(rest);
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
    /// Copies what of a chunk completes the block in progress: how much that is.
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
        if !is_within_line && interpreter.data.is_none() {
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

    /// Begins to read a chunk, when all that was copied has been read. Tells what to read of it, and what is to come later.
    #[inline]
    fn lend<'c>(&mut self, chunk: &'c [u8]) -> (&'c [u8], &'c [u8]) {
        if !self.buffer.is_empty() {
            self.reclaim();
        }
        self.interpreter.status = Status::Lent;
        // What ends within a long line has to be copied from where that begins: from there on it is copied while it is looked
        // at, as the other order would read it twice from afar.
        if chunk.len() > 2 * PIECE && ends_within_long_line(chunk) { chunk.split_at(PIECE) } else { (chunk, &[]) }
    }

    #[cold]
    fn take_back_and_copy(&mut self, bytes: &[u8], later: &[u8]) -> usize {
        self.take_back(bytes);
        self.copy_end_of_block(later)
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

#[inline(never)]
fn ends_within_long_line(chunk: &[u8]) -> bool {
    LineEnds::default().next(&chunk[chunk.len() - PIECE..]).is_none()
}
