//! The steps of the standard, line by line, over the parser's buffer.

use core::mem;
use core::ops::Range;

use super::field::{Field, digits};
use super::lines::LineEnds;
use super::value::Value;
use super::{EventTooLarge, work};

const BOM: &[u8] = b"\xef\xbb\xbf";

/// The item that ended a step of the interpreter, as a range in the buffer.
#[derive(Debug)]
pub(crate) enum Found {
    Event(Range<usize>),
    Id,
    Comment(Range<usize>),
    Retry(u64),
    Ignored(Range<usize>),
}

#[derive(Debug, Default)]
pub(super) struct Interpreter {
    /// The data buffer of the current block.
    pub(super) data: Option<Range<usize>>,
    /// Where the unfinished line starts.
    pub(super) line: usize,
    /// The line ends from `line` on.
    pub(super) ends: LineEnds,
    /// Whether the start of the stream was read: a BOM can no longer come.
    pub(super) started: bool,
    /// The line before ended with a CR: an LF at the next position belongs to it.
    pub(super) after_cr: bool,
    /// The event type buffer.
    pub(super) event: Value,
    /// The type of the last event that was returned.
    pub(super) dispatched_event: Value,
    /// The last event ID buffer, if the current block has set it; the next blank line commits it.
    pub(super) id: Value,
    pub(super) has_id: bool,
    pub(super) last_event_id: Value,
    /// How often the last event ID has been set.
    pub(super) id_changes: u32,
    /// Whether the last event that was returned set the ID.
    pub(super) dispatched_sets_id: bool,
    pub(super) limit: Option<usize>,
    /// An event was over the limit: nothing is read until the next stream.
    pub(super) is_overflowed: bool,
    /// The unfinished line is a comment over the limit; none of its bytes is kept.
    pub(super) is_in_long_comment: bool,
}

impl Interpreter {
    /// Reads lines until one of them yields an item. An error leaves the buffer as it is, as earlier items may still be in
    /// use.
    #[inline]
    pub(super) fn advance(&mut self, buffer: &mut [u8]) -> Result<Option<Found>, EventTooLarge> {
        if self.is_overflowed {
            return self.overflow();
        }
        if !self.started && !self.skip_bom(buffer) {
            return Ok(None);
        }
        let is_limited = self.comes_near_limit(buffer.len());
        loop {
            let start = self.line;
            let Some(end) = self.ends.next(buffer) else {
                if is_limited && !self.is_in_long_comment && self.exceeds_limit_with(&buffer[start..]) {
                    if buffer.get(start) != Some(&b':') {
                        return self.overflow();
                    }
                    self.is_in_long_comment = true;
                }
                if self.is_in_long_comment {
                    self.line = buffer.len();
                }
                return Ok(None);
            };
            self.line = end + 1;
            let byte = buffer[end];
            if mem::take(&mut self.is_in_long_comment) {
                self.after_cr = byte == b'\r';
                continue;
            }
            // A CR has ended the line at once; an LF that follows belongs to it.
            if mem::replace(&mut self.after_cr, byte == b'\r') && start == end && byte == b'\n' {
                continue;
            }
            if is_limited && self.exceeds_limit_with(&buffer[start..end]) {
                if buffer[start] == b':' {
                    continue;
                }
                return self.overflow();
            }
            let found = if start == end { self.end_block() } else { self.read_field(buffer, start, end) };
            if found.is_some() {
                return Ok(found);
            }
        }
    }

    /// "One leading U+FEFF BYTE ORDER MARK character must be ignored if any are present." Returns false while the bytes so
    /// far could still become one.
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
        self.dispatched_sets_id = mem::take(&mut self.has_id);
        if self.dispatched_sets_id {
            self.last_event_id.take(&mut self.id);
            self.id_changes = self.id_changes.wrapping_add(1);
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
    fn read_field(&mut self, buffer: &mut [u8], start: usize, end: usize) -> Option<Found> {
        let line = &buffer[start..end];
        match Field::of(line) {
            Field::Data(value) => self.append_data(buffer, start + value..end),
            Field::Event(value) => {
                self.event.set(start + value..end);
            }
            // "If the field value does not contain U+0000 NULL"
            Field::Id(value) if !has_nul(&line[value..]) => {
                self.id.set(start + value..end);
                self.has_id = true;
            }
            Field::Retry(value) => {
                return Some(digits(&line[value..]).map_or(Found::Ignored(start..end), Found::Retry));
            }
            Field::Comment(value) => return Some(Found::Comment(start + value..end)),
            Field::Id(_) | Field::Unknown => return Some(Found::Ignored(start..end)),
        }
        None
    }

    /// Adds a line to the data buffer. A further line moves up to the end of the data, so that the data stays one slice. The
    /// field name `data` before the line leaves room for the line feed.
    fn append_data(&mut self, buffer: &mut [u8], value: Range<usize>) {
        let Some(data) = &mut self.data else {
            self.data = Some(value);
            return;
        };
        self.event.keep_if_behind(data.start, buffer);
        self.id.keep_if_behind(data.start, buffer);
        buffer[data.end] = b'\n';
        let to = data.end + 1;
        data.end = to + value.len();
        work::copies(value.len());
        buffer.copy_within(value, to);
    }

    /// Copies the values that outlive their line. Call it before the bytes move.
    pub(super) fn keep_values(&mut self, bytes: &[u8]) {
        self.dispatched_event.forget();
        self.event.keep(bytes);
        self.last_event_id.keep(bytes);
        if self.has_id {
            self.id.keep(bytes);
        } else {
            self.id.forget();
        }
    }

    /// Clears all but the start of the stream and the last event ID, which the caller keeps first.
    pub(super) fn clear(&mut self) {
        self.data = None;
        self.line = 0;
        self.ends.restart(0);
        self.event.forget();
        self.dispatched_event.forget();
        self.id.forget();
        self.has_id = false;
        self.is_in_long_comment = false;
    }

    /// Whether all buffered bytes together are over the limit. If not, no event is.
    fn comes_near_limit(&self, bytes: usize) -> bool {
        self.limit.is_some_and(|limit| bytes + self.event.len() + self.id.len() > limit)
    }

    /// Whether the current block with this line is over the limit. A comment is no part of a block, so it counts alone.
    fn exceeds_limit_with(&self, line: &[u8]) -> bool {
        let data = self.data.as_ref().map_or(0, ExactSizeIterator::len);
        let id = if self.has_id { self.id.len() } else { 0 };
        let block = if line.first() == Some(&b':') { 0 } else { data + self.event.len() + id };
        self.limit.is_some_and(|limit| block + line.len() > limit)
    }

    #[cold]
    fn overflow<T>(&mut self) -> Result<T, EventTooLarge> {
        self.is_overflowed = true;
        Err(EventTooLarge { limit: self.limit.unwrap_or(usize::MAX) })
    }
}

// IDs are short: a search for long texts would enlarge the npm package and would not be faster.
#[allow(clippy::manual_contains)]
fn has_nul(value: &[u8]) -> bool {
    work::scans(value.len());
    value.iter().any(|byte| *byte == 0)
}
