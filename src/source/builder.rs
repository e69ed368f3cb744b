use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use serde::Serialize;
use wasm_bindgen::JsValue;
use web_sys::{Headers, RequestCredentials, RequestInit};

use crate::error::Error;
use crate::error::ErrorCode;
use crate::event::RawEvent;
use crate::machine::{self, Config, Decision, Retry, RetryContext, RetryPolicy, Until, WhenHidden};
use crate::web::evidence::cause_of;
use crate::web::exchange::{MakeRequest, RequestParts};
use crate::web::host;
use crate::web::pace::PAGE;
use crate::web::shell::{Decide, IsComplete, Shell};
use crate::web::url;

/// What a function that makes the URL or headers is told of the request to come.
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
    /// The last event ID that goes with it.
    pub last_event_id: String,
    /// Why a new request is made; `None` for the first.
    pub reason: Option<ErrorCode>,
    /// The status that made it necessary, such as 401.
    pub status: Option<u16>,
}

type HeaderList = Vec<(String, String)>;
/// Makes a part of each request.
type Make<T> = Rc<dyn Fn(RequestContext) -> Pin<Box<dyn Future<Output = T>>>>;

/// A request for an event stream, to be read as a [`FetchEventSource`](crate::FetchEventSource) or as [`EventStream`](crate::EventStream).
///
/// ```no_run
/// use std::time::Duration;
/// use eventsource_wasm::FetchEventSource;
///
/// let source = FetchEventSource::builder("/events")
///     .header("x-client", "demo")
///     .idle_timeout(Duration::from_secs(60))
///     .connect()?;
/// # Ok::<(), eventsource_wasm::Error>(())
/// ```
#[must_use = "a builder sends nothing; call `connect()` or `events()`"]
pub struct Builder {
    url: String,
    headers: HeaderList,
    make_url: Option<Make<String>>,
    make_headers: Option<Make<HeaderList>>,
    body: Option<JsValue>,
    pub(super) credentials: RequestCredentials,
    decide: Option<Decide>,
    is_complete: Option<IsComplete>,
    pub(super) config: Config,
}

impl Builder {
    pub(crate) fn new(url: &str) -> Builder {
        Builder {
            url: url.to_owned(),
            headers: Vec::new(),
            make_url: None,
            make_headers: None,
            body: None,
            credentials: RequestCredentials::SameOrigin,
            decide: None,
            is_complete: None,
            config: Config::default(),
        }
    }

    /// A URL that is made anew for each request, such as one with a token. Called again, once, after a 401 or 403. Until then
    /// [`FetchEventSource::url`](crate::FetchEventSource::url) is the one that the builder began with; then it is the one of the last request. One that
    /// does not parse is [`ErrorCode::Request`].
    ///
    /// ```no_run
    /// let source = eventsource_wasm::FetchEventSource::builder("/events")
    ///     .url_with(|_| async { format!("/events?token={}", token().await) })
    ///     .connect()?;
    /// # async fn token() -> String { String::new() }
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn url_with<F>(mut self, make: impl Fn(RequestContext) -> F + 'static) -> Builder
    where
        F: Future<Output = String> + 'static,
    {
        self.make_url = Some(Rc::new(move |context| Box::pin(make(context))));
        self.config.renews_credentials = true;
        self
    }

    /// The method. Default `GET`, or `POST` when there is a body.
    ///
    /// ```no_run
    /// let source = eventsource_wasm::FetchEventSource::builder("/events").method("PUT").connect()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn method(mut self, method: &str) -> Builder {
        self.config.method = Some(method.to_owned());
        self
    }

    /// Sets a header. `Accept: text/event-stream` is there already, unless it is set here.
    ///
    /// ```no_run
    /// let source = eventsource_wasm::FetchEventSource::builder("/events").header("x-client", "demo").connect()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn header(mut self, name: &str, value: &str) -> Builder {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Headers that are made anew for each request, such as fresh credentials. Called again, once, after a 401 or 403.
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
    pub fn headers_with<F>(mut self, make: impl Fn(RequestContext) -> F + 'static) -> Builder
    where
        F: Future<Output = Vec<(String, String)>> + 'static,
    {
        self.make_headers = Some(Rc::new(move |context| Box::pin(make(context))));
        self.config.renews_credentials = true;
        self
    }

    /// The body: text, or anything else that `fetch` takes and that can be sent again.
    ///
    /// ```no_run
    /// let source = eventsource_wasm::FetchEventSource::builder("/events").body("hello").connect()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn body(mut self, body: impl Into<JsValue>) -> Builder {
        // Elsewhere there are no values of JavaScript to be made, and nothing is sent.
        if host::HAS_JAVASCRIPT {
            self.body = Some(body.into());
            self.config.has_body = true;
        }
        self
    }

    /// A JSON body, with its `Content-Type`.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRequest`] when the value cannot be serialized, and [`Error::Unsupported`] outside of a JavaScript runtime.
    ///
    /// ```no_run
    /// #[derive(serde::Serialize)]
    /// struct Prompt { prompt: &'static str }
    ///
    /// let answer = eventsource_wasm::events("/chat").json(&Prompt { prompt: "hello" })?.events()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn json(self, body: &impl Serialize) -> Result<Builder, Error> {
        host::require("JSON")?;
        let serializer = serde_wasm_bindgen::Serializer::json_compatible();
        let value = body.serialize(&serializer).map_err(|error| invalid_request(&error.into()))?;
        let text = js_sys::JSON::stringify(&value).map_err(|error| invalid_request(&error))?;
        Ok(self.header("Content-Type", "application/json").body(text))
    }

    /// Sends cookies to other origins too. Default false: to this one only.
    ///
    /// ```no_run
    /// let source = eventsource_wasm::FetchEventSource::builder("/events").with_credentials(true).connect()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn with_credentials(mut self, yes: bool) -> Builder {
        self.credentials = if yes { RequestCredentials::Include } else { RequestCredentials::SameOrigin };
        self
    }

    /// Sent as `Last-Event-ID` with the first request: resume where another source stopped.
    ///
    /// ```no_run
    /// let source = eventsource_wasm::FetchEventSource::builder("/events").last_event_id("42").connect()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn last_event_id(mut self, id: &str) -> Builder {
        self.config.last_event_id = id.to_owned();
        self
    }

    /// Numbers for the reconnects. With them a method that is not idempotent is sent again too, and so is a request that
    /// was answered 408, 425, 429 or 5xx.
    ///
    /// ```no_run
    /// use eventsource_wasm::{FetchEventSource, RetryPolicy};
    ///
    /// let policy = RetryPolicy::default().max_attempts(10).jitter(true);
    /// let source = FetchEventSource::builder("/events").retry(policy).connect()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn retry(mut self, policy: RetryPolicy) -> Builder {
        self.config.retry = Some(Retry::Policy(policy));
        self
    }

    /// A function that decides on every reconnect, except after a 204.
    ///
    /// ```no_run
    /// use std::time::Duration;
    /// use eventsource_wasm::FetchEventSource;
    /// use eventsource_wasm::machine::Decision;
    ///
    /// let source = FetchEventSource::builder("/events")
    ///     .retry_with(|context| match context.status {
    ///         Some(400..500) => Decision::Stop,
    ///         _ => Decision::Wait(context.retry_after.unwrap_or(Duration::from_secs(5))),
    ///     })
    ///     .connect()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn retry_with(mut self, decide: impl Fn(&RetryContext) -> Decision + 'static) -> Builder {
        self.config.retry = Some(Retry::Ask);
        self.decide = Some(Box::new(decide));
        self
    }

    /// A response head must come within this time. Zero, and the default: no limit.
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// let source = eventsource_wasm::FetchEventSource::builder("/events").connect_timeout(Duration::from_secs(10)).connect()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn connect_timeout(mut self, limit: Duration) -> Builder {
        self.config.connect_timeout = Some(limit);
        self
    }

    /// A byte, be it of a comment, must come within this time of the last. Zero, and the default: no
    /// limit.
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// let source = eventsource_wasm::FetchEventSource::builder("/events").idle_timeout(Duration::from_secs(60)).connect()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn idle_timeout(mut self, limit: Duration) -> Builder {
        self.config.idle_timeout = Some(limit);
        self
    }

    /// Bytes that one event may take. Default 64 MiB.
    ///
    /// ```no_run
    /// let source = eventsource_wasm::FetchEventSource::builder("/events").max_event_size(1 << 20).connect()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn max_event_size(mut self, bytes: usize) -> Builder {
        self.config.max_event_size = bytes;
        self
    }

    /// Data that ends the stream, such as `[DONE]`; it is not delivered. A stream that ends without it is
    /// [truncated](ErrorCode::Truncated).
    ///
    /// ```no_run
    /// let answer = eventsource_wasm::events("/chat").until("[DONE]").events()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn until(mut self, sentinel: &str) -> Builder {
        self.config.until = Some(sentinel.into());
        self.is_complete = None;
        self
    }

    /// The same by a function, which is asked once for each event, in order: the first of which it says true ends the stream and
    /// is not delivered.
    ///
    /// ```no_run
    /// let answer = eventsource_wasm::events("/chat").until_with(|event| event.event_type == "done").events()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn until_with(mut self, is_complete: impl Fn(&RawEvent) -> bool + 'static) -> Builder {
        self.config.until = Some(Until::Function);
        self.is_complete = Some(Box::new(is_complete));
        self
    }

    /// What a [`FetchEventSource`](crate::FetchEventSource) does while its document is hidden. It counts from the start: a source that pauses, made in
    /// a hidden document, connects when that is shown. A request that may not be sent again, as a POST without a retry
    /// policy, goes on in any case.
    ///
    /// ```no_run
    /// use eventsource_wasm::WhenHidden;
    ///
    /// let source = eventsource_wasm::FetchEventSource::builder("/events").when_hidden(WhenHidden::Pause).connect()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn when_hidden(mut self, when_hidden: WhenHidden) -> Builder {
        self.config.when_hidden = when_hidden;
        self
    }

    pub(super) fn into_shell(self) -> Result<(Rc<RefCell<String>>, Rc<Shell>), Error> {
        host::require("fetch")?;
        let url = Rc::new(RefCell::new(url::resolve(&self.url)?));
        let Builder { make_url, headers, make_headers, body, credentials, decide, is_complete, mut config, .. } = self;
        // Now rather than with the request, where nobody would see it.
        to_headers(&headers).map_err(|error| invalid_request(&error))?;
        config.seed = (js_sys::Math::random() * f64::from(u32::MAX)) as u64;
        config.pace = Some(&PAGE);
        let request_url = url.clone();
        let make_request: MakeRequest = Box::new(move |request| {
            let init = RequestInit::new();
            init.set_method(request.method);
            init.set_credentials(credentials);
            if let Some(body) = &body {
                init.set_body(body);
            }
            let context = request_context(request);
            let (url, make_url) = (request_url.clone(), make_url.clone());
            let (mut headers, make_headers) = (headers.clone(), make_headers.clone());
            Box::pin(async move {
                if let Some(make) = make_url {
                    let made = make(context.clone()).await;
                    let resolved = url::resolve(&made).map_err(|error| js_sys::Error::new(&error.to_string()))?;
                    *url.borrow_mut() = resolved;
                }
                if let Some(make) = make_headers {
                    headers.extend(make(context).await);
                }
                let url = url.borrow().clone();
                Ok(RequestParts { url, init, headers: to_headers(&headers)? })
            })
        });
        Ok((url, Shell::new(config, make_request, decide, is_complete)))
    }
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Builder")
            .field("url", &self.url)
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

fn request_context(request: machine::Request<'_>) -> RequestContext {
    RequestContext {
        attempt: request.attempt,
        last_event_id: String::from_utf8_lossy(request.last_event_id).into_owned(),
        reason: request.reason.map(|failure| failure.code),
        status: request.reason.and_then(|failure| failure.status),
    }
}
