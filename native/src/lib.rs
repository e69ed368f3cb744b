//! Server-Sent Events over [reqwest]: the client of [`eventsource_wasm`] for servers, command lines and all other programs that
//! are no web page.
//!
//! ```no_run
//! # async fn example() -> Result<(), eventsource_reqwest::Error> {
//! use eventsource_reqwest::{Client, RetryPolicy};
//! use futures_util::StreamExt;
//!
//! let mut events = Client::new().get("https://example.org/feed").retry(RetryPolicy::default()).events()?;
//! while let Some(event) = events.next().await {
//!     println!("{}", event?.data);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The [machine](eventsource_wasm::machine) of that crate decides: what is a stream, when and how often to ask again, which ID to
//! send. This crate sends its requests with reqwest, and waits with tokio. Options, events and errors are those of the browser.
//!
//! # Which requests are repeated
//!
//! As in the browser, a GET goes on for ever: after a loss, and after the end of the response, it is sent again with
//! `Last-Event-ID`. A POST is sent once, and the end of the response is the end of the stream; so is any request with
//! [`Builder::once`]. With [`Builder::retry`] or [`Builder::retry_with`] a POST is sent again too. To end such a stream, say which
//! event is the last: [`Builder::until`].
//!
//! # When an error comes
//!
//! An error that is an item is [`Error::Decode`], which is about one event alone, or the last item: why it ended for good.
//! Losses after which it connects again are no items, as in the streams of the browser. [`Builder::on_error`] is notified of them.
//!
//! # Features
//!
//! - `default`: the default features of reqwest, with HTTPS, HTTP/2 and the proxy of the system. Without it they are those that
//!   your program turns on in reqwest itself.
//!
//! A response that is compressed is refused with an error, unless reqwest's feature for that encoding is on.
#![warn(missing_debug_implementations)]

mod builder;
mod stream;

pub use builder::{Builder, Head, RequestContext};
pub use eventsource_wasm::machine::{Decision, Opened, RetryContext};
pub use eventsource_wasm::{
    Cause, End, Error, ErrorCode, Event, EventSourceError, RawEvent, RetryPolicy, SourceStatus, Unfinished,
};
pub use reqwest;
pub use stream::{EventStream, TypedEvents};

use reqwest::{Method, RequestBuilder, Url};

/// Begins requests for event streams. Its clones share their connections.
///
/// Give a [`reqwest::Client`] of your own for a proxy, certificates or cookies. Take one without a `timeout` and a
/// `read_timeout`: these break the streams. [`Builder::connect_timeout`] and [`Builder::idle_timeout`] are the limits here.
///
/// ```no_run
/// use eventsource_reqwest::{Client, reqwest};
///
/// let client = Client::from(reqwest::Client::builder().user_agent("demo").build()?);
/// let events = client.get("https://example.org/feed").events()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Client(reqwest::Client);

impl Client {
    /// With reqwest's own defaults.
    pub fn new() -> Client {
        Client::default()
    }

    /// A GET, which is sent again with `Last-Event-ID` whenever the stream is lost or ends.
    pub fn get(&self, url: impl AsRef<str>) -> Builder {
        self.request(Method::GET, url)
    }

    /// A POST, which is sent once, unless [`Builder::retry`] says otherwise.
    pub fn post(&self, url: impl AsRef<str>) -> Builder {
        self.request(Method::POST, url)
    }

    /// A request with any method.
    pub fn request(&self, method: Method, url: impl AsRef<str>) -> Builder {
        let url = url.as_ref();
        Builder::new(match Url::parse(url) {
            Ok(url) => Ok(self.0.request(method, url)),
            // Nobody can say where a password is in it.
            Err(_) => Err(Error::InvalidUrl {
                url: url.rsplit_once('@').map_or_else(|| url.to_owned(), |(_, rest)| format!("…@{rest}")),
            }),
        })
    }

    /// A request of reqwest's, with all that can be set there.
    ///
    /// ```no_run
    /// use eventsource_reqwest::Client;
    ///
    /// let client = eventsource_reqwest::reqwest::Client::new();
    /// let request = client.post("https://example.org/chat").bearer_auth("token").body("hello");
    /// let answer = Client::builder(request).until("[DONE]").events()?;
    /// # Ok::<(), eventsource_reqwest::Error>(())
    /// ```
    pub fn builder(request: RequestBuilder) -> Builder {
        Builder::new(Ok(request))
    }
}

impl From<reqwest::Client> for Client {
    fn from(client: reqwest::Client) -> Client {
        Client(client)
    }
}

/// The README's examples.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
