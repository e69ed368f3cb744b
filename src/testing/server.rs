use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Poll, Waker};

use wasm_bindgen::JsValue;
use web_sys::{Request, Response};

use super::connection::TestConnection;

type Answer = Pin<Box<dyn Future<Output = Result<Response, JsValue>>>>;

/// An event server in memory: a test accepts its requests one by one and answers them. Requests, responses and bodies are
/// real. Clones share one server.
///
/// ```no_run
/// # async fn test() -> Result<(), eventsource_wasm::Error> {
/// use eventsource_wasm::testing::{TestEvent, TestEventServer};
/// use futures_util::StreamExt;
///
/// let server = TestEventServer::new();
/// let mut answer = eventsource_wasm::events("https://api.test/chat").fetch_with(server.fetch()).events()?;
/// let serving = async { server.accept().await.send(&TestEvent::data("hello")).end() };
/// let (event, _) = futures_util::join!(answer.next(), serving);
/// assert_eq!(event.unwrap()?.data, "hello");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct TestEventServer(Rc<RefCell<Queue>>);

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<TestConnection>,
    accepting: Vec<Waker>,
}

impl TestEventServer {
    /// A server without requests.
    pub fn new() -> TestEventServer {
        TestEventServer::default()
    }

    /// The `fetch` of this server, for [`Builder::fetch_with`](crate::Builder::fetch_with).
    pub fn fetch(&self) -> impl Fn(Request) -> Answer + 'static {
        let queue = self.0.clone();
        move |request| {
            let (connection, answer) = TestConnection::new(request);
            let mut queue = queue.borrow_mut();
            queue.waiting.push_back(connection);
            queue.accepting.drain(..).for_each(Waker::wake);
            Box::pin(answer)
        }
    }

    /// Accepts the next request; waits if none has come.
    pub async fn accept(&self) -> TestConnection {
        poll_fn(|context| {
            let mut queue = self.0.borrow_mut();
            match queue.waiting.pop_front() {
                Some(connection) => Poll::Ready(connection),
                None => {
                    queue.accepting.push(context.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await
    }
}
