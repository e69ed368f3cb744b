use alloc::borrow::Cow;
use core::fmt;
use core::ops::Range;

use super::Parser;
use super::text::Text;

/// One event. It borrows the parser that found it.
///
/// ```
/// use eventsource_wasm::{RawEvent, parser::Parser};
///
/// let mut parser = Parser::new();
/// parser.feed(b"id: 7\ndata: one\ndata: two\n\n");
/// let event = parser.next_event()?.unwrap();
/// assert_eq!((event.event_type(), event.data(), event.last_event_id()), ("message".into(), "one\ntwo".into(), "7".into()));
/// let owned = RawEvent::from(event);
/// # Ok::<(), eventsource_wasm::parser::EventTooLarge>(())
/// ```
#[derive(Clone, Copy)]
pub struct Event<'a> {
    pub(super) parser: &'a Parser,
    /// Where the data is in the parser's buffer.
    pub(super) start: usize,
    pub(super) end: usize,
}

impl<'a> Event<'a> {
    /// The event's name; `message` if the stream gave none.
    pub fn event_type(self) -> Cow<'a, str> {
        self.event_type_text().map_or(Cow::Borrowed("message"), Text::to_string_lossy)
    }

    /// The name as it was on the wire; `None` when the block had none or an empty one.
    #[inline]
    pub fn event_type_text(self) -> Option<Text<'a>> {
        let name = self.parser.interpreter.dispatched_event.of(&self.parser.memory);
        (!name.is_empty()).then(|| Text::new(name))
    }

    /// The values of the `data` fields, joined by line feeds.
    ///
    /// ```
    /// # use eventsource_wasm::parser::Parser;
    /// let mut parser = Parser::new();
    /// parser.feed(b"data: one\ndata: two\n\n");
    /// let event = parser.next_event()?.unwrap();
    /// assert_eq!(event.data(), "one\ntwo");
    /// # Ok::<(), eventsource_wasm::parser::EventTooLarge>(())
    /// ```
    pub fn data(self) -> Cow<'a, str> {
        self.data_text().to_string_lossy()
    }

    /// The data as it was on the wire.
    #[inline]
    pub fn data_text(self) -> Text<'a> {
        Text::new(&self.parser.memory[self.data_range()])
    }

    /// The last event ID at this event. Sticky: an event without an `id` has the ID of the event before it.
    ///
    /// ```
    /// # use eventsource_wasm::parser::Parser;
    /// let mut parser = Parser::new();
    /// parser.feed(b"id: 7\n\ndata: hello\n\n");
    /// let event = parser.next_event()?.unwrap();
    /// assert_eq!(event.last_event_id(), "7");
    /// # Ok::<(), eventsource_wasm::parser::EventTooLarge>(())
    /// ```
    pub fn last_event_id(self) -> Cow<'a, str> {
        self.last_event_id_text().to_string_lossy()
    }

    /// The last event ID as it was on the wire.
    #[inline]
    pub fn last_event_id_text(self) -> Text<'a> {
        self.parser.last_event_id_text()
    }

    /// Whether the last event ID comes from an `id` field of this event.
    #[inline]
    pub fn sets_id(self) -> bool {
        self.parser.interpreter.dispatched_sets_id
    }

    /// The parser that found the event, for the bytes of its [`buffer`](Parser::buffer).
    #[inline]
    pub fn parser(self) -> &'a Parser {
        self.parser
    }

    /// The range of the data in the parser's [`buffer`](Parser::buffer).
    #[inline]
    pub fn data_range(self) -> Range<usize> {
        self.start..self.end
    }

    /// The range of the name in the parser's [`buffer`](Parser::buffer); `None` if the name came in an earlier chunk and is
    /// no longer there; empty if the block had no name.
    #[inline]
    pub fn event_type_range(self) -> Option<Range<usize>> {
        self.parser.interpreter.dispatched_event.place()
    }

    /// The range of the last event ID in the parser's [`buffer`](Parser::buffer); `None` if the ID came in an earlier chunk
    /// and is no longer there; empty if there is no ID.
    #[inline]
    pub fn last_event_id_range(self) -> Option<Range<usize>> {
        self.parser.interpreter.last_event_id.place()
    }
}

/// Events are equal if their name, data, last event ID and [`sets_id`](Event::sets_id) are equal.
impl PartialEq for Event<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.event_type_text() == other.event_type_text()
            && self.data_text() == other.data_text()
            && self.last_event_id_text() == other.last_event_id_text()
            && self.sets_id() == other.sets_id()
    }
}

impl Eq for Event<'_> {}

impl fmt::Debug for Event<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Event")
            .field("event", &self.event_type_text())
            .field("data", &self.data_text())
            .field("last_event_id", &self.last_event_id_text())
            .field("sets_id", &self.sets_id())
            .finish()
    }
}

/// An item that a parser finds in a stream.
///
/// ```
/// use eventsource_wasm::parser::{Item, Parser};
///
/// let mut parser = Parser::new();
/// parser.feed(b"retry: 500\n: still here\ndata: 1\n\n");
/// assert_eq!(parser.next_item()?, Some(Item::Retry(500)));
/// assert!(matches!(parser.next_item()?, Some(Item::Comment(text)) if text.as_bytes() == b"still here"));
/// assert!(matches!(parser.next_item()?, Some(Item::Event(event)) if event.data() == "1"));
/// # Ok::<(), eventsource_wasm::parser::EventTooLarge>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Item<'a> {
    /// A block with data, at the blank line that ends it.
    Event(Event<'a>),
    /// The last event ID that a block without data has set.
    Id(Text<'a>),
    /// A comment line: the text after the colon and one space. The standard ignores it; servers use it as a heartbeat.
    Comment(Text<'a>),
    /// A valid `retry` field: the new reconnection time in milliseconds. It takes effect at once, whatever else its block
    /// contains. A number that does not fit is `u64::MAX`.
    Retry(u64),
    /// A whole line without effect: an unknown field, a `retry` that is not a number, or an `id` that contains U+0000. For
    /// debugging a server.
    Ignored(Text<'a>),
}
