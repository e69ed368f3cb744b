use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use super::code::ErrorCode;
use crate::event::RawEvent;

/// What can go wrong with a source.
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
    /// The URL does not parse, neither alone nor against the document's. Give an absolute one, or a path on the page's own
    /// origin.
    #[error(
        "'{url}' is not a URL: give an absolute one, such as https://example.org/events, or a relative one \
         in a page or a worker"
    )]
    InvalidUrl {
        /// What was given, without what may be a user and a password.
        url: String,
    },
    /// A header is one that `fetch` refuses, or a body cannot be serialized. Mend what the cause names.
    #[error("the request cannot be made: {0}")]
    InvalidRequest(Cause),
    /// There is nothing to connect with. In server-side rendering, as in all programs outside of a JavaScript runtime, that is
    /// always so: connect where only the client does, such as in an effect. In a runtime without `EventSource`, such as Node,
    /// take [`FetchEventSource`](crate::FetchEventSource).
    #[error("nothing can connect here: use a browser, or FetchEventSource where there is a fetch")]
    Unsupported,
    /// A connection was lost, refused or ended. Its [code](EventSourceError::code) says what to do.
    #[error(transparent)]
    Connection(Box<EventSourceError>),
    /// The browser's `EventSource` reports an error, of which it tells nothing but this. Where the reason matters, take
    /// [`FetchEventSource`](crate::FetchEventSource).
    #[error("the browser's EventSource {}", if *.will_reconnect { "lost its connection; another attempt follows" } else { "gave up and reports no reason: FetchEventSource does" })]
    EventSource {
        /// Whether the browser tries again. If not, the source is closed.
        will_reconnect: bool,
    },
    /// A payload is not what was asked for. Only this event is lost, and only to that listener or stream: compare the type with
    /// what the server sends.
    #[error("the data of event '{}' does not decode: {message}; compare the data with the expected type", event.event_type)]
    Decode {
        /// The event as it arrived.
        event: RawEvent,
        /// The message of serde, or of the decoder that was given.
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
    /// What happened, and with that what to do.
    pub code: ErrorCode,
    /// The status of a refused response.
    pub status: Option<u16>,
    /// Its headers, with their names in lower case; see [`header`](EventSourceError::header). Of a response from another
    /// origin, those that it exposes.
    pub headers: Vec<(String, String)>,
    /// The start of its body: up to [`max_error_body`](crate::machine::Config::max_error_body) bytes.
    pub body_prefix: Option<String>,
    /// Failures in a row, this one included.
    pub attempt: u32,
    /// When the next connection is tried; `None` when the source is closed.
    pub delay: Option<Duration>,
    /// Whether this attempt delivered an event.
    pub delivered: bool,
    /// The event that means failure.
    pub event: Option<RawEvent>,
    /// The event that the end of the body cut off, for want of a blank line, if it had data.
    pub unfinished: Option<RawEvent>,
    /// The last event ID, if it is one that no header can carry, such as one with a control character: requests go out
    /// without `Last-Event-ID`, and the server cannot resume from it.
    pub unsent_last_event_id: Option<String>,
    /// What `fetch` or the body rejected with.
    #[source]
    pub cause: Option<Cause>,
}

impl EventSourceError {
    /// The error of a first attempt, for good and without details; the fields say the rest. For tests and fakes of servers.
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

    /// A header of the refused response, whatever the case of its name.
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

/// What JavaScript threw or rejected with, as data: the name and the message of an `Error` or a `DOMException`.
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
    /// Such as `TypeError`; empty if it was no error but another value.
    pub name: String,
    /// For people: engines differ in it. Of another value, what `String()` makes of it.
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
