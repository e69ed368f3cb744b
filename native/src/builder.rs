use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use eventsource_wasm::http::ACCEPT;
use eventsource_wasm::machine::{Config, Decision, Opened, Reason, Retry, RetryContext};
use eventsource_wasm::{Cause, Error, RawEvent, RetryPolicy, Unfinished};
use reqwest::header::{self, HeaderMap, HeaderValue};
use reqwest::{Body, Method, RequestBuilder, Url};
use serde::Serialize;

use crate::stream::{EventStream, cause_of};

/// A request for an event stream, with its options: [`events`](Builder::events) makes the stream. Options that are functions run
/// while the stream is polled; clones share them.
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
    /// One that can be cloned.
    request: Result<RequestBuilder, Error>,
    options: Options,
}

/// A request that is about to be sent: what the functions that make its URL, method or headers may look at.
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
    /// The last response that opened a stream.
    pub response: Option<Head>,
}

/// The head of a response that opened a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Head {
    /// The URL that answered, after redirects.
    pub url: Url,
    /// The headers of the response.
    pub headers: HeaderMap,
}

#[derive(Clone, Default)]
pub(crate) struct Options {
    pub(crate) config: Config,
    pub(crate) make_url: Option<Make<String>>,
    pub(crate) make_method: Option<Make<Method>>,
    pub(crate) make_headers: Option<Make<Vec<(String, String)>>>,
    pub(crate) decide: Function<dyn Fn(&RetryContext) -> Decision + Send + Sync>,
    pub(crate) is_complete: Option<Predicate>,
    pub(crate) is_failure: Vec<Predicate>,
    pub(crate) accept: Function<Accept>,
    pub(crate) comment: Function<dyn Fn(&str) + Send + Sync>,
    pub(crate) open: Function<dyn Fn(&Opened<'_>) + Send + Sync>,
    pub(crate) error: Function<dyn Fn(&Error) + Send + Sync>,
    pub(crate) skips_empty: bool,
}

/// If the user gave one.
type Function<F> = Option<Arc<F>>;
type Accept = dyn Fn(Option<&str>) -> bool + Send + Sync;
type Predicate = Arc<dyn Fn(&RawEvent) -> bool + Send + Sync>;
/// Makes a part of each request.
type Make<T> = Arc<dyn Fn(RequestContext) -> Making<T> + Send + Sync>;
type Making<T> = Pin<Box<dyn Future<Output = T> + Send>>;

fn making<T, F>(make: impl Fn(RequestContext) -> F + Send + Sync + 'static) -> Option<Make<T>>
where
    F: Future<Output = T> + Send + 'static,
{
    Some(Arc::new(move |context| Box::pin(make(context))))
}

impl Builder {
    pub(crate) fn new(request: Result<RequestBuilder, Error>) -> Builder {
        Builder { request: request.and_then(clonable), options: Options::default() }
    }

    /// A URL that is made anew for each request, such as one with a token. Called again, once, after a 401 or 403. A URL that does
    /// not parse is [`ErrorCode::Request`](crate::ErrorCode::Request).
    ///
    /// ```no_run
    /// let events = eventsource_reqwest::Client::new()
    ///     .get("https://example.org/feed")
    ///     .url_with(|_| async { format!("https://example.org/feed?token={}", token().await) })
    ///     .events()?;
    /// # async fn token() -> String { String::new() }
    /// # Ok::<(), eventsource_reqwest::Error>(())
    /// ```
    pub fn url_with<F>(self, make: impl Fn(RequestContext) -> F + Send + Sync + 'static) -> Builder
    where
        F: Future<Output = String> + Send + 'static,
    {
        self.with(|options| options.make_url = making(make))
    }

    /// A method that is made anew for each request: POST once, then GET where the response pointed. Such a request counts as a
    /// POST: nothing is sent again without [`retry`](Builder::retry) or [`retry_with`](Builder::retry_with). A GET or HEAD is sent
    /// without the body.
    ///
    /// ```no_run
    /// use eventsource_reqwest::reqwest::Method;
    /// use eventsource_reqwest::{Client, RetryPolicy};
    ///
    /// let run = Client::new()
    ///     .post("https://example.org/runs")
    ///     .body("{}")
    ///     .method_with(|context| async move { if context.response.is_some() { Method::GET } else { Method::POST } })
    ///     .url_with(|context| async move {
    ///         let Some(response) = context.response else { return "https://example.org/runs".into() };
    ///         // Where the answer pointed; once a GET is open, its own URL.
    ///         let location = response.headers.get("location").and_then(|location| location.to_str().ok());
    ///         response.url.join(location.unwrap_or_default()).unwrap_or(response.url).into()
    ///     })
    ///     .retry(RetryPolicy::default())
    ///     .until_event("end")
    ///     .events()?;
    /// # Ok::<(), eventsource_reqwest::Error>(())
    /// ```
    pub fn method_with<F>(self, make: impl Fn(RequestContext) -> F + Send + Sync + 'static) -> Builder
    where
        F: Future<Output = Method> + Send + 'static,
    {
        self.with(|options| options.make_method = making(make))
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
    pub fn headers_with<F>(self, make: impl Fn(RequestContext) -> F + Send + Sync + 'static) -> Builder
    where
        F: Future<Output = Vec<(String, String)>> + Send + 'static,
    {
        self.with(|options| options.make_headers = making(make))
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
        self.with(|options| options.config.last_event_id = id.into())
    }

    /// One request, never repeated: the end of its response is the end of the stream. A POST is so without `retry`.
    pub fn once(self) -> Builder {
        self.with(|options| options.config.once = true)
    }

    /// Numbers for the reconnects. With them a method that is not idempotent is sent again too, and so is a request that was
    /// answered 408, 425, 429 or 5xx, not before its `Retry-After`.
    pub fn retry(self, policy: RetryPolicy) -> Builder {
        self.with(|options| options.config.retry = Some(Retry::Policy(policy)))
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
    pub fn retry_with(self, decide: impl Fn(&RetryContext) -> Decision + Send + Sync + 'static) -> Builder {
        self.with(|options| {
            options.decide = Some(Arc::new(decide));
            options.config.retry = Some(Retry::Ask);
        })
    }

    /// A response head must come within this time. Zero, and the default: no limit.
    pub fn connect_timeout(self, limit: Duration) -> Builder {
        self.with(|options| options.config.connect_timeout = Some(limit))
    }

    /// A byte, be it of a comment, must come within this time of the last. Zero, and the default: no limit.
    pub fn idle_timeout(self, limit: Duration) -> Builder {
        self.with(|options| options.config.idle_timeout = Some(limit))
    }

    /// An event, or another last event ID, must come within this time; comments do not count. Zero, and the default: no limit.
    pub fn event_timeout(self, limit: Duration) -> Builder {
        self.with(|options| options.config.event_timeout = Some(limit))
    }

    /// Bytes that one event may take. Default 64 MiB.
    pub fn max_event_size(self, bytes: usize) -> Builder {
        self.with(|options| options.config.max_event_size = bytes)
    }

    /// Bytes that are kept of the body of a refused response, in
    /// [`EventSourceError::body_prefix`](crate::EventSourceError::body_prefix). Default 64 KiB.
    pub fn max_error_body(self, bytes: usize) -> Builder {
        self.with(|options| options.config.max_error_body = bytes)
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
    pub fn until_with(self, is_complete: impl Fn(&RawEvent) -> bool + Send + Sync + 'static) -> Builder {
        self.with(|options| options.is_complete = Some(Arc::new(is_complete)))
    }

    /// The name of an event that means failure, such as `error`; call it again for more. The attempt has then failed, with
    /// [`ErrorCode::Event`](crate::ErrorCode::Event) and the event in the error. It is tried again only with
    /// [`retry`](Builder::retry) or [`retry_with`](Builder::retry_with). Asked before `until`.
    pub fn fail_on(self, event_type: impl Into<String>) -> Builder {
        let name = event_type.into();
        self.fail_on_with(move |event| event.event_type == name)
    }

    /// A function that knows events that mean failure, beside those of [`fail_on`](Builder::fail_on).
    pub fn fail_on_with(self, is_failure: impl Fn(&RawEvent) -> bool + Send + Sync + 'static) -> Builder {
        self.with(|options| options.is_failure.push(Arc::new(is_failure)))
    }

    /// What becomes of an event that a clean end of the body cuts off. Default: [`Unfinished::Error`] for a request that is sent
    /// once, otherwise [`Unfinished::Discard`].
    pub fn unfinished(self, how: Unfinished) -> Builder {
        self.with(|options| options.config.unfinished = Some(how))
    }

    /// Whether an event with empty data has no payload: then it reaches no [typed](EventStream::typed) stream; its ID counts. For
    /// servers that send an ID alone, such as MCP servers. Default false.
    pub fn skip_empty_data(self, yes: bool) -> Builder {
        self.with(|options| options.skips_empty = yes)
    }

    /// So many last IDs are remembered: of the events after a reconnect, those with one of these IDs are left out, up to the
    /// first with another. For servers that repeat their last events. Default 0.
    pub fn dedupe(self, events: usize) -> Builder {
        self.with(|options| options.config.dedupe = events)
    }

    /// Takes a 200 for an event stream if the function says so of its `Content-Type`. It is not asked about `text/event-stream`,
    /// and not about HTML, as login pages are.
    pub fn accept_with(self, accept: impl Fn(Option<&str>) -> bool + Send + Sync + 'static) -> Builder {
        self.with(|options| options.accept = Some(Arc::new(accept)))
    }

    /// Calls back with the text of each comment, without its colon.
    pub fn on_comment(self, callback: impl Fn(&str) + Send + Sync + 'static) -> Builder {
        self.with(|options| options.comment = Some(Arc::new(callback)))
    }

    /// Calls back when a connection is open.
    pub fn on_open(self, callback: impl Fn(&Opened<'_>) + Send + Sync + 'static) -> Builder {
        self.with(|options| options.open = Some(Arc::new(callback)))
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
    pub fn on_error(self, callback: impl Fn(&Error) + Send + Sync + 'static) -> Builder {
        self.with(|options| options.error = Some(Arc::new(callback)))
    }

    /// The stream. Nothing is sent before it is polled, within a runtime of tokio.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidUrl`], and [`Error::InvalidRequest`] for a header that is none, for JSON that cannot be written, and for a
    /// body that cannot be sent again.
    pub fn events(self) -> Result<EventStream, Error> {
        let Builder { request, mut options } = self;
        let (client, request) = request?.build_split();
        let mut request = request.map_err(|error| Error::InvalidRequest(cause_of(error)))?;
        let headers = request.headers_mut();
        headers.entry(header::ACCEPT).or_insert(HeaderValue::from_static(ACCEPT));
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-cache"));
        let config = &mut options.config;
        // The IDs of the stream take the place of the user's.
        if let Some(id) = headers.remove("last-event-id").filter(|_| config.last_event_id.is_empty()) {
            config.last_event_id = String::from_utf8_lossy(id.as_bytes()).into_owned();
        }
        let method = if options.make_method.is_some() { "POST" } else { request.method().as_str() };
        config.once |= config.retry.is_none() && Retry::by_default(method) == Retry::Never;
        config.method = Some(method.to_owned());
        config.renews_credentials = options.make_url.is_some() || options.make_headers.is_some();
        config.until = options.is_complete.is_some();
        config.comments = options.comment.is_some();
        config.seed = RandomState::new().hash_one(0);
        Ok(EventStream::new(client, request, options))
    }

    fn with(mut self, change: impl FnOnce(&mut Options)) -> Builder {
        change(&mut self.options);
        self
    }

    fn with_request(mut self, change: impl FnOnce(RequestBuilder) -> RequestBuilder) -> Builder {
        self.request = self.request.map(change).and_then(clonable);
        self
    }
}

/// The request, if it is valid and can be sent again.
fn clonable(request: RequestBuilder) -> Result<RequestBuilder, Error> {
    if request.try_clone().is_some() {
        return Ok(request);
    }
    let stream = Cause::new("", "a body that is a stream cannot be sent again: give text or bytes");
    Err(Error::InvalidRequest(request.build().map_or_else(cause_of, |_| stream)))
}

impl Clone for Builder {
    fn clone(&self) -> Builder {
        let request = self.request.as_ref().map(|request| request.try_clone().expect("a clonable request"));
        Builder { request: request.map_err(Error::clone), options: self.options.clone() }
    }
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Builder").field("config", &self.options.config).finish_non_exhaustive()
    }
}
