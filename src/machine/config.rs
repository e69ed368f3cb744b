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
    /// Bytes that one event may take. Default 64 MiB.
    pub max_event_size: usize,
    /// The event that completes the stream; without that event, the end of the body is
    /// [`Truncated`](crate::ErrorCode::Truncated). Default: none.
    pub until: Option<Until>,
    /// Whether functions make the URL or the headers of each request: then the machine asks again, once, after a 401 or
    /// 403. Default false.
    pub renews_credentials: bool,
    /// What happens while the document is hidden. Default [`WhenHidden::Keep`].
    pub when_hidden: WhenHidden,
    /// Whether the source follows the life of its page: its connection is given up in a page that goes into the
    /// back/forward cache, for one. Default true. A source that never sends a second request never does.
    pub follows_page: bool,
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
            max_event_size: 64 << 20,
            until: None,
            renews_credentials: false,
            when_hidden: WhenHidden::Keep,
            follows_page: true,
            reconnection_time: None,
            seed: 1,
            pace: None,
        }
    }
}

/// The event that completes a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Until {
    /// The event with this data. It is not delivered.
    Data(String),
    /// The event for which the user's function answers true. The shell asks the function before it delivers an event, and
    /// answers [`Input::Complete`](super::Input::Complete) instead of delivering the last one.
    Function,
}

impl From<&str> for Until {
    fn from(data: &str) -> Until {
        Until::Data(data.into())
    }
}

impl From<String> for Until {
    fn from(data: String) -> Until {
        Until::Data(data)
    }
}

/// What a source does while its document is [hidden](https://html.spec.whatwg.org/multipage/interaction.html#dom-document-hidden).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum WhenHidden {
    /// It goes on.
    #[default]
    Keep,
    /// It gives up its connection, which is no error, and connects again at once when the document is visible.
    Pause,
}
