use std::time::Duration;

use web_sys::Response;

use crate::machine::Opened;

/// A connection that is open.
///
/// ```no_run
/// # let source = eventsource_wasm::FetchEventSource::new("/events")?;
/// let listener = source.on_open(|open| {
///     if open.is_reopening {
///         fetch_what_was_missed(&open.sent_last_event_id);
///     }
/// });
/// # fn fetch_what_was_missed(_: &str) {}
/// # Ok::<(), eventsource_wasm::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpenEvent {
    /// The head of the response: its URL, status and headers.
    pub response: Response,
    /// Whether the source was open before.
    pub is_reopening: bool,
    /// The number of requests until it was open: 1, plus one for each failed request.
    pub attempts: u32,
    /// The time since the start of the source, or since the end of its last stream.
    pub elapsed: Duration,
    /// The last event ID after which the request continued, also where no header carried it; empty for none.
    pub sent_last_event_id: String,
}

impl OpenEvent {
    pub(crate) fn new(opened: Opened<'_>, response: Response) -> OpenEvent {
        OpenEvent {
            response,
            is_reopening: opened.is_reopening,
            attempts: opened.attempts,
            elapsed: opened.elapsed,
            sent_last_event_id: String::from_utf8_lossy(opened.last_event_id).into_owned(),
        }
    }
}
