use alloc::borrow::Cow;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use core::time::Duration;

use futures_core::Stream;
use futures_core::stream::FusedStream;

use super::{EventTooLarge, Item, Parser};
use crate::RawEvent;

/// Why an [`ParserStream`] ended early.
///
/// ```
/// use eventsource_wasm::parser::{ParserStream, EventTooLarge, Parser, StreamError};
/// use futures_util::{FutureExt, StreamExt, stream};
///
/// let body = stream::iter([Ok::<_, std::io::Error>("data: too much\n\n")]);
/// let mut events = ParserStream::with_parser(body, Parser::new().with_max_event_size(5));
/// let first = events.next().now_or_never().flatten();
/// assert!(matches!(first, Some(Err(StreamError::EventTooLarge(EventTooLarge { limit: 5 })))));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum StreamError<E> {
    /// The stream of bytes failed.
    #[error("the stream of bytes failed: see the source of the error")]
    Source(#[source] E),
    /// An event was larger than the limit of the [parser](ParserStream::with_parser).
    #[error(transparent)]
    EventTooLarge(EventTooLarge),
}

pin_project_lite::pin_project! {
    /// The events of any stream of bytes, such as the body of a response, as a [`Stream`] of owned [`RawEvent`]s.
    ///
    /// It polls for bytes after it has returned all events of the earlier bytes. An error is its last item, as bytes after it
    /// may be missing. At the end it drops the source, discards the unfinished event as the standard does, and is fused.
    ///
    /// ```
    /// use eventsource_wasm::parser::ParserStream;
    /// use futures_util::{FutureExt, StreamExt, stream};
    ///
    /// # async {
    /// let body = stream::iter([Ok::<_, std::io::Error>("id: 7\ndata: o"), Ok("ne\n\ndata: two\n\nda")]);
    /// let mut events = ParserStream::new(body);
    /// while let Some(event) = events.next().await {
    ///     let event = event?;
    ///     println!("{} {}", event.event_type, event.data);
    /// #   assert!(["one", "two"].contains(&event.data.as_str()));
    /// }
    /// assert_eq!(events.last_event_id(), "7");
    /// # Ok::<(), eventsource_wasm::parser::StreamError<std::io::Error>>(())
    /// # }.now_or_never().unwrap()?;
    /// # Ok::<(), eventsource_wasm::parser::StreamError<std::io::Error>>(())
    /// ```
    #[derive(Debug)]
    #[must_use = "streams do nothing unless polled"]
    pub struct ParserStream<S> {
        // `None` once the stream has ended.
        #[pin]
        source: Option<S>,
        parser: Parser,
        reconnection_time: Option<Duration>,
    }
}

impl<S> ParserStream<S> {
    /// The events of a new stream, without a size limit.
    ///
    /// ```
    /// # use eventsource_wasm::parser::ParserStream;
    /// # use futures_util::{FutureExt, StreamExt};
    /// let body = futures_util::stream::iter([Ok::<_, ()>("data: hello\n\n")]);
    /// let event = ParserStream::new(body).next().now_or_never().flatten().unwrap()?;
    /// assert_eq!(event.data, "hello");
    /// # Ok::<(), eventsource_wasm::parser::StreamError<()>>(())
    /// ```
    pub fn new(source: S) -> ParserStream<S> {
        ParserStream::with_parser(source, Parser::new())
    }

    /// The events of a stream, by a parser that has a limit or a last event ID.
    ///
    /// ```
    /// # use eventsource_wasm::parser::{ParserStream, Parser};
    /// # let body = futures_util::stream::empty::<Result<&[u8], ()>>();
    /// let parser = Parser::new().with_max_event_size(1 << 20).with_last_event_id("7");
    /// let events = ParserStream::with_parser(body, parser);
    /// assert_eq!(events.last_event_id(), "7");
    /// ```
    pub fn with_parser(source: S, parser: Parser) -> ParserStream<S> {
        ParserStream { source: Some(source), parser, reconnection_time: None }
    }

    /// The last event ID, which a reconnect sends as `Last-Event-ID`. A block without data sets it too.
    ///
    /// ```
    /// # use eventsource_wasm::parser::ParserStream;
    /// # use futures_util::{FutureExt, StreamExt};
    /// let body = futures_util::stream::iter([Ok::<_, ()>("id: 7\ndata: hello\n\n")]);
    /// let mut events = ParserStream::new(body);
    /// while let Some(event) = events.next().now_or_never().flatten() {
    ///     event?;
    /// }
    /// assert_eq!(events.last_event_id(), "7");
    /// # Ok::<(), eventsource_wasm::parser::StreamError<()>>(())
    /// ```
    pub fn last_event_id(&self) -> Cow<'_, str> {
        self.parser.last_event_id()
    }

    /// The reconnection time that the server asks for: its last valid `retry`, if there was one.
    ///
    /// ```
    /// # use eventsource_wasm::parser::ParserStream;
    /// # use futures_util::{FutureExt, StreamExt};
    /// let body = futures_util::stream::iter([Ok::<_, ()>("retry: 500\ndata: hello\n\n")]);
    /// let mut events = ParserStream::new(body);
    /// while let Some(event) = events.next().now_or_never().flatten() {
    ///     event?;
    /// }
    /// assert_eq!(events.reconnection_time().unwrap().as_millis(), 500);
    /// # Ok::<(), eventsource_wasm::parser::StreamError<()>>(())
    /// ```
    pub fn reconnection_time(&self) -> Option<Duration> {
        self.reconnection_time
    }
}

impl<S, B, E> Stream for ParserStream<S>
where
    S: Stream<Item = Result<B, E>>,
    B: AsRef<[u8]>,
{
    type Item = Result<RawEvent, StreamError<E>>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        while let Some(source) = this.source.as_mut().as_pin_mut() {
            let error = match this.parser.next_item() {
                Ok(Some(Item::Event(event))) => return Poll::Ready(Some(Ok(event.into()))),
                Ok(Some(Item::Retry(time))) => {
                    *this.reconnection_time = Some(Duration::from_millis(time));
                    continue;
                }
                Ok(Some(Item::Id(_) | Item::Comment(_) | Item::Ignored(_))) => continue,
                Ok(None) => match ready!(source.poll_next(context)) {
                    Some(Ok(bytes)) => {
                        this.parser.feed(bytes.as_ref());
                        continue;
                    }
                    Some(Err(error)) => Some(StreamError::Source(error)),
                    None => None,
                },
                Err(error) => Some(StreamError::EventTooLarge(error)),
            };
            this.source.set(None);
            this.parser.reset();
            return Poll::Ready(error.map(Err));
        }
        Poll::Ready(None)
    }
}

impl<S, B, E> FusedStream for ParserStream<S>
where
    S: Stream<Item = Result<B, E>>,
    B: AsRef<[u8]>,
{
    fn is_terminated(&self) -> bool {
        self.source.is_none()
    }
}
