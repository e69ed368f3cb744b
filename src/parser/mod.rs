//! Parses `text/event-stream` bytes into events, as
//! [the standard's parser](https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream) does,
//! wherever the chunks are cut.
//!
//! Any bytes are a valid stream, so [`Parser::feed`] cannot fail. The only error is an event larger than a limit that the
//! caller has set. [`ParserStream`] parses any asynchronous stream of bytes.
//!
//! ```
//! use eventsource_wasm::parser::Parser;
//!
//! let mut parser = Parser::new();
//! parser.feed(b"event: greeting\nid: 1\nda");
//! assert!(parser.next_event()?.is_none());
//! parser.feed(b"ta: hello\n\n");
//! let event = parser.next_event()?.unwrap();
//! assert_eq!((event.event_type(), event.data()), ("greeting".into(), "hello".into()));
//! # Ok::<(), eventsource_wasm::parser::EventTooLarge>(())
//! ```

mod field;
mod interpreter;
mod item;
mod lines;
mod simd;
mod stream;
mod text;
mod value;
mod work;

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::ops::Range;

pub(crate) use field::digits;
pub use item::{Event, Item};
pub use stream::{ParserStream, StreamError};
pub use text::Text;
pub(crate) use text::to_utf8;

pub(crate) use interpreter::Found;
use interpreter::Interpreter;
use value::Value;

/// Capacity above this is freed after the event that needed it.
const KEEP_CAPACITY: usize = 1 << 20;

/// An event was larger than the limit of its parser. The parser stops until [`Parser::reset`]. The reset, or the next chunk,
/// frees the memory of the event.
///
/// ```
/// use eventsource_wasm::parser::{EventTooLarge, Parser};
///
/// let mut parser = Parser::new().with_max_event_size(5);
/// parser.feed(b"data: too much");
/// if let Err(EventTooLarge { limit }) = parser.next_event() {
///     assert_eq!(limit, 5);
///     parser.reset(); // such as for the next connection
/// }
/// # assert_eq!(parser.next_event(), Ok(None));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("an event is larger than the limit of {limit} bytes: raise max_event_size")]
pub struct EventTooLarge {
    /// The limit in bytes.
    pub limit: usize,
}

/// A last event ID, with the number of changes up to it.
#[derive(Clone, Debug, Default)]
pub(crate) struct IdMark {
    pub(crate) id: Vec<u8>,
    pub(crate) changes: u32,
}

/// An incremental parser: [`feed`](Parser::feed) it bytes, then take [`next_event`](Parser::next_event) until there is
/// none.
///
/// Time is linear in the bytes fed, for any chunking. Memory is one chunk and the unfinished event.
///
/// ```
/// use eventsource_wasm::parser::Parser;
///
/// let mut parser = Parser::new();
/// for chunk in [&b"data: a\r"[..], b"\n\r\nda", b"ta: b\n\n"] {
///     parser.feed(chunk);
///     while let Some(event) = parser.next_event()? {
///         println!("{}", event.data());
///     }
/// }
/// # Ok::<(), eventsource_wasm::parser::EventTooLarge>(())
/// ```
#[derive(Debug, Default)]
pub struct Parser {
    /// The bytes from the data of the current block to the end of the fed bytes, then room for more.
    memory: Vec<u8>,
    /// Where the fed bytes end.
    ///
    /// INVARIANT: `data.end <= line <= end <= memory.len()`, with `data` and `line` of the interpreter.
    end: usize,
    interpreter: Interpreter,
}

impl Parser {
    /// A parser at the start of a stream, without a size limit.
    pub fn new() -> Parser {
        Parser::default()
    }

    /// A parser with an optional [limit](Parser::with_max_event_size).
    pub fn with_limit(max_event_size: Option<usize>) -> Parser {
        Parser { interpreter: Interpreter { limit: max_event_size, ..Interpreter::default() }, ..Parser::default() }
    }

    /// Limits the bytes that may be buffered for one event: its data so far, its name, its ID, and the next line with its
    /// field name. A comment is no part of an event; a comment larger than the limit is left out. Default: no limit.
    ///
    /// ```
    /// # use eventsource_wasm::parser::{EventTooLarge, Parser};
    /// let mut parser = Parser::new().with_max_event_size(10);
    /// parser.feed(b"data: more than ten bytes");
    /// assert_eq!(parser.next_event(), Err(EventTooLarge { limit: 10 }));
    /// ```
    pub fn with_max_event_size(mut self, bytes: usize) -> Parser {
        self.interpreter.limit = Some(bytes);
        self
    }

    /// Sets the last event ID, as if an earlier stream had left it.
    ///
    /// ```
    /// # use eventsource_wasm::parser::Parser;
    /// let parser = Parser::new().with_last_event_id("7");
    /// assert_eq!(parser.last_event_id(), "7");
    /// ```
    pub fn with_last_event_id(mut self, id: &str) -> Parser {
        self.interpreter.last_event_id = Value::copied(id.as_bytes());
        self
    }

    /// Sets the last event ID at once, as if a block without data had set it.
    pub fn set_last_event_id(&mut self, id: &str) {
        self.interpreter.last_event_id = Value::copied(id.as_bytes());
        self.interpreter.id_changes = self.interpreter.id_changes.wrapping_add(1);
    }

    /// Appends a copy of a chunk. A chunk may have any length and be cut anywhere.
    ///
    /// ```
    /// # use eventsource_wasm::parser::Parser;
    /// let mut parser = Parser::new();
    /// parser.feed(b"data: caf\xc3");
    /// parser.feed(b"\xa9\n\n");
    /// assert_eq!(parser.next_event()?.unwrap().data(), "café");
    /// # Ok::<(), eventsource_wasm::parser::EventTooLarge>(())
    /// ```
    pub fn feed(&mut self, chunk: &[u8]) {
        self.reclaim();
        work::copies(chunk.len());
        match self.memory.get_mut(self.end..) {
            Some(room) if room.len() >= chunk.len() => room[..chunk.len()].copy_from_slice(chunk),
            // New memory is not zeroed first.
            _ => {
                self.memory.truncate(self.end);
                self.memory.extend_from_slice(chunk);
            }
        }
        self.end += chunk.len();
    }

    /// Appends a chunk of `length` bytes that `fill` writes in place, for callers that would otherwise copy it twice. Bytes
    /// that `fill` does not write are arbitrary. If `fill` panics, nothing is appended.
    ///
    /// # Panics
    ///
    /// If there cannot be room for `length` bytes; nothing is appended then.
    ///
    /// ```
    /// # use eventsource_wasm::parser::Parser;
    /// let chunk = b"data: hello\n\n";
    /// let mut parser = Parser::new();
    /// parser.feed_with(chunk.len(), |to| to.copy_from_slice(chunk));
    /// assert_eq!(parser.next_event()?.unwrap().data(), "hello");
    /// # Ok::<(), eventsource_wasm::parser::EventTooLarge>(())
    /// ```
    pub fn feed_with(&mut self, length: usize, fill: impl FnOnce(&mut [u8])) {
        fill(&mut self.room(length)[..length]);
        self.fed(length);
    }

    /// The room after the fed bytes, for at least `length` more bytes. Write the next chunk to the start of the room, then
    /// call [`fed`](Parser::fed). The room holds arbitrary bytes; only new memory is zeroed.
    ///
    /// # Panics
    ///
    /// If there cannot be room for `length` bytes.
    ///
    /// ```
    /// # use eventsource_wasm::parser::Parser;
    /// # use std::io::Read;
    /// # let mut connection = &b"data: hello\n\n"[..];
    /// let mut parser = Parser::new();
    /// loop {
    ///     let length = connection.read(parser.room(1 << 16))?;
    ///     parser.fed(length);
    ///     while let Some(event) = parser.next_event()? {
    ///         println!("{}", event.data());
    ///     }
    ///     if length == 0 {
    ///         break;
    ///     }
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn room(&mut self, length: usize) -> &mut [u8] {
        self.reclaim();
        if self.memory.len() - self.end < length {
            // The bytes after `end` need not be moved. `reserve` panics before the sum below can wrap.
            self.memory.truncate(self.end);
            self.memory.reserve(length);
            self.memory.resize(self.end + length, 0);
        }
        &mut self.memory[self.end..]
    }

    /// The existing room, if all fed bytes have been consumed and no memory has to move. The bytes of the items so far stay
    /// in memory until the caller writes to the room.
    pub fn room_in_place(&mut self) -> Option<&mut [u8]> {
        let Interpreter { is_overflowed, data, line, .. } = &self.interpreter;
        let is_drained = !is_overflowed && data.is_none() && *line == self.end;
        (is_drained && self.memory.capacity() <= KEEP_CAPACITY).then(|| self.room(0))
    }

    /// Appends a chunk of `length` bytes that was written to the start of the [`room`](Parser::room).
    ///
    /// # Panics
    ///
    /// If the room is smaller than `length`.
    pub fn fed(&mut self, length: usize) {
        assert!(length <= self.memory.len() - self.end, "more bytes than the room");
        work::copies(length);
        self.end += length;
    }

    /// The next event in the fed bytes, or `None` if more bytes are needed.
    ///
    /// ```
    /// # use eventsource_wasm::parser::Parser;
    /// let mut parser = Parser::new();
    /// parser.feed(b"data: one\n\ndata: two\n\nda");
    /// let mut seen = Vec::new();
    /// while let Some(event) = parser.next_event()? {
    ///     seen.push(event.data().into_owned());
    /// }
    /// assert_eq!(seen, ["one", "two"]);
    /// # Ok::<(), eventsource_wasm::parser::EventTooLarge>(())
    /// ```
    pub fn next_event(&mut self) -> Result<Option<Event<'_>>, EventTooLarge> {
        loop {
            match self.advance()? {
                None => return Ok(None),
                Some(Found::Event(data)) => return Ok(Some(self.dispatched(data))),
                Some(_) => {}
            }
        }
    }

    /// Like [`next_event`](Parser::next_event), but also returns the items between the events.
    ///
    /// ```
    /// # use eventsource_wasm::parser::{Item, Parser};
    /// let mut parser = Parser::new();
    /// parser.feed(b"retry: 500\n");
    /// assert_eq!(parser.next_item()?, Some(Item::Retry(500)));
    /// # Ok::<(), eventsource_wasm::parser::EventTooLarge>(())
    /// ```
    pub fn next_item(&mut self) -> Result<Option<Item<'_>>, EventTooLarge> {
        let Some(found) = self.advance()? else { return Ok(None) };
        Ok(Some(match found {
            Found::Event(data) => Item::Event(self.dispatched(data)),
            Found::Id => Item::Id(self.last_event_id_text()),
            Found::Comment(text) => Item::Comment(Text::new(&self.memory[text])),
            Found::Retry(time) => Item::Retry(time),
            Found::Ignored(line) => Item::Ignored(Text::new(&self.memory[line])),
        }))
    }

    #[inline]
    pub(crate) fn advance(&mut self) -> Result<Option<Found>, EventTooLarge> {
        self.interpreter.advance(&mut self.memory[..self.end])
    }

    /// Ends the current block, for callers that want the event that the end of a stream cut off; the standard discards it. An
    /// unfinished line counts if it begins with `data:`. Returns false, and changes nothing, if there is no data. Call it
    /// after all items are taken; the event is then the next item.
    ///
    /// ```
    /// # use eventsource_wasm::parser::Parser;
    /// let mut parser = Parser::new();
    /// parser.feed(b"id: 7\ndata: [DONE]");
    /// assert!(parser.next_event()?.is_none());
    /// assert!(parser.complete());
    /// assert_eq!(parser.next_event()?.unwrap().data(), "[DONE]");
    /// # Ok::<(), eventsource_wasm::parser::EventTooLarge>(())
    /// ```
    pub fn complete(&mut self) -> bool {
        let line = self.interpreter.line;
        let is_data = self.memory[line..self.end].starts_with(b"data:");
        if self.interpreter.is_overflowed || !is_data && self.interpreter.data.is_none() {
            return false;
        }
        if !is_data {
            self.end = line;
            self.interpreter.ends.restart(line);
            self.interpreter.is_in_long_comment = false;
        }
        // The first line feed ends the line, or belongs to a CR before it.
        self.feed(b"\n\n");
        true
    }

    /// Marks the last event ID, for [`restore_id`](Parser::restore_id).
    pub(crate) fn mark_id(&self) -> IdMark {
        IdMark { id: self.last_event_id_text().as_bytes().to_vec(), changes: self.interpreter.id_changes }
    }

    /// Restores the last event ID of the mark.
    pub(crate) fn restore_id(&mut self, mark: &IdMark) {
        self.interpreter.last_event_id = Value::copied(&mark.id);
        self.interpreter.id_changes = mark.changes;
    }

    /// The event that was found last. `data` is the range of its data.
    #[inline]
    pub(crate) fn dispatched(&self, data: Range<usize>) -> Event<'_> {
        Event { parser: self, start: data.start, end: data.end }
    }

    /// The bytes that the parser holds: the fed bytes that are not yet consumed, and the items so far. The next chunk moves
    /// them.
    pub fn buffer(&self) -> &[u8] {
        &self.memory[..self.end]
    }

    /// Whether all bytes of the items so far, in the [`buffer`](Parser::buffer), are known to be ASCII.
    pub fn is_ascii(&self) -> bool {
        self.interpreter.ends.ascii_from() == 0
    }

    /// The last event ID, which a reconnect sends as `Last-Event-ID`. The `id` of an unfinished block does not count.
    ///
    /// ```
    /// # use eventsource_wasm::parser::Parser;
    /// let mut parser = Parser::new();
    /// parser.feed(b"id: 7\n\nid: 8\n");
    /// while parser.next_event()?.is_some() {}
    /// assert_eq!(parser.last_event_id(), "7");
    /// # Ok::<(), eventsource_wasm::parser::EventTooLarge>(())
    /// ```
    pub fn last_event_id(&self) -> Cow<'_, str> {
        self.last_event_id_text().to_string_lossy()
    }

    /// The last event ID as it was on the wire.
    ///
    /// ```
    /// # use eventsource_wasm::parser::Parser;
    /// let mut parser = Parser::new();
    /// parser.feed(b"id: \xff\n\n");
    /// while parser.next_event()?.is_some() {}
    /// assert_eq!(parser.last_event_id_text().as_bytes(), b"\xff");
    /// # Ok::<(), eventsource_wasm::parser::EventTooLarge>(())
    /// ```
    pub fn last_event_id_text(&self) -> Text<'_> {
        Text::new(self.interpreter.last_event_id.of(&self.memory))
    }

    /// How often the last event ID has been set so far, by the stream or by [`set_last_event_id`](Parser::set_last_event_id);
    /// it wraps. While this number stays the same, the ID stays the same.
    pub fn id_changes(&self) -> u32 {
        self.interpreter.id_changes
    }

    /// Whether the fed bytes end within a line.
    ///
    /// ```
    /// # use eventsource_wasm::parser::Parser;
    /// let mut parser = Parser::new();
    /// parser.feed(b"data: hel");
    /// assert!(parser.next_event()?.is_none());
    /// assert!(parser.is_within_line());
    /// # Ok::<(), eventsource_wasm::parser::EventTooLarge>(())
    /// ```
    pub fn is_within_line(&self) -> bool {
        let Interpreter { is_overflowed, is_in_long_comment, line, .. } = self.interpreter;
        !is_overflowed && (is_in_long_comment || line < self.end)
    }

    /// Begins a new stream. The unfinished event is discarded, as the standard says; the last event ID stays.
    ///
    /// ```
    /// # use eventsource_wasm::parser::Parser;
    /// let mut parser = Parser::new();
    /// parser.feed(b"id: 7\n\ndata: unfinished");
    /// while parser.next_event()?.is_some() {}
    /// parser.reset();
    /// parser.feed(b"data: hello\n\n");
    /// let event = parser.next_event()?.unwrap();
    /// assert_eq!((event.data(), event.last_event_id()), ("hello".into(), "7".into()));
    /// # Ok::<(), eventsource_wasm::parser::EventTooLarge>(())
    /// ```
    pub fn reset(&mut self) {
        self.clear();
        self.interpreter.started = false;
        self.interpreter.after_cr = false;
        self.interpreter.is_overflowed = false;
    }

    fn clear(&mut self) {
        self.interpreter.last_event_id.keep(&self.memory);
        self.memory = Vec::new();
        self.end = 0;
        self.interpreter.clear();
    }

    /// Drops the consumed bytes: all but the data of the current block and the unfinished line after it.
    ///
    /// Each byte moves at most twice. Data moves to the front once and stays there. An unfinished line moves only if another
    /// line was completed since the last chunk, and then all its bytes are from that chunk. Complete lines that the caller
    /// has not taken move only if they are no longer than the bytes that are dropped before them.
    fn reclaim(&mut self) {
        if self.interpreter.is_overflowed {
            self.clear();
        }
        let Parser { memory, end, interpreter } = self;
        let data_length = interpreter.data.as_ref().map_or(0, ExactSizeIterator::len);
        let waits = *end - interpreter.line;
        if !interpreter.ends.are_exhausted(*end) && interpreter.line - data_length < waits {
            return;
        }
        interpreter.keep_values(memory);
        let mut kept = interpreter.line;
        if let Some(data) = &mut interpreter.data {
            kept = data.start;
            if kept > 0 {
                work::copies(data_length);
                memory.copy_within(data.clone(), 0);
            }
            *data = 0..data_length;
        }
        if interpreter.line > data_length {
            work::copies(waits);
            memory.copy_within(interpreter.line..*end, data_length);
            *end = data_length + waits;
            interpreter.ends.moved(kept, interpreter.line, data_length);
            interpreter.line = data_length;
        }
        // A large event needed this capacity. What is left is at most a quarter of it, so the copy is cheap.
        if memory.capacity() > KEEP_CAPACITY && *end < memory.capacity() / 4 {
            memory.truncate(*end);
            memory.shrink_to((KEEP_CAPACITY / 4).max(2 * *end));
        }
    }
}
