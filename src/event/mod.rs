use alloc::string::String;
use core::fmt;

/// An owned event, as listeners and streams get it, with its payload as a `T`.
///
/// ```
/// use eventsource_wasm::RawEvent;
///
/// let event = RawEvent::new("message", "hello", "7");
/// assert_eq!(event.to_string(), "message #7: hello");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Event<T> {
    /// The event's name; `message` if the server gave none. JavaScript calls it `type`, which is a keyword of Rust.
    pub event_type: String,
    /// The payload.
    pub data: T,
    /// The last event ID at this event: sticky, so it may come from an earlier event.
    pub last_event_id: String,
}

impl<T> Event<T> {
    /// Makes an event, for tests and fake servers.
    pub fn new(event_type: impl Into<String>, data: impl Into<T>, last_event_id: impl Into<String>) -> Event<T> {
        Event { event_type: event_type.into(), data: data.into(), last_event_id: last_event_id.into() }
    }
}

/// An event whose payload is the string that arrived.
#[cfg_attr(feature = "serde", doc = "[`RawEvent::decode`] makes it a typed event.")]
///
/// ```
/// use eventsource_wasm::RawEvent;
/// use eventsource_wasm::parser::Parser;
///
/// let mut parser = Parser::new();
/// parser.feed(b"data: hello\n\n");
/// let event = RawEvent::from(parser.next_event()?.unwrap());
/// assert_eq!(event.data, "hello");
/// # Ok::<(), eventsource_wasm::parser::EventTooLarge>(())
/// ```
pub type RawEvent = Event<String>;

impl From<crate::parser::Event<'_>> for RawEvent {
    fn from(event: crate::parser::Event<'_>) -> RawEvent {
        Event {
            event_type: event.event_type().into_owned(),
            data: event.data().into_owned(),
            last_event_id: event.last_event_id().into_owned(),
        }
    }
}

impl From<crate::machine::EventText<'_>> for RawEvent {
    fn from(event: crate::machine::EventText<'_>) -> RawEvent {
        let event_type = event.event_type.to_string_lossy();
        Event {
            event_type: if event_type.is_empty() { "message".into() } else { event_type.into_owned() },
            data: event.data.to_string_lossy().into_owned(),
            last_event_id: event.last_event_id.to_string_lossy().into_owned(),
        }
    }
}

/// Serializes the fields of the object in JavaScript: `type`, `data` and `lastEventId`.
#[cfg(feature = "serde")]
impl<T: serde::Serialize> serde::Serialize for Event<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;

        let mut fields = serializer.serialize_struct("Event", 3)?;
        fields.serialize_field("type", &self.event_type)?;
        fields.serialize_field("data", &self.data)?;
        fields.serialize_field("lastEventId", &self.last_event_id)?;
        fields.end()
    }
}

impl<T: fmt::Display> fmt::Display for Event<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} #{}: {}", self.event_type, self.last_event_id, self.data)
    }
}
