//! The status and the end of a source, as data for user interfaces, in browsers and elsewhere.

use core::time::Duration;

use crate::error::Error;
use crate::machine::{self, Status};

/// How a source ended, as data: the result of [`closed`](crate::FetchEventSource::closed).
///
/// A failure is [`Error::Connection`], or [`Error::EventSource`] for the browser's class.
///
/// ```no_run
/// # async fn example() -> Result<(), eventsource_wasm::Error> {
/// use eventsource_wasm::{End, FetchEventSource};
///
/// let source = FetchEventSource::builder("/report").until("[DONE]").connect()?;
/// match source.closed().await {
///     End::Complete => show("all of it is there"),
///     End::Closed => show("stopped"),
///     End::Failed(error) => show(&error.to_string()),
///     _ => {}
/// }
/// # Ok(())
/// # }
/// # fn show(_: &str) {}
/// ```
pub type End = machine::End<Error>;

/// The status of a source, for user interfaces.
///
/// ```no_run
/// use eventsource_wasm::{End, FetchEventSource, SourceStatus};
///
/// let source = FetchEventSource::new("/events")?;
/// let listener = source.on_status(|status| match status {
///     SourceStatus::Open => show("live"),
///     SourceStatus::Waiting { delay } => show(&format!("again in {} s", delay.as_secs())),
///     SourceStatus::Closed(End::Failed(error)) => show(&error.to_string()),
///     _ => show("…"),
/// });
/// # fn show(_: &str) {}
/// # Ok::<(), eventsource_wasm::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SourceStatus {
    /// A request is under way.
    #[default]
    Connecting,
    /// Events are delivered as they arrive.
    Open,
    /// The connection was lost; the source waits to connect again.
    Waiting {
        /// The time from now to the next request.
        delay: Duration,
    },
    /// The source is paused: by `pause`, or because its page is hidden or in the back/forward cache.
    Paused,
    /// The source has ended.
    Closed(End),
}

impl SourceStatus {
    /// Converts the status of a machine, for a shell of your own. `now` is on the clock of the shell; `end` is the end, once
    /// it is known.
    pub fn new(status: Status, now: Duration, end: Option<End>) -> SourceStatus {
        match (end, status) {
            (Some(end), _) => SourceStatus::Closed(end),
            (_, Status::Open) => SourceStatus::Open,
            (_, Status::Waiting { until }) => SourceStatus::Waiting { delay: until.saturating_sub(now) },
            (_, Status::Paused) => SourceStatus::Paused,
            _ => SourceStatus::Connecting,
        }
    }
}
