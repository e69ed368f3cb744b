//! Server-Sent Events in the browser, for Rust front ends.
//!
//! | | |
//! |---|---|
//! | [`EventSource`] | the browser's own, with typed listeners |
//! | [`FetchEventSource`] | the same over `fetch`: any method, body and headers, a retry policy, errors that say what happened |
//! | [`events`] | one request, read once, as a [`Stream`](Events) |
//! | [`parser`] | the streaming parser beneath, usable alone |
//! | [`connection`], [`retry`] | the connection as a state machine without I/O, and when it connects again |
//!
//! Listeners end when they are dropped; sources close when their last clone is. Payloads are JSON for the types that
//! listeners name; `on_raw` gives them as they arrived.
//!
//! # Features
//!
//! - `web` (default): the sources. Without it the crate has no web dependency and builds for any target.
//! - `std` (default, part of `web`): without it the crate is `no_std` and needs only `alloc`.
//! - `simdutf8`: decodes text that is not ASCII several times as fast, for a larger program.
//! - `npm`, `npm-client`, `npm-parser`: the engines of the npm package. Leave them off.
//!
//! # When an error comes
//!
//! [`Error`] is one enum. A [`ConnectionError`] has a [code](ErrorCode), the response's status and headers, the start of its
//! body, and whether and when the source connects again.
#![warn(missing_debug_implementations)]
// The links above lead to what the feature `web` brings.
#![cfg_attr(not(feature = "web"), allow(rustdoc::broken_intra_doc_links))]
#![cfg_attr(not(any(feature = "std", test)), no_std)]

extern crate alloc;

pub mod connection;
pub mod parser;
pub mod retry;

mod event;
mod short;

#[cfg(feature = "web")]
mod decode;
#[cfg(feature = "web")]
mod end;
#[cfg(feature = "web")]
mod error;
#[cfg(feature = "web")]
mod event_source;
#[cfg(feature = "web")]
mod fetch;
#[cfg(feature = "web")]
mod host;
#[cfg(feature = "web")]
mod listener;
#[cfg(feature = "npm")]
mod npm;
#[cfg(feature = "web")]
mod source;
#[cfg(feature = "web")]
mod stream;

/// For `fuzz/`.
#[cfg(all(feature = "npm", fuzzing))]
#[doc(hidden)]
pub use npm::batched_events;

pub use connection::ReadyState;
pub use event::{Event, RawEvent};
pub use retry::{ErrorCode, RetryPolicy};

#[cfg(feature = "web")]
pub use {
    end::{Closed, End},
    error::{Cause, ConnectionError, Error},
    event_source::{EventSource, EventSourceBuilder},
    fetch::{Builder, Events, FetchEventSource, RequestContext, WhenHidden, events},
    listener::Listener,
    source::Source,
    stream::{RawEvents, TypedEvents},
};

/// The README's examples, compiled.
#[cfg(all(doctest, feature = "web"))]
#[doc = include_str!("../README.md")]
struct Readme;
