//! Any bytes, cut anywhere, give the events, comments and reconnection times of the standard, and text that is measured
//! as it is decoded.
#![no_main]

#[path = "../../tests/support/items.rs"]
#[allow(dead_code)]
mod items;
#[path = "../../tests/support/reference.rs"]
mod reference;
mod support;

use eventsource_wasm::parser::{Item, Parser, Text};
use libfuzzer_sys::fuzz_target;

use items::owned;
use support::{Case, compare};

fuzz_target!(|input: &[u8]| {
    let Some(case) = Case::of(input) else { return };
    let next = |parser: &mut Parser| {
        let item = parser.next_item().expect("no limit is set")?;
        match item {
            Item::Event(event) => {
                let texts = [Some(event.data_text()), event.event_text(), Some(event.last_event_id_text())];
                texts.into_iter().flatten().for_each(measure);
            }
            Item::Comment(text) => measure(text),
            Item::Retry(_) => {}
        }
        Some(owned(item))
    };
    compare(&case, Parser::feed, next, |_| true);
});

fn measure(text: Text<'_>) {
    let decoded = text.to_string_lossy();
    assert_eq!(text.utf16_len(), decoded.encode_utf16().count(), "{text:x?}");
    assert_eq!(text.is_ascii(), decoded.is_ascii(), "{text:x?}");
}
