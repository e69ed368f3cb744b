use std::collections::VecDeque;

use eventsource_wasm::{Error, ReadyState};
use serde::Deserialize;
use wasm_bindgen_futures::JsFuture;
use web_sys::RequestInit;

use crate::explain;

/// The data of the feed's events. The server keeps counting without a connection.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
pub struct Number {
    pub number: u32,
    /// Whether the number was due while the connection was down.
    pub replayed: bool,
}

/// The latest numbers that the page shows, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Latest(VecDeque<Number>);

impl Latest {
    const SHOWN: usize = 24;

    pub fn push(&mut self, number: Number) {
        self.0.push_back(number);
        if self.0.len() > Latest::SHOWN {
            self.0.pop_front();
        }
    }
}

impl IntoIterator for Latest {
    type Item = Number;
    type IntoIter = std::collections::vec_deque::IntoIter<Number>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// The state of the feed's connection, with a text for people.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    pub state: ReadyState,
    pub text: String,
}

impl Status {
    pub fn connecting() -> Status {
        Status { state: ReadyState::Connecting, text: "Connecting.".into() }
    }

    pub fn open() -> Status {
        Status { state: ReadyState::Open, text: "Connected.".into() }
    }

    /// The status after an error. An error without a delay means that the source is closed.
    pub fn after(error: &Error) -> Status {
        let state = match error {
            Error::Connection(lost) if lost.delay.is_some() => ReadyState::Connecting,
            Error::Decode { .. } => ReadyState::Open,
            _ => ReadyState::Closed,
        };
        Status { state, text: explain(error) }
    }

    /// The name of the state in the standard.
    pub fn name(&self) -> &'static str {
        match self.state {
            ReadyState::Connecting => "CONNECTING",
            ReadyState::Open => "OPEN",
            ReadyState::Closed => "CLOSED",
        }
    }
}

/// The URL of a new feed.
pub fn feed_url() -> String {
    let random = || (js_sys::Math::random() * f64::from(u32::MAX)) as u32;
    format!("/resume?session={:08x}-{:08x}", random(), random())
}

/// Makes the server cut the feed's connection in the middle of an event.
pub async fn cut(feed_url: &str) {
    let request = RequestInit::new();
    request.set_method("POST");
    let url = feed_url.replacen("/resume", "/resume/cut", 1);
    if let Some(window) = web_sys::window() {
        // An error means that the server is unreachable, so the connection is lost anyway.
        let _ = JsFuture::from(window.fetch_with_str_and_init(&url, &request)).await;
    }
}
