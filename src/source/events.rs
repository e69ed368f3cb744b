use std::ops::Range;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use serde::de::DeserializeOwned;

use super::builder::{Builder, IsComplete};
use crate::connection::End;
use crate::parser::Parser;
use crate::source::error::Error;
use crate::source::event::RawEvent;
use crate::source::stream::TypedEvents;
use crate::web::pace::StreamPace;
use crate::web::shell::{Driver, Step};

/// The events of one response, as a [`Stream`]: one request, never repeated.
///
/// Nothing is sent before it is polled, and nothing is read from the network but what is polled for. It ends when the
/// response does, or at the sentinel given to [`Builder::until`]; a failure is its last item. Dropping it aborts the
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
pub struct Events {
    /// `None` once it has ended.
    driver: Option<Rc<Driver>>,
    is_complete: Option<IsComplete>,
    pace: StreamPace,
}

/// Begins a request that is read once: the same as `FetchEventSource::builder`, to be ended with
/// [`events()`](Builder::events).
///
/// ```no_run
/// let answer = eventsource_wasm::events("/chat").header("x-client", "demo").body("hello").events()?;
/// # Ok::<(), eventsource_wasm::Error>(())
/// ```
pub fn events(url: &str) -> Builder {
    Builder::new(url)
}

impl Events {
    pub(crate) fn new(driver: Rc<Driver>, is_complete: Option<IsComplete>) -> Events {
        Events { driver: Some(driver), is_complete, pace: StreamPace::default() }
    }

    /// The last event ID so far: where to resume, after an error.
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
        self.driver.as_ref().map(|driver| driver.last_event_id()).unwrap_or_default()
    }

    /// The events as the variants of an enum with `#[serde(tag = "event", content = "data")]`; [`TypedEvents`] says how.
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
    ///     match event? {
    ///         Answer::ContentBlockDelta { delta } => print(&delta.text),
    ///         Answer::MessageStop => break,
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// # fn print(_: &str) {}
    /// ```
    pub fn typed<T: DeserializeOwned>(self) -> TypedEvents<T, Events> {
        TypedEvents::new(self)
    }
}

impl Stream for Events {
    type Item = Result<RawEvent, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Events { driver, is_complete, pace } = &mut *self;
        pace.poll(context, |context| poll_next(driver, is_complete.as_ref(), context))
    }
}

fn poll_next(
    open: &mut Option<Rc<Driver>>,
    is_complete: Option<&IsComplete>,
    context: &mut Context<'_>,
) -> Poll<Option<Result<RawEvent, Error>>> {
    let Some(driver) = open else {
        return Poll::Ready(None);
    };
    let mut event = None;
    loop {
        let mut take_one = |parser: &Parser, data: Range<usize>| {
            event = Some(RawEvent::from(parser.dispatched(data)));
            false
        };
        match std::task::ready!(driver.poll(context, &mut take_one)) {
            Step::Open(_) | Step::Lost(..) => {}
            Step::Events => match event.take() {
                Some(event) if is_complete.is_some_and(|is_complete| is_complete(&event)) => driver.complete(),
                event => return Poll::Ready(event.map(Ok)),
            },
            Step::Closed(end, evidence) => {
                let last_event_id = driver.last_event_id();
                *open = None;
                return Poll::Ready(match end {
                    End::Failed(failure) => Some(Err(Error::connection(failure, evidence, last_event_id))),
                    End::Closed | End::Complete => None,
                });
            }
        }
    }
}

impl FusedStream for Events {
    fn is_terminated(&self) -> bool {
        self.driver.is_none()
    }
}

impl std::fmt::Debug for Events {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Events").field("ended", &self.is_terminated()).finish()
    }
}
