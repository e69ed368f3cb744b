use std::cell::RefCell;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use serde::Serialize;
use wasm_bindgen::JsValue;
use web_sys::{Headers, Request, RequestCredentials, RequestInit, Response};

use super::body::Body;
use crate::error::{Cause, Error};
use crate::event::RawEvent;
use crate::machine::{self, Config, Reason, Unfinished};
use crate::web::callbacks::{Accept, Callbacks, Decide, Judge, OnComment, Predicate};
use crate::web::clock::{Clock, PageClock};
use crate::web::evidence::cause_of;
use crate::web::exchange::{Fetch, Given, MakeRequest, RequestParts};
use crate::web::host;
use crate::web::pace::PAGE;
use crate::web::shell::Shell;
use crate::web::url;

/// The context of the next request, for a function that returns its URL, method, headers or body.
///
/// ```no_run
/// use eventsource_wasm::{FetchEventSource, RequestContext};
///
/// let source = FetchEventSource::builder("/events")
///     .headers_with(|RequestContext { status, .. }| async move {
///         vec![("authorization".into(), format!("Bearer {}", token(status == Some(401)).await))]
///     })
///     .connect()?;
/// # async fn token(_renew: bool) -> String { String::new() }
/// # Ok::<(), eventsource_wasm::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestContext {
    /// Failures in a row before this request; 0 for the first.
    pub attempt: u32,
    /// The last event ID of the request.
    pub last_event_id: String,
    /// Why a new request is made. `None` for the first, and after a page was hidden
    /// ([`when_hidden`](crate::SourceBuilder::when_hidden)) or in the back/forward cache while the stream was open. `response`
    /// shows whether a stream was open before.
    pub reason: Option<Reason>,
    /// The status of the refused response before it, such as 401.
    pub status: Option<u16>,
    /// The head of the last response that opened a stream: its URL, status and headers.
    pub response: Option<Response>,
}

type HeaderList = Vec<(String, String)>;
/// A function that returns a part of each request.
type Make<T> = Rc<dyn Fn(RequestContext) -> Pin<Box<dyn Future<Output = T>>>>;

type ChangeInit = Rc<dyn Fn(&RequestInit)>;

/// The options of a request for an event stream, which is read as a `K`: a [`SourceBuilder`](crate::SourceBuilder) or an
/// [`EventsBuilder`](crate::EventsBuilder).
///
/// Both builders have the options of `Builder<K>`. An option that only one of them supports does not compile for the other:
///
/// ```compile_fail,E0599
/// eventsource_wasm::events("/chat").retry(eventsource_wasm::RetryPolicy::default());
/// ```
#[must_use = "a builder sends nothing; call `connect()` or `events()`"]
pub struct Builder<K> {
    url: String,
    headers: HeaderList,
    make_url: Option<Make<String>>,
    make_headers: Option<Make<HeaderList>>,
    body: Option<Rc<Body>>,
    make_body: Option<Make<Option<Body>>>,
    with_init: Option<ChangeInit>,
    fetch: Option<Fetch>,
    given: Option<Given>,
    clock: Option<Rc<dyn Clock>>,
    pub(super) credentials: RequestCredentials,
    make_method: Option<Make<String>>,
    pub(super) decide: Option<Decide>,
    is_complete: Option<Predicate>,
    /// The name of the event that completes the stream, if `until_event` set it.
    last_event: Option<String>,
    failures: Vec<String>,
    is_failure: Option<Predicate>,
    accept: Option<Accept>,
    comment: Option<OnComment>,
    pub(super) skips_empty: bool,
    pub(super) config: Config,
    kind: PhantomData<fn() -> K>,
}

impl<K> Builder<K> {
    pub(crate) fn new(url: &str) -> Builder<K> {
        Builder {
            url: url.to_owned(),
            headers: Vec::new(),
            make_url: None,
            make_headers: None,
            body: None,
            make_body: None,
            with_init: None,
            fetch: None,
            given: None,
            clock: None,
            credentials: RequestCredentials::SameOrigin,
            make_method: None,
            decide: None,
            is_complete: None,
            last_event: None,
            failures: Vec::new(),
            is_failure: None,
            accept: None,
            comment: None,
            skips_empty: false,
            config: Config::default(),
            kind: PhantomData,
        }
    }

    /// Sets a function that returns the URL of each request, such as a URL with a token. After a 401 or 403 it is called once
    /// more. Before the first request, [`FetchEventSource::url`](crate::FetchEventSource::url) is the URL of the builder;
    /// then it is the URL of the last request. A URL that does not parse fails with
    /// [`ErrorCode::Request`](crate::ErrorCode::Request).
    ///
    /// ```no_run
    /// let source = eventsource_wasm::FetchEventSource::builder("/events")
    ///     .url_with(|_| async { format!("/events?token={}", token().await) })
    ///     .connect()?;
    /// # async fn token() -> String { String::new() }
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn url_with<F>(mut self, make: impl Fn(RequestContext) -> F + 'static) -> Builder<K>
    where
        F: Future<Output = String> + 'static,
    {
        self.make_url = Some(Rc::new(move |context| Box::pin(make(context))));
        self.config.renews_credentials = true;
        self
    }

    /// Sets the method. Default `GET`, or `POST` with a body.
    ///
    /// ```no_run
    /// let source = eventsource_wasm::FetchEventSource::builder("/events").method("PUT").connect()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn method(mut self, method: &str) -> Builder<K> {
        self.config.method = Some(method.to_owned());
        self
    }

    /// Sets a function that returns the method of each request: for example one POST, then GETs to the location in its
    /// response. The request counts as a POST: it is not repeated without [`retry`](crate::SourceBuilder::retry) or
    /// [`retry_with`](crate::SourceBuilder::retry_with). A GET or HEAD is sent without the body.
    ///
    /// ```no_run
    /// use eventsource_wasm::{FetchEventSource, RetryPolicy};
    ///
    /// let run = FetchEventSource::builder("/runs")
    ///     .method_with(|context| async move { if context.response.is_some() { "GET" } else { "POST" }.to_owned() })
    ///     .url_with(|context| async move {
    ///         // Where the answer pointed; once a GET is open, its own URL.
    ///         match context.response {
    ///             Some(response) => response.headers().get("location").ok().flatten().unwrap_or_else(|| response.url()),
    ///             None => "/runs".into(),
    ///         }
    ///     })
    ///     .body("{}")
    ///     .retry(RetryPolicy::default())
    ///     .until_event("end")
    ///     .connect()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn method_with<F>(mut self, make: impl Fn(RequestContext) -> F + 'static) -> Builder<K>
    where
        F: Future<Output = String> + 'static,
    {
        self.make_method = Some(Rc::new(move |context| Box::pin(make(context))));
        self
    }

    /// Sets a header. `Accept: text/event-stream` is the default.
    ///
    /// ```no_run
    /// let source = eventsource_wasm::FetchEventSource::builder("/events").header("x-client", "demo").connect()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Builder<K> {
        self.headers.push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Sets a function that returns headers for each request, such as fresh credentials. After a 401 or 403 it is called once
    /// more.
    ///
    /// ```no_run
    /// let source = eventsource_wasm::FetchEventSource::builder("/events")
    ///     .headers_with(|context| async move {
    ///         let token = token(context.status == Some(401)).await; // renewed, if the last was refused
    ///         vec![("authorization".into(), format!("Bearer {token}"))]
    ///     })
    ///     .connect()?;
    /// # async fn token(_renew: bool) -> String { String::new() }
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn headers_with<F>(mut self, make: impl Fn(RequestContext) -> F + 'static) -> Builder<K>
    where
        F: Future<Output = Vec<(String, String)>> + 'static,
    {
        self.make_headers = Some(Rc::new(move |context| Box::pin(make(context))));
        self.config.renews_credentials = true;
        self
    }

    /// Sets the body: text, bytes, or a value that `fetch` accepts and that can be sent again. [`Body`] lists the types.
    ///
    /// ```no_run
    /// let source = eventsource_wasm::FetchEventSource::builder("/events").body("hello").connect()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn body(mut self, body: impl Into<Body>) -> Builder<K> {
        self.body = Some(Rc::new(body.into()));
        self.config.has_body = true;
        self
    }

    /// Sets a function that returns the body of each request; `None` for no body. Give it instead of [`body`](Builder::body).
    /// The default method is `POST`.
    ///
    /// ```no_run
    /// let source = eventsource_wasm::FetchEventSource::builder("/chat")
    ///     .body_with(|context| async move { Some(format!("{{\"after\":\"{}\"}}", context.last_event_id).into()) })
    ///     .connect()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn body_with<F>(mut self, make: impl Fn(RequestContext) -> F + 'static) -> Builder<K>
    where
        F: Future<Output = Option<Body>> + 'static,
    {
        self.make_body = Some(Rc::new(move |context| Box::pin(make(context))));
        self.config.has_body = true;
        self
    }

    /// Calls back with the `RequestInit` of each request, for settings that have no option here: `mode`, `redirect`,
    /// `referrer`, `integrity`, `keepalive`, `priority`, `credentials: "omit"`. A `method` or `body` that it sets takes
    /// effect; `headers`, `cache` and `signal` do not. The setters need web-sys features in your own crate.
    ///
    /// ```no_run
    /// use wasm_bindgen::JsValue;
    ///
    /// let source = eventsource_wasm::FetchEventSource::builder("/events")
    ///     .init_with(|init| {
    ///         let _ = js_sys::Reflect::set(init, &JsValue::from("redirect"), &JsValue::from("error"));
    ///     })
    ///     .connect()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn init_with(mut self, change: impl Fn(&RequestInit) + 'static) -> Builder<K> {
        self.with_init = Some(Rc::new(change));
        self
    }

    /// Sets a function that replaces the global `fetch`: a wrapper around it, a cache, or a test double. The request is
    /// complete, with its signal. An error counts as a network error.
    ///
    /// ```no_run
    /// use wasm_bindgen::JsValue;
    /// use web_sys::Response;
    ///
    /// let source = eventsource_wasm::FetchEventSource::builder("/events")
    ///     .fetch_with(|request| async move { my_fetch(request).await })
    ///     .connect()?;
    /// # async fn my_fetch(_: web_sys::Request) -> Result<Response, JsValue> { Response::new() }
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn fetch_with<F>(mut self, fetch: impl Fn(Request) -> F + 'static) -> Builder<K>
    where
        F: Future<Output = Result<Response, JsValue>> + 'static,
    {
        self.fetch = Some(Rc::new(move |request| Box::pin(fetch(request))));
        self
    }

    /// Sets the clock for delays, timeouts and durations. Tests give a [`TestClock`](crate::testing::TestClock), so that no
    /// time passes. Default: the browser's clock.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Builder<K> {
        self.clock = Some(Rc::new(clock));
        self
    }

    /// Sets a JSON body, with its `Content-Type`.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRequest`] when serde_json cannot serialize the value, such as a map whose keys are not strings.
    ///
    /// ```no_run
    /// #[derive(serde::Serialize)]
    /// struct Prompt { prompt: &'static str }
    ///
    /// let answer = eventsource_wasm::events("/chat").json(&Prompt { prompt: "hello" })?.events()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn json(self, body: &impl Serialize) -> Result<Builder<K>, Error> {
        let text = serde_json::to_string(body)
            .map_err(|error| Error::InvalidRequest(Cause::new("TypeError", error.to_string())))?;
        Ok(self.header("Content-Type", "application/json").body(text))
    }

    /// Sends cookies to other origins too. Default false: only to the origin of the page.
    ///
    /// ```no_run
    /// let source = eventsource_wasm::FetchEventSource::builder("/events").with_credentials(true).connect()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn with_credentials(mut self, yes: bool) -> Builder<K> {
        self.credentials = if yes { RequestCredentials::Include } else { RequestCredentials::SameOrigin };
        self
    }

    /// Sets the `Last-Event-ID` of the first request, to resume where another source stopped. A [`header`](Builder::header)
    /// of that name has the same effect.
    ///
    /// ```no_run
    /// let source = eventsource_wasm::FetchEventSource::builder("/events").last_event_id("42").connect()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn last_event_id(mut self, id: &str) -> Builder<K> {
        self.config.last_event_id = id.to_owned();
        self
    }

    /// Sets whether requests have the header `Last-Event-ID`. Default true. Without the header, a reconnect to another origin
    /// needs no preflight: send the ID in the URL, with [`url_with`](Builder::url_with).
    pub fn last_event_id_header(mut self, yes: bool) -> Builder<K> {
        self.config.sends_last_event_id = yes;
        self
    }

    /// Sets the time within which a response head must arrive. Zero, and the default: no limit.
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// let source = eventsource_wasm::FetchEventSource::builder("/events").connect_timeout(Duration::from_secs(10)).connect()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn connect_timeout(mut self, limit: Duration) -> Builder<K> {
        self.config.connect_timeout = Some(limit);
        self
    }

    /// Sets the time within which the next byte must arrive. Bytes of comments count. Zero, and the default: no limit.
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// let source = eventsource_wasm::FetchEventSource::builder("/events").idle_timeout(Duration::from_secs(60)).connect()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn idle_timeout(mut self, limit: Duration) -> Builder<K> {
        self.config.idle_timeout = Some(limit);
        self
    }

    /// Sets the time within which the next event, or a block with an ID, must arrive. Comments do not count. The time runs
    /// only while the source waits for bytes. Zero, and the default: no limit.
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// let answer = eventsource_wasm::events("/chat").event_timeout(Duration::from_secs(60)).events()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn event_timeout(mut self, limit: Duration) -> Builder<K> {
        self.config.event_timeout = Some(limit);
        self
    }

    /// Sets how many bytes of the body of a refused response are kept, in
    /// [`EventSourceError::body_prefix`](crate::EventSourceError::body_prefix). Default 64 KiB.
    pub fn max_error_body(mut self, bytes: usize) -> Builder<K> {
        self.config.max_error_body = bytes;
        self
    }

    /// Sets the size limit of an event, in bytes. Comments do not count. Default 64 MiB.
    ///
    /// ```no_run
    /// let source = eventsource_wasm::FetchEventSource::builder("/events").max_event_size(1 << 20).connect()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn max_event_size(mut self, bytes: usize) -> Builder<K> {
        self.config.max_event_size = bytes;
        self
    }

    /// Sets the data of the last event, such as `[DONE]`. This event ends the stream and is not delivered. A stream that ends
    /// without it is [truncated](crate::ErrorCode::Truncated).
    ///
    /// ```no_run
    /// let answer = eventsource_wasm::events("/chat").until("[DONE]").events()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn until(self, sentinel: &str) -> Builder<K> {
        let sentinel = sentinel.to_owned();
        self.until_with(move |event| event.data == sentinel)
    }

    /// Sets the name of the last event. This event ends the stream and is not delivered. A stream that ends without it is
    /// [truncated](crate::ErrorCode::Truncated). Replaces [`until`](Builder::until).
    ///
    /// ```no_run
    /// let answer = eventsource_wasm::events("/chat").until_event("done").events()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn until_event(self, event_type: &str) -> Builder<K> {
        let wanted = event_type.to_owned();
        let mut builder = self.until_with(move |event| event.event_type == wanted);
        builder.last_event = Some(event_type.to_owned());
        builder
    }

    /// Sets a function that recognises the last event. It is called once for each event, in order. The first event for which
    /// it returns true ends the stream and is not delivered. A stream that ends without it is
    /// [truncated](crate::ErrorCode::Truncated). Replaces [`until`](Builder::until).
    ///
    /// ```no_run
    /// let answer = eventsource_wasm::events("/chat").until_with(|event| event.event_type == "done").events()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn until_with(mut self, is_complete: impl Fn(&RawEvent) -> bool + 'static) -> Builder<K> {
        self.config.until = true;
        self.last_event = None;
        self.is_complete = Some(Rc::new(is_complete));
        self
    }

    /// Adds the name of an event that means failure, such as `error`. Such an event fails the connection with
    /// [`ErrorCode::Event`](crate::ErrorCode::Event); the error holds the event. The event is not delivered, and its ID is
    /// ignored. Only [`retry`](crate::SourceBuilder::retry) or [`retry_with`](crate::SourceBuilder::retry_with) repeat the
    /// request. Checked before `until`.
    ///
    /// ```no_run
    /// let answer = eventsource_wasm::events("/chat").fail_on("error").until("[DONE]").events()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn fail_on(mut self, event_type: &str) -> Builder<K> {
        self.failures.push(event_type.to_owned());
        self
    }

    /// Sets a function that recognises events that mean failure, in addition to the names of [`fail_on`](Builder::fail_on).
    ///
    /// ```no_run
    /// let answer = eventsource_wasm::events("/chat").fail_on_with(|event| event.data.starts_with("{\"error\"")).events()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn fail_on_with(mut self, is_failure: impl Fn(&RawEvent) -> bool + 'static) -> Builder<K> {
        self.is_failure = Some(Rc::new(is_failure));
        self
    }

    /// Sets how to handle an event that a clean end of the body cuts off, before its blank line. Unless it is delivered, the
    /// error has it as [`unfinished`](crate::EventSourceError::unfinished). Default: [`Unfinished::Error`] for
    /// [`events`](crate::events), otherwise [`Unfinished::Discard`].
    pub fn unfinished(mut self, how: Unfinished) -> Builder<K> {
        self.config.unfinished = Some(how);
        self
    }

    /// Sets whether typed listeners and typed streams skip events with empty data. Raw listeners and raw streams get these
    /// events, and their IDs count. For servers that send an ID alone, such as MCP servers. Default false.
    ///
    /// ```no_run
    /// let source = eventsource_wasm::FetchEventSource::builder("/mcp").skip_empty_data(true).connect()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn skip_empty_data(mut self, yes: bool) -> Builder<K> {
        self.skips_empty = yes;
        self
    }

    /// Calls back with the text of each comment, without its colon.
    pub fn on_comment(mut self, callback: impl Fn(&str) + 'static) -> Builder<K> {
        self.config.comments = true;
        self.comment = Some(Rc::new(callback));
        self
    }

    /// Sets a function that accepts other values of `Content-Type` as an event stream, for a response with status 200; `None`
    /// if the header is missing. It is not called for `text/event-stream`, nor for HTML, which may be a login page.
    ///
    /// ```no_run
    /// let answer = eventsource_wasm::events("/chat").accept_with(|content_type| content_type == Some("text/plain")).events()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn accept_with(mut self, accept: impl Fn(Option<&str>) -> bool + 'static) -> Builder<K> {
        self.accept = Some(Rc::new(accept));
        self
    }

    /// The functions for `until` and for `fail_on`.
    fn judge(&mut self) -> Result<Judge, Error> {
        let (names, is_failure) = (std::mem::take(&mut self.failures), self.is_failure.take());
        if let Some(name) = self.last_event.as_ref().filter(|name| names.contains(name)) {
            let advice =
                format!("until_event() and fail_on() name the same event, '{name}': take it out of one of them");
            return Err(Error::InvalidRequest(Cause::new("TypeError", advice)));
        }
        let is_failure: Option<Predicate> = (is_failure.is_some() || !names.is_empty()).then(|| {
            let fails = move |event: &RawEvent| {
                names.contains(&event.event_type) || is_failure.as_ref().is_some_and(|is_failure| is_failure(event))
            };
            Rc::new(fails) as Predicate
        });
        Ok(Judge::new(is_failure, self.is_complete.take()))
    }

    /// Moves a static `Last-Event-ID` header into the option `last_event_id`.
    fn take_id_header(&mut self) {
        let is_id = |(name, _): &mut (String, String)| name.eq_ignore_ascii_case("last-event-id");
        if let Some((_, id)) = self.headers.extract_if(.., is_id).last()
            && self.config.last_event_id.is_empty()
        {
            self.config.last_event_id = id;
        }
    }

    pub(super) fn into_shell(mut self) -> Result<(Rc<RefCell<String>>, Rc<Shell>), Error> {
        let (url, authorization) = match &self.given {
            None => {
                // A function that replaces `fetch` gets a `Request`.
                host::require(if self.fetch.is_some() { "Request" } else { "fetch" })?;
                url::split_userinfo(&url::resolve(&self.url)?)
            }
            Some(_) => {
                host::require("ReadableStream")?;
                self.refuse_request_options()?;
                (self.url.clone(), None)
            }
        };
        let url = Rc::new(RefCell::new(url));
        self.take_id_header();
        let judge = self.judge()?;
        let Builder {
            make_url,
            make_method,
            headers,
            make_headers,
            body,
            make_body,
            with_init,
            fetch,
            given,
            clock,
            credentials,
            decide,
            accept,
            comment,
            mut config,
            ..
        } = self;
        // Checked here to return the error: the request has no caller that would see it.
        to_headers(&headers).map_err(|error| invalid_request(&error))?;
        if make_method.is_some() {
            config.method = Some("POST".to_owned());
        }
        config.seed = (js_sys::Math::random() * f64::from(u32::MAX)) as u64;
        // The budget of the page uses the page's clock.
        config.pace = clock.is_none().then_some(&PAGE);
        config.in_page = host::is_page();
        let request_url = url.clone();
        let make_request: MakeRequest = Box::new(move |request, response| {
            let init = RequestInit::new();
            init.set_method(request.method);
            init.set_credentials(credentials);
            let (body, make_body, with_init) = (body.clone(), make_body.clone(), with_init.clone());
            let make_method = make_method.clone();
            let context = request_context(request, response);
            let (url, make_url, mut authorization) = (request_url.clone(), make_url.clone(), authorization.clone());
            let (mut headers, make_headers) = (headers.clone(), make_headers.clone());
            Box::pin(async move {
                if let Some(make) = make_url {
                    let made = make(context.clone()).await;
                    let resolved = url::resolve(&made).map_err(|error| js_sys::Error::new(&error.to_string()))?;
                    let (made, of_made) = url::split_userinfo(&resolved);
                    *url.borrow_mut() = made;
                    authorization = of_made;
                }
                let mut may_have_body = true;
                if let Some(make) = make_method {
                    let method = make(context.clone()).await;
                    may_have_body = !["GET", "HEAD"].iter().any(|bare| method.eq_ignore_ascii_case(bare));
                    init.set_method(&method);
                }
                let body = match make_body.filter(|_| may_have_body) {
                    Some(make) => make(context.clone()).await.map(Rc::new),
                    None => body.filter(|_| may_have_body),
                };
                if let Some(body) = body {
                    init.set_body(&body.to_js());
                }
                if let Some(make) = make_headers {
                    headers.extend(make(context).await);
                }
                let headers = to_headers(&headers)?;
                if let Some(value) = &authorization
                    && !headers.has("Authorization")?
                {
                    headers.set("Authorization", value)?;
                }
                if let Some(change) = with_init {
                    change(&init);
                }
                let url = url.borrow().clone();
                Ok(RequestParts { url, init, headers })
            })
        });
        let callbacks = Callbacks { make_request, fetch, decide, accept, comment, judge };
        Ok((url, Shell::new(config, callbacks, given, clock.unwrap_or_else(|| Rc::new(PageClock)))))
    }

    /// Rejects request options for a given response or body, which needs no request.
    fn refuse_request_options(&self) -> Result<(), Error> {
        let has_options = !self.headers.is_empty()
            || self.config.method.is_some()
            || self.config.has_body
            || self.make_url.is_some()
            || self.make_method.is_some()
            || self.make_headers.is_some()
            || self.with_init.is_some()
            || self.fetch.is_some()
            || self.decide.is_some()
            || self.config.retry.is_some();
        if has_options {
            let advice =
                "there is no request: remove the request options, or give a URL instead of the response or the stream";
            return Err(Error::InvalidRequest(Cause::new("TypeError", advice)));
        }
        Ok(())
    }

    pub(super) fn reading(given: Given) -> Builder<K> {
        let mut builder = Builder::new("about:event-stream");
        builder.config.given = true;
        builder.given = Some(given);
        builder
    }
}

/// Clones share the functions.
impl<K> Clone for Builder<K> {
    fn clone(&self) -> Builder<K> {
        Builder {
            url: self.url.clone(),
            headers: self.headers.clone(),
            make_url: self.make_url.clone(),
            make_headers: self.make_headers.clone(),
            body: self.body.clone(),
            make_body: self.make_body.clone(),
            with_init: self.with_init.clone(),
            fetch: self.fetch.clone(),
            given: self.given.clone(),
            clock: self.clock.clone(),
            credentials: self.credentials,
            make_method: self.make_method.clone(),
            decide: self.decide.clone(),
            is_complete: self.is_complete.clone(),
            last_event: self.last_event.clone(),
            failures: self.failures.clone(),
            is_failure: self.is_failure.clone(),
            accept: self.accept.clone(),
            comment: self.comment.clone(),
            skips_empty: self.skips_empty,
            config: self.config.clone(),
            kind: PhantomData,
        }
    }
}

impl<K> std::fmt::Debug for Builder<K> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Builder")
            .field("url", &url::shown(&self.url))
            .field("method", &self.config.method)
            .finish_non_exhaustive()
    }
}

fn invalid_request(cause: &JsValue) -> Error {
    Error::InvalidRequest(cause_of(cause))
}

fn to_headers(list: &HeaderList) -> Result<Headers, JsValue> {
    let headers = Headers::new()?;
    list.iter().try_for_each(|(name, value)| headers.set(name, value))?;
    Ok(headers)
}

fn request_context(request: machine::Request<'_>, response: Option<Response>) -> RequestContext {
    RequestContext {
        attempt: request.attempt,
        last_event_id: String::from_utf8_lossy(request.last_event_id).into_owned(),
        reason: request.reason,
        status: request.reason.and_then(Reason::status),
        response,
    }
}
