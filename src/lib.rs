//! Server-Sent Events in the browser, for Rust front ends.
//!
//! | | |
//! |---|---|
//! | [`EventSource`] | the browser's own class, with typed listeners |
//! | [`FetchEventSource`] | a source over `fetch`: any method, body and headers, a retry policy, errors with details |
//! | [`events`] | one request, read once, as a [`Stream`](EventStream) |
//! | [`Source`] | the methods of both kinds of source, for code that accepts both |
//! | [`parser`] | the streaming parser, also usable alone |
//! | [`machine`] | the source as a state machine without I/O: for other shells than the browser's |
//! | [`http`], [`mod@error`] | the meaning of a response head, and the errors |
//!
//! # Listeners and streams
//!
//! `on::<T>("update", …)` calls back with payloads of one type and returns a [`Listener`], which listens until it is dropped.
//! `events::<Feed>()` is a [stream](TypedEvents) of an enum whose variants are the events, and of errors for events that do
//! not decode. `on_raw`, `on_any` and `raw_events` deliver events as they arrived; [`RawEvent::decode`] lists the rules of
//! decoding.
//!
//! A source closes when its last handle (the source, a clone or a stream) is dropped; `closed()` resolves with its
//! [end](End).
//!
//! # When an error comes
//!
//! [`Error`] is one enum. A [`EventSourceError`] has a [code](ErrorCode), the response's status and headers, the start of its
//! body, and whether and when the source connects again. Each code explains what to do.
//!
//! # Server-side rendering, Leptos, Dioxus, Yew
//!
//! The crate builds for every target. Outside of a JavaScript runtime, functions that connect return [`Error::Unsupported`],
//! and nothing panics. So one component works on the server and in the browser: it connects in an effect, which servers do
//! not run, or handles the error:
//!
//! ```
//! use eventsource_wasm::{Error, FetchEventSource};
//!
//! match FetchEventSource::new("/events") {
//!     Ok(source) => { /* in the browser: keep it */ }
//!     Err(Error::Unsupported) => { /* on the server: render what is there without it */ }
//!     Err(error) => show(&error.to_string()),
//! }
//! # fn show(_: &str) {}
//! ```
//!
//! Sources, listeners and streams belong to the page's thread: keep them where a framework keeps values that are not `Send`
//! (`StoredValue::new_local` or `RwSignal::new_local` in Leptos). Events and errors are plain data, for any signal.
//!
//! # Features
//!
//! - `web` (default): the sources. Without it the crate has no web dependency.
//! - `serde` (part of `web`): [`RawEvent::decode`] and [`RawEvent::decode_variant`], and events and errors that serde serializes, for
//!   other shells and servers.
//! - `float_roundtrip` (default): fractions of 16 digits and more are decoded exactly. Without it some of them are decoded to
//!   a neighbouring number, and a page is 7.6 KiB smaller on the wire.
//! - `std` (default, part of `web`): without it the crate is `no_std` and needs only `alloc`.
//! - `trace`: writes a line for each input and output of a source's machine, if the environment variable `EVENTSOURCE_TRACE`
//!   is set: to stderr; in WebAssembly to `console.debug`, if the variable is set when the program is built.
//! - `simdutf8`: decodes text that is not ASCII several times as fast, for a larger program.
#![warn(missing_debug_implementations)]
// docs.rs labels each item with its feature, which needs the nightly compiler.
#![cfg_attr(docsrs, feature(doc_cfg))]
// The links above lead to items of the feature `web`.
#![cfg_attr(not(feature = "web"), allow(rustdoc::broken_intra_doc_links))]
#![cfg_attr(not(any(feature = "std", test)), no_std)]

extern crate alloc;

pub mod error;
pub mod http;
pub mod machine;
pub mod parser;
pub mod shared;
#[cfg(feature = "web")]
pub mod testing;

mod event;
mod status;

#[cfg(feature = "serde")]
mod decode;
#[cfg(feature = "web")]
mod source;
#[cfg(feature = "web")]
mod web;

pub use error::{Cause, Error, ErrorCode, EventSourceError, UnknownErrorCode};
pub use event::{Event, RawEvent};
pub use machine::{ReadyState, RetryPolicy, Unfinished, WhenHidden};
pub use status::{End, SourceStatus};

#[cfg(feature = "web")]
pub use {
    source::body::Body,
    source::builder::{Builder, RequestContext},
    source::end::Closed,
    source::event_source::{EventSource, EventSourceBuilder},
    source::events::{EventStream, EventsBuilder, events, events_of},
    source::fetch_event_source::{FetchEventSource, SourceBuilder},
    source::listener::Listener,
    source::reconnect_options::RetryContext,
    source::stream::{RawEvents, TypedEvents},
    source::traits::Source,
    web::clock::Clock,
    web::open::OpenEvent,
};

/// The examples of both READMEs and of the guides, compiled.
#[cfg(all(doctest, feature = "web"))]
#[doc = include_str!("../README.md")]
#[doc = include_str!("README.md")]
#[doc = include_str!("../docs/guides/rust.md")]
#[doc = include_str!("../docs/guides/parser.md")]
struct Readme;
