//! Items on their way to JavaScript: one text, decoded there by one call, and a table of where in it each string is.
//!
//! A string by wasm-bindgen for each field costs several times as much; see DESIGN, "What was measured about the boundary".

use std::ops::Range;

use crate::parser::{Event, Item, Text};
use crate::short;

/// Rows of the table are `kind, name, name end, data, data end, id, id end`, in UTF-16 units of the decoded text.
const ROW: usize = 7;

const EVENT: u32 = 0;
const COMMENT: u32 = 1;
const RETRY: u32 = 2;
/// An event that has its ID from a field of its own.
const EVENT_WITH_ID: u32 = 3;

/// Memory above this is given back before the next batch.
const KEEP_CAPACITY: usize = 1 << 20;

#[derive(Default)]
pub(super) struct Batch {
    text: Vec<u8>,
    /// Length of `text` when decoded, in UTF-16 units.
    units: u32,
    /// Not all of `text` is ASCII.
    is_wide: bool,
    table: Vec<u32>,
    /// Where in `text` the name and the ID of the event before are: they seldom change.
    name: Piece,
    id: Piece,
    header: [u32; 8],
}

#[derive(Clone, Default)]
struct Piece {
    bytes: Range<usize>,
    units: [u32; 2],
}

impl Batch {
    pub(super) fn clear(&mut self) {
        if self.text.capacity() > KEEP_CAPACITY {
            *self = Batch::default();
        }
        self.text.clear();
        self.units = 0;
        self.is_wide = false;
        self.table.clear();
        self.name = Piece::default();
        self.id = Piece::default();
    }

    pub(super) fn push(&mut self, item: Item<'_>) {
        match item {
            Item::Event(event) => self.push_event(event),
            Item::Comment(text) => {
                let [start, end] = self.append(text).units;
                self.table.extend([COMMENT, 0, 0, start, end, 0, 0]);
            }
            Item::Retry(time) => self.table.extend([RETRY, 0, 0, time as u32, (time >> 32) as u32, 0, 0]),
        }
    }

    pub(super) fn push_event(&mut self, event: Event<'_>) {
        let name = event.event_text().map(|name| self.repeat(self.name.clone(), name)).unwrap_or_default();
        self.name.clone_from(&name);
        let id = self.repeat(self.id.clone(), event.last_event_id_text());
        self.id.clone_from(&id);
        let [start, end] = self.append(event.data_text()).units;
        let kind = if event.sets_id() { EVENT_WITH_ID } else { EVENT };
        self.table.extend([kind, name.units[0], name.units[1], start, end, id.units[0], id.units[1]]);
    }

    /// Where a text is that may be the same as the one before.
    fn repeat(&mut self, before: Piece, text: Text<'_>) -> Piece {
        if self.text[before.bytes.clone()] == *text.as_bytes() { before } else { self.append(text) }
    }

    fn append(&mut self, text: Text<'_>) -> Piece {
        let start = self.text.len();
        short::extend(&mut self.text, text.as_bytes());
        let bytes = start..self.text.len();
        let first = self.units;
        let length = if text.is_ascii() {
            text.as_bytes().len()
        } else {
            self.is_wide = true;
            text.utf16_len()
        };
        let units = [first, first + length as u32];
        // An ASCII character between two pieces, so that a sequence cut short does not run on into the next.
        self.text.push(b'\n');
        self.units = units[1] + 1;
        Piece { bytes, units }
    }

    /// Address of `text, length in bytes, table, rows, whether there is more than ASCII`, good until the batch is touched
    /// again.
    pub(super) fn header(&mut self) -> *const u32 {
        self.header_with([0; 3])
    }

    /// The same with three numbers more.
    pub(super) fn header_with(&mut self, [a, b, c]: [u32; 3]) -> *const u32 {
        let (text, table) = (self.text.as_ptr() as u32, self.table.as_ptr() as u32);
        let rows = (self.table.len() / ROW) as u32;
        self.header = [text, self.text.len() as u32, table, rows, u32::from(self.is_wide), a, b, c];
        self.header.as_ptr()
    }
}
