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

mod field;
mod item;
mod lines;
mod simd;
mod stream;
mod text;
mod value;
mod work;

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::mem;
use core::ops::Range;

pub use item::{Event, Item};
pub use stream::{EventStream, StreamError};
pub use text::Text;

use crate::short;
use field::{Field, digits};
use lines::LineEnds;
#[cfg(feature = "npm")]
pub(crate) use value::Value;
#[cfg(not(feature = "npm"))]
use value::Value;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Memory above this is given back once the event that needed it is gone.
const KEEP_CAPACITY: usize = 1 << 20;

/// An event was larger than the limit of its parser, which has dropped it and parses no further until
/// [`Parser::reset`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event is larger than the limit of {limit} bytes; raise the limit if such events are expected")]
pub struct EventTooLarge {
    /// The limit in bytes.
    pub limit: usize,
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
    /// Bytes from the data of the block in progress to the end of what was fed.
    ///
    /// INVARIANT: `data.end <= line <= buffer.len()`
    buffer: Vec<u8>,
    /// The data buffer of the block in progress. Further lines are moved up behind the first, so that it stays one slice.
    data: Option<Range<usize>>,
    /// Where the unfinished line starts.
    line: usize,
    /// Where it and those after it end.
    ends: LineEnds,
    /// Whether the bytes before `line` include the start of the stream: a BOM can come no more.
    started: bool,
    /// The line before ended with a CR: an LF that comes next belongs to it.
    after_cr: bool,
    /// The event type buffer.
    event: Value,
    /// The type of the event that was handed out last.
    dispatched_event: Value,
    /// The last event ID buffer, when the block in progress has set it; the next blank line commits it.
    id: Value,
    sets_id: bool,
    last_event_id: Value,
    /// How often an ID has been committed.
    commits: u32,
    /// Whether the event that was handed out last did.
    dispatched_sets_id: bool,
    limit: Option<usize>,
    overflowed: bool,
}

/// What ended a step of the parser; the bytes are still in the buffer.
pub(crate) enum Found {
    Event(Range<usize>),
    Id,
    Comment(Range<usize>),
    Retry(u64),
    Ignored(Range<usize>),
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
    pub fn new() -> Parser {
        Parser::default()
    }

    #[cfg(feature = "npm-parser")]
    pub(crate) fn with_limit(limit: Option<usize>) -> Parser {
        Parser { limit, ..Parser::default() }
    }

    /// Limits what may be buffered for one event, in bytes.
    ///
    /// ```
    /// # use eventsource_wasm::parser::{EventTooLarge, Parser};
    /// let mut parser = Parser::new().with_max_event_size(10);
    /// parser.feed(b"data: more than ten bytes");
    /// assert_eq!(parser.next_event(), Err(EventTooLarge { limit: 10 }));
    /// ```
    pub fn with_max_event_size(mut self, bytes: usize) -> Parser {
        self.limit = Some(bytes);
        self
    }

    /// Sets the last event ID, as if an earlier stream had left it.
    pub fn with_last_event_id(mut self, id: &str) -> Parser {
        self.last_event_id = Value::copied(id.as_bytes());
        self
    }

    #[cfg(feature = "npm-client")]
    pub(crate) fn set_last_event_id(&mut self, id: &str) {
        self.last_event_id = Value::copied(id.as_bytes());
        self.commits = self.commits.wrapping_add(1);
    }

    /// Appends a chunk of the stream, of any length, cut anywhere.
    pub fn feed(&mut self, chunk: &[u8]) {
        self.reclaim();
        work::copies(chunk.len());
        short::extend(&mut self.buffer, chunk);
    }

    /// Appends a chunk of `length` bytes that `fill` writes in place, for callers that would otherwise copy it twice.
    pub fn feed_with(&mut self, length: usize, fill: impl FnOnce(&mut [u8])) {
        self.reclaim();
        work::copies(length);
        let end = self.buffer.len();
        self.buffer.resize(end + length, 0);
        fill(&mut self.buffer[end..]);
    }

    /// Room behind what was fed for at least `length` bytes more, which count once [`fed`](Parser::fed) is called.
    #[cfg(feature = "npm")]
    pub(crate) fn room(&mut self, length: usize) -> &mut [mem::MaybeUninit<u8>] {
        self.reclaim();
        self.buffer.reserve(length);
        self.buffer.spare_capacity_mut()
    }

    /// The same, as much as there is, when all that was fed has been consumed. What was handed out last stays in memory
    /// until something is written there.
    #[cfg(feature = "npm-parser")]
    pub(crate) fn room_if_drained(&mut self) -> Option<&mut [mem::MaybeUninit<u8>]> {
        let is_drained = self.data.is_none() && self.line == self.buffer.len();
        (is_drained && self.buffer.capacity() <= KEEP_CAPACITY).then(|| self.room(0))
    }

    /// Takes in a chunk that was written to the [`room`](Parser::room).
    ///
    /// # Safety
    ///
    /// So many bytes of the room must have been written, and nothing called in between.
    #[cfg(feature = "npm")]
    pub(crate) unsafe fn fed(&mut self, length: usize) {
        // SAFETY: the caller's promise.
        unsafe { self.buffer.set_len(self.buffer.len() + length) };
    }

    /// The next event in what was fed, or `None` when more bytes are needed.
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
    pub fn next_item(&mut self) -> Result<Option<Item<'_>>, EventTooLarge> {
        let found = self.advance_or_clear()?;
        Ok(found.map(|found| self.item(found)))
    }

    pub(crate) fn item(&self, found: Found) -> Item<'_> {
        match found {
            Found::Event(data) => Item::Event(self.dispatched(data)),
            Found::Id => Item::Id(self.last_event_id_text()),
            Found::Comment(text) => Item::Comment(Text(&self.buffer[text])),
            Found::Retry(time) => Item::Retry(time),
            Found::Ignored(line) => Item::Ignored(Text(&self.buffer[line])),
        }
    }

    /// The last event ID: what a reconnect sends as `Last-Event-ID`. The `id` of an unfinished block does not count.
    pub fn last_event_id(&self) -> Cow<'_, str> {
        self.last_event_id_text().to_string_lossy()
    }

    /// The last event ID as it was on the wire.
    pub fn last_event_id_text(&self) -> Text<'_> {
        Text(self.last_event_id.of(&self.buffer))
    }

    /// Whether what was fed ends within a line.
    pub fn is_within_line(&self) -> bool {
        self.line < self.buffer.len()
    }

    /// Begins a new stream. The unfinished event is discarded, as the standard says; the last event ID stays.
    pub fn reset(&mut self) {
        self.clear();
        self.started = false;
        self.after_cr = false;
        self.overflowed = false;
    }

    fn clear(&mut self) {
        self.last_event_id.keep(&self.buffer);
        self.buffer = Vec::new();
        self.data = None;
        self.line = 0;
        self.ends.restart(0);
        self.event.clear();
        self.dispatched_event.clear();
        self.id.clear();
        self.sets_id = false;
    }

    fn advance_or_clear(&mut self) -> Result<Option<Found>, EventTooLarge> {
        let found = self.advance();
        if found.is_err() {
            self.clear();
        }
        found
    }

    /// Reads lines until one of them yields something. An error leaves the buffer as it is: what was handed out before
    /// may still be in use.
    pub(crate) fn advance(&mut self) -> Result<Option<Found>, EventTooLarge> {
        if self.overflowed {
            return self.overflow();
        }
        if !self.started && !self.skip_bom() {
            return Ok(None);
        }
        let is_limited = self.comes_near_limit();
        loop {
            let start = self.line;
            let Some(end) = self.ends.next(&self.buffer) else {
                if is_limited && self.exceeds_limit_with(self.buffer.len() - self.line) {
                    return self.overflow();
                }
                return Ok(None);
            };
            self.line = end + 1;
            let byte = self.buffer[end];
            // A CR has ended the line at once; an LF that follows belongs to it.
            if mem::replace(&mut self.after_cr, byte == b'\r') && start == end && byte == b'\n' {
                continue;
            }
            if is_limited && self.exceeds_limit_with(end - start) {
                return self.overflow();
            }
            let found = if start == end { self.end_block() } else { self.read_field(start, end) };
            if found.is_some() {
                return Ok(found);
            }
        }
    }

    /// "One leading U+FEFF BYTE ORDER MARK character must be ignored if any are present." False while the bytes so far
    /// could still become one.
    fn skip_bom(&mut self) -> bool {
        let fed = &self.buffer[self.line..];
        if fed.len() < BOM.len() && BOM.starts_with(fed) {
            return false;
        }
        if fed.starts_with(BOM) {
            self.line += BOM.len();
            self.ends.restart(self.line);
        }
        self.started = true;
        true
    }

    /// [Dispatches the event](https://html.spec.whatwg.org/multipage/server-sent-events.html#dispatchMessage).
    fn end_block(&mut self) -> Option<Found> {
        // 1. "Set the last event ID string of the event source to the value of the last event ID buffer": with or without
        //    data.
        self.dispatched_sets_id = mem::take(&mut self.sets_id);
        if self.dispatched_sets_id {
            self.last_event_id.take(&mut self.id);
            self.commits = self.commits.wrapping_add(1);
        }
        // 2. and 7. The type does not carry over, whether there is an event or not.
        self.dispatched_event.take(&mut self.event);
        self.event.clear();
        match self.data.take() {
            Some(data) => Some(Found::Event(data)),
            // "If the data buffer is an empty string" there is no event.
            None => self.dispatched_sets_id.then_some(Found::Id),
        }
    }

    /// [Processes the field](https://html.spec.whatwg.org/multipage/server-sent-events.html#processField).
    fn read_field(&mut self, start: usize, end: usize) -> Option<Found> {
        let line = &self.buffer[start..end];
        match Field::of(line) {
            Field::Data(value) => self.append_data(start + value..end),
            Field::Event(value) => {
                self.event.set(start + value..end);
            }
            // "If the field value does not contain U+0000 NULL"
            Field::Id(value) if !has_nul(&line[value..]) => {
                self.id.set(start + value..end);
                self.sets_id = true;
            }
            Field::Retry(value) => {
                return Some(digits(&line[value..]).map_or(Found::Ignored(start..end), Found::Retry));
            }
            Field::Comment(value) => return Some(Found::Comment(start + value..end)),
            Field::Id(_) | Field::Unknown => return Some(Found::Ignored(start..end)),
        }
        None
    }

    /// Adds a line to the data buffer: in place for the first, behind a line feed for the others.
    ///
    /// A further line starts behind the field name `data`, so that the line feed always fits before it.
    fn append_data(&mut self, value: Range<usize>) {
        match &mut self.data {
            None => self.data = Some(value),
            Some(data) => {
                self.event.keep_if_behind(data.start, &self.buffer);
                self.id.keep_if_behind(data.start, &self.buffer);
                self.buffer[data.end] = b'\n';
                let to = data.end + 1;
                data.end = to + value.len();
                work::copies(value.len());
                self.buffer.copy_within(value, to);
            }
        }
    }

    /// What the event that was found last consists of, besides its data.
    #[cfg(feature = "npm")]
    pub(crate) fn dispatched_parts(&self) -> Parts<'_> {
        Parts {
            buffer: &self.buffer,
            is_ascii: self.ends.are_ascii(),
            name: &self.dispatched_event,
            last_event_id: &self.last_event_id,
            sets_id: self.dispatched_sets_id,
            commits: self.commits,
        }
    }

    pub(crate) fn dispatched(&self, data: Range<usize>) -> Event<'_> {
        Event {
            event: self.dispatched_event.of(&self.buffer),
            data: &self.buffer[data],
            data_is_ascii: self.ends.are_ascii(),
            last_event_id: self.last_event_id.of(&self.buffer),
            sets_id: self.dispatched_sets_id,
        }
    }

    /// Drops what was consumed: everything but the data of the block in progress and the unfinished line behind it.
    ///
    /// Each byte moves at most twice. Data moves to the front once, because it stays there. A line moves only when one
    /// before it was completed since the last chunk, and then all of it is from that chunk. Lines that wait to be taken
    /// would move with each chunk: they do when they are no longer than what is dropped before them.
    fn reclaim(&mut self) {
        if self.overflowed {
            self.clear();
        }
        let data_length = self.data.as_ref().map_or(0, ExactSizeIterator::len);
        let waits = self.buffer.len() - self.line;
        if !self.ends.are_exhausted(&self.buffer) && self.line - data_length < waits {
            return;
        }
        self.dispatched_event.clear();
        self.event.keep(&self.buffer);
        self.last_event_id.keep(&self.buffer);
        if self.sets_id {
            self.id.keep(&self.buffer);
        } else {
            self.id.clear();
        }
        let moves_data = self.data.as_ref().is_some_and(|data| data.start > 0);
        if let Some(data) = &mut self.data {
            if moves_data {
                work::copies(data.len());
                self.buffer.copy_within(data.clone(), 0);
            }
            *data = 0..data_length;
        }
        if self.line > data_length {
            let all_move = data_length == 0 || moves_data;
            let end = self.buffer.len();
            work::copies(end - self.line);
            self.buffer.copy_within(self.line..end, data_length);
            self.buffer.truncate(data_length + end - self.line);
            self.ends.moved(self.line, self.line - data_length);
            self.line = data_length;
            if all_move {
                self.ends.recheck(&self.buffer);
            }
        }
        if self.buffer.capacity() > KEEP_CAPACITY && self.buffer.len() < KEEP_CAPACITY / 4 {
            self.buffer.shrink_to(KEEP_CAPACITY / 4);
        }
    }

    /// Whether all that is buffered is over the limit: if not, no event is.
    fn comes_near_limit(&self) -> bool {
        self.limit.is_some_and(|limit| self.buffer.len() + self.event.len() + self.id.len() > limit)
    }

    /// Whether the block in progress, with a line of this length, is over the limit.
    fn exceeds_limit_with(&self, line: usize) -> bool {
        let data = self.data.as_ref().map_or(0, ExactSizeIterator::len);
        let id = if self.sets_id { self.id.len() } else { 0 };
        self.limit.is_some_and(|limit| data + self.event.len() + id + line > limit)
    }

    #[cold]
    fn overflow<T>(&mut self) -> Result<T, EventTooLarge> {
        self.overflowed = true;
        Err(EventTooLarge { limit: self.limit.unwrap_or(usize::MAX) })
    }
}

// IDs are short: a search that is made for long texts takes room in the npm package, and no less time.
#[allow(clippy::manual_contains)]
fn has_nul(value: &[u8]) -> bool {
    work::scans(value.len());
    value.iter().any(|byte| *byte == 0)
}
