use std::error::Error as _;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use eventsource_wasm::http::ResponseHead;
use eventsource_wasm::machine::{
    Config, Decision, End, Failure, Fault, Input, Machine, Output, ReadyState, Reason, Request as Wanted,
};
use eventsource_wasm::{Cause, Error, Event, EventSourceError, RawEvent};
use futures_core::Stream;
use http_body::Body as _;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Body, Client, Request, Response};
use serde::de::DeserializeOwned;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::builder::{Callbacks, RequestContext};

/// The events of a source, as they arrived: what [`Builder::events`](crate::Builder::events) makes.
///
/// It reads from the network only what is polled for, so a slow consumer holds up the server. Dropping it closes the connection.
/// It is `Send`, and runs within any runtime of tokio. A failure for good is its last item; losses after which it connects
/// again are no items.
///
/// ```no_run
/// # async fn example() -> Result<(), eventsource_reqwest::Error> {
/// use futures_util::StreamExt;
///
/// let client = eventsource_reqwest::Client::new();
/// let mut answer = client.post("https://example.org/chat").body("hello").until("[DONE]").events()?;
/// while let Some(event) = answer.next().await {
///     print!("{}", event?.data);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is sent before the stream is polled"]
pub struct EventStream {
    client: Client,
    template: Request,
    callbacks: Callbacks,
    machine: Machine,
    is_started: bool,
    /// The last item is out.
    is_over: bool,
    start: Instant,
    timer: Option<Pin<Box<Sleep>>>,
    exchange: Exchange,
    /// The headers of the last response.
    headers: HeaderMap,
    /// What the exchange failed with.
    cause: Option<Cause>,
    /// The last event ID before the event that the user is asked about.
    id_before: String,
    /// Whether an event of this response was delivered.
    delivered: bool,
    /// The event that means failure.
    failed: Option<RawEvent>,
}

/// The request that is under way.
enum Exchange {
    None,
    Sending(Sending),
    Body { body: Body, is_reading: bool },
}

/// To the response. The outer error: the request cannot be made.
type Sending = Pin<Box<dyn Future<Output = Result<reqwest::Result<Response>, Cause>> + Send>>;

impl EventStream {
    pub(crate) fn new(client: Client, template: Request, config: Config, callbacks: Callbacks) -> EventStream {
        EventStream {
            client,
            template,
            callbacks,
            machine: Machine::new(config),
            is_started: false,
            is_over: false,
            start: Instant::now(),
            timer: None,
            exchange: Exchange::None,
            headers: HeaderMap::new(),
            cause: None,
            id_before: String::new(),
            delivered: false,
            failed: None,
        }
    }

    /// The last event ID so far, also after the end: where to resume.
    pub fn last_event_id(&self) -> String {
        self.machine.parser().last_event_id().into_owned()
    }

    /// The headers of the last response; empty before the first.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The events with their data as a `T`, by the rules of [`RawEvent::decode`]. See [`TypedEvents`].
    pub fn typed<T: DeserializeOwned>(self) -> TypedEvents<T> {
        TypedEvents { raw: self, data: PhantomData }
    }

    fn handle(&mut self, input: Input<'_>) {
        self.machine.handle(input, self.start.elapsed());
    }

    /// Takes in what has arrived, a part at a time: that goes before a deadline that has passed.
    fn take_in(&mut self, context: &mut Context<'_>) -> Poll<()> {
        match &mut self.exchange {
            Exchange::None | Exchange::Body { is_reading: false, .. } => return Poll::Pending,
            Exchange::Sending(sending) => match ready!(sending.as_mut().poll(context)) {
                Ok(Ok(response)) => self.respond(response),
                Ok(Err(error)) => {
                    let url = self.template.url().to_string();
                    self.fail(Fault::Rejected { url: Some(&url) }, cause_of(error));
                }
                Err(cause) => self.fail(Fault::Unusable, cause),
            },
            Exchange::Body { body, is_reading } => {
                let frame = ready!(Pin::new(body).poll_frame(context));
                match frame.map(|frame| frame.map(|frame| frame.into_data())) {
                    // A sleep before it is none of the wait behind it.
                    Some(Ok(Ok(chunk))) => {
                        *is_reading = false;
                        self.handle(Input::Wall(wall()));
                        self.handle(Input::Chunk(&chunk));
                    }
                    // Trailers.
                    Some(Ok(Err(_))) => {}
                    Some(Err(error)) => self.fail(Fault::Body, cause_of(error)),
                    None => {
                        self.exchange = Exchange::None;
                        self.handle(Input::End);
                    }
                }
            }
        }
        Poll::Ready(())
    }

    fn respond(&mut self, mut response: Response) {
        self.headers = std::mem::take(response.headers_mut());
        let header = |name| {
            let values = self.headers.get_all(name).iter();
            let values: Vec<_> = values.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
            (!values.is_empty()).then(|| values.join(","))
        };
        let (content_type, retry_after) = (header(CONTENT_TYPE), header(RETRY_AFTER));
        // reqwest takes it out when it decodes.
        let encoding = header(CONTENT_ENCODING).filter(|encoding| encoding != "identity");
        let mut head = ResponseHead::new(response.status().as_u16(), content_type.as_deref());
        if let Some(retry_after) = &retry_after {
            head = head.with_retry_after(retry_after, wall());
        }
        if head.may_be_accepted() && self.callbacks.accept.as_mut().is_some_and(|accept| accept(head.content_type)) {
            head = head.accepted();
        }
        self.exchange = Exchange::Body { body: response.into(), is_reading: false };
        self.machine.handle(Input::Response(head), self.start.elapsed());
        if let Some(encoding) = encoding.filter(|_| self.machine.ready_state() == ReadyState::Open) {
            let advice = format!("the response is compressed: turn on the feature of reqwest for `{encoding}`");
            self.fail(Fault::Unusable, Cause::new("", advice));
        }
    }

    fn fail(&mut self, fault: Fault<'_>, cause: Cause) {
        (self.exchange, self.cause) = (Exchange::None, Some(cause));
        self.handle(Input::Failed(fault));
    }

    /// Asks the user whether this event means failure, or completes the stream.
    fn is_ending(&mut self, event: &RawEvent) -> bool {
        let Callbacks { is_failure, is_complete, .. } = &mut self.callbacks;
        if is_failure.iter_mut().any(|is_failure| is_failure(event)) {
            self.failed = Some(event.clone());
            let input = Input::FailOn { last_event_id: Some(&self.id_before), delivered: self.delivered };
            self.machine.handle(input, self.start.elapsed());
            return true;
        }
        if is_complete.as_mut().is_some_and(|is_complete| is_complete(event)) {
            self.handle(Input::Complete);
            return true;
        }
        self.id_before.clone_from(&event.last_event_id);
        false
    }

    fn error(&mut self, failure: Failure) -> Error {
        let mut error = EventSourceError::new(failure.code);
        let Failure { status, attempt, delay, delivered, is_id_unsendable, .. } = failure;
        (error.status, error.attempt, error.delay, error.delivered) = (status, attempt, delay, delivered);
        if status.is_some() {
            let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
            error.headers = self.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
            error.body_prefix = Some(String::from_utf8_lossy(self.machine.evidence()).into_owned());
        }
        (error.event, error.cause) = (self.failed.take(), self.cause.take());
        error.unfinished = self.machine.unfinished_event().map(RawEvent::from);
        error.unsent_last_event_id = is_id_unsendable.then(|| self.last_event_id());
        let error = Error::Connection(Box::new(error));
        if let Some(notify) = &mut self.callbacks.error {
            notify(&error);
        }
        error
    }
}

/// The [loop](eventsource_wasm::machine) of the machine.
impl Stream for EventStream {
    type Item = Result<RawEvent, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.is_over {
            return Poll::Ready(None);
        }
        if !std::mem::replace(&mut this.is_started, true) {
            this.handle(Input::Wall(wall()));
            this.handle(Input::Start);
        }
        loop {
            while this.take_in(context).is_ready() {}
            match this.machine.poll(this.start.elapsed()) {
                Output::Send(request) => {
                    this.exchange = Exchange::Sending(send(&this.client, &this.template, request, &mut this.callbacks));
                }
                Output::Read => {
                    if let Exchange::Body { is_reading, .. } = &mut this.exchange {
                        *is_reading = true;
                    }
                }
                Output::Cancel => this.exchange = Exchange::None,
                Output::Open(opened) => {
                    this.delivered = false;
                    this.id_before = String::from_utf8_lossy(opened.last_event_id).into_owned();
                    if let Some(notify) = &mut this.callbacks.open {
                        notify(&opened);
                    }
                }
                Output::Event(event) => {
                    let event = RawEvent::from(event);
                    if !this.is_ending(&event) {
                        this.delivered = true;
                        return Poll::Ready(Some(Ok(event)));
                    }
                }
                Output::Unfinished(event) => {
                    let event = RawEvent::from(event);
                    this.is_ending(&event);
                }
                Output::Comment(text) => {
                    if let Some(notify) = &mut this.callbacks.comment {
                        notify(&text.to_string_lossy());
                    }
                }
                Output::Lost(failure) => drop(this.error(failure)),
                Output::Ask(failure) => {
                    let decision = this.callbacks.decide.as_mut().map_or(Decision::Stop, |decide| decide(&failure));
                    this.handle(Input::Decided(decision));
                }
                Output::Closed(end) => {
                    this.is_over = true;
                    return Poll::Ready(match end {
                        End::Failed(failure) => Some(Err(this.error(failure))),
                        _ => None,
                    });
                }
                Output::Wait(deadline) => {
                    let at = deadline.and_then(|deadline| this.start.checked_add(deadline));
                    let Some((deadline, at)) = deadline.zip(at) else { return Poll::Pending };
                    let timer = this.timer.get_or_insert_with(|| Box::pin(sleep_until(at)));
                    timer.as_mut().reset(at);
                    ready!(timer.as_mut().poll(context));
                    this.handle(Input::Timer(deadline));
                    this.handle(Input::Wall(wall()));
                }
                _ => {} // `Retry`, `Yield` without a budget, and what a later version adds.
            }
        }
    }
}

impl std::fmt::Debug for EventStream {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("EventStream").field("status", &self.machine.status()).finish_non_exhaustive()
    }
}

fn send(client: &Client, template: &Request, wanted: Wanted<'_>, callbacks: &mut Callbacks) -> Sending {
    let client = client.clone();
    let mut request = template.try_clone().expect("the builder has tried it");
    let id = wanted.last_event_id_bytes();
    let making = callbacks.make_headers.as_mut().map(|make| {
        make(RequestContext {
            attempt: wanted.attempt,
            last_event_id: String::from_utf8_lossy(wanted.last_event_id).into_owned(),
            reason: wanted.reason,
            status: match wanted.reason {
                Some(Reason::Failed(failure)) => failure.status,
                _ => None,
            },
        })
    });
    Box::pin(async move {
        let headers = request.headers_mut();
        if let Some(making) = making {
            for (name, value) in making.await {
                let unusable = |error: String| Cause::new("", format!("the header '{name}': {error}"));
                let value = HeaderValue::try_from(value).map_err(|error| unusable(error.to_string()))?;
                headers.insert(HeaderName::try_from(&name).map_err(|error| unusable(error.to_string()))?, value);
            }
        }
        if let Some(id) = id {
            headers.insert("last-event-id", HeaderValue::try_from(id).expect("it is sendable"));
        }
        Ok(client.execute(request).await)
    })
}

/// reqwest's error as data, with all that it has in it but the URL, which may hold secrets.
pub(crate) fn cause_of(error: reqwest::Error) -> Cause {
    let error = error.without_url();
    let causes = std::iter::successors(error.source(), |&error| error.source());
    let message = causes.fold(error.to_string(), |message, cause| format!("{message}: {cause}"));
    Cause::new("reqwest::Error", message)
}

/// The time of the wall clock, since the Unix epoch.
fn wall() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// Events with their data as a `T`: what [`EventStream::typed`] makes.
///
/// An item that is [`Error::Decode`] is about that event alone: the stream goes on after it. Else it is as [`EventStream`] says.
/// Here each event is decoded as the one type, whatever its name; where types differ by name, look at
/// [`event_type`](Event::event_type) and call [`RawEvent::decode`].
///
/// ```no_run
/// # async fn example() -> Result<(), eventsource_reqwest::Error> {
/// use futures_util::StreamExt;
///
/// #[derive(serde::Deserialize)]
/// struct Progress { percent: f64 }
///
/// let client = eventsource_reqwest::Client::new();
/// let mut events = client.get("https://example.org/progress").events()?.typed::<Progress>();
/// while let Some(event) = events.next().await {
///     println!("{} %", event?.data.percent);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is sent before the stream is polled"]
#[derive(Debug)]
pub struct TypedEvents<T> {
    raw: EventStream,
    data: PhantomData<fn() -> T>,
}

impl<T> TypedEvents<T> {
    /// The stream beneath, such as for its [last event ID](EventStream::last_event_id).
    pub fn get_ref(&self) -> &EventStream {
        &self.raw
    }
}

impl<T: DeserializeOwned> Stream for TypedEvents<T> {
    type Item = Result<Event<T>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = ready!(Pin::new(&mut self.raw).poll_next(context));
        Poll::Ready(next.map(|item| item.and_then(|raw| raw.decode())))
    }
}
