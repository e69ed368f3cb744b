//! The crate outside of a JavaScript runtime, as in server-side rendering: what connects says that it cannot, and nothing panics.
#![cfg(all(feature = "web", not(target_arch = "wasm32")))]

use std::time::Duration;

use eventsource_wasm::machine::Decision;
use eventsource_wasm::{
    Body, Cause, Error, ErrorCode, EventSource, EventSourceError, FetchEventSource, RawEvent, RetryPolicy, WhenHidden,
    events,
};
use wasm_bindgen::JsValue;

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
    assert_unsupported(builder().json(&[1]).unwrap().connect());
    drop(builder());
}

#[test]
fn a_body_of_each_kind_can_be_made_on_a_server() {
    let with = |body: Body| FetchEventSource::builder("/events").body(body);
    for (body, shown) in [
        (Body::from("hello"), "Body(5 bytes of text)"),
        (Body::from(String::from("hello")), "Body(5 bytes of text)"),
        (Body::from(&[1, 2, 3][..]), "Body(3 bytes)"),
        (Body::from(vec![1, 2, 3]), "Body(3 bytes)"),
        (Body::from(b"abc"), "Body(3 bytes)"),
        (Body::from(JsValue::NULL), "Body(a value of JavaScript)"),
    ] {
        assert_eq!(format!("{body:?}"), shown);
        assert_unsupported(with(body.clone()).connect());
        drop(with(body));
    }
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
fn a_decoder_of_ones_own_makes_the_data_or_says_what_is_wrong() {
    let event = raw("1.5").decode_with(str::parse::<f64>).unwrap();
    assert_eq!((event.data, &*event.last_event_id), (1.5, "7"));
    let error = raw("x").decode_with(str::parse::<f64>).unwrap_err();
    assert_eq!(error.to_string(), "the data of event 'message' does not decode: invalid float literal");
    assert!(matches!(error, Error::Decode { event, .. } if event == raw("x")));
}
