//! The events of a source as streams, beside its listeners.

use std::any::Any;
use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use futures_channel::mpsc::{self, UnboundedReceiver, UnboundedSender};
use futures_core::Stream;
use futures_core::stream::FusedStream;
use serde::de::DeserializeOwned;

use super::end::{Closed, Ending};
use super::hint::UnknownEvents;
use super::listener::Listener;
use crate::decode::{event_names, variant_of};
use crate::error::Error;
use crate::event::{Event, RawEvent};
use crate::status::End;
use crate::web::pace::StreamPace;

/// Events of a source from now on, as they arrived: what `raw_events` and `any_events` return.
///
/// It is a handle of the source: that stays open until the stream is dropped, as until the last clone is. The stream ends when
/// the source does; if that failed for good, the error is the last item. Losses after which it connects again are no items. What
/// has arrived and was not taken when the source is closed is not delivered.
///
/// Events wait here without bound for a consumer that is slower than they come. To hold up the server instead, take
/// [`events()`](crate::events()), which reads from the network only what is polled for.
///
/// ```no_run
/// # async fn example() -> Result<(), eventsource_wasm::Error> {
/// use eventsource_wasm::FetchEventSource;
/// use futures_util::StreamExt;
///
/// let mut events = FetchEventSource::new("/events")?.any_events();
/// while let Some(event) = events.next().await {
///     let event = event?;
///     log(&format!("{} {}", event.event_type, event.data));
/// }
/// # Ok(())
/// # }
/// # fn log(_: &str) {}
/// ```
#[must_use = "a stream that is dropped delivers nothing, and may close its source: bind it to a name, and poll it"]
pub struct RawEvents {
    arrived: UnboundedReceiver<RawEvent>,
    ending: Ending,
    closed: Closed,
    pace: StreamPace,
    /// `None` once it has ended.
    open: Option<Open>,
}

struct Open {
    _listeners: Vec<Listener>,
    _source: Rc<dyn Any>,
}

impl RawEvents {
    /// `listen` is given what takes the events.
    pub(crate) fn new(
        source: Rc<dyn Any>,
        ending: &Ending,
        listen: impl FnOnce(UnboundedSender<RawEvent>) -> Vec<Listener>,
    ) -> RawEvents {
        let (sender, arrived) = mpsc::unbounded();
        let open = Open { _listeners: listen(sender), _source: source };
        RawEvents {
            arrived,
            ending: ending.clone(),
            closed: ending.closed(),
            pace: StreamPace::default(),
            open: Some(open),
        }
    }
}

impl Stream for RawEvents {
    type Item = Result<RawEvent, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let RawEvents { arrived, ending, closed, pace, open } = &mut *self;
        pace.poll(context, |context| {
            if open.is_none() {
                return Poll::Ready(None);
            }
            if !ending.is_closed()
                && let Poll::Ready(Some(event)) = Pin::new(arrived).poll_next(context)
            {
                return Poll::Ready(Some(Ok(event)));
            }
            let end = ready!(Pin::new(closed).poll(context));
            *open = None;
            Poll::Ready(match end {
                End::Failed(error) => Some(Err(error)),
                End::Closed | End::Complete => None,
            })
        })
    }
}

impl FusedStream for RawEvents {
    fn is_terminated(&self) -> bool {
        self.open.is_none()
    }
}

impl std::fmt::Debug for RawEvents {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("RawEvents").field("ended", &self.is_terminated()).finish()
    }
}

/// Events as the variants of an enum: what `events::<Feed>()` of a source returns, and [`EventStream::typed`](crate::EventStream::typed).
///
/// An item is an [`Event`] whose `data` is the variant, with the name and the last event ID. The variants are named as the
/// events, and hold their data, which is decoded as [`RawEvent::decode`] says. One without data takes the event whatever data it
/// has. Events that no variant is named for are not delivered, as to listeners; debug builds say so on the console, once for
/// each name. `#[serde(other)]` on a last variant without data takes them. An item that is [`Error::Decode`] is about that event alone: the
/// stream goes on after it. Else it is as the stream beneath, [`RawEvents`] or [`EventStream`](crate::EventStream), says.
///
/// ```no_run
/// # async fn example() -> Result<(), eventsource_wasm::Error> {
/// use eventsource_wasm::FetchEventSource;
/// use futures_util::StreamExt;
///
/// #[derive(serde::Deserialize)]
/// #[serde(tag = "event", content = "data", rename_all = "kebab-case")]
/// enum Feed {
///     Update { percent: f64 },
///     Message(String),
///     AllDone,
///     #[serde(other)]
///     Other,
/// }
///
/// let mut feed = FetchEventSource::new("/events")?.events::<Feed>();
/// while let Some(event) = feed.next().await {
///     match event?.data {
///         Feed::Update { percent } => show(&format!("{percent} %")),
///         Feed::Message(text) => show(&text),
///         Feed::AllDone => break, // drops the stream, and with it the source
///         Feed::Other => {}
///     }
/// }
/// # Ok(())
/// # }
/// # fn show(_: &str) {}
/// ```
#[must_use = "a stream that is dropped delivers nothing, and may close its source: bind it to a name, and poll it"]
pub struct TypedEvents<T, S = RawEvents> {
    raw: S,
    /// Whether an event with empty data has no payload.
    skips_empty: bool,
    /// In debug builds.
    unknown: UnknownEvents,
    variants: PhantomData<fn() -> T>,
}

impl<T, S> TypedEvents<T, S> {
    pub(crate) fn new(raw: S, skips_empty: bool) -> TypedEvents<T, S> {
        TypedEvents { raw, skips_empty, unknown: UnknownEvents::default(), variants: PhantomData }
    }

    /// The stream beneath, such as for its [last event ID](crate::EventStream::last_event_id).
    ///
    /// ```no_run
    /// # #[derive(serde::Deserialize)]
    /// # #[serde(tag = "event", content = "data")]
    /// # enum Feed { Message(String) }
    /// let feed = eventsource_wasm::events("/feed").events()?.typed::<Feed>();
    /// let id = feed.get_ref().last_event_id();
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn get_ref(&self) -> &S {
        &self.raw
    }
}

impl<T, S> Stream for TypedEvents<T, S>
where
    T: DeserializeOwned,
    S: Stream<Item = Result<RawEvent, Error>> + Unpin,
{
    type Item = Result<Event<T>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            let raw = match ready!(Pin::new(&mut self.raw).poll_next(context)) {
                Some(Ok(raw)) => raw,
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            };
            if self.skips_empty && raw.data.is_empty() {
                continue;
            }
            if let Some(decoded) = variant_of(&raw) {
                let RawEvent { event_type, last_event_id, .. } = raw;
                return Poll::Ready(Some(decoded.map(|data| Event { event_type, data, last_event_id })));
            }
            if cfg!(debug_assertions) {
                self.unknown.hint::<T>(&raw.event_type, event_names::<T>);
            }
        }
    }
}

impl<T, S> FusedStream for TypedEvents<T, S>
where
    T: DeserializeOwned,
    S: FusedStream<Item = Result<RawEvent, Error>> + Unpin,
{
    fn is_terminated(&self) -> bool {
        self.raw.is_terminated()
    }
}

impl<T, S: std::fmt::Debug> std::fmt::Debug for TypedEvents<T, S> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("TypedEvents").field(&self.raw).finish()
    }
}
