use std::fmt::Display;
use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use eventsource_wasm::http::ACCEPT;
use eventsource_wasm::machine::{self, Config, Decision, Opened, Reason, Retry};
use eventsource_wasm::{Cause, Error, RawEvent, RetryPolicy, Unfinished};
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Body, Method, RequestBuilder, Url};
use serde::Serialize;

use crate::stream::{EventStream, cause_of};

/// A request for an event stream, with its options: [`events`](Builder::events) returns the stream. Options that are
/// functions run while the stream is polled; clones share them.
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
    /// The request, which can be cloned.
    request: Result<RequestBuilder, Error>,
    options: Options,
}

/// The context of the next request, for functions that return its URL, method or headers.
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
    /// The last event ID of the request.
    pub last_event_id: String,
    /// Why a new request is made; `None` for the first.
    pub reason: Option<Reason>,
    /// The status of the refused response before it, such as 401.
    pub status: Option<u16>,
    /// The head of the last response that opened a stream.
    pub response: Option<Head>,
}

/// The facts of a failure, for a retry function: those of [`machine::RetryContext`], the last event ID, and the head of the
/// last response that opened a stream.
///
/// ```no_run
/// use std::time::Duration;
/// use eventsource_reqwest::{Client, Decision, RetryContext};
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
/// let events = Client::new().get("https://example.org/feed").retry_with(decide).events()?;
/// # Ok::<(), eventsource_reqwest::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryContext {
    pub(crate) machine: machine::RetryContext,
    /// The last event ID.
    pub last_event_id: String,
    /// The head of the last response that opened a stream.
    pub response: Option<Head>,
}

impl Deref for RetryContext {
    type Target = machine::RetryContext;

    fn deref(&self) -> &machine::RetryContext {
        &self.machine
    }
}

/// The head of a response that opened a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Head {
    /// The URL of the response, after redirects.
    pub url: Url,
    /// The headers of the response.
    pub headers: HeaderMap,
}

#[derive(Clone, Default)]
pub(crate) struct Options {
    pub(crate) config: Config,
    /// User and password of the URL, as a header. A header of the user wins.
    pub(crate) authorization: Option<HeaderValue>,
    pub(crate) make_url: Option<Make<String>>,
    pub(crate) make_method: Option<Make<Method>>,
    pub(crate) make_headers: Option<Make<Vec<(String, String)>>>,
    pub(crate) decide: Function<dyn Fn(&RetryContext) -> Decision + Send + Sync>,
    pub(crate) is_complete: Option<Predicate>,
    /// The names of `until_event` and `fail_on`, to find one that has both meanings.
    last_event: Option<String>,
    failures: Vec<String>,
    pub(crate) is_failure: Vec<Predicate>,
    pub(crate) accept: Function<Accept>,
    pub(crate) comment: Function<dyn Fn(&str) + Send + Sync>,
    pub(crate) open: Function<dyn Fn(&Opened<'_>) + Send + Sync>,
    pub(crate) error: Function<dyn Fn(&Error) + Send + Sync>,
    pub(crate) skips_empty: bool,
}

/// A function of the user, if there is one.
type Function<F> = Option<Arc<F>>;
type Accept = dyn Fn(Option<&str>) -> bool + Send + Sync;
type Predicate = Arc<dyn Fn(&RawEvent) -> bool + Send + Sync>;
/// A function that returns a part of each request.
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

    /// A builder for a request that has only its method and its URL.
    pub(crate) fn of_url(request: RequestBuilder) -> Builder {
        let (client, request) = request.build_split();
        let mut options = Options::default();
        let request = request.map(|mut request| {
            // reqwest has made it of the user and the password.
            options.authorization = request.headers_mut().remove(header::AUTHORIZATION);
            RequestBuilder::from_parts(client, request)
        });
        Builder { request: request.map_err(|error| Error::InvalidRequest(cause_of(error))), options }
    }

    /// Sets a function that returns the URL of each request, such as a URL with a token. After a 401 or 403 it is called once
    /// more. A URL that does not parse fails with [`ErrorCode::Request`](crate::ErrorCode::Request). Its user and
    /// password, and not those of an earlier URL, become an `authorization` header, unless you set one.
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

    /// Sets a function that returns the method of each request: for example one POST, then GETs to the location in its
    /// response. The request counts as a POST: it is not repeated without [`retry`](Builder::retry) or
    /// [`retry_with`](Builder::retry_with). A GET or HEAD is sent without the body.
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

    /// Sets a header, in place of an earlier one of this name. `Accept: text/event-stream` is the default.
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Builder {
        self.request = self.request.and_then(|request| {
            let header = header_of(name.as_ref(), value.as_ref()).map_err(Error::InvalidRequest)?;
            // Unlike `RequestBuilder::header`, which appends.
            Ok(request.headers(HeaderMap::from_iter([header])))
        });
        self
    }

    /// Sets a function that returns headers for each request, such as fresh credentials. After a 401 or 403 it is called once
    /// more.
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

    /// Sets the body: text or bytes.
    pub fn body(self, body: impl Into<Body>) -> Builder {
        self.with_request(|request| request.body(body))
    }

    /// Sets a JSON body, with its `Content-Type`. A [`header`](Builder::header) that is set later replaces that one.
    pub fn json(mut self, body: &impl Serialize) -> Builder {
        match serde_json::to_vec(body) {
            Ok(json) => self.header("content-type", "application/json").body(json),
            Err(error) => {
                self.request = Err(Error::InvalidRequest(Cause::new("serde_json::Error", error.to_string())));
                self
            }
        }
    }

    /// Sets the `Last-Event-ID` of the first request, to resume where another stream stopped. A [`header`](Builder::header)
    /// of that name has the same effect.
    pub fn last_event_id(self, id: impl Into<String>) -> Builder {
        self.with(|options| options.config.last_event_id = id.into())
    }

    /// Sends one request, which is never repeated once the server has accepted it: the end of its response is the end of the stream. This is the default of a
    /// POST without `retry`.
    pub fn once(self) -> Builder {
        self.with(|options| options.config.once = true)
    }

    /// Sets the parameters of reconnects. The stream then also repeats a request whose method is not idempotent, and a
    /// request that failed with 408, 425, 429 or 5xx, not before its `Retry-After`.
    pub fn retry(self, policy: RetryPolicy) -> Builder {
        self.with(|options| options.config.retry = Some(Retry::Policy(policy)))
    }

    /// Sets a function that decides on every reconnect. It is not called after a 204, by which the server asks for none.
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

    /// Sets the time within which a response head must arrive. Zero, and the default: no limit.
    pub fn connect_timeout(self, limit: Duration) -> Builder {
        self.with(|options| options.config.connect_timeout = Some(limit))
    }

    /// Sets the time within which the next byte must arrive. Bytes of comments count. Zero, and the default: no limit.
    pub fn idle_timeout(self, limit: Duration) -> Builder {
        self.with(|options| options.config.idle_timeout = Some(limit))
    }

    /// Sets the time within which the next event, or another last event ID, must arrive. Comments do not count. Zero, and the
    /// default: no limit.
    pub fn event_timeout(self, limit: Duration) -> Builder {
        self.with(|options| options.config.event_timeout = Some(limit))
    }

    /// Sets the size limit of an event, in bytes. Default 64 MiB.
    pub fn max_event_size(self, bytes: usize) -> Builder {
        self.with(|options| options.config.max_event_size = bytes)
    }

    /// Sets how many bytes of the body of a refused response are kept, in
    /// [`EventSourceError::body_prefix`](crate::EventSourceError::body_prefix). Default 64 KiB.
    pub fn max_error_body(self, bytes: usize) -> Builder {
        self.with(|options| options.config.max_error_body = bytes)
    }

    /// Sets the data of the last event, such as `[DONE]`. This event ends the stream and is not delivered. A response that
    /// ends without it is [truncated](crate::ErrorCode::Truncated).
    pub fn until(self, sentinel: impl Into<String>) -> Builder {
        let sentinel = sentinel.into();
        self.until_with(move |event| event.data == sentinel)
    }

    /// Sets the name of the last event. This event ends the stream and is not delivered. A response that ends without it is
    /// [truncated](crate::ErrorCode::Truncated). Replaces [`until`](Builder::until).
    pub fn until_event(self, event_type: impl Into<String>) -> Builder {
        let name = event_type.into();
        let last_event = Some(name.clone());
        self.until_with(move |event| event.event_type == name).with(|options| options.last_event = last_event)
    }

    /// Sets a function that recognises the last event. The first event for which it returns true ends the stream and is not
    /// delivered. A response that ends without it is [truncated](crate::ErrorCode::Truncated). Replaces
    /// [`until`](Builder::until).
    pub fn until_with(self, is_complete: impl Fn(&RawEvent) -> bool + Send + Sync + 'static) -> Builder {
        self.with(|options| {
            options.is_complete = Some(Arc::new(is_complete));
            options.last_event = None;
        })
    }

    /// Adds the name of an event that means failure, such as `error`. Such an event fails the connection with
    /// [`ErrorCode::Event`](crate::ErrorCode::Event); the error holds the event. Only [`retry`](Builder::retry) or
    /// [`retry_with`](Builder::retry_with) repeat the request. Checked before `until`.
    pub fn fail_on(self, event_type: impl Into<String>) -> Builder {
        let name = event_type.into();
        let failure = name.clone();
        self.fail_on_with(move |event| event.event_type == name).with(|options| options.failures.push(failure))
    }

    /// Adds a function that recognises events that mean failure, in addition to the names of [`fail_on`](Builder::fail_on).
    pub fn fail_on_with(self, is_failure: impl Fn(&RawEvent) -> bool + Send + Sync + 'static) -> Builder {
        self.with(|options| options.is_failure.push(Arc::new(is_failure)))
    }

    /// Sets how to handle an event that a clean end of the body cuts off. Unless it is delivered, the error has it as
    /// [`unfinished`](eventsource_wasm::EventSourceError::unfinished). Default: [`Unfinished::Error`] for a request that is
    /// sent once, otherwise [`Unfinished::Discard`].
    pub fn unfinished(self, how: Unfinished) -> Builder {
        self.with(|options| options.config.unfinished = Some(how))
    }

    /// Sets whether [typed](EventStream::typed) streams skip events with empty data. Their IDs count. For servers that send
    /// an ID alone, such as MCP servers. Default false.
    pub fn skip_empty_data(self, yes: bool) -> Builder {
        self.with(|options| options.skips_empty = yes)
    }

    /// Sets the number of recent event IDs that are remembered. After a reconnect, events with a remembered ID are left out,
    /// up to the first event with another ID; their IDs are not taken over. For servers that repeat their last events.
    /// Default 0.
    pub fn dedupe(self, events: usize) -> Builder {
        self.with(|options| options.config.dedupe = events)
    }

    /// Sets a function that accepts other values of `Content-Type` as an event stream, for a response with status 200. It is
    /// not called for `text/event-stream`, nor for HTML, which may be a login page.
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

    /// Calls back with each failure of a connection: failures that are retried, and the failure that ends the stream.
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

    /// Returns the stream. It sends nothing before it is polled. Poll it within a runtime of tokio.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidUrl`], and [`Error::InvalidRequest`] for an invalid header, for a value that cannot be serialized, for
    /// a body that cannot be sent again, and for an event that both `until_event` and `fail_on` name.
    pub fn events(self) -> Result<EventStream, Error> {
        let Builder { request, mut options } = self;
        if let Some(name) = options.last_event.as_ref().filter(|name| options.failures.contains(name)) {
            let advice =
                format!("until_event() and fail_on() name the same event, '{name}': take it out of one of them");
            return Err(Error::InvalidRequest(Cause::new("", advice)));
        }
        let (client, request) = request?.build_split();
        let mut request = request.map_err(|error| Error::InvalidRequest(cause_of(error)))?;
        let headers = request.headers_mut();
        // reqwest appends the user's own to the one that it has made of the URL.
        if let Some(own) = headers.get_all(header::AUTHORIZATION).iter().next_back().cloned() {
            headers.insert(header::AUTHORIZATION, own);
        }
        headers.entry(header::ACCEPT).or_insert(HeaderValue::from_static(ACCEPT));
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-cache"));
        let config = &mut options.config;
        // The machine sends the last event ID, so the user's header only sets the first ID.
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

/// A header of the user. The cause of an error has the name, and not the value, which may be secret.
pub(crate) fn header_of(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Cause> {
    let refuse = |error: &dyn Display| Cause::new("", format!("the header '{name}' cannot be sent: {error}"));
    let value = HeaderValue::try_from(value).map_err(|error| refuse(&error))?;
    Ok((HeaderName::try_from(name).map_err(|error| refuse(&error))?, value))
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
