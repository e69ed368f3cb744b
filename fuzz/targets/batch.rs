//! For any bytes, cut anywhere, JavaScript receives the strings of the parser, up to an event over the limit.
#![no_main]

#[path = "../../tests/support/items.rs"]
#[allow(dead_code)]
mod items;
#[path = "../../tests/support/reference.rs"]
#[allow(dead_code)]
mod reference;
#[allow(dead_code)]
mod support;

use eventsource_wasm::parser::Parser;
use eventsource_wasm_engine::reader::batched_events;
use libfuzzer_sys::fuzz_target;

use items::Take;
use support::Case;

fuzz_target!(|input: &[u8]| {
    let Some(case) = Case::of(input) else { return };
    let limit = (case.take == Take::AtTheEnd).then_some(case.stream.len() / 4);
    let mut parser = limit.map_or_else(Parser::new, |limit| Parser::new().with_max_event_size(limit));
    parser.feed(case.stream);
    let mut expected = Vec::new();
    while let Ok(Some(event)) = parser.next_event() {
        let name = event.event_type_text().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        expected.push([name, event.last_event_id().into_owned(), event.data().into_owned()]);
    }
    assert_eq!(batched_events(case.chunks(), limit), expected);
});
