//! `text/event-stream` bytes to events: [the standard's parser](https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream),
//! byte for byte, however the bytes are cut.
//!
//! Any bytes at all are a valid stream, so [`Parser::feed`] has no error. The one thing that can go wrong is an event
//! larger than a limit that the caller has set. [`EventStream`] does the same over any stream of bytes.
//!
//! ```
//! use eventsource_wasm::parser::Parser;
//!
//! let mut parser = Parser::new();
//! parser.feed(b"event: greeting\nid: 1\nda");
//! assert!(parser.next_event()?.is_none());
//! parser.feed(b"ta: hello\n\n");
//! let event = parser.next_event()?.unwrap();
//! assert_eq!((event.event(), event.data()), ("greeting".into(), "hello".into()));
//! # Ok::<(), eventsource_wasm::parser::EventTooLarge>(())
//! ```

mod chunk;
mod field;
mod interpreter;
mod item;
mod lines;
mod simd;
mod stream;
mod text;
mod utf8;
mod value;
mod work;

use alloc::borrow::Cow;
use alloc::vec::Vec;
#[cfg(any(feature = "npm-client", feature = "npm-parser"))]
use core::mem;
use core::ops::Range;

pub use chunk::Chunk;
pub use item::{Event, Item};
pub use stream::{EventStream, StreamError};
pub use text::Text;

use crate::short;
pub(crate) use interpreter::Found;
use interpreter::{Interpreter, Status};
#[cfg(feature = "npm")]
pub(crate) use value::Value;
#[cfg(not(feature = "npm"))]
use value::Value;

/// Memory above this is given back once the event that needed it is gone.
const KEEP_CAPACITY: usize = 1 << 20;

/// An event was larger than the limit of its parser, which has dropped it and parses no further until
/// [`Parser::reset`].
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event is larger than the limit of {limit} bytes; raise the limit if such events are expected")]
pub struct EventTooLarge {
    /// The limit in bytes.
    pub limit: usize,
}

/// An incremental parser: [`feed`](Parser::feed) it bytes, then take [`next_event`](Parser::next_event) until there is
/// none. Or have it [`parse`](Parser::parse) chunks that you keep, and take their events without a copy.
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
    /// Bytes from the data of the block in progress to the end of what was fed.
    ///
    /// INVARIANT: unless a chunk is lent, `data.end <= line <= buffer.len()`, of the interpreter's.
    buffer: Vec<u8>,
    interpreter: Interpreter,
}

/// An event as places in the buffer.
#[cfg(feature = "npm")]
#[derive(Clone, Copy)]
pub(crate) struct Parts<'a> {
    pub(crate) buffer: &'a [u8],
    /// Whether the buffer is ASCII, up to the end of the event at the least.
    pub(crate) is_ascii: bool,
    pub(crate) name: &'a Value,
    pub(crate) last_event_id: &'a Value,
    pub(crate) sets_id: bool,
    /// How often the stream has set the last event ID so far.
    pub(crate) commits: u32,
}

impl Parser {
    /// A parser at the start of a stream, without a size limit.
    ///
    /// ```
    /// # use eventsource_wasm::parser::Parser;
    /// assert_eq!(Parser::new().last_event_id(), "");
    /// ```
    pub fn new() -> Parser {
        Parser::default()
    }

    #[cfg(feature = "npm-parser")]
    pub(crate) fn with_limit(limit: Option<usize>) -> Parser {
        Parser { interpreter: Interpreter { limit, ..Interpreter::default() }, ..Parser::default() }
    }

    /// Limits what may be buffered for one event, in bytes: its data so far, its name, its ID, and the line that comes next, with
    /// its field name. So it is for a line of another kind, such as a comment. Without this there is no limit.
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

    #[cfg(feature = "npm-client")]
    pub(crate) fn set_last_event_id(&mut self, id: &str) {
        self.interpreter.last_event_id = Value::copied(id.as_bytes());
        self.interpreter.commits = self.interpreter.commits.wrapping_add(1);
    }

    /// Takes a chunk of the stream, of any length, cut anywhere, and lends the events that it completes: those that lie within
    /// the chunk are not copied. Where the chunk can be kept while its events are read, this is the fastest way.
    ///
    /// ```
    /// use eventsource_wasm::parser::Parser;
    ///
    /// let mut parser = Parser::new();
    /// for chunk in [&b"data: one\n\ndata: t"[..], b"wo\n\n"] {
    ///     let mut events = parser.parse(chunk);
    ///     while let Some(event) = events.next_event()? {
    ///         println!("{}", event.data());
    ///     }
    /// }
    /// # Ok::<(), eventsource_wasm::parser::EventTooLarge>(())
    /// ```
    pub fn parse<'c>(&mut self, chunk: &'c [u8]) -> Chunk<'_, 'c> {
        Chunk::new(self, chunk)
    }

    /// Appends a chunk of the stream, of any length, cut anywhere, by a copy of it.
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
        short::extend(&mut self.buffer, chunk);
    }

    /// Appends a chunk of `length` bytes that `fill` writes in place, for callers that would otherwise copy it twice. What it
    /// does not write is zero, also when it panics.
    ///
    /// # Panics
    ///
    /// When there can be no room for so many bytes; nothing is appended then.
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
        self.reclaim();
        work::copies(length);
        let end = self.buffer.len();
        // Before anything is added up, which might wrap: this panics instead.
        self.buffer.reserve(length);
        self.buffer.resize(end + length, 0);
        fill(&mut self.buffer[end..]);
    }

    /// Room behind what was fed for at least `length` bytes more, which count once [`fed`](Parser::fed) is called.
    #[cfg(any(feature = "npm-client", feature = "npm-parser"))]
    pub(crate) fn room(&mut self, length: usize) -> &mut [mem::MaybeUninit<u8>] {
        self.reclaim();
        self.buffer.reserve(length);
        self.buffer.spare_capacity_mut()
    }

    /// The same, as much as there is, when all that was fed has been consumed. What was handed out last stays in memory
    /// until something is written there.
    #[cfg(feature = "npm-parser")]
    pub(crate) fn room_if_drained(&mut self) -> Option<&mut [mem::MaybeUninit<u8>]> {
        let Interpreter { status, data, line, .. } = &self.interpreter;
        // Room after an overflow would free what was handed out before it.
        let is_drained = *status == Status::Ready && data.is_none() && *line == self.buffer.len();
        (is_drained && self.buffer.capacity() <= KEEP_CAPACITY).then(|| self.room(0))
    }

    /// Takes in a chunk that was written to the [`room`](Parser::room).
    ///
    /// # Safety
    ///
    /// So many bytes of the room must have been written, and nothing called in between.
    #[cfg(any(feature = "npm-client", feature = "npm-parser"))]
    pub(crate) unsafe fn fed(&mut self, length: usize) {
        // SAFETY: the caller's promise.
        unsafe { self.buffer.set_len(self.buffer.len() + length) };
    }

    /// The next event in what was fed, or `None` when more bytes are needed.
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
            match self.advance_or_clear()? {
                None => return Ok(None),
                Some(Found::Event(data)) => return Ok(Some(self.dispatched(data))),
                Some(_) => {}
            }
        }
    }

    /// Like [`next_event`](Parser::next_event), with what else is between the events.
    ///
    /// ```
    /// # use eventsource_wasm::parser::{Item, Parser};
    /// let mut parser = Parser::new();
    /// parser.feed(b"retry: 500\n");
    /// assert_eq!(parser.next_item()?, Some(Item::Retry(500)));
    /// # Ok::<(), eventsource_wasm::parser::EventTooLarge>(())
    /// ```
    pub fn next_item(&mut self) -> Result<Option<Item<'_>>, EventTooLarge> {
        let found = self.advance_or_clear()?;
        Ok(found.map(|found| self.item(found)))
    }

    pub(crate) fn item(&self, found: Found) -> Item<'_> {
        self.interpreter.item(&self.buffer, found, |data| self.dispatched(data))
    }

    /// The last event ID: what a reconnect sends as `Last-Event-ID`. The `id` of an unfinished block does not count.
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
        Text::new(if self.has_leaked() { b"" } else { self.interpreter.last_event_id.of(&self.buffer) })
    }

    /// Whether what was fed ends within a line.
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
        !self.has_leaked() && self.interpreter.line < self.buffer.len()
    }

    /// Whether its places are in a chunk that is gone, as its loan never ended.
    fn has_leaked(&self) -> bool {
        self.interpreter.status == Status::Lent
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
        self.interpreter.status = Status::Ready;
    }

    fn clear(&mut self) {
        if self.has_leaked() {
            self.interpreter.last_event_id.clear();
        }
        self.interpreter.last_event_id.keep(&self.buffer);
        self.buffer = Vec::new();
        self.interpreter.clear();
    }

    fn advance_or_clear(&mut self) -> Result<Option<Found>, EventTooLarge> {
        if self.has_leaked() {
            self.reset();
        }
        let found = self.advance();
        if found.is_err() {
            self.clear();
        }
        found
    }

    /// Reads lines until one of them yields something. An error leaves the buffer as it is: what was handed out before
    /// may still be in use.
    pub(crate) fn advance(&mut self) -> Result<Option<Found>, EventTooLarge> {
        self.interpreter.advance(&mut self.buffer)
    }

    /// What the event that was found last consists of, besides its data.
    #[cfg(feature = "npm")]
    pub(crate) fn dispatched_parts(&self) -> Parts<'_> {
        let Interpreter { ends, dispatched_event, last_event_id, dispatched_sets_id, commits, .. } = &self.interpreter;
        Parts {
            buffer: &self.buffer,
            is_ascii: ends.ascii_from() == 0,
            name: dispatched_event,
            last_event_id,
            sets_id: *dispatched_sets_id,
            commits: *commits,
        }
    }

    pub(crate) fn dispatched(&self, data: Range<usize>) -> Event<'_> {
        self.interpreter.dispatched(&self.buffer, self.interpreter.text(&self.buffer, data))
    }

    /// Drops what was consumed: everything but the data of the block in progress and the unfinished line behind it.
    ///
    /// Each byte moves at most twice. Data moves to the front once, because it stays there. A line moves only when one
    /// before it was completed since the last chunk, and then all of it is from that chunk. Lines that wait to be taken
    /// would move with each chunk: they do when they are no longer than what is dropped before them.
    fn reclaim(&mut self) {
        match self.interpreter.status {
            Status::Ready => {}
            Status::Lent => self.reset(),
            Status::Overflowed => self.clear(),
        }
        let Parser { buffer, interpreter } = self;
        let data_length = interpreter.data.as_ref().map_or(0, ExactSizeIterator::len);
        let waits = buffer.len() - interpreter.line;
        if !interpreter.ends.are_exhausted(buffer) && interpreter.line - data_length < waits {
            return;
        }
        interpreter.keep_values(buffer);
        let mut kept = interpreter.line;
        if let Some(data) = &mut interpreter.data {
            kept = data.start;
            if kept > 0 {
                work::copies(data_length);
                buffer.copy_within(data.clone(), 0);
            }
            *data = 0..data_length;
        }
        if interpreter.line > data_length {
            let end = buffer.len();
            work::copies(end - interpreter.line);
            buffer.copy_within(interpreter.line..end, data_length);
            buffer.truncate(data_length + end - interpreter.line);
            interpreter.ends.moved(kept, interpreter.line, data_length);
            interpreter.line = data_length;
        }
        give_back(buffer);
    }
}

/// Shrinks a buffer that a large event has left.
#[inline]
fn give_back(buffer: &mut Vec<u8>) {
    if buffer.capacity() > KEEP_CAPACITY && buffer.len() < KEEP_CAPACITY / 4 {
        buffer.shrink_to(KEEP_CAPACITY / 4);
    }
}
