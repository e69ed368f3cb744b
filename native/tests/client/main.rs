//! Tests of the client against servers in the same process. `faults/` tests it against faulty servers.

#[path = "../support/mod.rs"]
mod support;

mod failures;
mod http2;
mod reconnects;
mod requests;
mod stream;

use std::sync::{Arc, Mutex};

use eventsource_reqwest::{Builder, Error, ErrorCode, EventSourceError, RawEvent};
use futures_util::{Stream, StreamExt};

use support::within;

/// Reads all events up to the end or a failure, and returns both.
pub(crate) async fn all(events: Builder) -> (Vec<RawEvent>, Option<EventSourceError>) {
    let mut events = events.events().expect("a request");
    let (mut delivered, mut failure) = (Vec::new(), None);
    while let Some(item) = next(&mut events).await {
        assert!(failure.is_none(), "an item after the failure: {item:?}");
        match item {
            Ok(event) => delivered.push(event),
            Err(error) => failure = Some(connection(error)),
        }
    }
    assert!(next(&mut events).await.is_none(), "an item after the end");
    (delivered, failure)
}

pub(crate) async fn next<S: Stream + Unpin>(events: &mut S) -> Option<S::Item> {
    within("an item", events.next()).await
}

pub(crate) fn connection(error: Error) -> EventSourceError {
    match error {
        Error::Connection(error) => *error,
        other => panic!("the error is no connection error: {other}"),
    }
}

pub(crate) fn data(events: &[RawEvent]) -> Vec<&str> {
    events.iter().map(|event| &*event.data).collect()
}

pub(crate) fn message(data: &str, id: &str) -> RawEvent {
    RawEvent::new("message", data, id)
}

pub(crate) type Notes = Arc<Mutex<Vec<(ErrorCode, bool)>>>;

/// Records the code of each failure that `on_error` gets, and whether the client reconnects.
pub(crate) fn noted(events: Builder) -> (Builder, Notes) {
    let noted = Notes::default();
    let notes = noted.clone();
    let events = events.on_error(move |error| {
        let error = connection(error.clone());
        notes.lock().unwrap().push((error.code, error.will_reconnect()));
    });
    (events, noted)
}

/// A response with a part of a chunked body. The rest never comes.
pub(crate) const CUT: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n\
                   19\r\nretry: 10\nid: 1\ndata: 1\n\n\r\n40\r\nid: 9\ndata: 9";
