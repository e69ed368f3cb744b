use std::any::TypeId;
use std::error::Error as _;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use eventsource_wasm::http::{ResponseHead, parse_retry_after};
use eventsource_wasm::machine::{Decision, Failure, Fault, Input, Machine, Output, ReadyState, Reason, Status};
use eventsource_wasm::{Cause, End, Error, Event, EventSourceError, RawEvent, SourceStatus};
use futures_core::Stream;
use futures_core::stream::FusedStream;
use http_body::Body as _;
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Body, Client, ClientBuilder, Method, Request, Response, Version};
use serde::de::DeserializeOwned;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::builder::{Head, Options, RequestContext, RetryContext, header_of};

/// A stream of events as they arrived, returned by [`Builder::events`](crate::Builder::events).
///
/// It reads from the network only what is polled for, so a slow consumer holds up the server. Dropping it closes the
/// connection. It is `Send`, and runs within any runtime of tokio. A final failure is its last item; losses that are retried
/// are no items.
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
    options: Arc<Options>,
    machine: Machine,
    is_started: bool,
    /// Set with the last item.
    end: Option<End>,
    start: Instant,
    timer: Option<Pin<Box<Sleep>>>,
    exchange: Exchange,
    /// The headers of the last response.
    headers: HeaderMap,
    /// The last response that opened a stream.
    opened: Option<Head>,
    /// The error of the exchange.
    cause: Option<Cause>,
    /// Whether an event of this response was delivered.
    delivered: bool,
    /// The event that means failure.
    failed: Option<RawEvent>,
}

/// The request that is under way.
enum Exchange {
    None,
    /// The user's functions make the request.
    Making(Step<Request>),
    Sending {
        sending: Step<Response>,
        is_sent: bool,
    },
    Body {
        body: Body,
        is_reading: bool,
        /// Whether `is_end_stream` of the body tells its end from a cut.
        marks_end: bool,
    },
}

type Step<T> = Pin<Box<dyn Future<Output = Result<T, Failed>> + Send>>;
type Failed = (Fault<'static>, Cause);

impl EventStream {
    pub(crate) fn new(client: Client, template: Request, options: Options) -> EventStream {
        EventStream {
            client,
            template,
            machine: Machine::new(options.config.clone()),
            options: Arc::new(options),
            is_started: false,
            end: None,
            start: Instant::now(),
            timer: None,
            exchange: Exchange::None,
            headers: HeaderMap::new(),
            opened: None,
            cause: None,
            delivered: false,
            failed: None,
        }
    }

    /// The last event ID so far, also after the end: give it to another request to resume.
    pub fn last_event_id(&self) -> String {
        self.machine.parser().last_event_id().into_owned()
    }

    /// The headers of the last response; empty before the first.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The status of the stream, for user interfaces. It changes only when the stream is polled, or by the methods of this
    /// type.
    pub fn status(&self) -> SourceStatus {
        SourceStatus::new(self.machine.status(), self.start.elapsed(), self.end.clone())
    }

    /// Pauses the stream until [`resume`](EventStream::resume): it is pending when it is polled. Nothing is sent or read
    /// meanwhile, so flow control holds up the server, and no time limit runs. If the connection is lost, `resume` reconnects
    /// with the last event ID. A stream that is only left unpolled keeps its time limits.
    pub fn pause(&mut self) {
        self.handle(Input::Pause);
    }

    /// Resumes the stream after [`pause`](EventStream::pause). Poll the stream afterwards.
    pub fn resume(&mut self) {
        self.handle(Input::Resume);
    }

    /// Reconnects when the stream is polled next, in any state except ended. Events that have arrived and were not taken are
    /// discarded: the new request sends the ID of the last item.
    pub fn reconnect(&mut self) {
        self.handle(Input::Reconnect { last_event_id: None });
    }

    /// Like [`reconnect`](EventStream::reconnect), but with another last event ID; an empty ID starts from the beginning.
    pub fn reconnect_from(&mut self, last_event_id: &str) {
        self.handle(Input::Reconnect { last_event_id: Some(last_event_id) });
    }

    /// The events as the variants of an enum. See [`TypedEvents`].
    pub fn typed<T: DeserializeOwned>(self) -> TypedEvents<T> {
        TypedEvents { raw: self, variants: PhantomData }
    }

    fn handle(&mut self, input: Input<'_>) {
        self.machine.handle(input, self.start.elapsed());
    }

    /// Handles the next part of the response that has arrived. Such a part comes before a deadline that has passed.
    fn take_in(&mut self, context: &mut Context<'_>) -> Poll<()> {
        match &mut self.exchange {
            Exchange::None | Exchange::Body { is_reading: false, .. } => return Poll::Pending,
            Exchange::Making(making) => match ready!(making.as_mut().poll(context)) {
                Ok(request) => {
                    let sending = Box::pin(send(self.client.clone(), request));
                    self.exchange = Exchange::Sending { sending, is_sent: false };
                }
                Err((fault, cause)) => self.fail(fault, cause),
            },
            // Nothing is sent in a pause.
            Exchange::Sending { is_sent: false, .. } if self.machine.status() == Status::Paused => {
                return Poll::Pending;
            }
            Exchange::Sending { sending, is_sent } => {
                *is_sent = true;
                match ready!(sending.as_mut().poll(context)) {
                    Ok(response) => self.respond(response),
                    Err((fault, cause)) => self.fail(fault, cause),
                }
            }
            Exchange::Body { body, is_reading, marks_end } => {
                let frame = ready!(Pin::new(&mut *body).poll_frame(context));
                match frame.map(|frame| frame.map(|frame| frame.into_data())) {
                    // A sleep of the computer before this chunk must not count for the next wait.
                    Some(Ok(Ok(chunk))) => {
                        *is_reading = false;
                        self.handle(Input::Wall(wall()));
                        self.handle(Input::Chunk(&chunk));
                    }
                    // Trailers.
                    Some(Ok(Err(_))) => {}
                    Some(Err(error)) => self.fail(Fault::Body, cause_of(error)),
                    // hyper ends the body at a reset with NO_ERROR, whether it follows the end or cuts the body.
                    None if *marks_end && !body.is_end_stream() => {
                        self.fail(Fault::Body, Cause::new("", "the server reset the stream before its end"));
                    }
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
        let url = response.url().clone();
        self.headers = std::mem::take(response.headers_mut());
        let lines = |name: &HeaderName| {
            let values = self.headers.get_all(name).iter();
            values.map(|value| String::from_utf8_lossy(value.as_bytes())).collect::<Vec<_>>()
        };
        let (types, now) = (lines(&CONTENT_TYPE), wall());
        let content_type = (!types.is_empty()).then(|| types.join(","));
        // A proxy may add one to that of its server: the longest honours both.
        let retry_after = lines(&RETRY_AFTER).into_iter().max_by_key(|value| parse_retry_after(value, now));
        // reqwest removes this header when it decodes the body.
        let encoding = encoding_of(&lines(&CONTENT_ENCODING).join(","));
        let mut head = ResponseHead::new(response.status().as_u16(), content_type.as_deref());
        if let Some(retry_after) = &retry_after {
            head = head.with_retry_after(retry_after, now);
        }
        if head.may_be_accepted() && self.options.accept.as_ref().is_some_and(|accept| accept(head.content_type)) {
            head = head.accepted();
        }
        let marks_end = response.version() == Version::HTTP_2 && !has_decoder();
        self.exchange = Exchange::Body { body: response.into(), is_reading: false, marks_end };
        self.machine.handle(Input::Response(head), self.start.elapsed());
        if self.machine.ready_state() != ReadyState::Open {
            return;
        }
        if let Some(encoding) = encoding {
            let advice = format!("the response is compressed: turn on the feature of reqwest for `{encoding}`");
            return self.fail(Fault::Unusable, Cause::new("", advice));
        }
        self.opened = Some(Head { url, headers: self.headers.clone() });
    }

    fn fail(&mut self, fault: Fault<'_>, cause: Cause) {
        (self.exchange, self.cause) = (Exchange::None, Some(cause));
        self.handle(Input::Failed(fault));
    }

    /// Asks the user's functions whether this event means failure or completes the stream. `id_before` is the last event ID
    /// before it; `None` if the event has not changed it, or without `fail_on`.
    fn is_ending(&mut self, event: &RawEvent, id_before: Option<&str>) -> bool {
        if self.options.is_failure.iter().any(|is_failure| is_failure(event)) {
            self.failed = Some(event.clone());
            self.handle(Input::FailOn { last_event_id: id_before, delivered: self.delivered });
            return true;
        }
        if self.options.is_complete.as_ref().is_some_and(|is_complete| is_complete(event)) {
            self.handle(Input::Complete);
            return true;
        }
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
        if let Some(notify) = &self.options.error {
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
        if this.end.is_some() {
            return Poll::Ready(None);
        }
        if !std::mem::replace(&mut this.is_started, true) {
            this.handle(Input::Wall(wall()));
            this.handle(Input::Start);
        }
        loop {
            while this.take_in(context).is_ready() {}
            let id_before = (!this.options.is_failure.is_empty()).then(|| this.last_event_id());
            match this.machine.poll(this.start.elapsed()) {
                Output::Send(request) => {
                    let id = request.last_event_id_bytes();
                    let context = RequestContext {
                        attempt: request.attempt,
                        last_event_id: String::from_utf8_lossy(request.last_event_id).into_owned(),
                        reason: request.reason,
                        status: request.reason.and_then(Reason::status),
                        response: this.opened.clone(),
                    };
                    let request = this.template.try_clone().expect("a clonable request");
                    let making = make(this.client.clone(), request, this.options.clone(), context, id);
                    // Clears the cause of the request before, which may have failed after it was cancelled.
                    (this.exchange, this.cause) = (Exchange::Making(Box::pin(making)), None);
                }
                Output::Read => {
                    if let Exchange::Body { is_reading, .. } = &mut this.exchange {
                        *is_reading = true;
                    }
                }
                Output::Cancel => this.exchange = Exchange::None,
                Output::Open(opened) => {
                    this.delivered = false;
                    if let Some(notify) = &this.options.open {
                        notify(&opened);
                    }
                }
                Output::Event(event) => {
                    let event = RawEvent::from(event);
                    if !this.is_ending(&event, id_before.as_deref()) {
                        this.delivered = true;
                        return Poll::Ready(Some(Ok(event)));
                    }
                }
                Output::Unfinished(event) => {
                    let event = RawEvent::from(event);
                    this.is_ending(&event, None);
                }
                Output::Comment(text) => {
                    if let Some(notify) = &this.options.comment {
                        notify(&text.to_string_lossy());
                    }
                }
                Output::Lost(failure) => drop(this.error(failure)),
                Output::Ask(machine) => {
                    let (last_event_id, response) = (this.last_event_id(), this.opened.clone());
                    let context = RetryContext { machine, last_event_id, response };
                    let decision = this.options.decide.as_ref().map_or(Decision::Stop, |decide| decide(&context));
                    this.handle(Input::Decided(decision));
                }
                Output::Closed(end) => {
                    let end = end.map(|failure| this.error(failure));
                    this.end = Some(end.clone());
                    return Poll::Ready(if let End::Failed(error) = end { Some(Err(error)) } else { None });
                }
                Output::Wait(deadline) => {
                    let at = deadline.and_then(|deadline| this.start.checked_add(deadline));
                    let Some((deadline, at)) = deadline.zip(at) else { return Poll::Pending };
                    // A `Sleep` belongs to the runtime that made it. The stream may be in another one now.
                    let timer = this.timer.insert(Box::pin(sleep_until(at)));
                    ready!(timer.as_mut().poll(context));
                    this.handle(Input::Timer(deadline));
                    this.handle(Input::Wall(wall()));
                }
                _ => {} // `Retry`, `Id`, `Yield` (there is no budget), and outputs of later versions.
            }
        }
    }
}

impl FusedStream for EventStream {
    fn is_terminated(&self) -> bool {
        self.end.is_some()
    }
}

impl std::fmt::Debug for EventStream {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("EventStream").field("status", &self.machine.status()).finish_non_exhaustive()
    }
}

/// Adds the parts of the request that the user's functions return.
async fn make(
    client: Client,
    mut request: Request,
    options: Arc<Options>,
    context: RequestContext,
    id: Option<Vec<u8>>,
) -> Result<Request, Failed> {
    let unusable = |cause| (Fault::Unusable, cause);
    let mut authorization = options.authorization.clone();
    if let Some(make) = &options.make_url {
        let mut made = client.get(make(context.clone()).await).build().map_err(|error| unusable(cause_of(error)))?;
        // reqwest has made it of the user and the password of this URL.
        authorization = made.headers_mut().remove(AUTHORIZATION);
        let is_elsewhere = made.url().origin() != request.url().origin();
        if has_basic_auth(&request) && (authorization.is_some() || is_elsewhere) {
            request.headers_mut().remove(AUTHORIZATION);
        }
        *request.url_mut() = made.url().clone();
    }
    if let Some(make) = &options.make_method {
        *request.method_mut() = make(context.clone()).await;
        if [Method::GET, Method::HEAD].contains(request.method()) {
            *request.body_mut() = None;
        }
    }
    if let Some(make) = &options.make_headers {
        for (name, value) in make(context).await {
            let (name, value) = header_of(&name, &value).map_err(unusable)?;
            request.headers_mut().insert(name, value);
        }
    }
    if let Some(authorization) = authorization {
        request.headers_mut().entry(AUTHORIZATION).or_insert(authorization);
    }
    if let Some(id) = id {
        request.headers_mut().insert("last-event-id", HeaderValue::try_from(id).expect("a sendable ID"));
    }
    Ok(request)
}

/// Whether the authorization may come from user and password of a URL: reqwest made it, by `basic_auth` or of the URL.
fn has_basic_auth(request: &Request) -> bool {
    let authorization = request.headers().get(AUTHORIZATION);
    authorization.is_some_and(|value| value.is_sensitive() && value.as_bytes().starts_with(b"Basic "))
}

async fn send(client: Client, request: Request) -> Result<Response, Failed> {
    client.execute(request).await.map_err(|error| {
        // For example, a URL that is not HTTP fails before anything is sent.
        let fault = if error.is_builder() { Fault::Unusable } else { Fault::Rejected { url: None } };
        (fault, cause_of(error))
    })
}

/// Whether reqwest has the feature of a decoder, which any crate of a program can turn on. `is_end_stream` is then false for
/// each body, even if it is not decoded.
fn has_decoder() -> bool {
    /// Stands in for the functions of `ClientBuilder` that come with these features. A function of the type itself wins.
    #[allow(dead_code, reason = "the functions of `ClientBuilder`, if it has them")]
    trait Without {
        fn brotli(_: ClientBuilder, _: bool) {}
        fn deflate(_: ClientBuilder, _: bool) {}
        fn gzip(_: ClientBuilder, _: bool) {}
        fn zstd(_: ClientBuilder, _: bool) {}
    }
    impl Without for ClientBuilder {}
    fn is_own<T: 'static>(_: fn(ClientBuilder, bool) -> T) -> bool {
        TypeId::of::<T>() == TypeId::of::<ClientBuilder>()
    }
    is_own(ClientBuilder::brotli)
        || is_own(ClientBuilder::deflate)
        || is_own(ClientBuilder::gzip)
        || is_own(ClientBuilder::zstd)
}

/// The codings of a `Content-Encoding` that change the body; `None` if there are none. Their names have
/// [no case](https://www.rfc-editor.org/rfc/rfc9110#section-8.4.1).
fn encoding_of(codings: &str) -> Option<String> {
    let codings = codings.split(',').map(str::trim);
    let changing: Vec<_> =
        codings.filter(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case("identity")).collect();
    (!changing.is_empty()).then(|| changing.join(", "))
}

/// reqwest's error as data, with all its causes, but without the URL, which may hold secrets.
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

/// A stream of events as the variants of an enum, returned by [`EventStream::typed`].
///
/// An item is an [`Event`] whose `data` is the variant, by the rules of [`RawEvent::decode_variant`]. Events without a
/// variant are left out without a notice: `#[serde(other)]` on a last variant without data takes them. An item that is
/// [`Error::Decode`] concerns one event: the stream continues after it. Otherwise it behaves like [`EventStream`].
///
/// ```no_run
/// # async fn example() -> Result<(), eventsource_reqwest::Error> {
/// use futures_util::StreamExt;
///
/// #[derive(serde::Deserialize)]
/// #[serde(tag = "event", content = "data", rename_all = "kebab-case")]
/// enum Feed {
///     Update { percent: f64 },
///     Message(String),
///     #[serde(other)]
///     Other,
/// }
///
/// let client = eventsource_reqwest::Client::new();
/// let mut feed = client.get("https://example.org/feed").events()?.typed::<Feed>();
/// while let Some(event) = feed.next().await {
///     match event?.data {
///         Feed::Update { percent } => println!("{percent} %"),
///         Feed::Message(text) => println!("{text}"),
///         Feed::Other => {}
///     }
/// }
/// # Ok(())
/// # }
/// ```
///
/// For one type of data, whatever the names of the events:
///
/// ```no_run
/// # fn example() -> Result<(), eventsource_reqwest::Error> {
/// use futures_util::StreamExt;
///
/// let client = eventsource_reqwest::Client::new();
/// let numbers = client.get("https://example.org/numbers").events()?.map(|event| event?.decode::<f64>());
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is sent before the stream is polled"]
#[derive(Debug)]
pub struct TypedEvents<T> {
    raw: EventStream,
    variants: PhantomData<fn() -> T>,
}

impl<T> TypedEvents<T> {
    /// The underlying stream, for example for its [last event ID](EventStream::last_event_id).
    pub fn get_ref(&self) -> &EventStream {
        &self.raw
    }

    /// The underlying stream, for example to [pause](EventStream::pause) it.
    pub fn get_mut(&mut self) -> &mut EventStream {
        &mut self.raw
    }
}

impl<T: DeserializeOwned> Stream for TypedEvents<T> {
    type Item = Result<Event<T>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            let Some(raw) = ready!(Pin::new(&mut self.raw).poll_next(context)?) else { return Poll::Ready(None) };
            if self.raw.options.skips_empty && raw.data.is_empty() {
                continue;
            }
            if let Some(event) = raw.decode_variant().transpose() {
                return Poll::Ready(Some(event));
            }
        }
    }
}

impl<T: DeserializeOwned> FusedStream for TypedEvents<T> {
    fn is_terminated(&self) -> bool {
        self.raw.is_terminated()
    }
}
