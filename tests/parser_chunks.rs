//! Chunks: how they are written to the parser, where events lie in its buffer, and how the size limit counts for any cuts.
#![cfg(not(target_arch = "wasm32"))]

use std::panic::{AssertUnwindSafe, catch_unwind};

use eventsource_wasm::parser::{EventTooLarge, Item, Parser};

fn data(parser: &mut Parser) -> Vec<String> {
    std::iter::from_fn(|| parser.next_event().unwrap().map(|event| event.data().into_owned())).collect()
}

#[test]
fn after_an_event_over_the_limit_the_parser_fails_until_reset_and_keeps_the_last_event_id() {
    let limit = 20;
    let mut parser = Parser::new().with_max_event_size(limit);
    parser.feed(b"id: 7\ndata: one\n\ndata: more than twenty bytes\n\n");
    assert!(parser.next_event().unwrap().is_some());
    for _ in 0..2 {
        assert_eq!(parser.next_event(), Err(EventTooLarge { limit }));
        assert_eq!(parser.last_event_id(), "7");
        assert!(!parser.is_within_line());
        parser.feed(b"data: next\n\n");
    }
    parser.reset();
    parser.feed(b"data: next\n\n");
    assert_eq!(data(&mut parser), ["next"]);
    assert_eq!(parser.last_event_id(), "7");
}

#[test]
fn texts_of_an_event_are_ranges_of_the_buffer_unless_they_came_in_an_earlier_chunk() {
    let mut parser = Parser::new();
    parser.feed(b"id: 7\nevent: tick\ndata: one\ndata: two\n\nevent: tock\nda");
    let event = parser.next_event().unwrap().unwrap();
    let buffer = event.parser().buffer();
    assert_eq!(&buffer[event.data_range()], b"one\ntwo");
    assert_eq!(&buffer[event.event_type_range().unwrap()], b"tick");
    assert_eq!(&buffer[event.last_event_id_range().unwrap()], b"7");
    assert!(event.parser().is_ascii());
    assert_eq!(parser.next_event(), Ok(None));
    parser.feed("ta: caf\u{e9}\n\ndata: three\n\n".as_bytes());
    let event = parser.next_event().unwrap().unwrap();
    assert_eq!((event.event_type(), event.data(), event.last_event_id()), ("tock".into(), "café".into(), "7".into()));
    assert_eq!((event.event_type_range(), event.last_event_id_range()), (None, None));
    assert_eq!(&event.parser().buffer()[event.data_range()], "café".as_bytes());
    assert!(!event.parser().is_ascii());
    let event = parser.next_event().unwrap().unwrap();
    assert_eq!((event.event_type_text(), event.event_type_range()), (None, Some(0..0)));
}

#[test]
fn events_are_equal_if_type_data_and_id_are_equal() {
    let parsed = |stream: &[u8]| {
        let mut parser = Parser::new();
        parser.feed(stream);
        parser
    };
    let equal = |one: &[u8], other: &[u8]| {
        let (mut one, mut other) = (parsed(one), parsed(other));
        one.next_event().unwrap().unwrap() == other.next_event().unwrap().unwrap()
    };
    assert!(equal(b"id: 1\nevent: a\ndata: b\n\n", b": elsewhere\nevent: a\ndata: b\nid: 1\n\n"));
    for other in [&b"event: b\n"[..], b"data: c\n", b"id: 2\n"] {
        let block = [b"id: 1\nevent: a\ndata: b\n", other, b"\n"].concat();
        assert!(!equal(b"id: 1\nevent: a\ndata: b\n\n", &block), "{other:?} makes a difference");
    }
    assert!(!equal(b"id: 1\ndata: b\n\n", b"id: 1\n\ndata: b\n\n"), "only the first event has an ID of its own");
    let mut parser = parsed(b"id: 1\ndata: b\n\n");
    let shown = format!("{:?}", parser.next_event().unwrap().unwrap());
    let expected = r#"Event { event: None, data: Text("b"), last_event_id: Text("1"), sets_id: true }"#;
    assert_eq!(shown, expected);
}

#[test]
fn id_changes_counts_each_id_and_nothing_else() {
    let mut parser = Parser::new();
    parser.feed(b"data: 1\n\nid: 1\ndata: 2\n\ndata: 3\n\nid: 1\n\nid: 2\n");
    let mut seen = Vec::new();
    while let Some(item) = parser.next_item().unwrap() {
        assert!(matches!(item, Item::Event(_) | Item::Id(_)));
        seen.push(parser.id_changes());
    }
    assert_eq!(seen, [0, 1, 1, 2]);
    parser.set_last_event_id("3");
    assert_eq!((parser.id_changes(), parser.last_event_id()), (3, "3".into()));
}

#[test]
fn room_takes_the_next_chunk_or_a_part_of_it() {
    let mut parser = Parser::new();
    assert!(parser.room(5).len() >= 5);
    parser.fed(0);
    for (chunk, length) in [(&b"data: on"[..], 8), (b"e\n\nleft out", 3)] {
        parser.room(chunk.len())[..chunk.len()].copy_from_slice(chunk);
        parser.fed(length);
    }
    assert_eq!(data(&mut parser), ["one"]);
    parser.feed(b"data: unfinished");
    assert_eq!(parser.next_event(), Ok(None));
    assert_eq!(parser.room_in_place(), None);
    let room = parser.room(0).len();
    let fed = AssertUnwindSafe(|| parser.fed(room + 1));
    assert!(catch_unwind(fed).is_err());
}

/// A caller that keeps only the ranges of events depends on this.
#[test]
fn events_stay_in_memory_until_the_room_in_place_is_written_to() {
    let mut parser = Parser::new();
    parser.feed(b"data: one\n\n");
    let place = parser.next_event().unwrap().unwrap().data_range();
    assert_eq!(parser.next_event(), Ok(None));
    let room = parser.room_in_place().expect("all is consumed");
    assert_eq!(&room[place], b"one");
}

#[test]
fn nothing_is_appended_if_the_function_that_fills_the_room_panics() {
    let mut parser = Parser::new();
    parser.feed(b"data: abc");
    assert!(catch_unwind(AssertUnwindSafe(|| parser.feed_with(100, |_| panic!("no bytes")))).is_err());
    parser.feed(b"def\n\n");
    assert_eq!(data(&mut parser), ["abcdef"]);
}

#[test]
fn the_limit_counts_name_id_and_data_of_a_block_for_any_cuts() {
    let block = "event: 01234567\nid: 01234567\ndata: 01234567\n\n";
    let pieces = |length: usize| block.as_bytes().chunks(length);
    // An incomplete line counts with its field name.
    for (limit, fits) in [(20, false), (29, false), (30, true)] {
        for length in [1, 5, 16, 29, block.len()] {
            let mut parser = Parser::new().with_max_event_size(limit);
            let events = pieces(length).try_fold(0, |events, piece| {
                parser.feed(piece);
                Ok::<_, EventTooLarge>(events + usize::from(parser.next_event()?.is_some()))
            });
            let expected = if fits { Ok(1) } else { Err(EventTooLarge { limit }) };
            assert_eq!(events, expected, "{limit} bytes, in pieces of {length}");
        }
    }
}

/// Also if only some of the events are taken between chunks, and in the first stream of a parser.
#[test]
fn chunks_that_end_within_long_lines_lose_nothing() {
    let line = |length: usize, with: char| format!("data: {}\n", with.to_string().repeat(length));
    let mut stream = String::from("\u{feff}");
    for (index, length) in
        [1, 4000, 8192, 20_000, 70_000, 3, 12_281, 4096, 33_333].into_iter().cycle().take(40).enumerate()
    {
        stream += &format!("id: {index}\nevent: e{}\r\n", index % 3);
        stream += &line(index % 5, 'x').repeat(index % 4);
        stream += &line(length, ['x', 'é'][index % 2]);
        stream += ["\n", "\r\n", ": comment\n\n"][index % 3];
    }
    let event = |event: eventsource_wasm::parser::Event<'_>| {
        (event.event_type().into_owned(), event.data().into_owned(), event.last_event_id().into_owned())
    };
    let mut parser = Parser::new();
    parser.feed(stream.as_bytes());
    let whole: Vec<_> = std::iter::from_fn(|| parser.next_event().unwrap().map(event)).collect();
    assert_eq!(whole.len(), 40);
    for length in [8192, 8193, 10_000, 16_384, 65_536, 100_001, stream.len() - 1] {
        for (most, is_first) in [0, 1, 2, usize::MAX].into_iter().flat_map(|most| [(most, true), (most, false)]) {
            let mut parser = Parser::new();
            if !is_first {
                parser.feed((line(200_000, 'x') + "\n").as_bytes());
                assert!(parser.next_event().unwrap().is_some());
                parser.reset();
            }
            let mut seen = Vec::new();
            for chunk in stream.as_bytes().chunks(length) {
                parser.feed(chunk);
                for _ in 0..most {
                    let Some(next) = parser.next_event().unwrap() else { break };
                    seen.push(event(next));
                }
            }
            seen.extend(std::iter::from_fn(|| parser.next_event().unwrap().map(event)));
            assert!(seen == whole, "chunks of {length}, {most} events taken of each");
        }
    }
}

/// The failed chunk is not counted as fed either.
#[test]
fn a_chunk_too_large_for_memory_panics_and_changes_nothing() {
    let mut parser = Parser::new();
    parser.feed(b"data: abcdefgh");
    assert_eq!(parser.next_event(), Ok(None));
    assert!(catch_unwind(AssertUnwindSafe(|| parser.feed_with(usize::MAX, |_| ()))).is_err());
    parser.feed(b"\xff\n\n");
    assert_eq!(parser.next_event().unwrap().unwrap().data(), "abcdefgh\u{fffd}");
}
