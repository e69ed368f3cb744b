use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use super::code::ErrorCode;
use crate::event::RawEvent;

/// An error of a source.
///
/// It is plain data: `Send`, `Sync` and `PartialEq`, so that it fits into a signal, a property or an `anyhow::Error`.
///
/// ```no_run
/// use eventsource_wasm::{Error, ErrorCode, FetchEventSource};
///
/// let source = FetchEventSource::new("/events")?;
/// let listener = source.on_error(|error| match error {
///     Error::Connection(lost) if lost.will_reconnect() => show("reconnecting"),
///     Error::Connection(lost) if lost.status == Some(401) => show("sign in first"),
///     Error::Connection(lost) if lost.code == ErrorCode::ContentType => show("that is no event stream"),
///     other => show(&other.to_string()),
/// });
/// # fn show(_: &str) {}
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The URL does not parse, neither alone nor relative to the document's. Give an absolute URL, or a path on the page's
    /// own origin.
    #[error(
        "'{url}' is not a URL: give an absolute one, such as https://example.org/events, or a relative one \
         in a page or a worker"
    )]
    InvalidUrl {
        /// The given URL, without all that may be a user and a password.
        url: String,
    },
    /// `fetch` rejects a header, or a body cannot be serialized. Fix the problem that the cause names.
    #[error("the request cannot be made: {0}")]
    InvalidRequest(Cause),
    /// The runtime has no API to connect with. This is always so in server-side rendering, and in all programs outside of a
    /// JavaScript runtime: connect only on the client, for example in an effect. In a runtime without `EventSource`, such as
    /// Node, use [`FetchEventSource`](crate::FetchEventSource).
    #[error(
        "this call needs a browser: connect on the client, for example in an effect; where only EventSource is missing, use FetchEventSource"
    )]
    Unsupported,
    /// A connection was lost, refused or ended. Its [code](EventSourceError::code) explains what to do.
    #[error(transparent)]
    Connection(Box<EventSourceError>),
    /// The browser's `EventSource` reports an error, without a reason. Where the reason matters, use
    /// [`FetchEventSource`](crate::FetchEventSource).
    #[error("the browser's EventSource {}", if *.will_reconnect { "lost its connection; another attempt follows" } else { "gave up: FetchEventSource gives the reason" })]
    EventSource {
        /// Whether the browser tries again. If not, the source is closed.
        will_reconnect: bool,
    },
    /// The data of an event does not fit its type. Only this event is lost, and only for one listener or stream: compare the
    /// type with the data of the server.
    #[error("the data of event '{}' does not decode: {message}", event.event_type)]
    Decode {
        /// The event as it arrived.
        event: RawEvent,
        /// The message of serde, or of your decoder.
        message: String,
    },
}

/// A failed connection, as data.
///
/// ```no_run
/// use eventsource_wasm::{EventSourceError, ErrorCode};
///
/// fn advice(error: &EventSourceError) -> String {
///     match (error.code, error.delay) {
///         (_, Some(delay)) => format!("trying again in {} s", delay.as_secs()),
///         (ErrorCode::Status, None) => format!("{:?}: {}", error.status, error.body_prefix.as_deref().unwrap_or_default()),
///         _ => error.to_string(),
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{}{}{}", self.code.advice(), StatusPart(self), if self.will_reconnect() { "; another attempt follows" } else { "" })]
#[non_exhaustive]
pub struct EventSourceError {
    /// The reason for the failure.
    pub code: ErrorCode,
    /// The status of a refused response.
    pub status: Option<u16>,
    /// The headers of a refused response, with their names in lower case; see [`header`](EventSourceError::header). A
    /// response from another origin has only the headers that it exposes.
    pub headers: Vec<(String, String)>,
    /// The start of the body of a refused response: up to [`max_error_body`](crate::machine::Config::max_error_body) bytes.
    pub body_prefix: Option<String>,
    /// Failures in a row, this one included.
    pub attempt: u32,
    /// The time until the next request; `None` if the source is closed.
    pub delay: Option<Duration>,
    /// Whether this attempt delivered an event.
    pub delivered: bool,
    /// The event that means failure.
    pub event: Option<RawEvent>,
    /// The event that the end of the body cut off, before its blank line, if it had data and was not delivered.
    pub unfinished: Option<RawEvent>,
    /// The last event ID, if no header can carry it, such as an ID with a control character. Requests are then sent without
    /// `Last-Event-ID`, and the server cannot resume after it.
    pub unsent_last_event_id: Option<String>,
    /// The error of `fetch` or of the body.
    #[source]
    pub cause: Option<Cause>,
}

impl EventSourceError {
    /// A final error of a first attempt, without details, for tests and fake servers. Set the other fields as needed.
    pub fn new(code: ErrorCode) -> EventSourceError {
        EventSourceError {
            code,
            status: None,
            headers: Vec::new(),
            body_prefix: None,
            attempt: 1,
            delay: None,
            delivered: false,
            event: None,
            unfinished: None,
            unsent_last_event_id: None,
            cause: None,
        }
    }

    /// Whether the source connects again, after [`delay`](EventSourceError::delay). If not, it is closed.
    ///
    /// ```no_run
    /// # let source = eventsource_wasm::FetchEventSource::new("/events")?;
    /// use eventsource_wasm::Error;
    ///
    /// let listener = source.on_error(|error| {
    ///     let is_over = matches!(error, Error::Connection(lost) if !lost.will_reconnect());
    ///     show(if is_over { "gone" } else { "one moment" });
    /// });
    /// # fn show(_: &str) {}
    /// # Ok::<(), Error>(())
    /// ```
    pub fn will_reconnect(&self) -> bool {
        self.delay.is_some()
    }

    /// A header of the refused response. The case of the name does not matter.
    ///
    /// ```no_run
    /// # fn example(lost: eventsource_wasm::EventSourceError) {
    /// let id = lost.header("X-Request-Id").unwrap_or("unknown");
    /// # }
    /// ```
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| &**value)
    }
}

/// A value that JavaScript threw or rejected with, as data: the name and the message of an `Error` or a `DOMException`.
///
/// ```no_run
/// # fn example(lost: eventsource_wasm::EventSourceError) {
/// if let Some(cause) = &lost.cause {
///     log(&cause.to_string()); // "TypeError: Failed to fetch"
/// }
/// # }
/// # fn log(_: &str) {}
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{name}{}{message}", if self.name.is_empty() { "" } else { ": " })]
#[non_exhaustive]
pub struct Cause {
    /// The name, such as `TypeError`; empty if the value was not an error.
    pub name: String,
    /// The message, for people: engines differ in it. For a value that was not an error, the result of `String()`.
    pub message: String,
}

impl Cause {
    /// The cause with this name and message.
    pub fn new(name: impl Into<String>, message: impl Into<String>) -> Cause {
        Cause { name: name.into(), message: message.into() }
    }
}

/// The status, where the code does not imply it.
struct StatusPart<'a>(&'a EventSourceError);

impl core::fmt::Display for StatusPart<'_> {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match (self.0.code, self.0.status) {
            (ErrorCode::Status, Some(status)) => write!(formatter, " (status {status})"),
            _ => Ok(()),
        }
    }
}
