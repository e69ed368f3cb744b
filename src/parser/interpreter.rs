//! The steps of the standard, line by line, over bytes that lie in one slice: the parser's own buffer, or a chunk that it
//! is lent.

use alloc::vec::Vec;
use core::mem;
use core::ops::Range;

use super::field::{Field, digits};
use super::lines::LineEnds;
use super::value::Value;
use super::{Event, EventTooLarge, Item, Text, work};

const BOM: &[u8] = b"\xef\xbb\xbf";

/// What lines are read from.
pub(super) trait Source {
    /// Whether joining lines moves bytes of the source.
    const JOINS_IN_PLACE: bool;

    fn bytes(&self) -> &[u8];

    /// A block has its first line of data.
    fn begin_data(&mut self);

    /// Adds a further line to data, behind a line feed: where all of it is then.
    fn join(&mut self, data: Range<usize>, line: Range<usize>) -> Range<usize>;
}

/// Further lines are moved up behind the first, so that data stays one slice. They start behind the field name `data`, so
/// that the line feed always fits before them.
impl Source for Vec<u8> {
    const JOINS_IN_PLACE: bool = true;

    #[inline(always)]
    fn bytes(&self) -> &[u8] {
        self
    }

    #[inline(always)]
    fn begin_data(&mut self) {}

    #[inline(always)]
    fn join(&mut self, data: Range<usize>, line: Range<usize>) -> Range<usize> {
        self[data.end] = b'\n';
        let to = data.end + 1;
        let end = to + line.len();
        work::copies(line.len());
        self.copy_within(line, to);
        data.start..end
    }
}

/// What ended a step of the interpreter, by its place in the source.
pub(crate) enum Found {
    Event(Range<usize>),
    Id,
    Comment(Range<usize>),
    Retry(u64),
    Ignored(Range<usize>),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Status {
    #[default]
    Ready,
    /// The places are in a chunk that was lent.
    Lent,
    Overflowed,
}

#[derive(Debug, Default)]
pub(super) struct Interpreter {
    /// The data buffer of the block in progress.
    pub(super) data: Option<Range<usize>>,
    /// Where the unfinished line starts.
    pub(super) line: usize,
    /// Where it and those after it end.
    pub(super) ends: LineEnds,
    /// Whether the bytes before `line` include the start of the stream: a BOM can come no more.
    pub(super) started: bool,
    /// The line before ended with a CR: an LF that comes next belongs to it.
    pub(super) after_cr: bool,
    /// The event type buffer.
    pub(super) event: Value,
    /// The type of the event that was handed out last.
    pub(super) dispatched_event: Value,
    /// The last event ID buffer, when the block in progress has set it; the next blank line commits it.
    pub(super) id: Value,
    pub(super) sets_id: bool,
    pub(super) last_event_id: Value,
    /// How often an ID has been committed.
    pub(super) commits: u32,
    /// Whether the event that was handed out last did.
    pub(super) dispatched_sets_id: bool,
    /// How long its data is.
    pub(super) last_length: usize,
    pub(super) limit: Option<usize>,
    pub(super) status: Status,
}

impl Interpreter {
    /// Reads lines until one of them yields something. An error leaves the source as it is: what was handed out before
    /// may still be in use.
    #[inline]
    pub(super) fn advance<S: Source>(&mut self, source: &mut S) -> Result<Option<Found>, EventTooLarge> {
        if self.status == Status::Overflowed {
            return self.overflow();
        }
        if !self.started && !self.skip_bom(source.bytes()) {
            return Ok(None);
        }
        let is_limited = self.comes_near_limit(source.bytes().len());
        loop {
            let start = self.line;
            let Some(end) = self.ends.next(source.bytes()) else {
                if is_limited && self.exceeds_limit_with(source.bytes().len() - self.line) {
                    return self.overflow();
                }
                return Ok(None);
            };
            self.line = end + 1;
            let byte = source.bytes()[end];
            // A CR has ended the line at once; an LF that follows belongs to it.
            if mem::replace(&mut self.after_cr, byte == b'\r') && start == end && byte == b'\n' {
                continue;
            }
            if is_limited && self.exceeds_limit_with(end - start) {
                return self.overflow();
            }
            let found = if start == end { self.end_block() } else { self.read_field(source, start, end) };
            if found.is_some() {
                return Ok(found);
            }
        }
    }

    /// "One leading U+FEFF BYTE ORDER MARK character must be ignored if any are present." False while the bytes so far
    /// could still become one.
    fn skip_bom(&mut self, bytes: &[u8]) -> bool {
        let fed = &bytes[self.line..];
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
            Some(data) => {
                self.last_length = data.len();
                Some(Found::Event(data))
            }
            // "If the data buffer is an empty string" there is no event.
            None => self.dispatched_sets_id.then_some(Found::Id),
        }
    }

    /// [Processes the field](https://html.spec.whatwg.org/multipage/server-sent-events.html#processField).
    fn read_field<S: Source>(&mut self, source: &mut S, start: usize, end: usize) -> Option<Found> {
        let line = &source.bytes()[start..end];
        match Field::of(line) {
            Field::Data(value) => self.append_data(source, start + value..end),
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

    /// Adds a line to the data buffer.
    fn append_data<S: Source>(&mut self, source: &mut S, value: Range<usize>) {
        let Some(data) = self.data.clone() else {
            source.begin_data();
            self.data = Some(value);
            return;
        };
        if S::JOINS_IN_PLACE {
            self.event.keep_if_behind(data.start, source.bytes());
            self.id.keep_if_behind(data.start, source.bytes());
        }
        self.data = Some(source.join(data, value));
    }

    /// The event that was found last.
    #[inline]
    pub(super) fn dispatched<'a>(&'a self, bytes: &'a [u8], data: Text<'a>) -> Event<'a> {
        Event {
            event: self.value(bytes, &self.dispatched_event),
            data,
            last_event_id: self.value(bytes, &self.last_event_id),
            sets_id: self.dispatched_sets_id,
        }
    }

    #[inline]
    fn value<'a>(&'a self, bytes: &'a [u8], value: &'a Value) -> Text<'a> {
        match value.place() {
            Some(place) => self.text(bytes, place),
            None => Text::new(value.of(bytes)),
        }
    }

    /// A part of a line that was looked at.
    #[inline]
    pub(super) fn text<'a>(&self, bytes: &'a [u8], place: Range<usize>) -> Text<'a> {
        let is_ascii = self.ends.ascii_from() <= place.start;
        let bytes = &bytes[place];
        // SAFETY: all that was looked at from there on is ASCII.
        if is_ascii { unsafe { Text::ascii(bytes) } } else { Text::new(bytes) }
    }

    /// What was found, which for an event is this.
    pub(super) fn item<'a>(
        &'a self,
        bytes: &'a [u8],
        found: Found,
        event: impl FnOnce(Range<usize>) -> Event<'a>,
    ) -> Item<'a> {
        match found {
            Found::Event(data) => Item::Event(event(data)),
            Found::Id => Item::Id(self.value(bytes, &self.last_event_id)),
            Found::Comment(text) => Item::Comment(self.text(bytes, text)),
            Found::Retry(time) => Item::Retry(time),
            Found::Ignored(line) => Item::Ignored(self.text(bytes, line)),
        }
    }

    /// Whether no block is in progress.
    #[inline]
    pub(super) fn is_between_events(&self) -> bool {
        self.data.is_none() && self.event.len() == 0 && !self.sets_id
    }

    /// Copies what outlives its line. To be called before the bytes move.
    pub(super) fn keep_values(&mut self, bytes: &[u8]) {
        self.dispatched_event.forget();
        self.event.keep(bytes);
        self.last_event_id.keep(bytes);
        if self.sets_id {
            self.id.keep(bytes);
        } else {
            self.id.forget();
        }
    }

    /// Forgets all but the last event ID, which must be kept, and how the stream began.
    pub(super) fn clear(&mut self) {
        self.data = None;
        self.line = 0;
        self.ends.restart(0);
        self.event.forget();
        self.dispatched_event.forget();
        self.id.forget();
        self.sets_id = false;
    }

    /// Whether all that is in the source is over the limit: if not, no event is.
    fn comes_near_limit(&self, bytes: usize) -> bool {
        self.limit.is_some_and(|limit| bytes + self.event.len() + self.id.len() > limit)
    }

    /// Whether the block in progress, with a line of this length, is over the limit.
    fn exceeds_limit_with(&self, line: usize) -> bool {
        let data = self.data.as_ref().map_or(0, ExactSizeIterator::len);
        let id = if self.sets_id { self.id.len() } else { 0 };
        self.limit.is_some_and(|limit| data + self.event.len() + id + line > limit)
    }

    #[cold]
    fn overflow<T>(&mut self) -> Result<T, EventTooLarge> {
        self.status = Status::Overflowed;
        Err(EventTooLarge { limit: self.limit.unwrap_or(usize::MAX) })
    }
}

// IDs are short: a search that is made for long texts takes room in the npm package, and no less time.
#[allow(clippy::manual_contains)]
fn has_nul(value: &[u8]) -> bool {
    work::scans(value.len());
    value.iter().any(|byte| *byte == 0)
}
