//! The crate outside of a JavaScript runtime, as in server-side rendering: what connects says that it cannot, and nothing panics.
#![cfg(all(feature = "web", not(target_arch = "wasm32")))]

use std::time::Duration;

use eventsource_wasm::machine::Decision;
use eventsource_wasm::{
    Cause, Error, ErrorCode, EventSource, EventSourceError, FetchEventSource, RawEvent, RetryPolicy, WhenHidden, events,
};
use serde::Deserialize;

fn assert_unsupported<T: std::fmt::Debug>(result: Result<T, Error>) {
    assert_eq!(result.err(), Some(Error::Unsupported));
}

#[test]
fn every_constructor_is_unsupported() {
    for url in ["/events", "https://example.org/events", "http://["] {
        assert_unsupported(EventSource::new(url));
        assert_unsupported(EventSource::builder(url).with_credentials(true).connect());
        assert_unsupported(FetchEventSource::new(url));
        assert_unsupported(FetchEventSource::builder(url).connect());
        assert_unsupported(events(url).events());
    }
}

#[test]
fn a_builder_with_every_option_is_unsupported_only_when_it_connects() {
    let builder = || {
        FetchEventSource::builder("/events")
            .url_with(|_| async { "/events".into() })
            .method("POST")
            .header("not a name", "\0")
            .headers_with(|_| async { Vec::new() })
            .body("text")
            .body(String::from("text"))
            .with_credentials(true)
            .last_event_id("7")
            .retry(RetryPolicy::default())
            .retry_with(|_| Decision::Stop)
            .connect_timeout(Duration::from_secs(1))
            .idle_timeout(Duration::from_secs(1))
            .max_event_size(1)
            .until("[DONE]")
            .when_hidden(WhenHidden::Pause)
    };
    assert_eq!(format!("{:?}", builder()), r#"Builder { url: "/events", method: Some("POST"), .. }"#);
    assert_unsupported(builder().connect());
    assert_unsupported(builder().events());
    assert_unsupported(builder().json(&[1]));
    drop(builder());
}

#[test]
fn errors_are_data_that_threads_and_signals_can_hold() {
    fn is_plain<T: std::error::Error + Clone + PartialEq + Send + Sync + 'static>() {}
    is_plain::<Error>();
    is_plain::<EventSourceError>();
    is_plain::<Cause>();
}

#[test]
fn errors_say_what_happened_and_what_to_do() {
    let cause = Cause::new("TypeError", "Failed to fetch");
    let mut refused = EventSourceError::new(ErrorCode::Status);
    refused.status = Some(503);
    refused.headers = vec![("x-request-id".into(), "1".into())];
    refused.body_prefix = Some("later".into());
    refused.delay = Some(Duration::from_secs(3));
    refused.cause = Some(cause.clone());
    assert!(refused.will_reconnect());
    assert_eq!((refused.header("X-Request-ID"), refused.header("x-other")), (Some("1"), None));
    let source = std::error::Error::source(&refused).expect("the cause");
    assert_eq!(source.to_string(), "TypeError: Failed to fetch");

    let no_event = RawEvent::new("", "", "");
    for error in [
        Error::InvalidUrl { url: "http://[".into() },
        Error::InvalidRequest(cause),
        Error::Unsupported,
        Error::Connection(Box::new(refused)),
        Error::EventSource { will_reconnect: false },
        Error::Decode { event: no_event, message: "expected value".into() },
    ] {
        assert!(!error.to_string().is_empty(), "{error:?}");
    }
}

fn raw(data: &str) -> RawEvent {
    RawEvent::new("message", data, "7")
}

#[test]
fn payloads_decode_as_in_a_browser() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Progress {
        percent: f64,
    }
    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(untagged)]
    enum Chunk {
        Progress(Progress),
        Text(String),
    }
    #[derive(Debug, Deserialize, PartialEq)]
    struct Id(u32);

    let event = raw(r#"{"percent":1}"#).decode::<Progress>().unwrap();
    assert_eq!((event.data, &*event.event_type, &*event.last_event_id), (Progress { percent: 1.0 }, "message", "7"));
    assert_eq!(raw("[1,2]").decode::<(u8, u8)>().unwrap().data, (1, 2));
    assert_eq!(raw("5").decode::<Id>().unwrap().data, Id(5));
    assert_eq!(raw("null").decode::<Option<u32>>().unwrap().data, None);
    assert_eq!(raw("5").decode::<Option<u32>>().unwrap().data, Some(5));
    assert_eq!(raw("whatever").decode::<()>().unwrap().data, ());
    assert_eq!(raw(r#"{"percent":1}"#).decode::<Chunk>().unwrap().data, Chunk::Progress(Progress { percent: 1.0 }));
    assert_eq!(raw("[DONE]").decode::<Chunk>().unwrap().data, Chunk::Text("[DONE]".into()));
    for data in ["", "{", "null", "1"] {
        assert!(
            matches!(raw(data).decode::<Progress>(), Err(Error::Decode { event, .. }) if event == raw(data)),
            "{data}"
        );
    }
}

#[test]
fn a_string_takes_all_data_and_unquotes_json() {
    for (data, text) in [
        ("hello", "hello"),
        ("", ""),
        ("1", "1"),
        ("null", "null"),
        (" padded", " padded"),
        (r#""quoted\nlines""#, "quoted\nlines"),
        (r#""half"#, r#""half"#),
        (r#""two" words"#, r#""two" words"#),
    ] {
        assert_eq!(raw(data).decode::<String>().unwrap().data, text);
    }
    assert_eq!(raw("hello").decode::<Option<String>>().unwrap().data.as_deref(), Some("hello"));
    assert_eq!(raw("null").decode::<Option<String>>().unwrap().data, None);
}
