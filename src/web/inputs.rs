//! Converts the news of an exchange to inputs of the machine.

use std::cell::RefCell;
use std::time::Duration;

use js_sys::Reflect;
use wasm_bindgen::JsValue;
use web_sys::Response;

use super::callbacks::Accept;
use super::clock::Clock;
use super::exchange::News;
use crate::http::ResponseHead;
use crate::machine::{Fault, Input, Machine, ReadyState};

/// Hands the news to the machine, which is not borrowed while `accept` runs.
pub(crate) fn handle_news(
    machine: &RefCell<Machine>,
    news: News,
    is_given_body: bool,
    accept: Option<&Accept>,
    clock: &dyn Clock,
) {
    let handle = |input: Input<'_>| machine.borrow_mut().handle(input, clock.now());
    match news {
        News::Response { response, is_streamed } => {
            if is_given_body {
                handle(Input::Body);
            } else {
                with_head(&response, |head| {
                    let accept = accept.filter(|_| head.may_be_accepted());
                    let is_accepted = accept.is_some_and(|accept| accept(head.content_type));
                    handle(Input::Response(if is_accepted { head.accepted() } else { head }));
                });
            }
            if !is_streamed && machine.borrow().ready_state() == ReadyState::Open {
                handle(Input::Failed(Fault::NotStreamed));
            }
        }
        News::Chunk(chunk) => {
            // A sleep before a chunk is no part of the wait for the next one.
            handle(Input::Wall(clock.wall()));
            let length = chunk.length() as usize;
            let mut machine = machine.borrow_mut();
            chunk.copy_to(&mut machine.room(length)[..length]);
            machine.handle(Input::Filled(length), clock.now());
        }
        News::End => handle(Input::End),
        News::Unusable(_) => handle(Input::Failed(Fault::Unusable)),
        News::Rejected { url, .. } => handle(Input::Failed(Fault::Rejected { url: url.as_deref() })),
        // Only the machine can tell whether the abort was the user's.
        News::Broken(cause) => handle(Input::Failed(if is_abort(&cause) { Fault::Aborted } else { Fault::Body })),
    }
}

/// Whether a body failed by `abort()` or by `AbortSignal.timeout()`. Any other reason of an abort could as well be an error
/// of the stream's producer.
fn is_abort(cause: &JsValue) -> bool {
    Reflect::get(cause, &"name".into()).is_ok_and(|name| name == "AbortError" || name == "TimeoutError")
}

fn with_head(response: &Response, use_head: impl FnOnce(ResponseHead<'_>)) {
    let header = |name| response.headers().get(name).ok().flatten();
    let (content_type, retry_after) = (header("Content-Type"), header("Retry-After"));
    let head = ResponseHead::new(response.status(), content_type.as_deref());
    let since_epoch = Duration::from_millis(js_sys::Date::now() as u64);
    use_head(match &retry_after {
        Some(value) => head.with_retry_after(value, since_epoch),
        None => head,
    });
}
