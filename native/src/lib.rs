//! Server-Sent Events over [reqwest]: the client of [`eventsource_wasm`] for servers, command lines and all other programs
//! outside of web pages.
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
//! The [machine](eventsource_wasm::machine) of that crate makes all decisions: which response is a stream, when and how often
//! to retry, which ID to send. This crate sends the requests with reqwest, and waits with tokio. Options, events and errors
//! are the same as in the browser.
//!
//! # Which requests are repeated
//!
//! As in the browser, a GET reconnects for ever: after a loss, and after the end of the response, it is sent again with
//! `Last-Event-ID`. A POST is sent once, and the end of the response is the end of the stream. [`Builder::once`] does the
//! same for any request. With [`Builder::retry`] or [`Builder::retry_with`] a POST is repeated too. To end such a stream,
//! name its last event with [`Builder::until`].
//!
//! # When an error comes
//!
//! An error that is an item is either [`Error::Decode`], which concerns one event, or the last item: the reason why the
//! stream ended for good. Losses that are retried are no items, as in the streams of the browser. [`Builder::on_error`] is
//! notified of all failures of a connection.
//!
//! # Features
//!
//! - `default`: the default features of reqwest, with HTTPS, HTTP/2 and the proxy of the system. Without it, reqwest has only
//!   the features that your program turns on.
//!
//! A compressed response fails with an error, unless reqwest's feature for its encoding is on.
//!
//! Over HTTP/2, a stream that the server resets with `NO_ERROR` before its end is lost. If reqwest has the feature of any
//! encoding, such a stream counts as ended: reqwest then hides the difference, also in responses that are not compressed.
#![warn(missing_debug_implementations)]

mod builder;
mod stream;

pub use builder::{Builder, Head, RequestContext, RetryContext};
pub use eventsource_wasm::machine::{Decision, Opened};
pub use eventsource_wasm::{
    Cause, End, Error, ErrorCode, Event, EventSourceError, RawEvent, RetryPolicy, SourceStatus, Unfinished,
};
pub use reqwest;
pub use stream::{EventStream, TypedEvents};

use reqwest::{Method, RequestBuilder, Url};

/// Makes requests for event streams. Clones share their connections.
///
/// For a proxy, certificates or cookies, give your own [`reqwest::Client`]. It must not have a `timeout` or a `read_timeout`,
/// which break the streams: use [`Builder::connect_timeout`] and [`Builder::idle_timeout`] instead.
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
    /// A client with the defaults of reqwest.
    pub fn new() -> Client {
        Client::default()
    }

    /// A GET, which is sent again with `Last-Event-ID` whenever the stream is lost or ends.
    pub fn get(&self, url: impl AsRef<str>) -> Builder {
        self.request(Method::GET, url)
    }

    /// A POST, which is sent once, unless [`Builder::retry`] is set.
    pub fn post(&self, url: impl AsRef<str>) -> Builder {
        self.request(Method::POST, url)
    }

    /// A request with any method. User and password of a URL become an `authorization` header, unless you set one.
    pub fn request(&self, method: Method, url: impl AsRef<str>) -> Builder {
        let url = url.as_ref();
        match Url::parse(url) {
            Ok(url) => Builder::of_url(self.0.request(method, url)),
            // All before the last `@` may be a password.
            Err(_) => Builder::new(Err(Error::InvalidUrl {
                url: url.rsplit_once('@').map_or_else(|| url.to_owned(), |(_, rest)| format!("…@{rest}")),
            })),
        }
    }

    /// A request that was made with reqwest, with all its settings.
    ///
    /// User and password of its URL, and those of `basic_auth`, which look alike, are sent to the origin of this URL only. For
    /// other origins of [`Builder::url_with`], set the `authorization` with [`Builder::header`].
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

/// The examples of the README, compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
