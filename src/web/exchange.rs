//! One request and its response, until it ends or is dropped.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use js_sys::{Promise, Reflect, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal, Headers, Request, RequestCache, RequestInit, Response};

use super::reader::Reader;
use super::sys::{self, ReadResult};
use crate::http::{ACCEPT, ResponseHead};
use crate::machine;

/// The parts of a request, made anew for each.
pub(crate) struct RequestParts {
    pub(crate) url: String,
    pub(crate) init: RequestInit,
    pub(crate) headers: Headers,
}

/// Makes the parts of a request. The function itself calls no code of the user's, but the future does.
pub(crate) type MakeRequest = Box<dyn Fn(machine::Request<'_>, Option<Response>) -> MakingRequest>;
/// Answers requests in place of the global `fetch`.
pub(crate) type Fetch = Rc<dyn Fn(Request) -> Pin<Box<dyn Future<Output = Result<Response, JsValue>>>>>;

pub(crate) type MakingRequest = Pin<Box<dyn Future<Output = Result<RequestParts, JsValue>>>>;

/// What became of a request, or of a read.
pub(crate) enum News {
    Response {
        response: Response,
        /// Whether an event stream can be read of it. That to a HEAD has no body, and ends at once.
        is_streamed: bool,
    },
    Chunk(Uint8Array),
    End,
    /// The request cannot be made, or its body cannot be read.
    Unusable(JsValue),
    /// `fetch` rejected.
    Rejected {
        /// The URL of the request, if the page made it: its policy may forbid that.
        url: Option<String>,
        cause: JsValue,
    },
    /// The body broke off.
    Broken(JsValue),
}

/// A request under way. Dropping it aborts the request and cancels the body.
pub(crate) struct Exchange {
    controller: AbortController,
    /// That of the body, as soon as there is one.
    reader: Rc<RefCell<Option<Reader>>>,
    /// The URL, once the request is sent.
    url: Rc<RefCell<String>>,
    /// What is awaited, if anything is.
    step: Option<Pin<Box<dyn Future<Output = News>>>>,
}

impl Exchange {
    /// Sends a request.
    pub(crate) fn new(parts: MakingRequest, last_event_id: Option<String>, fetch: Option<Fetch>) -> Exchange {
        let mut exchange = Exchange::idle();
        let signal = exchange.controller.signal();
        let (reader, sent_to) = (exchange.reader.clone(), exchange.url.clone());
        exchange.step = Some(Box::pin(async move {
            let RequestParts { url, init, headers } = match parts.await {
                Ok(parts) => parts,
                Err(cause) => return News::Unusable(cause),
            };
            sent_to.replace(url.clone());
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
                Ok(response) => take(response, init.get_method().as_deref() == Some("HEAD"), &reader),
                Err(cause) => News::Rejected { url: fetch.is_none().then_some(url), cause },
            }
        }));
        exchange
    }

    /// Takes a response that the user gave; a failure if there is none.
    pub(crate) fn of(response: Result<Response, JsValue>) -> Exchange {
        let mut exchange = Exchange::idle();
        let reader = exchange.reader.clone();
        exchange.step =
            Some(Box::pin(
                async move { response.map_or_else(News::Unusable, |response| take(response, false, &reader)) },
            ));
        exchange
    }

    fn idle() -> Exchange {
        let controller = AbortController::new().expect("AbortController is in every engine that has fetch");
        Exchange { controller, reader: Rc::default(), url: Rc::default(), step: None }
    }

    /// The URL, once the request is made.
    pub(crate) fn url(&self) -> &Rc<RefCell<String>> {
        &self.url
    }

    /// What aborts the request, or keeps it from being sent.
    pub(crate) fn controller(&self) -> &AbortController {
        &self.controller
    }

    /// What is awaited, once it is there; pending for ever when nothing is.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<News> {
        let Some(step) = &mut self.step else { return Poll::Pending };
        let news = std::task::ready!(step.as_mut().poll(context));
        self.step = None;
        Poll::Ready(news)
    }

    /// Asks the body for a chunk, once polled.
    pub(crate) fn read(&mut self) {
        let reader = self.reader.borrow().clone();
        self.step = Some(Box::pin(async move {
            match reader {
                Some(reader) => read_chunk(&reader).await,
                // A response without a body, such as that to a HEAD, or a refused one.
                None => News::End,
            }
        }));
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.controller.abort();
        if let Some(reader) = self.reader.take() {
            // A body that `fetch` did not make knows nothing of the signal.
            ignore_rejection(&reader.cancel());
        }
    }
}

/// Sets what the standard wants of the request.
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

/// A request that cannot be made is an error here, rather than one that looks like the network's.
fn request_of(url: &str, init: &RequestInit, signal: &AbortSignal) -> Result<Request, JsValue> {
    init.set_signal(Some(signal));
    Request::new_with_str_and_init(url, init)
}

fn send(request: &Request, signal: &AbortSignal) -> Result<Promise, JsValue> {
    // Twice: Node forgets the signal of a Request that has been garbage-collected, and what replaces `fetch` may pass on the
    // Request alone.
    let with_signal = RequestInit::new();
    with_signal.set_signal(Some(signal));
    sys::fetch(request, &with_signal)
}

/// Takes a response, whose body nobody else reads from now on. The one to a HEAD has none, and ends at once.
fn take(response: Response, is_head: bool, reader: &RefCell<Option<Reader>>) -> News {
    let body = response.body();
    let is_streamed = body.is_some() || is_head;
    if let Some(body) = body {
        match Reader::of(body.into()) {
            Ok(found) => *reader.borrow_mut() = Some(found),
            // Someone reads it already.
            Err(cause) => return News::Unusable(cause),
        }
    }
    News::Response { response, is_streamed }
}

/// A stream of the user's may yield something else than bytes: a `TypeError`.
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
    // By its tag: a chunk may be of another realm.
    let tag = Reflect::get(&chunk, &js_sys::Symbol::to_string_tag()).ok().and_then(|tag| tag.as_string());
    if tag.as_deref() != Some("Uint8Array") {
        return News::Unusable(js_sys::TypeError::new("the body must be a stream of Uint8Array chunks").into());
    }
    let chunk = chunk.unchecked_into();
    reader.reuse(&chunk);
    News::Chunk(chunk)
}

/// Marks a promise as handled: a stream that has failed rejects its cancellation too, and nobody is to be notified of that.
fn ignore_rejection(promise: &Promise) {
    thread_local! {
        static IGNORE: Closure<dyn FnMut(JsValue)> = Closure::new(|_| {});
    }
    IGNORE.with(|ignore| {
        let _ = promise.catch(ignore);
    });
}

/// The head of a response, as the machine wants it.
pub(crate) fn with_head(response: &Response, use_head: impl FnOnce(ResponseHead<'_>)) {
    let header = |name| response.headers().get(name).ok().flatten();
    let (content_type, retry_after) = (header("Content-Type"), header("Retry-After"));
    let head = ResponseHead::new(response.status(), content_type.as_deref());
    let since_epoch = Duration::from_millis(js_sys::Date::now() as u64);
    use_head(match &retry_after {
        Some(value) => head.with_retry_after(value, since_epoch),
        None => head,
    });
}
