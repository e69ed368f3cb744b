//! The module of `eventsource-wasm/parser`: a parser as plain functions.

use eventsource_wasm::parser::Parser;

use crate::border::parsed;
use crate::handles::{Handles, Single};
use crate::stream_parser::StreamParser;

static PARSERS: Single<Handles<StreamParser>> = Single::new(Handles::new());

fn with<R>(parser: usize, act: impl FnOnce(&mut StreamParser) -> R) -> R {
    PARSERS.with(|parsers| act(parsers.get(parser)))
}

/// Makes a parser; returns its handle. `max_event_size` is in bytes; the largest number means no limit. `wants` holds flags
/// of [`wants`](crate::border::wants).
#[unsafe(no_mangle)]
extern "C" fn parser_new(max_event_size: usize, wants: u32) -> usize {
    let limit = (max_event_size != usize::MAX).then_some(max_event_size);
    PARSERS.with(|parsers| parsers.add(StreamParser::new(Parser::with_limit(limit), wants)))
}

#[unsafe(no_mangle)]
extern "C" fn parser_free(parser: usize) {
    PARSERS.with(|parsers| parsers.remove(parser));
}

/// Makes room for a chunk. Returns the address; JavaScript writes the chunk there and calls `parser_parse`.
#[unsafe(no_mangle)]
extern "C" fn parser_reserve(parser: usize, length: usize) -> *mut u8 {
    with(parser, |stream| stream.room(length).as_mut_ptr())
}

/// Parses a chunk that was written to the room. Returns the address of a batch's header, which ends with the address and the
/// size of the room for the next chunk (0 if `parser_reserve` must make it) and flags.
#[unsafe(no_mangle)]
extern "C" fn parser_parse(parser: usize, length: usize) -> *const u32 {
    with(parser, |stream| {
        let room = stream.parse(length);
        let (room, size) = room.map_or((0, 0), |room| (room.as_mut_ptr() as u32, room.len() as u32));
        let mut flags = if stream.is_overflowed() { parsed::OVERFLOWED } else { 0 };
        if stream.is_within_line() {
            flags |= parsed::WITHIN_LINE;
        }
        stream.batch.header_with([room, size, flags])
    })
}

/// Begins a new stream. Frees the room and all memory of the parser.
#[unsafe(no_mangle)]
extern "C" fn parser_reset(parser: usize) {
    with(parser, StreamParser::reset);
}
