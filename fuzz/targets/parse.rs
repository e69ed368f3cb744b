//! Chunks that are lent, in part or to their end, and chunks that are copied, in turn, are one stream.
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

use items::{Take, next_item, next_lent_item};
use reference::interpret;
use support::Case;

fuzz_target!(|input: &[u8]| {
    let Some(case) = Case::of(input) else { return };
    let mut parser = Parser::new();
    let mut items = Vec::new();
    for (index, chunk) in case.chunks().enumerate() {
        // Every fourth is copied, and so is what is not taken of one that is lent.
        if index % 4 == 3 {
            parser.feed(chunk);
            continue;
        }
        let mut lent = parser.parse(chunk);
        let most = if case.take == Take::AfterEachChunk { usize::MAX } else { index % 3 };
        items.extend(std::iter::from_fn(|| next_lent_item(&mut lent)).take(most));
    }
    items.extend(std::iter::from_fn(|| next_item(&mut parser)));
    let expected = interpret(case.stream);
    assert_eq!(items, expected.items);
    assert_eq!(parser.last_event_id(), expected.last_event_id);
});
