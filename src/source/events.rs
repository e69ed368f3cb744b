use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use serde::de::DeserializeOwned;
use web_sys::Response;

use super::builder::Builder;
use super::stream::TypedEvents;
use crate::error::Error;
use crate::event::RawEvent;
use crate::machine::End;
use crate::web::exchange::Given;
use crate::web::shell::{Notice, Shell};

/// The events of one response, as a [`Stream`]. A request that the server accepted is never repeated.
///
/// The first poll sends the request, and a poll reads from the network only what it needs. The stream ends with the response,
/// or at the last event that [`EventsBuilder::until`] names. A failure is its last item. Dropping the stream aborts the
/// request.
///
/// ```no_run
/// # async fn example() -> Result<(), eventsource_wasm::Error> {
/// use eventsource_wasm::events;
/// use futures_util::StreamExt;
///
/// let mut answer = events("/chat").body(r#"{"prompt":"hello"}"#).until("[DONE]").events()?;
/// while let Some(event) = answer.next().await {
///     print(&event?.data);
/// }
/// # Ok(())
/// # }
/// # fn print(_: &str) {}
/// ```
#[must_use = "nothing is sent before the stream is polled"]
pub struct EventStream {
    state: State,
    skips_empty: bool,
}

enum State {
    Reading(Rc<Shell>),
    /// The request has ended; another request can resume after this ID.
    Ended {
        last_event_id: String,
    },
}

/// A builder for a request that is read once: [`events()`](EventsBuilder::events) returns the stream.
///
/// ```no_run
/// let answer = eventsource_wasm::events("/chat").header("x-client", "demo").body("hello").events()?;
/// # Ok::<(), eventsource_wasm::Error>(())
/// ```
pub fn events(url: impl AsRef<str>) -> EventsBuilder {
    EventsBuilder::new(url.as_ref())
}

/// A builder that reads a response which you have already, such as one of your own `fetch`. It sends nothing: request options
/// of the builder are an error.
///
/// ```no_run
/// # async fn example(response: web_sys::Response) -> Result<(), eventsource_wasm::Error> {
/// use futures_util::StreamExt;
///
/// let mut answer = eventsource_wasm::events_of(response).until("[DONE]").events()?;
/// while let Some(event) = answer.next().await {
///     print(&event?.data);
/// }
/// # Ok(())
/// # }
/// # fn print(_: &str) {}
/// ```
pub fn events_of(response: Response) -> EventsBuilder {
    EventsBuilder::reading(Given::Response(response))
}

impl EventStream {
    pub(crate) fn new(shell: Rc<Shell>, skips_empty: bool) -> EventStream {
        EventStream { state: State::Reading(shell), skips_empty }
    }

    /// The last event ID so far, also after the end: give it to another request to resume after an error.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), eventsource_wasm::Error> {
    /// use eventsource_wasm::events;
    /// use futures_util::StreamExt;
    ///
    /// let mut answer = events("/chat").events()?;
    /// while let Some(Ok(event)) = answer.next().await { /* until the end, or a failure */ }
    /// let rest = events("/chat").last_event_id(&answer.last_event_id()).events()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn last_event_id(&self) -> String {
        match &self.state {
            State::Reading(shell) => shell.last_event_id(),
            State::Ended { last_event_id } => last_event_id.clone(),
        }
    }

    /// The events as the variants of an enum with `#[serde(tag = "event", content = "data")]`: see [`TypedEvents`].
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), eventsource_wasm::Error> {
    /// use eventsource_wasm::events;
    /// use futures_util::StreamExt;
    ///
    /// #[derive(serde::Deserialize)]
    /// #[serde(tag = "event", content = "data", rename_all = "snake_case")]
    /// enum Answer {
    ///     ContentBlockDelta { delta: Delta },
    ///     MessageStop,
    /// }
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Delta { text: String }
    ///
    /// let mut answer = events("/v1/messages").body("{}").events()?.typed::<Answer>();
    /// while let Some(event) = answer.next().await {
    ///     match event?.data {
    ///         Answer::ContentBlockDelta { delta } => print(&delta.text),
    ///         Answer::MessageStop => break,
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// # fn print(_: &str) {}
    /// ```
    pub fn typed<T: DeserializeOwned>(self) -> TypedEvents<T, EventStream> {
        let skips_empty = self.skips_empty;
        TypedEvents::new(self, skips_empty)
    }
}

/// Options of one request, which is never repeated once the server has accepted it: [`events`](EventsBuilder::events) returns
/// its [`EventStream`].
///
/// ```no_run
/// let answer = eventsource_wasm::events("/chat").header("x-client", "demo").body("hello").until("[DONE]").events()?;
/// # Ok::<(), eventsource_wasm::Error>(())
/// ```
pub type EventsBuilder = Builder<EventStream>;

impl EventsBuilder {
    /// Returns the stream. The first poll sends the request.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidUrl`], [`Error::InvalidRequest`] for an invalid header, and [`Error::Unsupported`] where there is no
    /// `fetch`, as in server-side rendering.
    ///
    /// ```no_run
    /// let answer = eventsource_wasm::events("/chat").body("hello").events()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn events(mut self) -> Result<EventStream, Error> {
        self.config.once = true;
        let skips_empty = self.skips_empty;
        Ok(EventStream::new(self.into_shell()?.1, skips_empty))
    }
}

impl Stream for EventStream {
    type Item = Result<RawEvent, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            let State::Reading(shell) = &self.state else {
                return Poll::Ready(None);
            };
            match ready!(shell.poll(context)) {
                Notice::Open(_) | Notice::Status | Notice::Lost(..) => {}
                Notice::Event(event) => return Poll::Ready(Some(Ok(event))),
                Notice::Closed(end) => {
                    let last_event_id = shell.last_event_id();
                    self.state = State::Ended { last_event_id: last_event_id.clone() };
                    return Poll::Ready(match end {
                        End::Failed((failure, evidence)) => Some(Err(evidence.into_error(failure, last_event_id))),
                        End::Closed | End::Complete => None,
                    });
                }
            }
        }
    }
}

impl FusedStream for EventStream {
    fn is_terminated(&self) -> bool {
        matches!(self.state, State::Ended { .. })
    }
}

impl std::fmt::Debug for EventStream {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("EventStream").field("ended", &self.is_terminated()).finish()
    }
}
