//! Properties for any bytes and any cuts: the parser agrees with the standard, never panics, and gives each item as soon as its
//! last byte has come.
#![cfg(not(target_arch = "wasm32"))]

#[path = "support/items.rs"]
mod items;
#[path = "support/reference.rs"]
mod reference;

use eventsource_wasm::parser::Parser;
use proptest::prelude::*;
use proptest::sample::Index;

use items::{Item, Take, feed_in_place, next_item, owned, parse};
use reference::interpret;

/// Streams of pieces that are hard for parsers. Random bytes would hardly ever form a field, and random fields hardly ever a
/// block with the same field twice.
fn stream(pieces: usize) -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => (field(), line_end()).prop_map(|(field, end)| [field, end].concat()),
        4 => line_end(),
        3 => field(),
        3 => text(),
        2 => invalid_utf8(),
        1 => any::<u8>().prop_map(|byte| vec![byte]),
    ];
    let bom = prop_oneof![
        4 => Just(&b""[..]),
        1 => Just(&b"\xef\xbb\xbf"[..]),
        1 => Just(&b"\xef\xbb\xbf\xef\xbb\xbf"[..]),
        1 => Just(&b"\xef\xbb"[..]),
    ];
    (bom, prop::collection::vec(piece, 0..pieces)).prop_map(|(bom, pieces)| [bom.to_vec(), pieces.concat()].concat())
}

fn line_end() -> impl Strategy<Value = Vec<u8>> {
    prop::sample::select(vec!["\n", "\n", "\r", "\r", "\r\n", "\r\n", "\n\n", "\r\r", "\r\n\r\n"]).prop_map(Vec::from)
}

const FIELDS: &str = "data|data:|data: |data:  |data:x|id|id:|id: 1|id: 2|id:\0|event|event:|event: e|event:message|\
                      retry|retry:|retry: |retry:5|retry: 12|retry:-1|retry: 99999999999999999999|:|: |:comment|Data:|\
                      \x20data:|data :|dat|datax:|ids:|eventx";

fn field() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::sample::select(FIELDS.split('|').collect::<Vec<_>>()).prop_map(Vec::from),
        "(data|event|id)(: ?[a-z0-9]{0,3})?".prop_map(String::into_bytes),
        "(data|event|id|retry|unknown|):? ?[a-z0-9: ]{0,12}".prop_map(String::into_bytes),
    ]
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::sample::select(vec![":", " ", "a", "0", "7", "\0", "\t", "\u{feff}", "\u{2028}", "é", "語", "😀"])
            .prop_map(Vec::from),
        "\\PC{0,8}".prop_map(String::into_bytes),
        ("[a-z語]", 1..300usize).prop_map(|(letter, times)| letter.repeat(times).into_bytes()),
    ]
}

fn invalid_utf8() -> impl Strategy<Value = Vec<u8>> {
    prop::sample::select(vec![
        &b"\xff"[..],
        b"\x80",
        b"\xc3",
        b"\xa9",
        b"\xe2",
        b"\xe2\x82",
        b"\x82\xac",
        b"\xf0",
        b"\xf0\x9f",
        b"\xf0\x9f\x98",
        b"\x98\x80",
        b"\xc0\x80",
        b"\xc0\x8a",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xef",
        b"\xef\xbb",
        b"\xbb\xbf",
    ])
    .prop_map(<[u8]>::to_vec)
}

/// Cuts the stream at the places, whatever its content. A place that counts twice makes an empty piece.
fn cut<'a>(stream: &'a [u8], places: &[(Index, usize)]) -> Vec<&'a [u8]> {
    let cuts = places.iter().flat_map(|(place, times)| [place.index(stream.len() + 1)].repeat(*times));
    let mut cuts: Vec<usize> = cuts.collect();
    cuts.sort_unstable();
    let starts = [0].into_iter().chain(cuts.iter().copied());
    let ends = cuts.iter().copied().chain([stream.len()]);
    starts.zip(ends).map(|(start, end)| &stream[start..end]).collect()
}

fn places() -> impl Strategy<Value = Vec<(Index, usize)>> {
    prop::collection::vec((any::<Index>(), 1..3usize), 0..30)
}

fn is_comment(item: &Item) -> bool {
    matches!(item, Item::Comment(_))
}

const TAKES: &[Take] = &[Take::AfterEachChunk, Take::AtTheEnd, Take::OneAfterEachChunk, Take::AfterEachRoom];

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_stream_gives_the_items_of_the_standard(stream in stream(40)) {
        prop_assert_eq!(parse([&stream[..]], Take::AfterEachChunk), interpret(&stream));
        prop_assert_eq!(parse([&stream[..]], Take::AfterEachRoom), interpret(&stream));
    }

    #[test]
    fn the_items_do_not_depend_on_the_cuts(stream in stream(30), places in places(), take in prop::sample::select(TAKES)) {
        prop_assert_eq!(parse(cut(&stream, &places), take), interpret(&stream));
    }

    /// A complete event never waits for one more byte: after each byte, the parser has given all items that the standard gives
    /// for a stream that ends there.
    #[test]
    fn items_are_given_as_soon_as_their_last_byte_came(stream in stream(12), in_place in any::<bool>()) {
        let mut parser = Parser::new();
        let mut items = Vec::new();
        for (index, byte) in stream.iter().enumerate() {
            let feed = if in_place { feed_in_place } else { Parser::feed };
            feed(&mut parser, &[*byte]);
            items.extend(std::iter::from_fn(|| next_item(&mut parser)));
            let expected = interpret(&stream[..=index]);
            prop_assert_eq!(&items, &expected.items, "after byte {}", index);
            prop_assert_eq!(parser.last_event_id(), expected.last_event_id, "after byte {}", index);
        }
    }

    /// A reset parser keeps nothing of the earlier stream but its last event ID.
    #[test]
    fn reset_begins_a_new_stream(first in stream(20), second in stream(20)) {
        let mut parser = Parser::new();
        parser.feed(&first);
        while next_item(&mut parser).is_some() {}
        let id = parser.last_event_id().into_owned();
        parser.reset();
        parser.feed(&second);
        let items: Vec<_> = std::iter::from_fn(|| next_item(&mut parser)).collect();

        let mut fresh = Parser::new().with_last_event_id(&id);
        fresh.feed(&second);
        let expected: Vec<_> = std::iter::from_fn(|| next_item(&mut fresh)).collect();
        prop_assert_eq!(items, expected);
        prop_assert_eq!(parser.last_event_id(), fresh.last_event_id());
    }

    /// With any limit, the parser gives all items of the stream, or its first items and then an error. It leaves out comments
    /// larger than the limit.
    #[test]
    fn a_limit_gives_the_first_items_or_all(
        stream in stream(30), places in places(), limit in 0..400usize, in_place in any::<bool>(),
    ) {
        let mut parser = Parser::new().with_max_event_size(limit);
        let mut items = Vec::new();
        let mut failed = false;
        for chunk in cut(&stream, &places) {
            let feed = if in_place { feed_in_place } else { Parser::feed };
            feed(&mut parser, chunk);
            loop {
                match parser.next_item() {
                    Ok(Some(item)) => items.push(owned(item)),
                    Ok(None) => break,
                    Err(error) => {
                        prop_assert_eq!(error.limit, limit);
                        failed = true;
                        break;
                    }
                }
            }
        }
        let mut expected = interpret(&stream).items;
        let mut given = items.iter().filter(|item| is_comment(item)).peekable();
        expected.retain(|item| !is_comment(item) || given.next_if(|next| *next == item).is_some());
        prop_assert_eq!(given.next(), None, "comments that are not in the stream");
        if failed {
            prop_assert!(expected.starts_with(&items), "{:?} are not the first items of {:?}", items, expected);
        } else {
            prop_assert_eq!(items, expected);
        }
    }

    #[test]
    fn any_bytes_give_the_items_of_the_standard(stream in prop::collection::vec(any::<u8>(), 0..400), places in places()) {
        prop_assert_eq!(parse(cut(&stream, &places), Take::AfterEachChunk), interpret(&stream));
    }
}
