//! The wrapper of the browser's `EventSource`, against the event server of `tests/server`.
#![cfg(target_arch = "wasm32")]

#[path = "support/web.rs"]
#[allow(dead_code)]
mod web;

use eventsource_wasm::{Error, EventSource, RawEvent, ReadyState};
use serde::Deserialize;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web::{Notes, route};

wasm_bindgen_test_configure!(run_in_browser);

#[derive(Debug, Deserialize, PartialEq)]
struct Welcome {
    name: String,
}

#[wasm_bindgen_test]
async fn delivers_typed_named_events_and_closes_the_socket() {
    let route = route("/mixed");
    let source = EventSource::new(&route.url).unwrap();
    assert_eq!(source.ready_state(), ReadyState::Connecting);
    assert_eq!(source.url(), route.url);
    assert!(!source.with_credentials());
    let opened = Notes::new();
    let note = opened.note();
    let _open = source.on_open(move || note(()));
    let welcomes = Notes::new();
    let _welcome = source.on::<Welcome>("welcome", welcomes.note());
    let raw = Notes::new();
    let _messages = source.on_raw("message", raw.note());

    let messages: Vec<RawEvent> = raw.take(2).await;
    assert_eq!(messages.iter().map(|event| &*event.data).collect::<Vec<_>>(), ["two\nlines", "last"]);
    assert_eq!(opened.len(), 1);
    assert_eq!(source.ready_state(), ReadyState::Open);
    let welcome = welcomes.take(1).await.remove(0);
    assert_eq!((welcome.data, &*welcome.last_event_id), (Welcome { name: "日本 🦀".into() }, "é☃"));

    source.close();
    assert_eq!(source.ready_state(), ReadyState::Closed);
    route.until_closed(1).await;
}

#[wasm_bindgen_test]
async fn dropping_the_last_handle_closes_the_socket() {
    let route = route("/body?body=data%3A%201%0A%0A");
    let source = EventSource::builder(&route.url).with_credentials(true).connect().unwrap();
    assert!(source.with_credentials());
    let messages = Notes::new();
    let listener = source.on_message::<u32>(messages.note());
    assert_eq!(messages.take(1).await[0].data, 1);
    drop(source);
    route.until_closed(1).await;
    drop(listener);
}

#[wasm_bindgen_test]
async fn dropping_a_listener_removes_it() {
    let source = EventSource::new(&route("/numbers?total=3").url).unwrap();
    let (kept, dropped) = (Notes::new(), Notes::new());
    let _kept = source.on_raw("message", kept.note());
    drop(source.on_raw("message", dropped.note()));
    kept.take(3).await;
    assert_eq!(dropped.len(), 0);
}

#[wasm_bindgen_test]
async fn errors_are_a_refusal_and_a_payload_that_does_not_decode() {
    let source = EventSource::new(&route("/answer?status=404").url).unwrap();
    let errors = Notes::new();
    let note = errors.note();
    let _errors = source.on_error(move |error| note(error.clone()));
    assert!(matches!(errors.take(1).await[..], [Error::EventSource { will_reconnect: false }]));
    assert_eq!(source.ready_state(), ReadyState::Closed);

    let source = EventSource::new(&route("/body?body=data%3A%20%7B%0A%0Adata%3A%202%0A%0A").url).unwrap();
    let (numbers, errors) = (Notes::new(), Notes::new());
    let _numbers = source.on_message::<u32>(numbers.note());
    let note = errors.note();
    let _errors = source.on_error(move |error| note(error.clone()));
    assert_eq!(numbers.take(1).await[0].data, 2);
    assert!(matches!(&errors.take(1).await[..], [Error::Decode { event, .. }] if event.data == "{"));
}

#[wasm_bindgen_test]
fn a_url_that_does_not_parse_is_an_error() {
    assert!(matches!(EventSource::new("http://["), Err(Error::InvalidUrl { .. })));
}
