use alloc::borrow::Cow;

use super::text::Text;

/// One event, borrowed from the parser until it is asked for the next.
///
/// ```
/// use eventsource_wasm::{RawEvent, parser::Parser};
///
/// let mut parser = Parser::new();
/// parser.feed(b"id: 7\ndata: one\ndata: two\n\n");
/// let event = parser.next_event()?.unwrap();
/// assert_eq!((event.event(), event.data(), event.last_event_id()), ("message".into(), "one\ntwo".into(), "7".into()));
/// let owned = RawEvent::from(event);
/// # Ok::<(), eventsource_wasm::parser::EventTooLarge>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event<'a> {
    /// Empty when the stream gave none.
    pub(super) event: Text<'a>,
    pub(super) data: Text<'a>,
    pub(super) last_event_id: Text<'a>,
    pub(super) sets_id: bool,
}

impl<'a> Event<'a> {
    /// The event's name; `message` when the stream gave none.
    ///
    /// ```
    /// # use eventsource_wasm::parser::Parser;
    /// let mut parser = Parser::new();
    /// parser.feed(b"data: hello\n\n");
    /// let event = parser.next_event()?.unwrap();
    /// assert_eq!(event.event(), "message");
    /// # Ok::<(), eventsource_wasm::parser::EventTooLarge>(())
    /// ```
    pub fn event(self) -> Cow<'a, str> {
        self.event_text().map_or(Cow::Borrowed("message"), Text::to_string_lossy)
    }

    /// The name as it was on the wire; `None` when the block had none or an empty one.
    ///
    /// ```
    /// # use eventsource_wasm::parser::Parser;
    /// let mut parser = Parser::new();
    /// parser.feed(b"data: hello\n\n");
    /// let event = parser.next_event()?.unwrap();
    /// assert_eq!(event.event_text(), None);
    /// # Ok::<(), eventsource_wasm::parser::EventTooLarge>(())
    /// ```
    pub fn event_text(self) -> Option<Text<'a>> {
        (!self.event.as_bytes().is_empty()).then_some(self.event)
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
    ///
    /// ```
    /// # use eventsource_wasm::parser::Parser;
    /// let mut parser = Parser::new();
    /// parser.feed(b"data: caf\xc3\xa9\n\n");
    /// let event = parser.next_event()?.unwrap();
    /// assert!(!event.data_text().is_ascii());
    /// # Ok::<(), eventsource_wasm::parser::EventTooLarge>(())
    /// ```
    pub fn data_text(self) -> Text<'a> {
        self.data
    }

    /// The last event ID at this event. Sticky: an event without an `id` has that of the one before it.
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

    /// Whether it has its last event ID from an `id` field of its own.
    ///
    /// ```
    /// # use eventsource_wasm::parser::Parser;
    /// let mut parser = Parser::new();
    /// parser.feed(b"id: 7\n\ndata: hello\n\n");
    /// let event = parser.next_event()?.unwrap();
    /// assert!(!event.sets_id());
    /// # Ok::<(), eventsource_wasm::parser::EventTooLarge>(())
    /// ```
    pub fn sets_id(self) -> bool {
        self.sets_id
    }

    /// The last event ID as it was on the wire.
    ///
    /// ```
    /// # use eventsource_wasm::parser::Parser;
    /// let mut parser = Parser::new();
    /// parser.feed(b"id: \xff\ndata: hello\n\n");
    /// let event = parser.next_event()?.unwrap();
    /// assert_eq!(event.last_event_id_text().as_bytes(), b"\xff");
    /// # Ok::<(), eventsource_wasm::parser::EventTooLarge>(())
    /// ```
    pub fn last_event_id_text(self) -> Text<'a> {
        self.last_event_id
    }
}

/// What a parser finds in a stream.
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
pub enum Item<'a> {
    /// A block with data, at the blank line that ends it.
    Event(Event<'a>),
    /// The last event ID that a block without data has set, which is then all that it does.
    Id(Text<'a>),
    /// A comment line: what follows the colon and one space. The standard ignores it; servers use it as a heartbeat.
    Comment(Text<'a>),
    /// A valid `retry` field: the new reconnection time in milliseconds, at once and whatever its block brings. A number
    /// that does not fit is `u64::MAX`.
    Retry(u64),
    /// A line, all of it, that does nothing: one with an unknown field, a `retry` that is no number, or an `id` with
    /// U+0000 in it. For those who look for faults of a server.
    Ignored(Text<'a>),
}
