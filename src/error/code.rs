use core::fmt;
use core::str::FromStr;

/// Why a connection was lost, refused or ended, and what to do.
///
/// ```
/// use eventsource_wasm::ErrorCode;
///
/// let is_for_the_user_to_mend = |code| matches!(code, ErrorCode::Network | ErrorCode::ConnectTimeout);
/// assert!(is_for_the_user_to_mend(ErrorCode::Network));
/// assert_eq!(ErrorCode::IdleTimeout.as_str(), "idle-timeout");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorCode {
    /// The request or the body failed: no network, DNS, TLS, a CORS refusal, a reset; browsers do not give the reason. The
    /// source retries. If no attempt succeeds, check the address and the certificate, and for another origin its CORS
    /// headers.
    Network,
    /// The server ended the stream cleanly. The source reconnects, as the standard requires. To end the stream for good, let
    /// the server answer with 204, or send a last event: name it with `until`, or close the source there.
    Ended,
    /// 204 No Content: the server asks the client to stop, and the source does not reconnect. If this is expected, do
    /// nothing.
    NoContent,
    /// A status other than 200. The status, the headers and the start of the body give the reason. Sign in again after a 401;
    /// a retry policy retries 408, 425, 429 and 5xx.
    Status,
    /// 200, but not `text/event-stream`: often a page of a proxy or a login, as the start of the body shows. Otherwise let
    /// the server send `Content-Type: text/event-stream`.
    ContentType,
    /// No response within the connect timeout. The source retries. If no attempt succeeds, check the server, or raise the
    /// timeout.
    ConnectTimeout,
    /// No byte, not even a comment, within the idle timeout. The source retries. Let the server send comments more often, or
    /// raise the timeout.
    IdleTimeout,
    /// An event was larger than the limit; a retry would fail again. Raise the limit if such events are expected.
    EventTooLarge,
    /// The stream ended before the event that `until` names, or in the middle of an event. The data is incomplete: send the
    /// request again, or set a retry policy.
    Truncated,
    /// The request could not be made: a callback that returns its parts failed, or `fetch` rejected them. Fix the problem
    /// that the cause names.
    Request,
    /// The server sent an event that the user declared a failure. It is final, unless there is a retry policy or function.
    /// The event gives the reason.
    Event,
    /// No event within the event timeout, though comments may have come. The source retries. Check the producer of the
    /// events, or raise the timeout.
    EventTimeout,
    /// The response has no body that can be read as a stream: its `fetch` returns text, a Blob, or nothing. Use a `fetch`
    /// that streams.
    NotStreamed,
    /// The page's own Content-Security-Policy forbids the connection. Allow the server in `connect-src`.
    Policy,
}

impl ErrorCode {
    /// The code's name in JavaScript, such as `idle-timeout`. The name is stable, so it can be logged.
    ///
    /// ```
    /// assert_eq!(eventsource_wasm::ErrorCode::NoContent.as_str(), "no-content");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            ErrorCode::Network => "network",
            ErrorCode::Ended => "ended",
            ErrorCode::NoContent => "no-content",
            ErrorCode::Status => "status",
            ErrorCode::ContentType => "content-type",
            ErrorCode::ConnectTimeout => "connect-timeout",
            ErrorCode::IdleTimeout => "idle-timeout",
            ErrorCode::EventTooLarge => "event-too-large",
            ErrorCode::Truncated => "truncated",
            ErrorCode::Request => "request",
            ErrorCode::Event => "event",
            ErrorCode::EventTimeout => "event-timeout",
            ErrorCode::NotStreamed => "not-streamed",
            ErrorCode::Policy => "policy",
        }
    }

    /// The advice for people: one sentence, the same in Rust and JavaScript. Programs read the code.
    pub fn advice(self) -> &'static str {
        match self {
            ErrorCode::Network => {
                "the connection failed or broke off: check the network and the server, and for another origin its CORS headers"
            }
            ErrorCode::Ended => {
                "the server ended the stream: 204, or a last event that `until` names, ends it for good"
            }
            ErrorCode::NoContent => "the server answered 204 No Content: it wants no new connection",
            ErrorCode::Status => {
                "the server refused the request: see the status, the headers and the body of the error"
            }
            ErrorCode::ContentType => {
                "the response is not an event stream: have the server send Content-Type: text/event-stream"
            }
            ErrorCode::ConnectTimeout => {
                "no response within the connect timeout: check the server, and whether six connections to it are open \
                 already (HTTP/2 allows more); Firefox waits for the first byte of the body, so have it send a comment at once"
            }
            ErrorCode::IdleTimeout => {
                "nothing arrived within the idle timeout: have the server send comments as a heartbeat, or raise the limit"
            }
            ErrorCode::EventTooLarge => {
                "an event is larger than the limit: raise the maximum event size if such events are expected"
            }
            ErrorCode::Truncated => {
                "the stream ended before the event that `until` waits for, or within an event: the answer is incomplete, ask again"
            }
            ErrorCode::Request => "the request cannot be made: see the cause of the error",
            ErrorCode::Event => "the server sent an event that means failure: see the event of the error",
            ErrorCode::EventTimeout => {
                "no event arrived within the event timeout: check what feeds the stream, or raise the limit"
            }
            ErrorCode::NotStreamed => {
                "the response has no body that can be read as a stream: use a fetch that streams, such as the browser's"
            }
            ErrorCode::Policy => {
                "the page's Content-Security-Policy forbids the connection: allow the server in its connect-src"
            }
        }
    }

    /// All codes, for tables.
    pub const ALL: &'static [ErrorCode] = &[
        ErrorCode::Network,
        ErrorCode::Ended,
        ErrorCode::NoContent,
        ErrorCode::Status,
        ErrorCode::ContentType,
        ErrorCode::ConnectTimeout,
        ErrorCode::IdleTimeout,
        ErrorCode::EventTooLarge,
        ErrorCode::Truncated,
        ErrorCode::Request,
        ErrorCode::Event,
        ErrorCode::EventTimeout,
        ErrorCode::NotStreamed,
        ErrorCode::Policy,
    ];

    /// Whether a time limit ended the attempt.
    pub(crate) fn is_time_limit(self) -> bool {
        matches!(self, ErrorCode::ConnectTimeout | ErrorCode::IdleTimeout | ErrorCode::EventTimeout)
    }

    /// Whether the connection was lost, so that the standard reestablishes it.
    pub(crate) fn is_loss(self) -> bool {
        matches!(
            self,
            ErrorCode::Network
                | ErrorCode::Ended
                | ErrorCode::ConnectTimeout
                | ErrorCode::IdleTimeout
                | ErrorCode::EventTimeout
                | ErrorCode::Truncated
        )
    }
}

/// The name, such as `idle-timeout`.
impl fmt::Display for ErrorCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// Parses the name, for example from a log.
///
/// ```
/// use eventsource_wasm::ErrorCode;
///
/// assert_eq!("idle-timeout".parse(), Ok(ErrorCode::IdleTimeout));
/// assert!("IdleTimeout".parse::<ErrorCode>().is_err());
/// ```
impl FromStr for ErrorCode {
    type Err = UnknownErrorCode;

    fn from_str(name: &str) -> Result<ErrorCode, UnknownErrorCode> {
        ErrorCode::ALL.iter().copied().find(|code| code.as_str() == name).ok_or(UnknownErrorCode)
    }
}

/// The error for a text that is not the name of an [`ErrorCode`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("no error code has this name: ErrorCode::ALL has the codes, and as_str() their names")]
#[non_exhaustive]
pub struct UnknownErrorCode;
