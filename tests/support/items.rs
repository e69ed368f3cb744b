//! Owned copies of the items that a parser found, to compare parsers and cuts.

use eventsource_wasm::parser::{self, Parser};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) event: String,
    pub(crate) data: String,
    pub(crate) id: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    Event(Event),
    Id(String),
    Comment(String),
    Retry(u64),
    Ignored(String),
}

/// The outcome of a stream that was read to its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) items: Vec<Item>,
    pub(crate) last_event_id: String,
}

/// How chunks are fed, and when items are taken out of the parser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Take {
    AfterEachChunk,
    AtTheEnd,
    /// One item after each chunk, and the other items at the end.
    OneAfterEachChunk,
    /// After each chunk. The chunk is written to the parser's room instead of fed.
    AfterEachRoom,
}

/// Runs a new parser over the chunks.
pub(crate) fn parse<'a>(chunks: impl IntoIterator<Item = &'a [u8]>, take: Take) -> Outcome {
    let mut parser = Parser::new();
    let mut items = Vec::new();
    for chunk in chunks {
        match take {
            Take::AfterEachChunk => {
                parser.feed(chunk);
                items.extend(std::iter::from_fn(|| next_item(&mut parser)));
            }
            Take::AtTheEnd => parser.feed(chunk),
            Take::OneAfterEachChunk => {
                parser.feed(chunk);
                items.extend(next_item(&mut parser));
            }
            Take::AfterEachRoom => {
                feed_in_place(&mut parser, chunk);
                items.extend(std::iter::from_fn(|| next_item(&mut parser)));
            }
        }
    }
    items.extend(std::iter::from_fn(|| next_item(&mut parser)));
    Outcome { items, last_event_id: parser.last_event_id().into_owned() }
}

/// The next item of a parser without a size limit. Without a limit it cannot fail.
pub(crate) fn next_item(parser: &mut Parser) -> Option<Item> {
    parser.next_item().expect("no limit is set").map(owned)
}

/// Writes a chunk to the room in place if it is large enough, otherwise to room that the parser makes.
pub(crate) fn feed_in_place(parser: &mut Parser, chunk: &[u8]) {
    match parser.room_in_place() {
        Some(room) if room.len() >= chunk.len() => room[..chunk.len()].copy_from_slice(chunk),
        _ => parser.room(chunk.len())[..chunk.len()].copy_from_slice(chunk),
    }
    parser.fed(chunk.len());
}

/// The item with its texts decoded.
pub(crate) fn owned(item: parser::Item<'_>) -> Item {
    match item {
        parser::Item::Event(event) => Item::Event(Event {
            event: event.event_type().into_owned(),
            data: event.data().into_owned(),
            id: event.last_event_id().into_owned(),
        }),
        parser::Item::Id(id) => Item::Id(id.to_string_lossy().into_owned()),
        parser::Item::Comment(text) => Item::Comment(text.to_string_lossy().into_owned()),
        parser::Item::Retry(time) => Item::Retry(time),
        parser::Item::Ignored(line) => Item::Ignored(line.to_string_lossy().into_owned()),
        other => unreachable!("{other:?} is new: add it to the items of the tests"),
    }
}
