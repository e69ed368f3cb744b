//! Server-Sent Events in the browser.
#![warn(missing_debug_implementations)]

pub mod connection;
pub mod parser;
pub mod retry;

mod event;

#[cfg(feature = "web")]
mod decode;
#[cfg(feature = "web")]
mod error;
#[cfg(feature = "web")]
mod event_source;
#[cfg(feature = "web")]
mod fetch;
#[cfg(feature = "web")]
mod listener;
#[cfg(feature = "npm")]
mod npm;

pub use connection::ReadyState;
pub use event::{Event, RawEvent};
pub use retry::{ErrorCode, RetryPolicy};

#[cfg(feature = "web")]
pub use {
    error::{ConnectionError, Error},
    event_source::{EventSource, EventSourceBuilder},
    fetch::{Builder, Events, FetchEventSource, RequestContext, events},
    listener::Listener,
};
