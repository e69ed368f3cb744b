use alloc::string::String;
use core::time::Duration;

use crate::retry::Retry;

/// What a source is to do, fixed at its start.
///
/// ```
/// use eventsource_wasm::connection::Config;
/// use eventsource_wasm::retry::{Retry, RetryPolicy};
///
/// let config = Config { retry: Retry::Policy(RetryPolicy::default()), max_event_size: 1 << 20, ..Config::default() };
/// assert_eq!(config.connect_timeout, None);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Sent as `Last-Event-ID` with the first request. Default: empty, not sent.
    pub last_event_id: String,
    /// Who decides on reconnects. Default [`Retry::Standard`].
    pub retry: Retry,
    /// A response head must come within this time. Default: no limit.
    pub connect_timeout: Option<Duration>,
    /// A byte must come within this time of the last. Default: no limit.
    pub idle_timeout: Option<Duration>,
    /// Bytes that one event may take. Default 64 MiB.
    pub max_event_size: usize,
    /// What ends the stream: a body that ends without it is truncated. Default: nothing.
    pub until: Option<Until>,
    /// The request's headers are made anew each time: ask again, once, after a 401 or 403. Default false.
    pub renews_credentials: bool,
    /// A clean end completes the source. Default false: it is a loss, as the standard says.
    pub completes_at_end: bool,
    /// Seed of the jitter.
    pub seed: u64,
}

/// How it is known that all of a stream has come.
///
/// ```
/// use eventsource_wasm::connection::{Config, Until};
///
/// let config = Config { until: Some(Until::Data("[DONE]".into())), ..Config::default() };
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Until {
    /// By this data of an event, which is not delivered.
    Data(String),
    /// By the driver, which brings [`Input::Complete`](super::Input::Complete) when its user knows.
    Told,
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

impl Default for Config {
    fn default() -> Config {
        Config {
            last_event_id: String::new(),
            retry: Retry::Standard,
            connect_timeout: None,
            idle_timeout: None,
            max_event_size: 64 << 20,
            until: None,
            renews_credentials: false,
            completes_at_end: false,
            seed: 1,
        }
    }
}
