use std::time::Duration;

use wasm_bindgen::JsValue;
use web_sys::Headers;

use crate::connection::Failure;
use crate::event::RawEvent;
use crate::fetch::Evidence;
use crate::retry::ErrorCode;

/// What can go wrong with a source.
///
/// ```no_run
/// use eventsource_wasm::{Error, ErrorCode, FetchEventSource};
///
/// let source = FetchEventSource::new("/events")?;
/// let listener = source.on_error(|error| match error {
///     Error::Connection(lost) if lost.delay.is_some() => show("reconnecting"),
///     Error::Connection(lost) if lost.status == Some(401) => show("sign in first"),
///     Error::Connection(lost) if lost.code == ErrorCode::ContentType => show("that is no event stream"),
///     other => show(&other.to_string()),
/// });
/// # fn show(_: &str) {}
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The URL does not parse, neither alone nor against the document's.
    #[error("'{url}' is not a URL; give an absolute one, or a path on the page's own origin")]
    InvalidUrl {
        /// What was given.
        url: String,
    },
    /// A method, a header or another part of the request is one that `fetch` refuses.
    #[error("the request cannot be made: {0:?}")]
    InvalidRequest(JsValue),
    /// This runtime has no `EventSource`.
    #[error("this runtime has no EventSource; use FetchEventSource, which needs fetch alone")]
    Unsupported,
    /// A connection was lost, refused or ended. Unless there is a `delay`, the source is closed.
    #[error("the connection failed ({}){}", .0.code.as_str(), if .0.delay.is_some() { "; it will be tried again" } else { "" })]
    Connection(ConnectionError),
    /// The browser's `EventSource` reports an error, of which it tells nothing but this.
    #[error("the browser's EventSource {}", if *.will_reconnect { "lost its connection and tries again" } else { "was refused and is closed; FetchEventSource tells why" })]
    EventSource {
        /// Whether the browser tries again.
        will_reconnect: bool,
    },
    /// A payload is not what its listener takes. Only this event is lost to that listener.
    #[error("the data of event '{}' does not decode: {message}", event.event)]
    Decode {
        /// The event as it arrived.
        event: RawEvent,
        /// What serde or `JSON.parse` says.
        message: String,
    },
}

/// A failed connection, as data. [`Error`] has an example.
#[derive(Clone, Debug)]
pub struct ConnectionError {
    /// What happened.
    pub code: ErrorCode,
    /// The status of a refused response.
    pub status: Option<u16>,
    /// Its headers.
    pub headers: Option<Headers>,
    /// The first KiB of its body.
    pub body_prefix: Option<String>,
    /// Failures in a row, this one included.
    pub attempt: u32,
    /// When the next connection is tried; `None` when the source is closed.
    pub delay: Option<Duration>,
    /// The last event ID, if it is one that no header can carry, such as one with a control character: requests go out
    /// without `Last-Event-ID`, and the server cannot resume from it.
    pub unsent_last_event_id: Option<String>,
    /// What `fetch` or the body rejected with; `undefined` if nothing did.
    pub cause: JsValue,
}

impl ConnectionError {
    pub(crate) fn new(failure: Failure, evidence: Evidence, last_event_id: String) -> ConnectionError {
        let refused = evidence.refused;
        ConnectionError {
            code: failure.code,
            status: failure.status,
            headers: refused.as_ref().map(|refused| refused.response.headers()),
            body_prefix: refused.map(|refused| String::from_utf8_lossy(&refused.body_prefix).into_owned()),
            attempt: failure.attempt,
            delay: failure.delay,
            unsent_last_event_id: failure.is_id_unsendable.then_some(last_event_id),
            cause: evidence.cause,
        }
    }
}
