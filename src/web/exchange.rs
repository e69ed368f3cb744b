//! One request and its response, until it ends or is dropped.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use js_sys::{Promise, Reflect, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal, Headers, ReadableStream, Request, RequestCache, RequestInit, Response};

use super::reader::Reader;
use super::sys::{self, ReadResult};
use super::url::is_reported_as;
use crate::http::ACCEPT;
use crate::machine;

/// The parts of one request.
pub(crate) struct RequestParts {
    pub(crate) url: String,
    pub(crate) init: RequestInit,
    pub(crate) headers: Headers,
}

/// Makes the parts of a request. The function calls no user code; its future does.
pub(crate) type MakeRequest = Box<dyn Fn(machine::Request<'_>, Option<Response>) -> MakingRequest>;
/// Answers requests in place of the global `fetch`.
pub(crate) type Fetch = Rc<dyn Fn(Request) -> Pin<Box<dyn Future<Output = Result<Response, JsValue>>>>>;

pub(crate) type MakingRequest = Pin<Box<dyn Future<Output = Result<RequestParts, JsValue>>>>;

/// A response or a body that the user has already.
#[derive(Clone)]
pub(crate) enum Given {
    Response(Response),
    /// A body, which counts as an event stream.
    Body(ReadableStream),
}

/// The result of a request or of a read.
pub(crate) enum News {
    Response {
        response: Response,
        /// Whether the response can be read as a stream. True for a HEAD, whose response has no body and ends at once.
        is_streamed: bool,
    },
    Chunk(Uint8Array),
    End,
    /// The request cannot be made, or its body cannot be read.
    Unusable(JsValue),
    /// `fetch` rejected.
    Rejected {
        /// The URL of the request, unless a function of the user sent it. The page's policy may forbid this URL.
        url: Option<String>,
        cause: JsValue,
    },
    /// The body broke off.
    Broken(JsValue),
}

impl News {
    /// The reason of a failure.
    pub(crate) fn cause(&self) -> Option<&JsValue> {
        match self {
            News::Unusable(cause) | News::Rejected { cause, .. } | News::Broken(cause) => Some(cause),
            News::Response { .. } | News::Chunk(_) | News::End => None,
        }
    }
}

type Step = Pin<Box<dyn Future<Output = News>>>;

/// A request and its response. Aborting it, or dropping it, aborts the request and cancels the body.
pub(crate) struct Exchange {
    controller: AbortController,
    is_aborted: Cell<bool>,
    /// The awaited request or read. It is out of its cell while it is polled, because user code may run then.
    step: RefCell<Option<Step>>,
    received: Rc<Received>,
    /// The reason for which the exchange failed.
    pub(crate) cause: RefCell<JsValue>,
}

/// The parts of an exchange that a step fills in.
#[derive(Default)]
struct Received {
    /// The URL, once the request is made.
    url: RefCell<String>,
    response: RefCell<Option<Response>>,
    reader: RefCell<Option<Reader>>,
}

impl Exchange {
    /// Sends a request, once polled.
    pub(crate) fn new(parts: MakingRequest, last_event_id: Option<String>, fetch: Option<Fetch>) -> Exchange {
        let exchange = Exchange::idle();
        let (signal, received) = (exchange.controller.signal(), exchange.received.clone());
        exchange.begin(async move {
            let RequestParts { url, init, headers } = match parts.await {
                Ok(parts) => parts,
                Err(cause) => return News::Unusable(cause),
            };
            received.url.replace(url.clone());
            let prepared = prepare(&init, &headers, last_event_id.as_deref());
            let request = match prepared.and_then(|()| request_of(&url, &init, &signal)) {
                Ok(request) => request,
                Err(cause) => return News::Unusable(cause),
            };
            let response = match &fetch {
                Some(fetch) => fetch(request).await,
                None => match send(&request, &signal) {
                    Ok(promise) => JsFuture::from(promise).await.map(JsCast::unchecked_into),
                    Err(cause) => return News::Unusable(cause),
                },
            };
            match response {
                Ok(response) => received.take(response, init.get_method().as_deref() == Some("HEAD")),
                Err(cause) => News::Rejected { url: fetch.is_none().then_some(url), cause },
            }
        });
        exchange
    }

    /// Takes a response or a body that the user gave.
    pub(crate) fn of(given: &Given) -> Exchange {
        let exchange = Exchange::idle();
        let received = exchange.received.clone();
        let response = match given {
            Given::Response(response) => Ok(Clone::clone(response)),
            Given::Body(body) => Response::new_with_opt_readable_stream(Some(body)),
        };
        exchange.begin(async move { response.map_or_else(News::Unusable, |response| received.take(response, false)) });
        exchange
    }

    fn idle() -> Exchange {
        Exchange {
            controller: AbortController::new().expect("AbortController is in every engine that has fetch"),
            is_aborted: Cell::new(false),
            step: RefCell::default(),
            received: Rc::default(),
            cause: RefCell::new(JsValue::UNDEFINED),
        }
    }

    fn begin(&self, step: impl Future<Output = News> + 'static) {
        *self.step.borrow_mut() = Some(Box::pin(step));
    }

    /// Whether the exchange made the request that a report on the page's Content-Security-Policy is about.
    pub(crate) fn is_reported_as(&self, url: &str) -> bool {
        is_reported_as(&self.received.url.borrow(), url)
    }

    /// The response, once it is there.
    pub(crate) fn response(&self) -> Option<Response> {
        self.received.response.borrow().clone()
    }

    /// Polls the current step. Pending for ever without a step, and after an abort.
    pub(crate) fn poll(&self, context: &mut Context<'_>) -> Poll<News> {
        let Some(mut step) = self.step.take() else { return Poll::Pending };
        let news = step.as_mut().poll(context);
        if self.is_aborted.get() {
            return Poll::Pending;
        }
        if news.is_pending() {
            *self.step.borrow_mut() = Some(step);
        }
        news
    }

    /// Asks the body for a chunk, once polled.
    pub(crate) fn read(&self) {
        let reader = self.received.reader.borrow().clone();
        self.begin(async move {
            match reader {
                Some(reader) => read_chunk(&reader).await,
                // The response has no body, like the response to a HEAD.
                None => News::End,
            }
        });
    }

    /// Aborts the request, or keeps it from being sent, and cancels the body.
    pub(crate) fn abort(&self) {
        if self.is_aborted.replace(true) {
            return;
        }
        self.controller.abort();
        if let Some(reader) = self.received.reader.take() {
            // A body that `fetch` did not make does not know the signal.
            ignore_rejection(&reader.cancel());
        }
        drop(self.step.take());
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.abort();
    }
}

impl Received {
    /// Takes a response. Nobody else may read its body from now on.
    fn take(&self, response: Response, is_head: bool) -> News {
        let body = response.body();
        let is_streamed = body.is_some() || is_head;
        if let Some(body) = body {
            match Reader::of(body.into()) {
                Ok(reader) => *self.reader.borrow_mut() = Some(reader),
                // Someone reads it already.
                Err(cause) => return News::Unusable(cause),
            }
        }
        self.response.replace(Some(Clone::clone(&response)));
        News::Response { response, is_streamed }
    }
}

/// Sets the headers and the cache mode that the standard demands.
fn prepare(init: &RequestInit, headers: &Headers, last_event_id: Option<&str>) -> Result<(), JsValue> {
    if !headers.has("Accept")? {
        headers.set("Accept", ACCEPT)?;
    }
    if let Some(id) = last_event_id {
        headers.set("Last-Event-ID", id)?;
    }
    init.set_headers(headers);
    init.set_cache(RequestCache::NoStore);
    Ok(())
}

/// Makes the request here, so that a mistake in it does not look like a failure of the network.
fn request_of(url: &str, init: &RequestInit, signal: &AbortSignal) -> Result<Request, JsValue> {
    init.set_signal(Some(signal));
    Request::new_with_str_and_init(url, init)
}

fn send(request: &Request, signal: &AbortSignal) -> Result<Promise, JsValue> {
    // The signal is given twice: Node loses the signal of a garbage-collected Request, and a replaced `fetch` may pass on only
    // the Request.
    let with_signal = RequestInit::new();
    with_signal.set_signal(Some(signal));
    sys::fetch(request, &with_signal)
}

/// Reads one chunk. A chunk of a user's stream that is no bytes is a `TypeError`.
async fn read_chunk(reader: &Reader) -> News {
    let mut result = JsFuture::from(reader.read()).await;
    if result.is_err() && reader.read_without_buffer() {
        result = JsFuture::from(reader.read()).await;
    }
    let result: ReadResult = match result {
        Ok(result) => result.unchecked_into(),
        Err(cause) => return News::Broken(cause),
    };
    if result.done() {
        return News::End;
    }
    let chunk = result.value();
    // Checks the tag, because a chunk may be of another realm.
    let tag = Reflect::get(&chunk, &js_sys::Symbol::to_string_tag()).ok().and_then(|tag| tag.as_string());
    if tag.as_deref() != Some("Uint8Array") {
        return News::Unusable(js_sys::TypeError::new("the body must be a stream of Uint8Array chunks").into());
    }
    let chunk = chunk.unchecked_into();
    reader.reuse(&chunk);
    News::Chunk(chunk)
}

/// Marks a promise as handled: the cancellation of a failed stream rejects, too, which is no news for anybody.
fn ignore_rejection(promise: &Promise) {
    thread_local! {
        static IGNORE: Closure<dyn FnMut(JsValue)> = Closure::new(|_| {});
    }
    IGNORE.with(|ignore| {
        let _ = promise.catch(ignore);
    });
}
