//! One request and its response, until it ends or is dropped.

use std::cell::{Cell, RefCell};
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

use super::clock::Clock;
use super::sys::{self, ReadResult, Reader};
use crate::connection;
use crate::retry::{ErrorCode, parse_retry_after};

/// How much of a refused response's body is kept for its error, and how long reading it may take.
const BODY_PREFIX: usize = 1024;
const BODY_PREFIX_TIME: Duration = Duration::from_secs(1);

/// The parts of a request, made anew for each.
pub(crate) struct RequestParts {
    pub(crate) url: String,
    pub(crate) init: RequestInit,
    pub(crate) headers: Headers,
}

/// Makes the parts of a request. A rejection is [`ErrorCode::Request`].
pub(crate) type MakeRequest =
    Box<dyn Fn(connection::Request) -> Pin<Box<dyn Future<Output = Result<RequestParts, JsValue>>>>>;

/// What became of a response that is no event stream.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    pub(crate) response: Response,
    pub(crate) body_prefix: Vec<u8>,
}

/// What the exchange reports next.
pub(crate) enum News {
    Open(Response),
    Refused(Refused),
    Chunk(Uint8Array),
    End,
    Failed(ErrorCode, JsValue),
}

/// A request under way. Dropping it aborts the request and cancels the body.
pub(crate) struct Exchange {
    controller: AbortController,
    progress: Rc<Progress>,
    step: Pin<Box<dyn Future<Output = Step>>>,
    begins_to_read: bool,
}

/// What the future of an exchange tells it.
#[derive(Default)]
struct Progress {
    /// Of the body, as soon as there is one.
    reader: RefCell<Option<Reader>>,
    /// The response is no event stream, and the start of its body is being read.
    is_refused: Cell<bool>,
}

enum Step {
    Responded(Response),
    Refused(Refused),
    Read(Result<Option<Uint8Array>, (ErrorCode, JsValue)>),
    Failed(ErrorCode, JsValue),
}

impl Exchange {
    /// Sends a request.
    pub(crate) fn new(
        parts: Pin<Box<dyn Future<Output = Result<RequestParts, JsValue>>>>,
        last_event_id: Option<String>,
    ) -> Exchange {
        let controller = AbortController::new().expect("AbortController is in every engine that has fetch");
        let signal = controller.signal();
        let progress = Rc::<Progress>::default();
        let told = progress.clone();
        let step = async move {
            let parts = match parts.await {
                Ok(parts) => parts,
                Err(cause) => return Step::Failed(ErrorCode::Request, cause),
            };
            let RequestParts { url, init, headers } = parts;
            let prepared = prepare(&init, &headers, last_event_id.as_deref());
            let sent = prepared.and_then(|()| send(&url, &init, &signal));
            let response = match sent {
                Ok(promise) => JsFuture::from(promise).await,
                Err(cause) => return Step::Failed(ErrorCode::Request, cause),
            };
            match response {
                Ok(response) => receive(response.unchecked_into(), &told).await,
                // What no connection can mend is not tried again.
                Err(cause) if !is_http(&url) => Step::Failed(ErrorCode::Request, cause),
                Err(cause) => Step::Failed(ErrorCode::Network, cause),
            }
        };
        Exchange { controller, progress, step: Box::pin(step), begins_to_read: false }
    }

    /// What aborts the request, or keeps it from being sent.
    pub(crate) fn controller(&self) -> &AbortController {
        &self.controller
    }

    /// What comes next. Not to be called after [`News::End`], [`News::Refused`] or [`News::Failed`].
    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<News> {
        let step = std::task::ready!(self.step.as_mut().poll(context));
        Poll::Ready(match step {
            Step::Responded(response) => {
                self.read();
                News::Open(response)
            }
            Step::Refused(refused) => News::Refused(refused),
            Step::Read(Ok(None)) => News::End,
            Step::Read(Ok(Some(chunk))) => {
                self.read();
                News::Chunk(chunk)
            }
            Step::Read(Err((code, cause))) => News::Failed(code, cause),
            Step::Failed(code, cause) => News::Failed(code, cause),
        })
    }

    /// Whether the next poll asks the body for a chunk.
    pub(crate) fn begins_to_read(&mut self) -> bool {
        std::mem::take(&mut self.begins_to_read)
    }

    /// Whether the response is known to be no event stream: it came in time, however long its body takes.
    pub(crate) fn is_refused(&self) -> bool {
        self.progress.is_refused.get()
    }

    /// Begins to read the next chunk, once it is polled for.
    fn read(&mut self) {
        let progress = self.progress.clone();
        self.begins_to_read = true;
        self.step = Box::pin(async move {
            let reader = progress.reader.borrow().clone();
            match reader {
                Some(reader) => Step::Read(read_chunk(&reader).await),
                // A response without a body, such as that to a HEAD.
                None => Step::Read(Ok(None)),
            }
        });
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.controller.abort();
        if let Some(reader) = self.progress.reader.take() {
            // A body that `fetch` did not make knows nothing of the signal.
            ignore_rejection(&reader.cancel());
        }
    }
}

fn is_http(url: &str) -> bool {
    url.starts_with("http://") || url.starts_with("https://")
}

/// Sets what the standard wants of the request.
fn prepare(init: &RequestInit, headers: &Headers, last_event_id: Option<&str>) -> Result<(), JsValue> {
    if !headers.has("Accept")? {
        headers.set("Accept", "text/event-stream")?;
    }
    if let Some(id) = last_event_id {
        headers.set("Last-Event-ID", id)?;
    }
    init.set_headers(headers);
    init.set_cache(RequestCache::NoStore);
    Ok(())
}

/// A request that cannot be made is an error here, rather than one that looks like the network's.
fn send(url: &str, init: &RequestInit, signal: &AbortSignal) -> Result<Promise, JsValue> {
    let request = Request::new_with_str_and_init(url, init)?;
    // Not the request's own: Node forgets that of one which has been garbage-collected.
    let with_signal = RequestInit::new();
    with_signal.set_signal(Some(signal));
    sys::fetch(&request, &with_signal)
}

async fn receive(response: Response, progress: &Progress) -> Step {
    if let Some(body) = response.body() {
        match Reader::of(&body) {
            Ok(reader) => *progress.reader.borrow_mut() = Some(reader),
            // Someone reads it already.
            Err(cause) => return Step::Failed(ErrorCode::Request, cause),
        }
    }
    if with_head(&response, |head| head.refusal().is_none()) {
        return Step::Responded(response);
    }
    progress.is_refused.set(true);
    let reader = progress.reader.borrow().clone();
    let body_prefix = match reader {
        Some(reader) => read_prefix(&reader).await,
        None => Vec::new(),
    };
    Step::Refused(Refused { response, body_prefix })
}

/// The next chunk, or `None` at the end. A stream of the user's may yield something else: a `TypeError`.
async fn read_chunk(reader: &Reader) -> Result<Option<Uint8Array>, (ErrorCode, JsValue)> {
    let result = JsFuture::from(reader.read()).await.map_err(|cause| (ErrorCode::Network, cause))?;
    let result: ReadResult = result.unchecked_into();
    if result.done() {
        return Ok(None);
    }
    let chunk = result.value();
    // By its tag: a chunk may be of another realm.
    let tag = Reflect::get(&chunk, &js_sys::Symbol::to_string_tag()).ok().and_then(|tag| tag.as_string());
    if tag.as_deref() != Some("Uint8Array") {
        let cause = js_sys::TypeError::new("the body must be a stream of Uint8Array chunks");
        return Err((ErrorCode::Request, cause.into()));
    }
    let chunk = chunk.unchecked_into();
    reader.reuse(&chunk);
    Ok(Some(chunk))
}

/// Reads the start of a refused body, as much as comes in time, and releases the rest.
async fn read_prefix(reader: &Reader) -> Vec<u8> {
    let mut prefix = Vec::new();
    let late = reader.clone();
    let time_out = Clock::default().timeout(BODY_PREFIX_TIME, Closure::once(move || ignore_rejection(&late.cancel())));
    while prefix.len() < BODY_PREFIX {
        match read_chunk(reader).await {
            Ok(Some(chunk)) => {
                let wanted = chunk.length().min((BODY_PREFIX - prefix.len()) as u32);
                prefix.extend(chunk.subarray(0, wanted).to_vec());
            }
            _ => break,
        }
    }
    drop(time_out);
    ignore_rejection(&reader.cancel());
    prefix
}

/// Marks a promise as handled: a stream that has failed rejects its cancellation too, and nobody is to hear of that.
fn ignore_rejection(promise: &Promise) {
    thread_local! {
        static IGNORE: Closure<dyn FnMut(JsValue)> = Closure::new(|_| {});
    }
    IGNORE.with(|ignore| {
        let _ = promise.catch(ignore);
    });
}

/// The head of a response, as the machine wants it.
pub(crate) fn with_head<T>(response: &Response, use_head: impl FnOnce(connection::ResponseHead<'_>) -> T) -> T {
    let headers = response.headers();
    let content_type = headers.get("Content-Type").ok().flatten();
    let retry_after = headers.get("Retry-After").ok().flatten();
    let since_epoch = Duration::from_millis(js_sys::Date::now() as u64);
    use_head(connection::ResponseHead {
        status: response.status(),
        content_type: content_type.as_deref(),
        retry_after: retry_after.and_then(|value| parse_retry_after(&value, since_epoch)),
    })
}
