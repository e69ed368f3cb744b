//! Helpers for tests in a browser: the event server of the test run, and the requests that the server got.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use futures_util::{FutureExt, select};
use gloo_timers::future::TimeoutFuture;
use serde::Deserialize;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// The port of the event server. `npm test` sets another one at compile time if the default is taken, as a page has no
/// environment variables.
const PORT: &str = match option_env!("EVENT_SERVER_PORT") {
    Some(port) => port,
    None => "48657",
};

#[wasm_bindgen]
extern "C" {
    fn fetch(url: &str) -> js_sys::Promise;
}

/// A URL of the event server with a key of its own.
pub(crate) struct Route {
    pub(crate) url: String,
    key: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Seen {
    pub(crate) requests: Vec<Request>,
    pub(crate) open: i32,
    pub(crate) closed: i32,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) url: String,
    /// The headers of the request, with names in lower case.
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: Option<String>,
    pub(crate) last_event_id: Option<String>,
}

/// Makes a route of a path with its query, such as `/numbers?cut=3`. Without the event server a test fails here, at once.
pub(crate) fn route(path: &str) -> Route {
    assert!(
        server_answers(),
        "The event server of the tests does not answer at http://127.0.0.1:{PORT}. Start it in another terminal: \
         npm ci && EVENT_SERVER_PORT={PORT} node tests/server/main.mjs. `npm test -- --only wasm` starts its own."
    );
    let key = format!("{}", js_sys::Math::random());
    let separator = if path.contains('?') { '&' } else { '?' };
    Route { url: format!("http://127.0.0.1:{PORT}{path}{separator}key={key}"), key }
}

impl Route {
    pub(crate) async fn seen(&self) -> Seen {
        let response = JsFuture::from(fetch(&format!("http://127.0.0.1:{PORT}/seen?key={}", self.key)))
            .await
            .expect("the event server runs: see tests/server");
        let response: web_sys::Response = response.unchecked_into();
        let json = JsFuture::from(response.json().unwrap()).await.unwrap();
        serde_wasm_bindgen::from_value(json).unwrap()
    }

    /// Makes the server break off the streams of this route.
    pub(crate) async fn end(&self) {
        let post = js_sys::Function::new_with_args("url", "return fetch(url, { method: 'POST' });");
        let url = format!("http://127.0.0.1:{PORT}/end?keys={}", self.key);
        let answer: js_sys::Promise = post.call1(&JsValue::NULL, &url.into()).unwrap().unchecked_into();
        JsFuture::from(answer).await.unwrap();
    }

    /// Waits until all connections of this route are closed, and at least this many.
    pub(crate) async fn until_closed(&self, least: i32) -> Seen {
        for _ in 0..500 {
            let seen = self.seen().await;
            if seen.open == 0 && seen.closed >= least {
                return seen;
            }
            pause(10).await;
        }
        panic!("the server still has open connections: {:?}", self.seen().await);
    }
}

/// Whether the event server answers, asked once for each test file. The request is synchronous, so tests need not await it.
fn server_answers() -> bool {
    thread_local! {
        static ANSWERS: bool = {
            let code = "const request = new XMLHttpRequest(); request.open('GET', url, false); request.send();";
            let ask = js_sys::Function::new_with_args("url", code);
            ask.call1(&JsValue::NULL, &format!("http://127.0.0.1:{PORT}/seen?key=").into()).is_ok()
        };
    }
    ANSWERS.with(|answers| *answers)
}

pub(crate) fn is_firefox() -> bool {
    js_sys::eval("navigator.userAgent.includes('Firefox')").unwrap().is_truthy()
}

pub(crate) async fn pause(milliseconds: u32) {
    TimeoutFuture::new(milliseconds).await;
}

/// Collects the values that listeners get.
pub(crate) struct Notes<T>(Rc<RefCell<Vec<T>>>);

impl<T: 'static> Notes<T> {
    pub(crate) fn new() -> Notes<T> {
        Notes(Rc::default())
    }

    pub(crate) fn note(&self) -> impl Fn(T) + 'static {
        let notes = self.0.clone();
        move |value| notes.borrow_mut().push(value)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.borrow().len()
    }

    /// Waits for this many values, and takes all of them.
    pub(crate) async fn take(&self, count: usize) -> Vec<T> {
        within(Duration::from_secs(8), async {
            while self.len() < count {
                pause(5).await;
            }
        })
        .await;
        self.0.take()
    }
}

/// Fails a test that does not end within the limit.
pub(crate) async fn within<T>(limit: Duration, future: impl Future<Output = T>) -> T {
    select! {
        value = Box::pin(future.fuse()) => value,
        () = TimeoutFuture::new(limit.as_millis() as u32).fuse() => panic!("it did not end within {limit:?}"),
    }
}
