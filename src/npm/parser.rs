//! The engine of `eventsource-wasm/parser`: a parser behind plain functions, so that it comes without glue.
//!
//! JavaScript holds a [`StreamParser`] by its address, from `parser_new` to `parser_free`. All of it runs in one thread.

use alloc::boxed::Box;

use super::batch::Batch;
use crate::parser::{Item, Parser};

const OVERFLOWED: u32 = 1;
const WITHIN_LINE: u32 = 2;

const COMMENTS: u32 = 1;
const IGNORED: u32 = 2;

pub(super) struct StreamParser {
    pub(super) parser: Parser,
    pub(super) batch: Batch,
    wants: u32,
    pub(super) is_overflowed: bool,
}

impl StreamParser {
    pub(super) fn new(limit: Option<usize>, wants: u32) -> StreamParser {
        StreamParser { parser: Parser::with_limit(limit), batch: Batch::default(), wants, is_overflowed: false }
    }

    /// Parses a chunk of so many bytes in the parser's room into the batch. Returns the room for the next chunk, unless it must
    /// be asked for: what the batch tells of stays in memory until something is written there.
    pub(super) fn parse(&mut self, length: usize) -> Option<&mut [u8]> {
        let StreamParser { parser, batch, wants, is_overflowed } = self;
        parser.fed(length);
        batch.clear();
        loop {
            match parser.next_item() {
                Ok(Some(Item::Comment(_))) if *wants & COMMENTS == 0 => {}
                Ok(Some(Item::Ignored(_))) if *wants & IGNORED == 0 => {}
                Ok(Some(item)) => batch.push(item),
                Ok(None) => break,
                Err(_) => {
                    *is_overflowed = true;
                    break;
                }
            }
        }
        parser.room_in_place()
    }
}

/// Makes a parser. `max_event_size` is in bytes; the largest number is no limit. `wants` has flags for what is handed over
/// besides events, IDs and reconnection times.
#[unsafe(no_mangle)]
extern "C" fn parser_new(max_event_size: usize, wants: u32) -> *mut StreamParser {
    let limit = (max_event_size != usize::MAX).then_some(max_event_size);
    Box::into_raw(Box::new(StreamParser::new(limit, wants)))
}

/// # Safety
///
/// As for all that follow: the address is one that `parser_new` gave and that was not freed.
#[unsafe(no_mangle)]
unsafe extern "C" fn parser_free(stream: *mut StreamParser) {
    // SAFETY: the caller's promise.
    drop(unsafe { Box::from_raw(stream) });
}

/// Makes room for a chunk; the address that JavaScript writes it to before it calls `parser_parse`.
///
/// # Safety
///
/// As for `parser_free`.
#[unsafe(no_mangle)]
unsafe extern "C" fn parser_reserve(stream: *mut StreamParser, length: usize) -> *mut u8 {
    // SAFETY: the caller's promise.
    let stream = unsafe { &mut *stream };
    stream.parser.room(length).as_mut_ptr()
}

/// Parses a chunk that was written where there is room. Returns the address of a batch's header, which goes on with the
/// address and the size of the room for the next chunk, none if it must be asked for, and flags.
///
/// # Safety
///
/// As for `parser_free`.
#[unsafe(no_mangle)]
unsafe extern "C" fn parser_parse(stream: *mut StreamParser, length: usize) -> *const u32 {
    // SAFETY: the caller's promise.
    let stream = unsafe { &mut *stream };
    let room = stream.parse(length);
    let (room, size) = room.map_or((0, 0), |room| (room.as_mut_ptr() as u32, room.len() as u32));
    let mut flags = if stream.is_overflowed { OVERFLOWED } else { 0 };
    if stream.parser.is_within_line() {
        flags |= WITHIN_LINE;
    }
    stream.batch.header_with([room, size, flags])
}

/// Begins a new stream. The room is gone, and all memory.
///
/// # Safety
///
/// As for `parser_free`.
#[unsafe(no_mangle)]
unsafe extern "C" fn parser_reset(stream: *mut StreamParser) {
    // SAFETY: the caller's promise.
    let stream = unsafe { &mut *stream };
    stream.parser.reset();
    stream.is_overflowed = false;
}
