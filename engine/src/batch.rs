//! Batches of items for JavaScript: two texts, which JavaScript decodes by one call each, and a list of operations on
//! substrings of these texts.
//!
//! One string per field, made by wasm-bindgen, costs several times as much: `benches/NOTES.md` has the figures.

use alloc::vec::Vec;
use core::ops::Range;

use eventsource_wasm::parser::{Event, Item, Parser, Text};

use crate::border::operation::{COMMENT, EVENT, EVENT_WITH_ID, ID, ID_ALONE, IGNORED, NAME, RETRY, WIDE, WORDS};
use crate::utf16;

/// An operation: its kind, and two numbers; see [`operation`](crate::border::operation).
pub type Operation = [u32; WORDS as usize];

/// Capacity above this is freed before the next batch.
const KEEP_CAPACITY: usize = 1 << 20;

/// The items of one stream that JavaScript has not yet received, and the name and ID that it has.
///
/// ASCII strings stay in the parser's buffer if the whole buffer is ASCII: JavaScript then decodes the buffer. Otherwise
/// ASCII strings are copied into one text, and all other strings are converted to UTF-16.
#[derive(Debug, Default)]
pub struct Batch {
    pub(crate) operations: Vec<Operation>,
    /// The address of the parser's buffer, and how many of its bytes JavaScript decodes; if any, nothing is copied.
    pub(crate) buffer: usize,
    pub(crate) in_place: usize,
    pub(crate) copied: Vec<u8>,
    pub(crate) wide: Vec<u16>,
    /// The name of the last event, the current name in JavaScript.
    name: Vec<u8>,
    /// The number of ID changes, as of [`Parser::id_changes`], up to the last ID that JavaScript received.
    id_changes: u32,
    header: [u32; 9],
}

impl Batch {
    /// Begins a batch. The current name and ID of the stream stay.
    pub fn clear(&mut self) {
        self.operations.clear();
        self.in_place = 0;
        give_back(&mut self.copied);
        give_back(&mut self.wide);
    }

    /// Adds an item of a parser.
    pub fn push(&mut self, item: Item<'_>) {
        match item {
            Item::Event(event) => self.push_event(event),
            Item::Id(id) => self.widen(ID_ALONE, id.as_bytes()),
            Item::Comment(text) => self.push_comment(text),
            Item::Ignored(line) => self.widen(IGNORED, line.as_bytes()),
            Item::Retry(time) => self.push_retry(time),
            _ => {}
        }
    }

    /// Adds the last event ID, if it has changed since the last event.
    pub fn push_id(&mut self, parser: &Parser) {
        if parser.id_changes() != self.id_changes {
            self.id_changes = parser.id_changes();
            self.widen(ID_ALONE, parser.last_event_id_text().as_bytes());
        }
    }

    /// Whether the batch has no operations.
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    /// Adds a reconnection time, in milliseconds.
    pub fn push_retry(&mut self, time: u64) {
        self.operations.push([RETRY, time as u32, (time >> 32) as u32]);
    }

    /// Adds a comment.
    pub fn push_comment(&mut self, text: Text<'_>) {
        // Copied, as a later data line may be moved over it in the buffer.
        self.widen(COMMENT, text.as_bytes());
    }

    /// Adds an event.
    #[inline]
    pub fn push_event(&mut self, event: Event<'_>) {
        let parser = event.parser();
        let (buffer, is_ascii) = (parser.buffer(), parser.is_ascii());
        let name = event.event_type_text().map_or(&[][..], Text::as_bytes);
        if name != self.name {
            self.name.clear();
            self.name.extend_from_slice(name);
            self.place_value(NAME, buffer, is_ascii, event.event_type_range(), name);
        }
        if parser.id_changes() != self.id_changes {
            self.id_changes = parser.id_changes();
            let id = event.last_event_id_text().as_bytes();
            self.place_value(ID, buffer, is_ascii, event.last_event_id_range(), id);
        }
        let kind = if event.sets_id() { EVENT_WITH_ID } else { EVENT };
        self.place(kind, buffer, is_ascii, event.data_range());
    }

    /// Adds an operation on a part of the buffer.
    #[inline(always)]
    fn place(&mut self, kind: u32, buffer: &[u8], is_ascii: bool, place: Range<usize>) {
        if is_ascii && self.copied.is_empty() {
            self.buffer = buffer.as_ptr() as usize;
            self.in_place = self.in_place.max(place.end);
            self.emit(kind, place.start, place.end);
        } else {
            self.copy(kind, buffer, place);
        }
    }

    #[inline(never)]
    fn place_value(&mut self, kind: u32, buffer: &[u8], is_ascii: bool, place: Option<Range<usize>>, value: &[u8]) {
        match place {
            Some(place) => self.place(kind, buffer, is_ascii, place),
            // The value came in an earlier chunk.
            None => self.widen(kind, value),
        }
    }

    #[inline(never)]
    fn copy(&mut self, kind: u32, buffer: &[u8], place: Range<usize>) {
        if self.in_place > 0 {
            // The buffer is no longer all ASCII: copies the strings that were left in the buffer, to the same offsets.
            self.copied.extend_from_slice(&buffer[..self.in_place]);
            self.in_place = 0;
        }
        let text = &buffer[place];
        if !Text::new(text).is_ascii() {
            return self.widen(kind, text);
        }
        let start = self.copied.len();
        self.copied.extend_from_slice(text);
        self.emit(kind, start, self.copied.len());
    }

    fn widen(&mut self, kind: u32, text: &[u8]) {
        let start = self.wide.len();
        utf16::append(&mut self.wide, text);
        self.emit(kind | WIDE, start, self.wide.len());
    }

    /// Offsets fit in u32: the memory of wasm32 is at most 4 GiB.
    #[inline(always)]
    fn emit(&mut self, kind: u32, start: usize, end: usize) {
        self.operations.push([kind, start as u32, end as u32]);
    }

    /// The address of the header: `text, its bytes, wide text, its units, operations, their count`. It is valid until the
    /// next call of the batch or the parser.
    pub fn header(&mut self) -> *const u32 {
        self.header_with([0; 3])
    }

    /// Like [`header`](Batch::header), with three more numbers.
    pub fn header_with(&mut self, [a, b, c]: [u32; 3]) -> *const u32 {
        let (text, length) = match self.in_place {
            0 => (self.copied.as_ptr() as usize, self.copied.len()),
            length => (self.buffer, length),
        };
        let (wide, units) = (self.wide.as_ptr() as usize, self.wide.len());
        let (operations, count) = (self.operations.as_ptr() as usize, self.operations.len());
        self.header =
            [text, length, wide, units, operations, count, a as usize, b as usize, c as usize].map(|word| word as u32);
        self.header.as_ptr()
    }
}

fn give_back<T>(list: &mut Vec<T>) {
    if list.capacity() * size_of::<T>() > KEEP_CAPACITY {
        *list = Vec::new();
    }
    list.clear();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::batched_events;

    #[test]
    fn operations_have_the_offsets_of_every_string() {
        let streams: [&[u8]; 7] = [
            b"\xef\xbb\xbfid: 1\ndata: behind a BOM\n\nevent: a\ndata: 2\n\n",
            b"data: 1\n\nevent: a\nid: 7\ndata: 2\n\ndata: 3\n\nevent: a\ndata: 4\n\nid\ndata: 5\n\nevent: b\ndata: 6\n\n",
            "event: \u{e9}\nid: \u{2603}\ndata: \u{65e5}\u{672c}\n\ndata: \u{1f980}\n\nevent: \u{e9}\ndata: plain\n\n\
             data: back to none\n\nid: 8\nevent: \u{e9}\ndata: sixteen bytes and more of them, then \u{1f980}\n\n"
                .as_bytes(),
            b"data: \xff\n\nevent: \xe2\x82\nid: \xf0\x9f\ndata: \xac\n\nevent: \xe2\x82\ndata: \x80\n\n",
            b"data: 1\ndata: 2\nid: 1\ndata: 3\nevent: a\ndata\n\nid: 2\n\ndata: 4\nid: 3\nevent: b\n\ndata: 5\n\n",
            "data: seventy bytes of ASCII, so that the next is not looked at with this one\n\ndata: the same again, long \
             enough for the end of a block\n\nid: 5\ndata: \u{e9}\n\nevent: a\ndata: ASCII once more\n\n"
                .as_bytes(),
            b"id: 1\nid\n\nevent: a\nevent\ndata\n\ndata:\n\n",
        ];
        for stream in streams {
            for cut in 0..=stream.len() {
                let mut expected = Vec::new();
                let mut plain = Parser::new();
                plain.feed(stream);
                while let Ok(Some(event)) = plain.next_event() {
                    let name =
                        event.event_type_text().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                    expected.push([name, event.last_event_id().into_owned(), event.data().into_owned()]);
                }

                let found = batched_events([&stream[..cut], &stream[cut..]], None);
                assert_eq!(found, expected, "{} cut at {cut}", String::from_utf8_lossy(stream));
            }
        }
    }

    #[test]
    fn comments_and_reconnection_times_keep_their_order_among_events() {
        let mut parser = Parser::new();
        let mut batch = Batch::default();
        parser.feed(": \u{e9}\ndata: 1\n\n: 2\nretry: 5000000000\n".as_bytes());
        while let Ok(Some(item)) = parser.next_item() {
            batch.push(item);
        }
        let kinds: Vec<u32> = batch.operations.iter().map(|[kind, ..]| *kind).collect();
        assert_eq!(kinds, [COMMENT | WIDE, EVENT, COMMENT | WIDE, RETRY]);
        assert_eq!(batch.operations[3], [RETRY, 705_032_704, 1]);
    }
}
