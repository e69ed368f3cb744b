//! What a source is at, for user interfaces.

use std::time::Duration;

use super::end::End;

/// What a source is at, for user interfaces.
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
    /// By [`pause`](crate::FetchEventSource::pause), or because its page is hidden or in the back/forward cache.
    Paused,
    /// It has ended, in this way.
    Closed(End),
}
