use alloc::string::String;
use core::time::Duration;

use super::pace::Pace;
use super::retry::Retry;

/// The options of a source, fixed at its start.
///
/// ```
/// use eventsource_wasm::machine::{Config, Retry, RetryPolicy};
///
/// let config = Config::default().with(|config| {
///     config.retry = Some(Retry::Policy(RetryPolicy::default()));
///     config.max_event_size = 1 << 20;
/// });
/// assert_eq!(config.connect_timeout, None);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// The method of the requests. Default: POST with a body, otherwise GET.
    pub method: Option<String>,
    /// Whether the requests have a body. Default false.
    pub has_body: bool,
    /// Whether the source is a single request: a clean end completes it, and it is never retried. Default false.
    pub once: bool,
    /// Whether the user gave the response or the body: the machine sends no request and never reconnects. After
    /// [`Input::Start`](super::Input::Start), handle [`Input::Response`](super::Input::Response) or
    /// [`Input::Body`](super::Input::Body). Default false.
    pub given: bool,
    /// The `Last-Event-ID` of the first request. Default: empty, not sent.
    pub last_event_id: String,
    /// How failures are retried. Default: as the standard does, or never if the method is not idempotent
    /// ([`Retry::by_default`]).
    pub retry: Option<Retry>,
    /// The time within which the head of a response must arrive. Zero, and the default: no limit.
    pub connect_timeout: Option<Duration>,
    /// The time within which a byte must arrive. It runs only while a read is pending. Zero, and the default: no limit.
    pub idle_timeout: Option<Duration>,
    /// The time within which an event, or a block with an ID, must arrive. Comments do not count. It runs only while a read
    /// is pending. Zero, and the default: no limit.
    pub event_timeout: Option<Duration>,
    /// The size limit of an event, in bytes. A larger comment is left out. Default 64 MiB.
    pub max_event_size: usize,
    /// The number of bytes that are kept from the body of a refused response. Default 64 KiB.
    pub max_error_body: usize,
    /// Whether the user gave an `until`, which names the last event. The shell evaluates `until` before it delivers an event,
    /// and handles [`Input::Complete`](super::Input::Complete) instead of delivering the last event. A body that ends without
    /// it is [`Truncated`](crate::ErrorCode::Truncated). Default false.
    pub until: bool,
    /// How to handle an event that a clean end of the body cuts off. Default: [`Unfinished::Error`] with `once`, otherwise
    /// [`Unfinished::Discard`].
    pub unfinished: Option<Unfinished>,
    /// The number of recent event IDs that are remembered. After a reconnect, events with a remembered ID are left out, up to
    /// the first event with another ID; their IDs are not taken over. Default 0.
    pub dedupe: usize,
    /// Whether comments are emitted, as [`Output::Comment`](super::Output::Comment). Default false.
    pub comments: bool,
    /// Whether requests have the header `Last-Event-ID`. Default true.
    pub sends_last_event_id: bool,
    /// Whether functions return the URL or the headers of each request. If so, the machine repeats the request once after a
    /// 401 or 403. Default false.
    pub renews_credentials: bool,
    /// What happens while the document is hidden. Default [`WhenHidden::Keep`].
    pub when_hidden: WhenHidden,
    /// Whether the source follows the lifecycle of its page: for example, it closes its connection in a page that enters the
    /// back/forward cache. A source that never sends a second request does not follow its page. Default true.
    pub follows_page: bool,
    /// Whether the source runs in a page or in a worker. A network failure may then mean that the page is being left: the
    /// user is notified a moment later, or not at all if the page has gone. Default false.
    pub in_page: bool,
    /// The reconnection time that a retry function gets until the server sets one. Default: 3 s.
    pub reconnection_time: Option<Duration>,
    /// The server's `retry` of an earlier connection, which stays in force. Default: none.
    pub server_retry: Option<Duration>,
    /// The seed of the jitter.
    pub seed: u64,
    /// The budget that all sources of a page share for delivering events without a break. Default: none;
    /// [`Output::Yield`](super::Output::Yield) is then never emitted.
    pub pace: Option<&'static Pace>,
}

impl Config {
    /// Changes some of the options.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Config)) -> Config {
        change(&mut self);
        self
    }
}

impl Default for Config {
    fn default() -> Config {
        Config {
            method: None,
            has_body: false,
            once: false,
            given: false,
            last_event_id: String::new(),
            retry: None,
            connect_timeout: None,
            idle_timeout: None,
            event_timeout: None,
            max_event_size: 64 << 20,
            max_error_body: 64 << 10,
            until: false,
            unfinished: None,
            dedupe: 0,
            comments: false,
            sends_last_event_id: true,
            renews_credentials: false,
            when_hidden: WhenHidden::Keep,
            follows_page: true,
            in_page: false,
            reconnection_time: None,
            server_retry: None,
            seed: 1,
            pace: None,
        }
    }
}

/// How to handle an event that a clean end of the body cuts off, before its blank line. Unless the event is delivered, the
/// shell is asked about it by [`Output::Unfinished`](super::Output::Unfinished), and
/// [`Machine::unfinished_event`](super::Machine::unfinished_event) returns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Unfinished {
    /// Discard the event, as the standard does.
    Discard,
    /// Deliver the event.
    Deliver,
    /// Fail with the code [`Truncated`](crate::ErrorCode::Truncated).
    Error,
}

/// What a source does while its document is [hidden](https://html.spec.whatwg.org/multipage/interaction.html#dom-document-hidden).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WhenHidden {
    /// The source stays connected.
    #[default]
    Keep,
    /// The source closes its connection, without an error, and reconnects at once when the document is visible.
    Pause,
}
