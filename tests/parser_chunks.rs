//! Chunks that are lent: what becomes of those that are not read to their end, and of those that are leaked; and what counts
//! for the limit, in those as in copied ones.
#![cfg(not(target_arch = "wasm32"))]

use eventsource_wasm::parser::{EventTooLarge, Parser};

fn data(parser: &mut Parser) -> Vec<String> {
    std::iter::from_fn(|| parser.next_event().unwrap().map(|event| event.data().into_owned())).collect()
}

/// `mem::forget` is safe, so that none of it may panic, nor show bytes of a chunk that is gone.
#[test]
fn after_a_chunk_that_was_leaked_the_parser_begins_anew() {
    for (chunk, taken) in [
        ("id: 7\ndata: one\n\ndata: two", 1),
        ("id: 7\ndata: one\n\nid: 8\ndata: two\ndata: three\nevent: e\n", 2),
        ("id: 7\ndata: one\ndata: two\n\n", 1),
        ("id: 7\n\ndata: one", 1),
        ("id: 7\ndata: one\n\n", 0),
        ("event: a long name, so that its place is beyond what comes next", 1),
    ] {
        let mut parser = Parser::new();
        let mut events = parser.parse(chunk.as_bytes());
        for _ in 0..taken {
            events.next_event().unwrap();
        }
        std::mem::forget(events);
        assert_eq!(parser.last_event_id(), "", "{chunk:?}");
        assert!(!parser.is_within_line(), "{chunk:?}");
        parser.feed(b"\xef\xbb\xbfdata: next\n\n");
        let event = parser.next_event().unwrap().expect("what is fed behind it is not lost");
        assert_eq!((event.event(), event.data(), event.last_event_id()), ("message".into(), "next".into(), "".into()));
    }
}

#[test]
fn after_a_chunk_that_was_leaked_the_next_may_be_lent() {
    let mut parser = Parser::new();
    let mut events = parser.parse(b"id: 7\ndata: one\n\ndata: two");
    assert!(events.next_event().unwrap().is_some());
    std::mem::forget(events);
    let mut events = parser.parse(b"data: next\n\n");
    assert_eq!(events.next_event().unwrap().expect("it is not lost").data(), "next");
    assert!(events.next_event().unwrap().is_none());
}

#[test]
fn a_leaked_chunk_with_an_event_over_the_limit_leaves_the_error() {
    let limit = 20;
    let mut parser = Parser::new().with_max_event_size(limit);
    let mut events = parser.parse(b"id: 7\ndata: one\n\ndata: more than twenty bytes\n\n");
    assert!(events.next_event().unwrap().is_some());
    assert_eq!(events.next_event(), Err(EventTooLarge { limit }));
    std::mem::forget(events);
    assert_eq!(parser.last_event_id(), "7");
    parser.feed(b"data: next\n\n");
    assert_eq!(parser.next_event(), Err(EventTooLarge { limit }));
    parser.reset();
    parser.feed(b"data: next\n\n");
    assert_eq!(data(&mut parser), ["next"]);
    assert_eq!(parser.last_event_id(), "7");
}

#[test]
fn the_limit_counts_the_name_the_id_and_the_data_of_a_block_wherever_it_is_cut() {
    let block = "event: 01234567\nid: 01234567\ndata: 01234567\n\n";
    let pieces = |length: usize| block.as_bytes().chunks(length);
    // What a line takes while it is read is all of it, with its field name.
    for (limit, fits) in [(20, false), (29, false), (30, true)] {
        for length in [1, 5, 16, 29, block.len()] {
            let mut parser = Parser::new().with_max_event_size(limit);
            let fed = pieces(length).try_fold(0, |events, piece| {
                parser.feed(piece);
                Ok::<_, EventTooLarge>(events + usize::from(parser.next_event()?.is_some()))
            });
            let mut parser = Parser::new().with_max_event_size(limit);
            let lent = pieces(length).try_fold(0, |events, piece| {
                Ok::<_, EventTooLarge>(events + usize::from(parser.parse(piece).next_event()?.is_some()))
            });
            let expected = if fits { Ok(1) } else { Err(EventTooLarge { limit }) };
            assert_eq!((fed, lent), (expected, expected), "{limit} bytes, in pieces of {length}");
        }
    }
}

/// They are lent, or copied from their start after an event that was longer: whatever comes before the line, however much is
/// taken of them, and if a stream begins with them.
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
        (event.event().into_owned(), event.data().into_owned(), event.last_event_id().into_owned())
    };
    let mut parser = Parser::new();
    parser.feed(stream.as_bytes());
    let whole: Vec<_> = std::iter::from_fn(|| parser.next_event().unwrap().map(event)).collect();
    assert_eq!(whole.len(), 40);
    for length in [8192, 8193, 10_000, 16_384, 65_536, 100_001, stream.len() - 1] {
        for (most, is_first) in [0, 1, 2, usize::MAX].into_iter().flat_map(|most| [(most, true), (most, false)]) {
            let mut parser = Parser::new();
            if !is_first {
                assert!(parser.parse((line(200_000, 'x') + "\n").as_bytes()).next_event().unwrap().is_some());
                parser.reset();
            }
            let mut seen = Vec::new();
            for chunk in stream.as_bytes().chunks(length) {
                let mut events = parser.parse(chunk);
                for _ in 0..most {
                    let Some(next) = events.next_event().unwrap() else { break };
                    seen.push(event(next));
                }
            }
            seen.extend(std::iter::from_fn(|| parser.next_event().unwrap().map(event)));
            assert!(seen == whole, "chunks of {length}, {most} events taken of each");
        }
    }
}

/// Of any size: what it cannot be given room for is not counted either.
#[test]
fn a_chunk_that_there_can_be_no_room_for_panics_and_changes_nothing() {
    let mut parser = Parser::new();
    parser.feed(b"data: abcdefgh");
    assert_eq!(parser.next_event(), Ok(None));
    let feed = std::panic::AssertUnwindSafe(|| parser.feed_with(usize::MAX, |_| ()));
    assert!(std::panic::catch_unwind(feed).is_err());
    parser.feed(b"\xff\n\n");
    assert_eq!(parser.next_event().unwrap().unwrap().data(), "abcdefgh\u{fffd}");
}
