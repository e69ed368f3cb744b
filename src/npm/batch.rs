//! Items on their way to JavaScript: one text, decoded there by one call, and a table of where in it each string is.
//!
//! A string by wasm-bindgen for each field costs several times as much; see DESIGN, "What was measured about the boundary".

use std::ops::Range;

use super::units::Units;
use crate::parser::{Event, Item, Text};
use crate::short;

/// Rows of the table are `kind, name, name end, id, id end, data, data end`. The places are in bytes until the batch is
/// handed over, and then in UTF-16 units of the decoded text.
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
    table: Vec<u32>,
    /// Where the name and the ID of the event before are: they seldom change.
    name: Range<u32>,
    id: Range<u32>,
    header: [u32; 8],
}

impl Batch {
    pub(super) fn clear(&mut self) {
        if self.text.capacity() > KEEP_CAPACITY {
            self.text = Vec::new();
        }
        self.text.clear();
        self.table.clear();
        self.name = 0..0;
        self.id = 0..0;
    }

    pub(super) fn push(&mut self, item: Item<'_>) {
        match item {
            Item::Event(event) => self.push_event(event),
            Item::Comment(text) => {
                let text = self.append(text);
                self.table.extend([COMMENT, 0, 0, 0, 0, text.start, text.end]);
            }
            Item::Retry(time) => self.table.extend([RETRY, 0, 0, 0, 0, time as u32, (time >> 32) as u32]),
        }
    }

    pub(super) fn push_event(&mut self, event: Event<'_>) {
        self.name = match event.event_text() {
            Some(name) => self.repeat(&self.name.clone(), name),
            None => 0..0,
        };
        self.id = self.repeat(&self.id.clone(), event.last_event_id_text());
        let data = self.append(event.data_text());
        let kind = if event.sets_id() { EVENT_WITH_ID } else { EVENT };
        let (name, id) = (&self.name, &self.id);
        self.table.extend([kind, name.start, name.end, id.start, id.end, data.start, data.end]);
    }

    /// Where a text is that may be the same as the one before.
    fn repeat(&mut self, before: &Range<u32>, text: Text<'_>) -> Range<u32> {
        let bytes = before.start as usize..before.end as usize;
        if self.text[bytes] == *text.as_bytes() { before.clone() } else { self.append(text) }
    }

    fn append(&mut self, text: Text<'_>) -> Range<u32> {
        let start = self.text.len() as u32;
        short::extend(&mut self.text, text.as_bytes());
        let end = self.text.len() as u32;
        // An ASCII byte between two pieces, so that a sequence cut short does not run on into the next.
        self.text.push(b'\n');
        start..end
    }

    /// Address of `text, length in bytes, table, rows, whether there is more than ASCII`, good until the batch is touched
    /// again.
    pub(super) fn header(&mut self) -> *const u32 {
        self.header_with([0; 3])
    }

    /// The same with three numbers more.
    pub(super) fn header_with(&mut self, [a, b, c]: [u32; 3]) -> *const u32 {
        let is_wide = !Text::of(&self.text).is_ascii();
        if is_wide {
            self.count_in_units();
        }
        let (text, table) = (self.text.as_ptr() as u32, self.table.as_ptr() as u32);
        let rows = (self.table.len() / ROW) as u32;
        self.header = [text, self.text.len() as u32, table, rows, u32::from(is_wide), a, b, c];
        self.header.as_ptr()
    }

    /// Turns the places in the table from bytes into units. They are in order, but for names and IDs that are repeated.
    fn count_in_units(&mut self) {
        let mut units = Units::new(&self.text);
        let (mut name, mut id) = ([0; 2], [0; 2]);
        let (mut name_units, mut id_units) = ([0; 2], [0; 2]);
        for row in self.table.chunks_exact_mut(ROW) {
            if row[0] == RETRY {
                continue;
            }
            if row[1..3] != name {
                name.copy_from_slice(&row[1..3]);
                name_units = if name == [0; 2] { name } else { name.map(|place| units.at(place)) };
            }
            if row[3..5] != id {
                id.copy_from_slice(&row[3..5]);
                id_units = if id == [0; 2] { id } else { id.map(|place| units.at(place)) };
            }
            row[1..3].copy_from_slice(&name_units);
            row[3..5].copy_from_slice(&id_units);
            row[5] = units.at(row[5]);
            row[6] = units.at(row[6]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parser::Parser;

    /// The strings of each event, cut out of the text as JavaScript would.
    fn read(stream: &[u8]) -> Vec<[String; 3]> {
        let mut parser = Parser::new();
        let mut batch = Batch::default();
        parser.feed(stream);
        while let Ok(Some(item)) = parser.next_item() {
            batch.push(item);
        }
        batch.header();
        let text: Vec<u16> = String::from_utf8_lossy(&batch.text).encode_utf16().collect();
        let cut = |place: &[u32]| String::from_utf16(&text[place[0] as usize..place[1] as usize]).unwrap();
        batch.table.chunks(ROW).map(|row| [cut(&row[1..3]), cut(&row[3..5]), cut(&row[5..7])]).collect()
    }

    #[test]
    fn every_string_is_where_the_table_says() {
        let streams: [&[u8]; 4] = [
            b"data: 1\n\nevent: a\nid: 7\ndata: 2\n\ndata: 3\n\nevent: a\ndata: 4\n\nid\ndata: 5\n\nevent: b\ndata: 6\n\n",
            "event: \u{e9}\nid: \u{2603}\ndata: \u{65e5}\u{672c}\n\ndata: \u{1f980}\n\nevent: \u{e9}\ndata: plain\n\n\
             data: back to none\n\nid: 8\nevent: \u{e9}\ndata: sixteen bytes and more of them, then \u{1f980}\n\n"
                .as_bytes(),
            b"data: \xff\n\nevent: \xe2\x82\nid: \xf0\x9f\ndata: \xac\n\nevent: \xe2\x82\ndata: \x80\n\n",
            b": \xe2\x82\xac\n\nretry: 5000000000\ndata: \xe2\x82\xac\n\n",
        ];
        for stream in streams {
            let mut parser = Parser::new();
            parser.feed(stream);
            let mut expected = Vec::new();
            while let Ok(Some(event)) = parser.next_event() {
                let name = event.event_text().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                expected.push([name, event.last_event_id().into_owned(), event.data().into_owned()]);
            }
            let found = read_events(stream);
            assert_eq!(found, expected, "{}", String::from_utf8_lossy(stream));
        }
    }

    fn read_events(stream: &[u8]) -> Vec<[String; 3]> {
        let without_others: Vec<u8> = stream
            .split_inclusive(|byte| *byte == b'\n')
            .filter(|line| !line.starts_with(b":") && !line.starts_with(b"retry"))
            .flatten()
            .copied()
            .collect();
        read(&without_others)
    }
}
