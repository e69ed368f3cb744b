//! Reads batches as JavaScript does, for the tests.

use alloc::string::String;
use alloc::vec::Vec;

use eventsource_wasm::parser::Parser;

use crate::border::operation::{EVENT, EVENT_WITH_ID, ID, ID_ALONE, NAME, RETRY, WIDE};
use crate::stream_parser::StreamParser;

/// The name, the last event ID and the data of each event of a stream, read from one batch per chunk, up to an event that is
/// over the limit.
pub fn batched_events<'a>(chunks: impl IntoIterator<Item = &'a [u8]>, limit: Option<usize>) -> Vec<[String; 3]> {
    let mut stream = StreamParser::new(Parser::with_limit(limit), 0);
    let (mut name, mut id) = (String::new(), String::new());
    let mut events = Vec::new();
    for chunk in chunks {
        stream.room(chunk.len())[..chunk.len()].copy_from_slice(chunk);
        stream.parse(chunk.len());
        let batch = &stream.batch;
        let text = match batch.in_place {
            0 => &batch.copied[..],
            // SAFETY: the bytes stay in memory until more is written; tests check this.
            length => unsafe { core::slice::from_raw_parts(batch.buffer as *const u8, length) },
        };
        assert!(text.is_ascii());
        for [kind, start, end] in &batch.operations {
            if *kind == RETRY {
                // The other words of this operation are the time, not offsets.
                continue;
            }
            let place = *start as usize..*end as usize;
            let string = match kind & WIDE {
                0 => String::from_utf8(text[place].to_vec()).expect("it is ASCII"),
                _ => String::from_utf16(&batch.wide[place]).expect("no lone surrogate"),
            };
            match kind & !WIDE {
                NAME => name = string,
                ID | ID_ALONE => id = string,
                EVENT | EVENT_WITH_ID => events.push([name.clone(), id.clone(), string]),
                other => unreachable!("{other}"),
            }
        }
        if stream.is_overflowed() {
            break;
        }
    }
    events
}
