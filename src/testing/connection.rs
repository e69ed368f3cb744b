use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;

use futures_channel::oneshot;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, ReadableStream, Request, Response};

use super::body::Body;
use super::event::TestEvent;

/// One request to a [`TestEventServer`](super::TestEventServer), which the test answers.
///
/// The methods that answer return the connection, so that calls can be chained. After the client has gone they do nothing,
/// like a server that writes to a closed connection. Clones share one connection.
///
/// ```no_run
/// # async fn test(server: eventsource_wasm::testing::TestEventServer) {
/// use eventsource_wasm::testing::TestEvent;
///
/// let connection = server.accept().await;
/// assert_eq!((connection.method(), connection.header("accept")), ("GET".into(), Some("text/event-stream".into())));
/// connection.open().send(&TestEvent::data(r#"{"percent":50}"#).name("update").id("8")).end();
/// # }
/// ```
#[derive(Clone)]
pub struct TestConnection(Rc<Inner>);

struct Inner {
    request: Request,
    /// Present until the response, or a failure instead of it.
    answer: Cell<Option<oneshot::Sender<Result<Response, JsValue>>>>,
    body: RefCell<Option<Body>>,
    /// The test has ended the connection.
    is_over: Cell<bool>,
}

impl TestConnection {
    pub(super) fn new(request: Request) -> (TestConnection, impl Future<Output = Result<Response, JsValue>>) {
        let (sender, receiver) = oneshot::channel();
        let inner =
            Inner { request, answer: Cell::new(Some(sender)), body: RefCell::default(), is_over: Cell::new(false) };
        let connection = TestConnection(Rc::new(inner));
        let answer = async move {
            let dropped = || {
                js_sys::TypeError::new(
                    "the test dropped the connection without an answer: open(), refuse() or fail() it",
                )
                .into()
            };
            receiver.await.unwrap_or_else(|_| Err(dropped()))
        };
        (connection, answer)
    }

    /// The request of the client.
    pub fn request(&self) -> &Request {
        &self.0.request
    }

    /// The URL of the request.
    pub fn url(&self) -> String {
        self.0.request.url()
    }

    /// The method of the request.
    pub fn method(&self) -> String {
        self.0.request.method()
    }

    /// A header of the request.
    pub fn header(&self, name: &str) -> Option<String> {
        self.0.request.headers().get(name).ok().flatten()
    }

    /// The `Last-Event-ID`; empty if there is none.
    pub fn last_event_id(&self) -> String {
        // The header holds each byte of the UTF-8 as a character.
        let bytes: Vec<u8> = self.header("last-event-id").unwrap_or_default().chars().map(|byte| byte as u8).collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The body of the request as text; empty if there is none, or if it has been read.
    pub async fn body(&self) -> String {
        let Ok(text) = self.0.request.text() else { return String::new() };
        JsFuture::from(text).await.ok().and_then(|text| text.as_string()).unwrap_or_default()
    }

    /// Whether the connection is over: the client has aborted the request, or the test has ended it.
    pub fn is_closed(&self) -> bool {
        self.0.is_over.get() || self.0.request.signal().aborted()
    }

    /// Answers with an event stream. The methods that send do this, too.
    pub fn open(&self) -> &TestConnection {
        if !self.is_closed()
            && let Some(answer) = self.0.answer.take()
        {
            let (body, stream) = Body::new();
            self.0.body.replace(Some(body));
            // The client may have gone.
            let _ = answer.send(response(Some(&stream), 200, &[("content-type", "text/event-stream")]));
        }
        self
    }

    /// Sends one event.
    pub fn send(&self, event: &TestEvent) -> &TestConnection {
        self.write(event.to_string())
    }

    /// Sends a comment, which clients take as a sign of life.
    pub fn comment(&self, text: &str) -> &TestConnection {
        self.write(format!(":{}\n", text.replace(['\n', '\r'], "\n:")))
    }

    /// Sends text or bytes as they are: a part of an event, or malformed data.
    pub fn write(&self, chunk: impl AsRef<[u8]>) -> &TestConnection {
        self.open();
        if let Some(body) = self.0.body.borrow().as_ref().filter(|_| !self.is_closed()) {
            body.write(chunk.as_ref());
        }
        self
    }

    /// Ends the response cleanly.
    pub fn end(&self) {
        self.open();
        if let Some(body) = self.finish() {
            body.end();
        }
    }

    /// Breaks the connection: before the response, or in its body.
    pub fn fail(&self) {
        let cause: JsValue = js_sys::TypeError::new("the test broke the connection").into();
        if let Some(answer) = self.0.answer.take() {
            let _ = answer.send(Err(cause.clone()));
        }
        if let Some(body) = self.finish() {
            body.fail(&cause);
        }
    }

    /// Answers with a refusal instead of an event stream, such as 401 or 503, with these headers, such as `Retry-After`. Call
    /// it before the response is open.
    pub fn refuse(&self, status: u16, headers: &[(&str, &str)], body: &str) {
        let Some(answer) = self.0.answer.take() else { return };
        let stream = (!body.is_empty()).then(|| {
            let (written, stream) = Body::new();
            written.write(body.as_bytes());
            written.end();
            stream
        });
        let _ = answer.send(response(stream.as_ref(), status, headers));
        self.finish();
    }

    /// Ends the connection, and returns the body if it has not ended.
    fn finish(&self) -> Option<Body> {
        self.0.is_over.set(true);
        self.0.body.take()
    }
}

impl std::fmt::Debug for TestConnection {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("TestConnection")
            .field("url", &self.url())
            .field("is_closed", &self.is_closed())
            .finish()
    }
}

fn response(body: Option<&ReadableStream>, status: u16, headers: &[(&str, &str)]) -> Result<Response, JsValue> {
    let all = Headers::new()?;
    headers.iter().try_for_each(|(name, value)| all.set(name, value))?;
    let init = web_sys::ResponseInit::new();
    init.set_status(status);
    init.set_headers(&all);
    Response::new_with_opt_readable_stream_and_init(body, &init)
}
