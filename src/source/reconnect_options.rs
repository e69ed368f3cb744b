//! Options for the requests after the first, which only a source sends.

use std::rc::Rc;

use web_sys::Response;

use super::fetch_event_source::SourceBuilder;
use crate::machine::{self, Decision, Retry, RetryPolicy, WhenHidden};

/// The facts of a failure, for a retry function: those of [`machine::RetryContext`], the last event ID, and the head of the
/// last response that opened a stream.
///
/// ```no_run
/// use std::time::Duration;
/// use eventsource_wasm::{FetchEventSource, RetryContext};
/// use eventsource_wasm::machine::Decision;
///
/// fn decide(context: &RetryContext) -> Decision {
///     match context.status {
///         // The ID is too old: begin anew, once.
///         Some(410) if !context.last_event_id.is_empty() => {
///             Decision::WaitFrom { delay: Duration::ZERO, last_event_id: String::new() }
///         }
///         Some(_) => Decision::Stop,
///         None => Decision::Wait(context.reconnection_time),
///     }
/// }
///
/// let source = FetchEventSource::builder("/events").retry_with(decide).connect()?;
/// # Ok::<(), eventsource_wasm::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RetryContext {
    machine: machine::RetryContext,
    /// The last event ID.
    pub last_event_id: String,
    /// The head of the last response that opened a stream: its URL, status and headers.
    pub response: Option<Response>,
}

impl std::ops::Deref for RetryContext {
    type Target = machine::RetryContext;

    fn deref(&self) -> &machine::RetryContext {
        &self.machine
    }
}

impl SourceBuilder {
    /// Sets the parameters of reconnects. The source then also repeats a request whose method is not idempotent, and a
    /// request that failed with 408, 425, 429 or 5xx.
    ///
    /// ```no_run
    /// use eventsource_wasm::{FetchEventSource, RetryPolicy};
    ///
    /// let policy = RetryPolicy::default().max_attempts(10).jitter(true);
    /// let source = FetchEventSource::builder("/events").retry(policy).connect()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn retry(mut self, policy: RetryPolicy) -> SourceBuilder {
        self.config.retry = Some(Retry::Policy(policy));
        self
    }

    /// Sets a function that decides on every reconnect. It is not called after a failure that another request cannot fix: a
    /// 204, a `fetch` that does not stream, a page that forbids the connection.
    ///
    /// ```no_run
    /// use std::time::Duration;
    /// use eventsource_wasm::FetchEventSource;
    /// use eventsource_wasm::machine::Decision;
    ///
    /// let source = FetchEventSource::builder("/events")
    ///     .retry_with(|context| match context.status {
    ///         Some(400..500) => Decision::Stop,
    ///         _ => Decision::Wait(context.retry_after.unwrap_or(Duration::from_secs(5))),
    ///     })
    ///     .connect()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn retry_with(mut self, decide: impl Fn(&RetryContext) -> Decision + 'static) -> SourceBuilder {
        self.config.retry = Some(Retry::Ask);
        self.decide = Some(Rc::new(move |context, last_event_id, response| {
            decide(&RetryContext { machine: *context, last_event_id, response })
        }));
        self
    }

    /// Sets the number of recent event IDs that are remembered. After a reconnect, events with a remembered ID are left out,
    /// up to the first event with another ID; their IDs are not taken over. For servers that repeat their last events.
    /// Default 0.
    pub fn dedupe(mut self, events: usize) -> SourceBuilder {
        self.config.dedupe = events;
        self
    }

    /// Sets what a [`FetchEventSource`](crate::FetchEventSource) does while its document is hidden. It applies from the
    /// start: a source that pauses, made in a hidden document, connects when the document is visible. A request that may not
    /// be repeated, such as a POST without a retry policy, stays connected in any case.
    ///
    /// ```no_run
    /// use eventsource_wasm::WhenHidden;
    ///
    /// let source = eventsource_wasm::FetchEventSource::builder("/events").when_hidden(WhenHidden::Pause).connect()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn when_hidden(mut self, when_hidden: WhenHidden) -> SourceBuilder {
        self.config.when_hidden = when_hidden;
        self
    }
}
