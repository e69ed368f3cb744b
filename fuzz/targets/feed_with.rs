//! Chunks are one stream if they are, in turn, copied, filled in by a callback, and written to the parser's room.
#![no_main]

#[path = "../../tests/support/items.rs"]
#[allow(dead_code)]
mod items;
#[path = "../../tests/support/reference.rs"]
mod reference;
mod support;

use eventsource_wasm::parser::Parser;
use libfuzzer_sys::fuzz_target;

use items::{feed_in_place, next_item};
use support::{Case, compare};

fuzz_target!(|input: &[u8]| {
    let Some(case) = Case::of(input) else { return };
    let mut nth = 0;
    let feed = |parser: &mut Parser, chunk: &[u8]| {
        nth += 1;
        match nth % 3 {
            0 => parser.feed(chunk),
            1 => parser.feed_with(chunk.len(), |to| to.copy_from_slice(chunk)),
            _ => feed_in_place(parser, chunk),
        }
    };
    compare(&case, feed, next_item, |_| true);
});
