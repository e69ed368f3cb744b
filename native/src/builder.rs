use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::pin::Pin;
use std::time::Duration;

use eventsource_wasm::http::ACCEPT;
use eventsource_wasm::machine::{Config, Decision, Opened, Reason, Retry, RetryContext};
use eventsource_wasm::{Cause, Error, RawEvent, RetryPolicy, Unfinished};
use reqwest::{Body, RequestBuilder, header};
use serde::Serialize;

use crate::stream::{EventStream, cause_of};

/// A request for an event stream, with its options: [`events`](Builder::events) makes the stream. Options that are functions run
/// while the stream is polled.
///
/// ```no_run
/// use std::time::Duration;
/// use eventsource_reqwest::{Client, RetryPolicy};
///
/// let events = Client::new()
///     .get("https://example.org/feed")
///     .header("x-client", "demo")
///     .idle_timeout(Duration::from_secs(60))
///     .retry(RetryPolicy::default().max_attempts(10).jitter(true))
///     .on_error(|error| eprintln!("{error}"))
///     .events()?;
/// # Ok::<(), eventsource_reqwest::Error>(())
/// ```
#[must_use = "a builder sends nothing; call `events()`, and poll the stream"]
pub struct Builder {
    request: Result<RequestBuilder, Error>,
    config: Config,
    callbacks: Callbacks,
}

/// A request that is about to be sent: what [`Builder::headers_with`] may look at.
///
/// ```
/// use eventsource_reqwest::RequestContext;
///
/// fn wants_a_new_token(context: &RequestContext) -> bool {
///     context.status == Some(401)
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestContext {
    /// Failures in a row before this request; 0 for the first.
    pub attempt: u32,
    /// The last event ID that goes with it.
    pub last_event_id: String,
    /// Why a new request is made; `None` for the first.
    pub reason: Option<Reason>,
    /// The status that made it necessary, such as 401.
    pub status: Option<u16>,
}

/// The functions of the user.
#[derive(Default)]
pub(crate) struct Callbacks {
    pub(crate) make_headers: Function<dyn FnMut(RequestContext) -> MakingHeaders + Send>,
    pub(crate) decide: Function<dyn FnMut(&RetryContext) -> Decision + Send>,
    pub(crate) is_complete: Option<Predicate>,
    pub(crate) is_failure: Vec<Predicate>,
    pub(crate) accept: Function<Accept>,
    pub(crate) comment: Function<dyn FnMut(&str) + Send>,
    pub(crate) open: Function<dyn FnMut(&Opened<'_>) + Send>,
    pub(crate) error: Function<dyn FnMut(&Error) + Send>,
}

/// If the user gave one.
type Function<F> = Option<Box<F>>;
pub(crate) type MakingHeaders = Pin<Box<dyn Future<Output = Vec<(String, String)>> + Send>>;
type Accept = dyn FnMut(Option<&str>) -> bool + Send;
type Predicate = Box<dyn FnMut(&RawEvent) -> bool + Send>;

impl Builder {
    pub(crate) fn new(request: Result<RequestBuilder, Error>) -> Builder {
        Builder { request, config: Config::default(), callbacks: Callbacks::default() }
    }

    /// Sets a header. `Accept: text/event-stream` is there already, unless it is set here.
    pub fn header(self, name: impl AsRef<str>, value: impl AsRef<str>) -> Builder {
        self.with_request(|request| request.header(name.as_ref(), value.as_ref()))
    }

    /// Headers that are made anew for each request, such as fresh credentials. Called again, once, after a 401 or 403.
    ///
    /// ```no_run
    /// let events = eventsource_reqwest::Client::new()
    ///     .get("https://example.org/feed")
    ///     .headers_with(|context| async move {
    ///         let token = token(context.status == Some(401)).await; // renewed, if the last was refused
    ///         vec![("authorization".into(), format!("Bearer {token}"))]
    ///     })
    ///     .events()?;
    /// # async fn token(_renew: bool) -> String { String::new() }
    /// # Ok::<(), eventsource_reqwest::Error>(())
    /// ```
    pub fn headers_with<F>(mut self, mut make: impl FnMut(RequestContext) -> F + Send + 'static) -> Builder
    where
        F: Future<Output = Vec<(String, String)>> + Send + 'static,
    {
        self.callbacks.make_headers = Some(Box::new(move |context| Box::pin(make(context))));
        self.config.renews_credentials = true;
        self
    }

    /// The body: text or bytes.
    pub fn body(self, body: impl Into<Body>) -> Builder {
        self.with_request(|request| request.body(body))
    }

    /// A JSON body, with its `Content-Type`.
    pub fn json(mut self, body: &impl Serialize) -> Builder {
        match serde_json::to_vec(body) {
            Ok(json) => self.header("content-type", "application/json").body(json),
            Err(error) => {
                self.request = Err(Error::InvalidRequest(Cause::new("serde_json::Error", error.to_string())));
                self
            }
        }
    }

    /// Sent as `Last-Event-ID` with the first request: resume where another stream stopped. A [`header`](Builder::header) of that
    /// name means the same.
    pub fn last_event_id(self, id: impl Into<String>) -> Builder {
        self.with(|config| config.last_event_id = id.into())
    }

    /// One request, never repeated: the end of its response is the end of the stream. A POST is so without `retry`.
    pub fn once(self) -> Builder {
        self.with(|config| config.once = true)
    }

    /// Numbers for the reconnects. With them a method that is not idempotent is sent again too, and so is a request that was
    /// answered 408, 425, 429 or 5xx, not before its `Retry-After`.
    pub fn retry(self, policy: RetryPolicy) -> Builder {
        self.with(|config| config.retry = Some(Retry::Policy(policy)))
    }

    /// A function that decides on every reconnect, except after a 204, by which a server wants none.
    ///
    /// ```no_run
    /// use std::time::Duration;
    /// use eventsource_reqwest::{Client, Decision};
    ///
    /// let events = Client::new()
    ///     .get("https://example.org/feed")
    ///     .retry_with(|context| match context.status {
    ///         Some(400..500) => Decision::Stop,
    ///         _ => Decision::Wait(context.retry_after.unwrap_or(Duration::from_secs(5))),
    ///     })
    ///     .events()?;
    /// # Ok::<(), eventsource_reqwest::Error>(())
    /// ```
    pub fn retry_with(mut self, decide: impl FnMut(&RetryContext) -> Decision + Send + 'static) -> Builder {
        self.callbacks.decide = Some(Box::new(decide));
        self.with(|config| config.retry = Some(Retry::Ask))
    }

    /// A response head must come within this time. Zero, and the default: no limit.
    pub fn connect_timeout(self, limit: Duration) -> Builder {
        self.with(|config| config.connect_timeout = Some(limit))
    }

    /// A byte, be it of a comment, must come within this time of the last. Zero, and the default: no limit.
    pub fn idle_timeout(self, limit: Duration) -> Builder {
        self.with(|config| config.idle_timeout = Some(limit))
    }

    /// An event, or another last event ID, must come within this time; comments do not count. Zero, and the default: no limit.
    pub fn event_timeout(self, limit: Duration) -> Builder {
        self.with(|config| config.event_timeout = Some(limit))
    }

    /// Bytes that one event may take. Default 64 MiB.
    pub fn max_event_size(self, bytes: usize) -> Builder {
        self.with(|config| config.max_event_size = bytes)
    }

    /// Bytes that are kept of the body of a refused response, in
    /// [`EventSourceError::body_prefix`](crate::EventSourceError::body_prefix). Default 64 KiB.
    pub fn max_error_body(self, bytes: usize) -> Builder {
        self.with(|config| config.max_error_body = bytes)
    }

    /// Data that ends the stream, such as `[DONE]`; it is not delivered. A response that ends without it is
    /// [truncated](crate::ErrorCode::Truncated).
    pub fn until(self, sentinel: impl Into<String>) -> Builder {
        let sentinel = sentinel.into();
        self.until_with(move |event| event.data == sentinel)
    }

    /// The name of the event that ends the stream. Otherwise as [`until`](Builder::until), which it replaces.
    pub fn until_event(self, event_type: impl Into<String>) -> Builder {
        let wanted = event_type.into();
        self.until_with(move |event| event.event_type == wanted)
    }

    /// A function that knows the event that ends the stream. Otherwise as [`until`](Builder::until), which it replaces.
    pub fn until_with(mut self, is_complete: impl FnMut(&RawEvent) -> bool + Send + 'static) -> Builder {
        self.callbacks.is_complete = Some(Box::new(is_complete));
        self.with(|config| config.until = true)
    }

    /// The name of an event that means failure, such as `error`; call it again for more. The attempt has then failed, with
    /// [`ErrorCode::Event`](crate::ErrorCode::Event) and the event in the error. It is tried again only with
    /// [`retry`](Builder::retry) or [`retry_with`](Builder::retry_with). Asked before `until`.
    pub fn fail_on(self, event_type: impl Into<String>) -> Builder {
        let name = event_type.into();
        self.fail_on_with(move |event| event.event_type == name)
    }

    /// A function that knows events that mean failure, beside those of [`fail_on`](Builder::fail_on).
    pub fn fail_on_with(mut self, is_failure: impl FnMut(&RawEvent) -> bool + Send + 'static) -> Builder {
        self.callbacks.is_failure.push(Box::new(is_failure));
        self
    }

    /// What becomes of an event that a clean end of the body cuts off. Default: [`Unfinished::Error`] for a request that is sent
    /// once, otherwise [`Unfinished::Discard`].
    pub fn unfinished(self, how: Unfinished) -> Builder {
        self.with(|config| config.unfinished = Some(how))
    }

    /// So many last IDs are remembered: of the events after a reconnect, those with one of these IDs are left out, up to the
    /// first with another. For servers that repeat their last events. Default 0.
    pub fn dedupe(self, events: usize) -> Builder {
        self.with(|config| config.dedupe = events)
    }

    /// Takes a 200 for an event stream if the function says so of its `Content-Type`. It is not asked about `text/event-stream`,
    /// and not about HTML, as login pages are.
    pub fn accept_with(mut self, accept: impl FnMut(Option<&str>) -> bool + Send + 'static) -> Builder {
        self.callbacks.accept = Some(Box::new(accept));
        self
    }

    /// Calls back with the text of each comment, without its colon.
    pub fn on_comment(mut self, callback: impl FnMut(&str) + Send + 'static) -> Builder {
        self.callbacks.comment = Some(Box::new(callback));
        self.with(|config| config.comments = true)
    }

    /// Calls back when a connection is open.
    pub fn on_open(mut self, callback: impl FnMut(&Opened<'_>) + Send + 'static) -> Builder {
        self.callbacks.open = Some(Box::new(callback));
        self
    }

    /// Calls back with each failure of a connection: those after which it connects again, and the one that ends the stream.
    ///
    /// ```no_run
    /// use eventsource_reqwest::{Client, Error};
    ///
    /// let events = Client::new()
    ///     .get("https://example.org/feed")
    ///     .on_error(|error| match error {
    ///         Error::Connection(lost) if lost.will_reconnect() => eprintln!("again in {:?}", lost.delay),
    ///         other => eprintln!("{other}"),
    ///     })
    ///     .events()?;
    /// # Ok::<(), eventsource_reqwest::Error>(())
    /// ```
    pub fn on_error(mut self, callback: impl FnMut(&Error) + Send + 'static) -> Builder {
        self.callbacks.error = Some(Box::new(callback));
        self
    }

    /// The stream. Nothing is sent before it is polled, within a runtime of tokio.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidUrl`], and [`Error::InvalidRequest`] for a header that is none, for JSON that cannot be written, and for a
    /// body that cannot be sent again.
    pub fn events(self) -> Result<EventStream, Error> {
        let Builder { request, mut config, callbacks } = self;
        let (client, request) = request?.build_split();
        let mut request = request.map_err(|error| Error::InvalidRequest(cause_of(error)))?;
        if request.try_clone().is_none() {
            let advice = "a body that is a stream cannot be sent again: give text or bytes";
            return Err(Error::InvalidRequest(Cause::new("", advice)));
        }
        let headers = request.headers_mut();
        headers.entry(header::ACCEPT).or_insert(header::HeaderValue::from_static(ACCEPT));
        headers.entry(header::CACHE_CONTROL).or_insert(header::HeaderValue::from_static("no-cache"));
        // The IDs of the stream take the place of the user's.
        if let Some(id) = headers.remove("last-event-id").filter(|_| config.last_event_id.is_empty()) {
            config.last_event_id = String::from_utf8_lossy(id.as_bytes()).into_owned();
        }
        config.once |= config.retry.is_none() && Retry::by_default(request.method().as_str()) == Retry::Never;
        config.method = Some(request.method().to_string());
        config.seed = RandomState::new().hash_one(0);
        Ok(EventStream::new(client, request, config, callbacks))
    }

    fn with(mut self, change: impl FnOnce(&mut Config)) -> Builder {
        change(&mut self.config);
        self
    }

    fn with_request(mut self, change: impl FnOnce(RequestBuilder) -> RequestBuilder) -> Builder {
        self.request = self.request.map(change);
        self
    }
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Builder").field("config", &self.config).finish_non_exhaustive()
    }
}
