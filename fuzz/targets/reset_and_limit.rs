//! A limit ends a stream only at an event that is larger. A reset begins a new stream, and keeps only the last event ID.
#![no_main]

#[path = "../../tests/support/items.rs"]
#[allow(dead_code)]
mod items;
#[path = "../../tests/support/reference.rs"]
mod reference;
#[allow(dead_code)]
mod support;

use eventsource_wasm::parser::Parser;
use libfuzzer_sys::fuzz_target;

use items::{Item, owned};
use reference::interpret;
use support::Case;

/// Bytes of the longest input: the comparison after an overflow takes quadratic time.
const MAX_INPUT: usize = 512;

// Two streams through one parser: a byte with the limit, one with the length of the first stream's input.
fuzz_target!(|input: &[u8]| {
    let [limit, length, rest @ ..] = input else { return };
    if rest.len() > MAX_INPUT {
        return;
    }
    let (first, second) = rest.split_at(usize::from(*length).min(rest.len()));
    let limit = usize::from(*limit);
    let mut parser = Parser::new().with_max_event_size(limit);
    for case in [first, second].into_iter().filter_map(Case::of) {
        read(&mut parser, &case, limit);
        let id = parser.last_event_id_text().as_bytes().to_vec();
        parser.reset();
        assert_eq!(parser.last_event_id_text().as_bytes(), id);
        assert!(!parser.is_within_line());
        assert_eq!(parser.next_item(), Ok(None));
    }
});

fn read(parser: &mut Parser, case: &Case<'_>, limit: usize) {
    let stream = after_id(parser.last_event_id_text().as_bytes(), case.stream);
    let id_at_start = parser.last_event_id().into_owned();
    let mut items = Vec::new();
    let mut failed = false;
    for chunk in case.chunks() {
        parser.feed(chunk);
        loop {
            match parser.next_item() {
                Ok(None) => break,
                Ok(Some(item)) => {
                    assert!(!failed, "an item after the error");
                    items.push(owned(item));
                }
                Err(error) => {
                    assert_eq!(error.limit, limit);
                    assert!(!parser.is_within_line(), "bytes are still buffered after the error");
                    failed = true;
                    break;
                }
            }
        }
        assert!(!failed || parser.next_item().is_err(), "the parser continues after the error");
    }

    let mut expected = interpret(&stream);
    // The item of the block that `after_id` has inserted.
    expected.items.remove(0);
    // The parser drops comments over the limit.
    let mut given = items.iter().filter(|item| is_comment(item)).peekable();
    expected.items.retain(|item| !is_comment(item) || given.next_if(|next| *next == item).is_some());
    assert_eq!(given.next(), None, "comments that are not in the stream");
    if failed {
        assert!(expected.items.starts_with(&items), "{items:?} is not a prefix of {:?}", expected.items);
        assert!(largest(&stream) > limit, "no block of {stream:x?} is larger than {limit}");
        let mut ids = (0..=stream.len()).map(|end| interpret(&stream[..end]).last_event_id);
        assert!(parser.last_event_id() == id_at_start || ids.any(|id| parser.last_event_id() == id));
    } else {
        assert_eq!(items, expected.items);
        assert_eq!(parser.last_event_id(), expected.last_event_id);
        for item in items {
            let Item::Event(event) = item else { continue };
            // Invalid UTF-8 becomes U+FFFD, which is larger.
            assert!(event.data.replace('\u{fffd}', "").len() <= limit, "{event:?} is larger than {limit}");
        }
    }
}

fn is_comment(item: &Item) -> bool {
    matches!(item, Item::Comment(_))
}

/// The stream behind a block that sets this last event ID.
fn after_id(id: &[u8], stream: &[u8]) -> Vec<u8> {
    let stream = stream.strip_prefix(b"\xef\xbb\xbf").unwrap_or(stream);
    [b"id: ", id, b"\n\n", stream].concat()
}

/// An upper bound for the size of an event: the bytes of the longest block, plus the longest ID, since an ID outlives its
/// block.
fn largest(stream: &[u8]) -> usize {
    let (mut largest, mut longest_id, mut block) = (0, 0, 0);
    let lines = stream.split(|byte| matches!(byte, b'\r' | b'\n'));
    let mut after_cr = false;
    let mut ends = stream.iter().filter(|byte| matches!(byte, b'\r' | b'\n'));
    for line in lines {
        let end = ends.next();
        let completes_crlf = line.is_empty() && after_cr && end == Some(&b'\n');
        after_cr = end == Some(&b'\r');
        if line.is_empty() && !completes_crlf {
            block = 0;
        }
        block += line.len() + 1;
        largest = largest.max(block);
        if line.starts_with(b"id") {
            longest_id = longest_id.max(line.len());
        }
    }
    largest + longest_id
}
