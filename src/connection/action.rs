use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use crate::retry::{ErrorCode, RetryContext};

/// What the driver must do. It carries out all of them before the next [`Input`](super::Input).
///
/// ```
/// use eventsource_wasm::connection::{Action, Config, Connection, End, Input};
/// use std::time::Duration;
///
/// let mut connection = Connection::new(Config::default());
/// connection.handle(Input::Start, Duration::ZERO);
/// connection.handle(Input::Close, Duration::ZERO);
/// let actions: Vec<_> = std::iter::from_fn(|| connection.next_action()).collect();
/// assert!(matches!(actions[..], [Action::Abort, Action::Closed(End::Closed)]));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Send a request.
    Fetch(Request),
    /// Abort the request and cancel its body, if there still is one.
    Abort,
    /// Announce that the connection is open.
    Open,
    /// Ask the user what follows this failure, and bring the answer as [`Input::Decided`](super::Input::Decided).
    Decide(RetryContext),
    /// Announce a loss; the machine will connect again.
    Lost(Failure),
    /// Announce the end.
    Closed(End),
}

/// What the machine says of a request to send.
///
/// ```
/// # use eventsource_wasm::connection::{Action, Config, Connection, Input};
/// # let mut connection = Connection::new(Config { last_event_id: "7".into(), ..Config::default() });
/// # connection.handle(Input::Start, std::time::Duration::ZERO);
/// let Some(Action::Fetch(request)) = connection.next_action() else { panic!() };
/// assert_eq!((request.attempt, &request.last_event_id[..]), (0, &b"7"[..]));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Failures in a row before this request.
    pub attempt: u32,
    /// The last event ID, as it came over the wire.
    pub last_event_id: Vec<u8>,
    /// What made the request necessary; `None` for the first.
    pub reason: Option<Failure>,
}

impl Request {
    /// The value of the `Last-Event-ID` header, in the byte-string form that `Headers` takes: each character stands for
    /// one byte of the ID's UTF-8. `None` when there is no ID, or one that no header can carry.
    ///
    /// ```
    /// # use eventsource_wasm::connection::{Action, Config, Connection, Input};
    /// # let mut connection = Connection::new(Config { last_event_id: "é".into(), ..Config::default() });
    /// # connection.handle(Input::Start, std::time::Duration::ZERO);
    /// let Some(Action::Fetch(request)) = connection.next_action() else { panic!() };
    /// assert_eq!(request.last_event_id_header().unwrap(), "\u{c3}\u{a9}"); // the bytes of `é`
    /// ```
    pub fn last_event_id_header(&self) -> Option<String> {
        if self.last_event_id.is_empty() || !self.is_id_sendable() {
            return None;
        }
        // To the standard an ID is text, in which U+FFFD stands for what is not UTF-8.
        Some(String::from_utf8_lossy(&self.last_event_id).bytes().map(char::from).collect())
    }

    /// Whether a header can carry the ID.
    pub(crate) fn is_id_sendable(&self) -> bool {
        is_sendable(&self.last_event_id)
    }
}

/// Whether a header can carry it.
pub(super) fn is_sendable(id: &[u8]) -> bool {
    id.iter().all(|byte| *byte == b'\t' || (*byte >= b' ' && *byte != 0x7f))
}

/// A failure of a connection.
///
/// ```
/// # use eventsource_wasm::connection::{Action, Config, Connection, Input};
/// # use eventsource_wasm::ErrorCode;
/// # let mut connection = Connection::new(Config::default());
/// # connection.handle(Input::Start, std::time::Duration::ZERO);
/// # connection.next_action();
/// connection.handle(Input::Failed(ErrorCode::Network), std::time::Duration::ZERO);
/// # connection.next_action();
/// let Some(Action::Lost(failure)) = connection.next_action() else { panic!() };
/// assert_eq!((failure.code, failure.attempt), (ErrorCode::Network, 1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What happened.
    pub code: ErrorCode,
    /// The status of the response, if there was one.
    pub status: Option<u16>,
    /// Failures in a row, this one included.
    pub attempt: u32,
    /// When the next connection is tried; `None` when none is.
    pub delay: Option<Duration>,
    /// The last event ID is one that no header can carry: requests go out without it.
    pub is_id_unsendable: bool,
}

/// How a source ended.
///
/// ```
/// # use eventsource_wasm::connection::End;
/// fn show(end: End) -> &'static str {
///     match end {
///         End::Closed => "stopped",
///         End::Complete => "all of it is there",
///         End::Failed(failure) => failure.code.as_str(),
///     }
/// }
/// # assert_eq!(show(End::Closed), "stopped");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It was closed.
    Closed,
    /// All of it arrived: the sentinel came, or the one request ended cleanly.
    Complete,
    /// It failed for good.
    Failed(Failure),
}

/// The standard's [`readyState`](https://html.spec.whatwg.org/multipage/server-sent-events.html#dom-eventsource-readystate).
///
/// ```
/// use eventsource_wasm::connection::ReadyState;
///
/// assert_eq!(ReadyState::Closed as u8, 2); // as the web counts them
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadyState {
    /// 0: the connection has not been established, or it was lost and will be tried again.
    Connecting = 0,
    /// 1: events are dispatched as they arrive.
    Open = 1,
    /// 2: closed, or failed for good.
    Closed = 2,
}
