//! The crate outside of a JavaScript runtime, as in server-side rendering: connecting is `Error::Unsupported`, without a panic.
#![cfg(all(feature = "web", not(target_arch = "wasm32")))]

use std::any::Any;
use std::collections::HashSet;
use std::time::Duration;

use eventsource_wasm::machine::Decision;
use eventsource_wasm::parser::Parser;
use eventsource_wasm::{
    Body, Cause, Clock, End, Error, ErrorCode, EventSource, EventSourceError, FetchEventSource, RawEvent, ReadyState,
    RetryPolicy, SourceStatus, Unfinished, WhenHidden, events,
};
use serde_json::json;
use wasm_bindgen::JsValue;
use web_sys::{Request, Response};

fn assert_unsupported<T: std::fmt::Debug>(result: Result<T, Error>) {
    assert_eq!(result.err(), Some(Error::Unsupported));
}

#[test]
fn every_constructor_is_unsupported() {
    for url in ["/events", "https://example.org/events", "http://["] {
        assert_unsupported(FetchEventSource::new(String::from(url)));
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
            .method_with(|_| async { "PUT".into() })
            .method("POST")
            .header("not a name", "\0")
            .headers_with(|_| async { Vec::new() })
            .body("text")
            .body(String::from("text"))
            .body_with(|_| async { None })
            .init_with(|_| ())
            .clock(NoClock)
            .with_credentials(true)
            .last_event_id("7")
            .last_event_id_header(false)
            .retry(RetryPolicy::default())
            .retry_with(|_| Decision::Stop)
            .connect_timeout(Duration::from_secs(1))
            .idle_timeout(Duration::from_secs(1))
            .event_timeout(Duration::from_secs(1))
            .max_event_size(1)
            .max_error_body(1)
            .until("[DONE]")
            .until_event("end")
            .until_with(|_| true)
            .fail_on("error")
            .fail_on_with(|_| true)
            .unfinished(Unfinished::Deliver)
            .skip_empty_data(true)
            .on_comment(|_| ())
            .accept_with(|_| true)
            .dedupe(1)
            .when_hidden(WhenHidden::Pause)
    };
    assert_eq!(format!("{:?}", builder()), r#"Builder { url: "/events", method: Some("POST"), .. }"#);
    assert_unsupported(builder().connect());
    assert_unsupported(builder().json(&[1]).unwrap().connect());
    assert_unsupported(builder().fetch_with(no_fetch).connect());
    drop(builder());
}

#[test]
fn a_function_in_place_of_fetch_is_unsupported_too() {
    for url in ["/events", "https://example.org/events", "http://["] {
        assert_unsupported(FetchEventSource::builder(url).fetch_with(no_fetch).connect());
        assert_unsupported(events(url).fetch_with(no_fetch).events());
    }
}

async fn no_fetch(_: Request) -> Result<Response, JsValue> {
    Err(JsValue::NULL)
}

struct NoClock;

impl Clock for NoClock {
    fn now(&self) -> Duration {
        Duration::ZERO
    }

    fn call_after(&self, _: Duration, _: Box<dyn FnOnce()>) -> Box<dyn Any> {
        Box::new(())
    }
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
fn errors_are_send_sync_clone_and_comparable() {
    fn is_plain<T: std::error::Error + Clone + PartialEq + Send + Sync + 'static>() {}
    is_plain::<Error>();
    is_plain::<EventSourceError>();
    is_plain::<Cause>();
}

#[test]
fn every_error_has_a_message_and_a_connection_error_its_cause() {
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

#[test]
fn codes_states_and_ends_have_text_and_codes_parse_from_it() {
    for &code in ErrorCode::ALL {
        assert_eq!(code.to_string().parse(), Ok(code));
        assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
    }
    assert_eq!(format!("{:>9}|", ErrorCode::Ended), "    ended|");
    assert_eq!(
        "".parse::<ErrorCode>().unwrap_err().to_string(),
        "no error code has this name: ErrorCode::ALL has the codes, and as_str() their names"
    );
    assert_eq!(ReadyState::default().to_string(), "CONNECTING");
    assert_eq!((ReadyState::Open.to_string(), ReadyState::Closed.to_string()), ("OPEN".into(), "CLOSED".into()));
    assert_eq!(SourceStatus::default(), SourceStatus::Connecting);
    let ends = [End::Closed, End::Complete, End::Failed(Error::Unsupported)].map(|end| end.to_string());
    assert_eq!(ends, ["closed".to_owned(), "complete".into(), Error::Unsupported.to_string()]);
    let unique: HashSet<_> = [Error::Unsupported, Error::Unsupported].into_iter().collect();
    assert_eq!(unique.len(), 1);
}

#[test]
fn errors_and_events_serialize_with_the_names_of_javascript() {
    let written = |error: Error| serde_json::to_value(error).unwrap();
    assert_eq!(serde_json::to_value(raw("a")).unwrap(), json!({ "type": "message", "data": "a", "lastEventId": "7" }));
    let mut lost = EventSourceError::new(ErrorCode::Status);
    lost.status = Some(503);
    lost.headers = vec![("retry-after".into(), "3".into())];
    lost.delay = Some(Duration::from_millis(3000));
    lost.unfinished = Some(raw("cut"));
    lost.cause = Some(Cause::new("TypeError", "Failed to fetch"));
    let message = lost.to_string();
    assert_eq!(
        written(Error::Connection(Box::new(lost))),
        json!({
            "name": "EventSourceError", "message": message, "code": "status", "status": 503,
            "headers": { "retry-after": "3" }, "attempt": 1, "willReconnect": true, "delay": 3000.0, "delivered": false,
            "unfinished": { "type": "message", "data": "cut", "lastEventId": "7" },
            "cause": { "name": "TypeError", "message": "Failed to fetch" },
        })
    );
    let decode = written(Error::Decode { event: raw("{"), message: "EOF".into() });
    assert_eq!(
        (&decode["name"], &decode["type"], &decode["data"]),
        (&json!("DecodeError"), &json!("message"), &json!("{"))
    );
    assert_eq!(written(Error::EventSource { will_reconnect: true })["willReconnect"], true);
    assert_eq!(written(Error::InvalidUrl { url: "http://[".into() })["url"], "http://[");
    assert_eq!(written(Error::InvalidRequest(Cause::new("", "x")))["cause"]["message"], "x");
}

#[test]
fn conversions_to_javascript_do_not_panic_without_javascript() {
    // JavaScript values cannot be compared outside of a JavaScript runtime.
    drop(JsValue::from(Error::Unsupported));
    assert!(raw("a").to_js().is_err());
}

fn raw(data: &str) -> RawEvent {
    RawEvent::new("message", data, "7")
}

#[test]
fn decode_with_gives_the_data_or_the_error_of_a_custom_decoder() {
    let event = raw("1.5").decode_with(str::parse::<f64>).unwrap();
    assert_eq!((event.data, &*event.last_event_id), (1.5, "7"));
    let error = raw("x").decode_with(str::parse::<f64>).unwrap_err();
    assert_eq!(error.to_string(), "the data of event 'message' does not decode: invalid float literal");
    assert!(matches!(error, Error::Decode { event, .. } if event == raw("x")));
}

/// The texts of errors that both languages report. `tests/npm/error-texts.test.mjs` compares those of the npm package.
#[test]
fn errors_that_both_languages_report_have_the_texts_of_error_texts_json() {
    let texts: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(include_str!("error-texts.json")).unwrap();
    let failure = |code, status, delay: Option<u64>| {
        let mut error = EventSourceError::new(code);
        error.status = status;
        error.delay = delay.map(Duration::from_millis);
        Error::Connection(Box::new(error)).to_string()
    };
    let mut parser = Parser::new().with_max_event_size(8);
    parser.feed(b"data: 0123456789\n");
    let limit = parser.next_item().unwrap_err().to_string();
    let decode = Error::Decode { event: RawEvent::new("update", "{", ""), message: String::new() };
    let found = json!({
        "url": Error::InvalidUrl { url: "http://[".into() }.to_string(),
        "gave up": Error::EventSource { will_reconnect: false }.to_string(),
        "status": failure(ErrorCode::Status, Some(404), None),
        "status, retried": failure(ErrorCode::Status, Some(503), Some(1000)),
        "content type": failure(ErrorCode::ContentType, Some(200), None),
        "network, retried": failure(ErrorCode::Network, None, Some(1000)),
        "decode": decode.to_string(),
        "parser's limit": limit.strip_suffix("max_event_size").unwrap(),
    });
    assert_eq!(found, serde_json::Value::Object(texts));
}
