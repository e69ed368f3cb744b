//! Chunks that are written in place and chunks that are copied, in turn, are one stream.
#![no_main]

#[path = "../../tests/support/items.rs"]
#[allow(dead_code)]
mod items;
#[path = "../../tests/support/reference.rs"]
mod reference;
mod support;

use eventsource_wasm::parser::Parser;
use libfuzzer_sys::fuzz_target;

use items::next_item;
use support::{Case, compare};

fuzz_target!(|input: &[u8]| {
    let Some(case) = Case::of(input) else { return };
    let mut in_place = false;
    let feed = |parser: &mut Parser, chunk: &[u8]| {
        in_place = !in_place;
        if in_place {
            parser.feed_with(chunk.len(), |to| to.copy_from_slice(chunk));
        } else {
            parser.feed(chunk);
        }
    };
    compare(&case, feed, next_item, |_| true);
});
