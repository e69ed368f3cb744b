//! `Parser::next_item` returns the events, comments and reconnection times of the standard for any bytes, cut anywhere.
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
    compare(&case, Parser::feed, next_item, |_| true);
});
