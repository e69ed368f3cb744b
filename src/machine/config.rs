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
    /// Whether the source is one request that is read once: a clean end completes it, and nothing is ever retried. Default
    /// false.
    pub once: bool,
    /// Whether the user gave the response or the body: there is nothing to send, and nothing to connect to again. After
    /// [`Input::Start`](super::Input::Start) follows [`Input::Response`](super::Input::Response) or
    /// [`Input::Body`](super::Input::Body). Default false.
    pub given: bool,
    /// The `Last-Event-ID` of the first request. Default: empty, not sent.
    pub last_event_id: String,
    /// Who decides on reconnects. Default: the standard, or nobody if the method is not idempotent
    /// ([`Retry::by_default`]).
    pub retry: Option<Retry>,
    /// The time within which the head of a response must arrive. Zero, and the default: no limit.
    pub connect_timeout: Option<Duration>,
    /// The time within which a byte must arrive, counted while a read waits. Zero, and the default: no limit.
    pub idle_timeout: Option<Duration>,
    /// The time within which an event must arrive, or a block with an ID, counted while a read waits. Comments do not count.
    /// Zero, and the default: no limit.
    pub event_timeout: Option<Duration>,
    /// Bytes that one event may take; a comment that is larger is left out. Default 64 MiB.
    pub max_event_size: usize,
    /// Bytes that are kept of the body of a refused response. Default 64 KiB.
    pub max_error_body: usize,
    /// Whether an event is to complete the stream. The shell asks the user's `until` about each event before it delivers it, and
    /// answers [`Input::Complete`](super::Input::Complete) instead of delivering the last one. Without that, the end of the body
    /// is [`Truncated`](crate::ErrorCode::Truncated). Default false.
    pub until: bool,
    /// What becomes of an event that a clean end of the body cuts off. Default: [`Unfinished::Error`] with `once`, otherwise
    /// [`Unfinished::Discard`].
    pub unfinished: Option<Unfinished>,
    /// So many last IDs are remembered: of the events after a reconnect, those with one of these IDs are left out, up to the
    /// first with another. Default 0.
    pub dedupe: usize,
    /// Whether the user wants comments: [`Output::Comment`](super::Output::Comment). Default false.
    pub comments: bool,
    /// Whether requests have the header `Last-Event-ID`. Default true.
    pub sends_last_event_id: bool,
    /// Whether functions make the URL or the headers of each request: then the machine asks again, once, after a 401 or
    /// 403. Default false.
    pub renews_credentials: bool,
    /// What happens while the document is hidden. Default [`WhenHidden::Keep`].
    pub when_hidden: WhenHidden,
    /// Whether the source follows the life of its page: its connection is given up in a page that goes into the
    /// back/forward cache, for one. Default true. A source that never sends a second request never does.
    pub follows_page: bool,
    /// Whether the source lives in a page or in a worker. A network failure may then mean that the page is left: the user is
    /// notified of it a moment later, and not at all once the page has gone. Default false.
    pub in_page: bool,
    /// The reconnection time that a retry function is told until the server sets one. Default: 3 s.
    pub reconnection_time: Option<Duration>,
    /// The seed of the jitter.
    pub seed: u64,
    /// The budget that all sources of a page share for delivering events without a break. Default: none, so that
    /// [`Output::Yield`](super::Output::Yield) never comes.
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
            seed: 1,
            pace: None,
        }
    }
}

/// What becomes of an event that a clean end of the body cuts off, for want of a blank line. Unless it is delivered, the shell is
/// asked about it by [`Output::Unfinished`](super::Output::Unfinished), and
/// [`Machine::unfinished_event`](super::Machine::unfinished_event) has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Unfinished {
    /// It is discarded, as the standard says.
    Discard,
    /// It is delivered.
    Deliver,
    /// The stream is [`Truncated`](crate::ErrorCode::Truncated).
    Error,
}

/// What a source does while its document is [hidden](https://html.spec.whatwg.org/multipage/interaction.html#dom-document-hidden).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WhenHidden {
    /// It goes on.
    #[default]
    Keep,
    /// It gives up its connection, which is no error, and connects again at once when the document is visible.
    Pause,
}
