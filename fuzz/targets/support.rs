//! The common code of the parser's targets: the format of an input, and the comparison with the reference implementation.

use eventsource_wasm::parser::Parser;

use crate::items::{Item, Take};
use crate::reference::interpret;

/// Streams up to this length are compared after every chunk. Longer streams would take too much (quadratic) time.
const COMPARE_EACH_CHUNK: usize = 64;

/// An input: a byte with the moment to take items and the number of lengths, the lengths of the chunks, and the stream.
/// `scripts/fuzz/seeds.mjs` writes this format.
pub(crate) struct Case<'a> {
    pub(crate) take: Take,
    lengths: &'a [u8],
    pub(crate) stream: &'a [u8],
}

impl<'a> Case<'a> {
    pub(crate) fn of(input: &'a [u8]) -> Option<Case<'a>> {
        let (&head, rest) = input.split_first()?;
        let (lengths, stream) = rest.split_at_checked(usize::from(head & 0x0f))?;
        let take = if head & 0x10 == 0 { Take::AfterEachChunk } else { Take::AtTheEnd };
        Some(Case { take, lengths, stream })
    }

    /// The stream in chunks of the lengths, which repeat. A zero is an empty chunk. Without a length above 0, one whole chunk.
    pub(crate) fn chunks(&self) -> impl Iterator<Item = &'a [u8]> {
        let mut lengths = self.lengths.iter().map(|length| usize::from(*length)).cycle();
        let whole = self.lengths.iter().all(|length| *length == 0);
        let mut rest = self.stream;
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let length = if whole { rest.len() } else { lengths.next()?.min(rest.len()) };
            rest.split_off(..length)
        })
    }
}

/// Runs a parser over the input, and compares its items with the reference for the bytes so far. A late item is an error too.
pub(crate) fn compare(
    case: &Case<'_>,
    mut feed: impl FnMut(&mut Parser, &[u8]),
    next: impl Fn(&mut Parser) -> Option<Item>,
    is_given: impl Fn(&Item) -> bool,
) {
    let mut parser = Parser::new();
    let mut items = Vec::new();
    let mut fed = 0;
    for chunk in case.chunks() {
        feed(&mut parser, chunk);
        fed += chunk.len();
        let at_end = fed == case.stream.len();
        if at_end || case.take == Take::AfterEachChunk {
            items.extend(std::iter::from_fn(|| next(&mut parser)));
            if at_end || case.stream.len() <= COMPARE_EACH_CHUNK {
                let mut expected = interpret(&case.stream[..fed]);
                expected.items.retain(&is_given);
                assert_eq!(items, expected.items, "after {fed} bytes");
                assert_eq!(parser.last_event_id(), expected.last_event_id, "after {fed} bytes");
                assert_eq!(parser.is_within_line(), ends_within_line(&case.stream[..fed]), "after {fed} bytes");
            }
        }
    }
}

fn ends_within_line(stream: &[u8]) -> bool {
    stream.strip_prefix(b"\xef\xbb\xbf").unwrap_or(stream).last().is_some_and(|last| !matches!(last, b'\r' | b'\n'))
}
