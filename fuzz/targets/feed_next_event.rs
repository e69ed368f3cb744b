//! `Parser::next_event` returns the events of the standard for any bytes, cut anywhere.
#![no_main]

#[path = "../../tests/support/items.rs"]
#[allow(dead_code)]
mod items;
#[path = "../../tests/support/reference.rs"]
mod reference;
mod support;

use eventsource_wasm::parser::{self, Parser};
use libfuzzer_sys::fuzz_target;

use items::{Item, owned};
use support::{Case, compare};

fuzz_target!(|input: &[u8]| {
    let Some(case) = Case::of(input) else { return };
    let next = |parser: &mut Parser| {
        parser.next_event().expect("no limit is set").map(|event| owned(parser::Item::Event(event)))
    };
    compare(&case, Parser::feed, next, |item| matches!(item, Item::Event(_)));
});
