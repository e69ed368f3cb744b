//! A server in the same process, whose answers are bytes from the test.

use std::future::Future;
use std::io::ErrorKind;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use eventsource_reqwest::{Builder, Client, reqwest};
use tokio::net::{TcpListener, TcpStream};

/// The time limit of each wait, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(10);

/// Awaits a future with the time limit. Every wait of the tests uses this.
pub(crate) async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, future).await {
        Ok(value) => value,
        Err(_) => panic!("not within {PATIENCE:?}: {what}"),
    }
}

/// The head of a stream that ends with its connection, and a short reconnection time.
pub(crate) const OK: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\nretry: 10\n\n";

pub(crate) struct Server {
    address: String,
    requests: Arc<Mutex<Vec<String>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    /// Answers each request on a connection of its own, which closes when the future ends. Requests are numbered from 0.
    pub(crate) async fn start<F>(answer: impl Fn(usize, Connection) -> F + Send + 'static) -> Server
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let requests = Arc::<Mutex<Vec<String>>>::default();
        let seen = requests.clone();
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let mut connection = Connection(stream);
                let request = connection.request().await;
                let index = seen.lock().unwrap().len();
                seen.lock().unwrap().push(request);
                tokio::spawn(answer(index, connection));
            }
        });
        Server { address, requests, task }
    }

    /// Answers with these texts in turn, and then with a 204.
    pub(crate) async fn with(answers: &'static [&'static str]) -> Server {
        Server::start(move |index, mut connection| async move {
            connection.send(answers.get(index).unwrap_or(&"HTTP/1.1 204 Enough\r\n\r\n")).await;
        })
        .await
    }

    /// A GET by a client that uses no proxy.
    pub(crate) fn get(&self) -> Builder {
        client().get(self.url())
    }

    pub(crate) fn post(&self) -> Builder {
        client().post(self.url())
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/feed?token=secret", self.address)
    }

    /// The requests so far, with the names of headers in lower case.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// The values of a header in the requests so far; several lines of one request are joined by commas.
    pub(crate) fn headers(&self, name: &str) -> Vec<Option<String>> {
        let find = |request: &String| {
            let lines = request.lines().skip(1).map_while(|line| line.split_once(": "));
            let values: Vec<_> = lines.filter(|(known, _)| *known == name).map(|(_, value)| value).collect();
            (!values.is_empty()).then(|| values.join(", "))
        };
        self.requests().iter().map(find).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(crate) fn client() -> Client {
    Client::from(reqwest::Client::builder().no_proxy().build().unwrap())
}

pub(crate) struct Connection(TcpStream);

impl Connection {
    async fn request(&mut self) -> String {
        let mut bytes = Vec::new();
        loop {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
                if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                    return text;
                }
            }
            assert!(self.read(&mut bytes).await, "the request is cut off: {text}");
        }
    }

    /// Reads bytes. Returns false at the end of the connection.
    async fn read(&mut self, bytes: &mut Vec<u8>) -> bool {
        let mut part = [0; 4096];
        loop {
            self.0.readable().await.unwrap();
            match self.0.try_read(&mut part) {
                Ok(length) => {
                    bytes.extend_from_slice(&part[..length]);
                    return length > 0;
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(_) => return false,
            }
        }
    }

    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let mut bytes = bytes.as_ref();
        while !bytes.is_empty() {
            self.0.writable().await.unwrap();
            match self.0.try_write(bytes) {
                Ok(length) => bytes = &bytes[length..],
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(_) => return,
            }
        }
    }

    /// Waits until the client closes the connection.
    pub(crate) async fn gone(&mut self) {
        while self.read(&mut Vec::new()).await {}
    }
}
