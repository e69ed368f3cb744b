use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use super::retry::RetryContext;
use crate::error::ErrorCode;
use crate::http;
use crate::parser::{Event, Text};

/// What the shell must do next, from [`Machine::poll`](super::Machine::poll).
///
/// A shell ignores outputs that it does not know: later versions may add some.
#[derive(Debug)]
#[non_exhaustive]
pub enum Output<'a> {
    /// Send this request. [`Input::Response`](super::Input::Response) or [`Input::Failed`](super::Input::Failed) answers.
    Send(Request<'a>),
    /// Ask the body for a chunk. [`Input::Chunk`](super::Input::Chunk), [`Input::Filled`](super::Input::Filled),
    /// [`Input::End`](super::Input::End) or [`Input::Failed`](super::Input::Failed) answers.
    Read,
    /// Abort the request and cancel its body. Ignore their results from now on.
    Cancel,
    /// Let the event loop turn, then poll again: events have been delivered for long enough without a break.
    Yield,
    /// Notify the user that the stream is open.
    Open(Opened<'a>),
    /// Deliver an event.
    Event(Event<'a>),
    /// Ask the user's functions about the event that the end of the body cut off, as before a delivery:
    /// [`Input::FailOn`](super::Input::FailOn) or [`Input::Complete`](super::Input::Complete) may answer. Do not deliver the
    /// event.
    Unfinished(EventText<'a>),
    /// Deliver a comment: only if [`Config::comments`](super::Config::comments) is set.
    Comment(Text<'a>),
    /// The server set the reconnection time. A shell may ignore this.
    Retry(Duration),
    /// The server changed the last event ID without an event. A shell that answers with [`Input::FailOn`](super::Input::FailOn)
    /// needs it, as the ID before the next event.
    Id(Text<'a>),
    /// Notify the user of a lost connection; the machine connects again after [`Failure::delay`].
    Lost(Failure),
    /// Call the user's retry function. [`Input::Decided`](super::Input::Decided) answers, before the next poll.
    Ask(RetryContext),
    /// Notify the user of the end, and stop polling.
    Closed(End<Failure>),
    /// Wait for the next input, at most until this time on the clock of `now`; `None` is no limit. Then poll again.
    Wait(Option<Duration>),
}

/// The parts of a request that the machine decides. The shell adds the URL, the user's headers and the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Request<'a> {
    /// The method.
    pub method: &'a str,
    /// Failures in a row before this request.
    pub attempt: u32,
    /// The last event ID, as it came over the wire. Empty for none.
    pub last_event_id: &'a [u8],
    /// Why the request is made. `None` for the first one, and after the page closed an open stream: it was hidden, or in the
    /// back/forward cache.
    pub reason: Option<Reason>,
    pub(super) sends_id: bool,
}

/// Why a request after the first is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The connection before it failed.
    Failed(Failure),
    /// The user reconnected: [`Input::Reconnect`](super::Input::Reconnect).
    Reconnect,
}

impl Reason {
    /// The code of the failure, or `reconnect`.
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::Failed(failure) => failure.code.as_str(),
            Reason::Reconnect => "reconnect",
        }
    }

    /// The status of the refused response, such as 401.
    pub fn status(self) -> Option<u16> {
        match self {
            Reason::Failed(failure) => failure.status,
            Reason::Reconnect => None,
        }
    }
}

/// A connection that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Opened<'a> {
    /// Whether the source was open before.
    pub is_reopening: bool,
    /// The number of requests until it was open: 1, plus one for each failed request.
    pub attempts: u32,
    /// The time since the start of the source, or since the end of its last stream.
    pub elapsed: Duration,
    /// The last event ID after which the request continued, also where no header carried it; empty for none.
    pub last_event_id: &'a [u8],
}

/// The texts of an event, as they came over the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventText<'a> {
    /// The name of the event. Empty if the stream gave no name: the name is then `message`.
    pub event_type: Text<'a>,
    /// The data of the event.
    pub data: Text<'a>,
    /// The last event ID at this event.
    pub last_event_id: Text<'a>,
}

impl Request<'_> {
    /// The value of the `Last-Event-ID` header, in the byte-string form that `Headers` takes: each character stands for one
    /// byte of the ID's UTF-8. `None` if there is no ID, if no header can carry it, or if
    /// [`Config::sends_last_event_id`](super::Config::sends_last_event_id) is off.
    pub fn last_event_id_header(&self) -> Option<String> {
        self.sends_id.then(|| http::last_event_id_header(self.last_event_id))?
    }

    /// The value of the `Last-Event-ID` header in bytes, for an HTTP client whose header values are bytes. `None` if there is
    /// no ID, if no header can carry it, or if [`Config::sends_last_event_id`](super::Config::sends_last_event_id) is off.
    pub fn last_event_id_bytes(&self) -> Option<Vec<u8>> {
        self.sends_id.then(|| http::last_event_id_bytes(self.last_event_id))?
    }
}

/// A failure of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Failure {
    /// The code of the failure.
    pub code: ErrorCode,
    /// The status of a refused response.
    pub status: Option<u16>,
    /// Failures in a row, this one included; 0 for a clean end that is no failure: see [`RetryContext::attempt`].
    pub attempt: u32,
    /// Time until the next request; `None` if no request follows.
    pub delay: Option<Duration>,
    /// Whether this attempt delivered an event.
    pub delivered: bool,
    /// Whether no header can carry the last event ID: requests are then sent without it.
    pub is_id_unsendable: bool,
}

/// How a source ended; `F` describes the failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum End<F> {
    /// The user closed the source: by `close()`, an abort, or by dropping the last handle.
    Closed,
    /// The stream is complete: by [`Input::Complete`](super::Input::Complete), or by a clean end of the single request.
    Complete,
    /// The source failed for good.
    Failed(F),
}

impl<F> End<F> {
    /// Converts the failure of the end.
    pub fn map<G>(self, describe: impl FnOnce(F) -> G) -> End<G> {
        match self {
            End::Closed => End::Closed,
            End::Complete => End::Complete,
            End::Failed(failure) => End::Failed(describe(failure)),
        }
    }
}

/// `closed`, `complete`, or the message of the failure.
impl<F: fmt::Display> fmt::Display for End<F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            End::Closed => formatter.pad("closed"),
            End::Complete => formatter.pad("complete"),
            End::Failed(failure) => failure.fmt(formatter),
        }
    }
}

/// The status of a source, for user interfaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// A request is under way, or the body of a refused response is being read.
    Connecting,
    /// Events are delivered as they arrive.
    Open,
    /// The source waits before it connects again.
    Waiting {
        /// The time of the next request, on the shell's clock.
        until: Duration,
    },
    /// The user has paused the source, or its page is hidden or in the back/forward cache.
    Paused,
    /// The source has ended: [`Machine::end`](super::Machine::end) returns how.
    Closed,
}

/// The standard's [`readyState`](https://html.spec.whatwg.org/multipage/server-sent-events.html#dom-eventsource-readystate).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ReadyState {
    /// 0: the source connects, or waits to connect again.
    #[default]
    Connecting = 0,
    /// 1: the source delivers events as they arrive.
    Open = 1,
    /// 2: the source is closed, or failed for good.
    Closed = 2,
}

/// The name in the standard: `CONNECTING`, `OPEN` or `CLOSED`.
impl fmt::Display for ReadyState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            ReadyState::Connecting => "CONNECTING",
            ReadyState::Open => "OPEN",
            ReadyState::Closed => "CLOSED",
        })
    }
}
