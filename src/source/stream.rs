//! The events of a source as streams, in addition to its listeners.

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

/// A stream of the events of a source from now on, as they arrived: returned by `raw_events` and `any_events`.
///
/// The stream is a handle of the source, like a clone: the source stays open while it has a handle. The stream ends with the
/// source; if the source failed for good, the error is the last item. Lost connections that are retried are no items. If the
/// source is closed, events that have arrived and were not taken are not delivered.
///
/// For a slow consumer, events are buffered without a limit. To hold up the server instead, use
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
    /// `None` once the stream has ended.
    open: Option<Open>,
}

struct Open {
    _listeners: Vec<Listener>,
    _source: Rc<dyn Any>,
}

impl RawEvents {
    /// `listen` registers listeners that send the events to the sender.
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

/// A stream of events as the variants of an enum: returned by `events::<Feed>()` of a source, and by
/// [`EventStream::typed`](crate::EventStream::typed).
///
/// An item is an [`Event`] whose `data` is the variant, with the name and the last event ID. A variant has the name of its
/// event and holds its data, decoded as by [`RawEvent::decode`]. A variant without data accepts any data. Events without a
/// variant are not delivered; debug builds report them on the console, once for each name. `#[serde(other)]` on a last
/// variant without data takes them. An item that is [`Error::Decode`] concerns one event: the stream continues after it.
/// Otherwise it behaves like the underlying [`RawEvents`] or [`EventStream`](crate::EventStream).
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
    /// Used in debug builds only.
    unknown: UnknownEvents,
    variants: PhantomData<fn() -> T>,
}

impl<T, S> TypedEvents<T, S> {
    pub(crate) fn new(raw: S, skips_empty: bool) -> TypedEvents<T, S> {
        TypedEvents { raw, skips_empty, unknown: UnknownEvents::default(), variants: PhantomData }
    }

    /// The underlying stream, for example for its [last event ID](crate::EventStream::last_event_id).
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

/// Names of events, each once: a second listener for a name would deliver its events again.
pub(super) fn distinct<'a>(names: &[&'a str]) -> impl Iterator<Item = &'a str> {
    let is_first = |&(index, name): &(usize, &'a str)| !names[..index].contains(&name);
    names.iter().copied().enumerate().filter(is_first).map(|(_, name)| name)
}
