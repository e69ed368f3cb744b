//! What JavaScript makes of batches, in Rust, for the tests.

use alloc::string::String;
use alloc::vec::Vec;

use super::batch::{Batch, EVENT, EVENT_WITH_ID, ID, ID_ALONE, NAME, WIDE};
use crate::parser::{Found, Parser};

/// The name, the last event ID and the data of each event of a stream, as they come out of a batch for each chunk.
pub fn batched_events<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Vec<[String; 3]> {
    let (mut parser, mut batch) = (Parser::new(), Batch::default());
    let (mut name, mut id) = (String::new(), String::new());
    let mut events = Vec::new();
    for chunk in chunks {
        parser.feed(chunk);
        batch.clear();
        while let Ok(Some(found)) = parser.advance() {
            if matches!(found, Found::Event(_) | Found::Id) {
                batch.push(&parser, found);
            }
        }
        let text = match batch.in_place {
            0 => &batch.copied,
            length => &parser.dispatched_parts().buffer[..length],
        };
        assert!(text.is_ascii());
        for [kind, start, end] in &batch.operations {
            let place = *start as usize..*end as usize;
            let string = match kind & WIDE {
                0 => String::from_utf8(text[place].to_vec()).expect("it is ASCII"),
                _ => String::from_utf16(&batch.wide[place]).expect("no half of a pair is left alone"),
            };
            match kind & !WIDE {
                NAME => name = string,
                ID | ID_ALONE => id = string,
                EVENT | EVENT_WITH_ID => events.push([name.clone(), id.clone(), string]),
                other => unreachable!("{other}"),
            }
        }
    }
    events
}
