//! `FetchEventSource` and `events()` in a browser, against the event server of `tests/server`.
#![cfg(target_arch = "wasm32")]

#[path = "support/web.rs"]
#[allow(dead_code)]
mod web;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use eventsource_wasm::machine::Decision;
use eventsource_wasm::{
    Body, End, Error, ErrorCode, EventSourceError, FetchEventSource, RawEvent, ReadyState, RequestContext, RetryPolicy,
    SourceStatus, events,
};
use futures_util::StreamExt;
use js_sys::Uint8Array;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web::{Notes, pause, route, within};
use web_sys::UrlSearchParams;

wasm_bindgen_test_configure!(run_in_browser);

#[derive(Debug, Deserialize, PartialEq)]
struct Welcome {
    name: String,
}

fn quick() -> RetryPolicy {
    RetryPolicy::default().factor(1.0)
}

fn connection(error: &Error) -> EventSourceError {
    match error {
        Error::Connection(error) => (**error).clone(),
        other => panic!("{other}"),
    }
}

#[wasm_bindgen_test]
async fn delivers_typed_named_events_and_closes_the_socket() {
    let route = route("/mixed?size=7");
    let source = FetchEventSource::new(&route.url).unwrap();
    assert_eq!(source.ready_state(), ReadyState::Connecting);
    let opened = Notes::new();
    let note = opened.note();
    let _open = source.on_open(move |open| note(open.response.status()));
    let welcomes = Notes::new();
    let _welcome = source.on::<Welcome>("welcome", welcomes.note());
    let raw = Notes::new();
    let _messages = source.on_raw("message", raw.note());
    let all = Notes::new();
    let note = all.note();
    let _any = source.on_any(move |event| note(event.event_type));

    let messages: Vec<RawEvent> = raw.take(2).await;
    assert_eq!(messages.iter().map(|event| &*event.data).collect::<Vec<_>>(), ["two\nlines", "last"]);
    assert_eq!(messages[1].last_event_id, "é☃");
    assert_eq!(opened.take(1).await, [200]);
    let welcome = welcomes.take(1).await.remove(0);
    assert_eq!((welcome.data, &*welcome.last_event_id), (Welcome { name: "日本 🦀".into() }, "é☃"));
    assert_eq!(all.take(4).await, ["welcome", "message", "__proto__", "message"]);
    assert_eq!(source.ready_state(), ReadyState::Open);
    assert_eq!(source.last_event_id(), "é☃");

    source.close();
    assert_eq!(source.ready_state(), ReadyState::Closed);
    route.until_closed(1).await;
}

/// Sends a body, and returns the request as the server got it: method, `Content-Type` and text of the body.
async fn sent(body: impl Into<Body>) -> (String, Option<String>, Option<String>) {
    let route = route("/echo");
    let source = FetchEventSource::builder(&route.url).body(body).connect().unwrap();
    let opened = Notes::new();
    let note = opened.note();
    let _open = source.on_open(move |_| note(()));
    opened.take(1).await;
    let mut request = route.seen().await.requests.remove(0);
    (request.method, request.headers.remove("content-type"), request.body)
}

#[wasm_bindgen_test]
async fn a_body_may_be_text_bytes_or_a_javascript_value() {
    let text = Some("text/plain;charset=UTF-8");
    let form = Some("application/x-www-form-urlencoded;charset=UTF-8");
    let fields = UrlSearchParams::new().unwrap();
    fields.append("a", "é");
    let bytes = "é".as_bytes();
    for (body, content_type, body_text) in [
        (Body::from("é"), text, "é"),
        (Body::from(String::from("é")), text, "é"),
        (Body::from(JsValue::from_str("é")), text, "é"),
        (Body::from(bytes), None, "é"),
        (Body::from(bytes.to_vec()), None, "é"),
        (Body::from(Uint8Array::from(bytes)), None, "é"),
        (Body::from(fields), form, "a=%C3%A9"),
    ] {
        let shown = format!("{body:?}");
        let expected = ("POST".into(), content_type.map(str::to_owned), Some(body_text.into()));
        assert_eq!(sent(body).await, expected, "{shown}");
    }
}

#[wasm_bindgen_test]
async fn clones_of_a_builder_make_sources_with_equal_options() {
    let route = route("/echo");
    let builder = FetchEventSource::builder(&route.url)
        .header("x-client", "demo")
        .headers_with(|_| async { vec![("x-made".into(), "yes".into())] })
        .body("hello")
        .until_event("request");
    for builder in [builder.clone(), builder] {
        assert_eq!(builder.connect().unwrap().closed().await, End::Complete);
    }
    let seen = route.seen().await;
    assert_eq!(seen.requests.len(), 2);
    for request in seen.requests {
        let headers = [&request.headers["x-client"], &request.headers["x-made"]];
        assert_eq!((request.body.as_deref(), headers.map(String::as_str)), (Some("hello"), ["demo", "yes"]));
    }
}

#[wasm_bindgen_test]
async fn a_json_body_has_exact_integers() {
    let route = route("/echo");
    let source =
        FetchEventSource::builder(&route.url).json(&[1_234_567_890_123_456_789_u64]).unwrap().connect().unwrap();
    let opened = Notes::new();
    let note = opened.note();
    let _open = source.on_open(move |_| note(()));
    opened.take(1).await;
    let request = route.seen().await.requests.remove(0);
    assert_eq!(request.body.as_deref(), Some("[1234567890123456789]"));
    assert_eq!(request.headers["content-type"], "application/json");
}

#[wasm_bindgen_test]
async fn dropping_the_last_handle_closes_the_socket() {
    let route = route("/echo");
    let source = FetchEventSource::new(&route.url).unwrap();
    let events = Notes::new();
    let listener = source.on_raw("request", events.note());
    let clone = source.clone();
    drop(source);
    events.take(1).await;
    drop((clone, listener));
    route.until_closed(1).await;
}

#[wasm_bindgen_test]
async fn dropping_a_listener_removes_it_even_in_its_own_callback() {
    let route = route("/numbers?total=3");
    let source = FetchEventSource::new(&route.url).unwrap();
    let (kept, dropped, own) = (Notes::new(), Notes::new(), Notes::new());
    let _kept = source.on_raw("message", kept.note());
    drop(source.on_raw("message", dropped.note()));
    let slot = Rc::new(RefCell::new(None));
    let listener = source.on_raw("message", {
        let (slot, note) = (slot.clone(), own.note());
        move |event| {
            slot.take();
            note(event);
        }
    });
    *slot.borrow_mut() = Some(listener);
    source.on_raw("message", |_| ()).forget();
    kept.take(3).await;
    assert_eq!((dropped.len(), own.len()), (0, 1));
}

#[wasm_bindgen_test]
async fn reconnects_with_the_last_event_id_after_cuts_within_events() {
    let route = route("/numbers?cut=3&total=10&retry=20");
    let source = FetchEventSource::builder(&route.url).retry(quick()).connect().unwrap();
    let (numbers, done, errors) = (Notes::new(), Notes::new(), Notes::new());
    let _numbers = source.on::<u32>("message", numbers.note());
    let _done = source.on_raw("done", done.note());
    let note = errors.note();
    let _errors = source.on_error(move |error| note(connection(error)));
    done.take(1).await;
    let numbers: Vec<u32> = numbers.take(10).await.into_iter().map(|event| event.data).collect();
    assert_eq!(numbers, (1..=10).collect::<Vec<_>>());
    let ids: Vec<_> = route.seen().await.requests.into_iter().map(|request| request.last_event_id).collect();
    assert_eq!(ids, [None, Some("3".into()), Some("6".into()), Some("9".into())]);
    for error in errors.take(3).await {
        assert_eq!((error.code, error.delay), (ErrorCode::Network, Some(Duration::from_millis(20))));
    }
}

#[wasm_bindgen_test]
async fn posts_json_with_headers() {
    #[derive(Serialize)]
    struct Prompt {
        prompt: &'static str,
    }
    #[derive(Deserialize)]
    struct Echo {
        method: String,
        body: String,
        headers: std::collections::HashMap<String, String>,
    }
    let source = FetchEventSource::builder(&route("/echo").url)
        .header("x-client", "test")
        .json(&Prompt { prompt: "hello" })
        .unwrap()
        .last_event_id("é☃")
        .connect()
        .unwrap();
    let requests = Notes::new();
    let _requests = source.on::<Echo>("request", requests.note());
    let Echo { method, body, headers } = requests.take(1).await.remove(0).data;
    assert_eq!((&*method, &*body), ("POST", r#"{"prompt":"hello"}"#));
    assert_eq!(headers["x-client"], "test");
    assert_eq!(headers["accept"], "text/event-stream");
    assert_eq!(headers["content-type"], "application/json");
    assert_eq!(headers["last-event-id"].chars().map(|char| char as u8).collect::<Vec<_>>(), "é☃".as_bytes());
}

#[wasm_bindgen_test]
async fn a_function_may_make_the_url_of_each_request() {
    let route = route("/numbers?end=2&total=4&retry=10");
    let url = route.url.clone();
    let source = FetchEventSource::builder("/before")
        .url_with(move |RequestContext { last_event_id, .. }| {
            let url = format!("{url}&token={last_event_id}");
            async move { url }
        })
        .connect()
        .unwrap();
    assert!(source.url().ends_with("/before"));
    let done = Notes::new();
    let _done = source.on_raw("done", done.note());
    done.take(1).await;
    assert_eq!(source.url(), format!("{}&token=2", route.url));
    assert_eq!(route.seen().await.requests.len(), 2);

    let source = FetchEventSource::builder("/before").url_with(|_| async { "http://[".into() }).connect().unwrap();
    let errors = Notes::new();
    let note = errors.note();
    let _errors = source.on_error(move |error| note(connection(error).code));
    assert_eq!(errors.take(1).await, [ErrorCode::Request]);
}

#[wasm_bindgen_test]
async fn a_retry_function_may_drop_the_last_handle() {
    let slot = Rc::new(RefCell::new(None::<FetchEventSource>));
    let closing = slot.clone();
    let source = FetchEventSource::builder(&route("/answer?status=418").url)
        .retry_with(move |_| {
            closing.take();
            Decision::Stop
        })
        .connect()
        .unwrap();
    *slot.borrow_mut() = Some(source);
    while slot.borrow().is_some() {
        pause(5).await;
    }
}

#[wasm_bindgen_test]
async fn a_payload_that_does_not_decode_is_an_error_for_that_event() {
    let source = FetchEventSource::new(&route("/body?body=data%3A%20%7B%0A%0Adata%3A%202%0A%0A").url).unwrap();
    let (numbers, errors) = (Notes::new(), Notes::new());
    let _numbers = source.on::<u32>("message", numbers.note());
    let note = errors.note();
    let _errors = source.on_error(move |error| note(error.clone()));
    assert_eq!(numbers.take(1).await[0].data, 2);
    assert!(matches!(&errors.take(1).await[..], [Error::Decode { event, .. }] if event.data == "{"));
}

#[wasm_bindgen_test]
fn an_invalid_url_and_an_invalid_header_name_are_errors_at_once() {
    assert!(matches!(FetchEventSource::new("http://["), Err(Error::InvalidUrl { .. })));
    assert!(matches!(events("http://[").events(), Err(Error::InvalidUrl { .. })));
    let builder = FetchEventSource::builder("/").header("not a name", "x");
    assert!(matches!(builder.connect(), Err(Error::InvalidRequest(_))));
}

#[wasm_bindgen_test]
async fn events_sends_nothing_before_it_is_polled_and_aborts_when_dropped() {
    let route = route("/echo");
    let mut stream = events(&route.url).body("{}").events().unwrap();
    pause(30).await;
    assert_eq!(route.seen().await.requests.len(), 0);
    let event = stream.next().await.unwrap().unwrap();
    assert_eq!(event.event_type, "request");
    drop(stream);
    let seen = route.until_closed(1).await;
    assert_eq!((&*seen.requests[0].method, seen.requests[0].body.as_deref()), ("POST", Some("{}")));
}

/// Instrumentation and happy-dom replace `fetch` this way.
#[wasm_bindgen_test]
async fn a_replaced_fetch_that_passes_on_only_the_request_is_aborted() {
    let replace = "globalThis.realFetch = fetch;
        globalThis.fetch = (input, init) => realFetch(input instanceof Request ? input : new Request(input, init));";
    js_sys::eval(replace).unwrap();
    let route = route("/hang");
    let source = FetchEventSource::new(&route.url).unwrap();
    let opened = async {
        while route.seen().await.open == 0 {
            pause(10).await;
        }
    };
    within(Duration::from_secs(10), opened).await;
    drop(source);
    route.until_closed(1).await;
    js_sys::eval("globalThis.fetch = realFetch").unwrap();
}

#[wasm_bindgen_test]
async fn a_flood_of_events_lets_the_event_loop_turn() {
    let turns = Rc::new(Cell::new(0));
    let count = turns.clone();
    let interval = gloo_timers::callback::Interval::new(1, move || count.set(count.get() + 1));
    let body = "data:1%0A%0A".repeat(60);
    let route = route(&format!("/body?body={body}"));
    let source = FetchEventSource::new(&route.url).unwrap();
    let seen = Notes::new();
    let note = seen.note();
    let now = js_sys::Date::now;
    let _messages = source.on_raw("message", move |_| {
        let until = now() + 3.0;
        while now() < until {}
        note(turns.get());
    });
    let turns_before: Vec<u32> = seen.take(60).await;
    drop(interval);
    let during = turns_before[59] - turns_before[0];
    assert!(during >= 3, "{during} turns");
}

/// A route that gives one of these responses after the other.
fn responses(list: &serde_json::Value) -> web::Route {
    route(&format!("/responses?responses={}", js_sys::encode_uri_component(&list.to_string())))
}

#[wasm_bindgen_test]
async fn a_source_that_pauses_in_a_listener_delivers_the_rest_once_it_resumes() {
    let route = responses(&serde_json::json!([{ "body": "data: 1\n\ndata: 2\n\n" }]));
    let source = FetchEventSource::builder(&route.url).idle_timeout(Duration::from_millis(100)).connect().unwrap();
    let (messages, errors) = (Notes::new(), Notes::new());
    let (note, note_error, pausing) = (messages.note(), errors.note(), source.clone());
    let _messages = source.on_raw("message", move |event| {
        if event.data == "1" {
            pausing.pause();
        }
        note(event.data);
    });
    let _errors = source.on_error(move |error| note_error(error.clone()));
    assert_eq!(messages.take(1).await, ["1"]);
    assert_eq!(source.status(), SourceStatus::Paused);
    pause(200).await;
    assert_eq!((messages.len(), errors.len()), (0, 0), "in a pause, no event is delivered and no time limit runs");
    source.resume();
    assert_eq!(messages.take(1).await, ["2"]);
}

#[wasm_bindgen_test]
async fn a_pause_while_the_headers_are_made_delays_the_request_until_the_resume() {
    let route = responses(&serde_json::json!([{ "body": "data: 1\n\n" }]));
    let headers = || async {
        pause(50).await;
        Vec::new()
    };
    let limit = Duration::from_millis(100);
    let source = FetchEventSource::builder(&route.url)
        .headers_with(move |_| headers())
        .connect_timeout(limit)
        .connect()
        .unwrap();
    let messages = Notes::new();
    let note = messages.note();
    let _messages = source.on_raw("message", move |event| note(event.data));
    pause(20).await;
    source.pause();
    pause(250).await;
    assert_eq!(route.seen().await.requests.len(), 0);
    source.resume();
    assert_eq!(messages.take(1).await, ["1"]);
    assert_eq!(route.seen().await.requests.len(), 1);
}

#[wasm_bindgen_test]
async fn status_and_open_report_each_change_of_a_source() {
    let route = responses(&serde_json::json!([
        { "body": "retry: 10\nid: 7\ndata: 1\n\n", "ends": true },
        { "status": 503, "ends": true },
        { "body": "data: 2\n\n" },
    ]));
    let policy = quick().initial_delay(Duration::from_millis(10));
    let source = FetchEventSource::builder(&route.url).retry(policy).connect().unwrap();
    assert_eq!(source.status(), SourceStatus::Connecting);
    let (statuses, opened) = (Notes::new(), Notes::new());
    let (note_status, note_open) = (statuses.note(), opened.note());
    let _statuses = source.on_status(move |status| {
        note_status(match status {
            SourceStatus::Waiting { delay } => {
                assert!(*delay <= Duration::from_millis(10), "{delay:?}");
                "waiting"
            }
            SourceStatus::Closed(_) => "closed",
            SourceStatus::Open => "open",
            SourceStatus::Connecting => "connecting",
            _ => "other",
        });
    });
    let _opened = source.on_open(move |open| {
        note_open((open.is_reopening, open.attempts, open.sent_last_event_id.clone(), open.response.status()));
    });
    assert_eq!(opened.take(2).await, [(false, 1, String::new(), 200), (true, 2, "7".into(), 200)]);
    source.close();
    assert!(matches!(source.status(), SourceStatus::Closed(End::Closed)));
    assert_eq!(statuses.take(7).await, ["open", "waiting", "connecting", "waiting", "connecting", "open", "closed"]);
}

#[wasm_bindgen_test]
async fn a_stream_begun_by_a_post_goes_on_by_a_get_at_its_location() {
    let route = responses(&serde_json::json!([
        { "headers": { "location": "{url}" }, "body": "retry: 10\nid: 1\ndata: 1\n\n", "ends": true },
        { "body": "id: 2\ndata: 2\n\nevent: end\ndata: -\n\n" },
    ]));
    let first = route.url.clone();
    let source = FetchEventSource::builder(&route.url)
        .method_with(|context| async move { if context.response.is_some() { "GET" } else { "POST" }.to_owned() })
        .url_with(move |context| {
            let first = first.clone();
            async move { context.response.map_or(first, |response| response.url()) }
        })
        .body("{}")
        .retry_with(|context| match &context.response {
            Some(_) => Decision::Wait(context.reconnection_time),
            None => Decision::Stop,
        })
        .until_event("end")
        .connect()
        .unwrap();
    assert_eq!(source.closed().await, End::Complete);
    let requests = route.seen().await.requests;
    let lines: Vec<_> = requests
        .iter()
        .map(|request| {
            (&*request.method, request.last_event_id.as_deref(), request.body.as_deref().unwrap_or_default())
        })
        .collect();
    assert_eq!(lines, [("POST", None, "{}"), ("GET", Some("1"), "")]);
}

#[wasm_bindgen_test]
async fn accept_with_on_comment_and_skip_empty_data_work_together() {
    let route = responses(&serde_json::json!([{
        "headers": { "content-type": "application/json" },
        "body": ": hello\nid: 1\ndata:\n\ndata: {\"name\":\"x\"}\n\n",
        "ends": true,
    }]));
    let (asked, comments) = (Notes::new(), Notes::new());
    let (note_type, note_comment) = (asked.note(), comments.note());
    let stream = events(&route.url)
        .accept_with(move |content_type| {
            note_type(content_type.map(str::to_owned));
            true
        })
        .on_comment(move |text| note_comment(text.to_owned()))
        .skip_empty_data(true)
        .events()
        .unwrap();
    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(tag = "event", content = "data", rename_all = "lowercase")]
    enum Feed {
        Message(Welcome),
    }
    let items: Vec<_> = stream.typed::<Feed>().collect().await;
    let items: Vec<_> = items.into_iter().map(|event| event.map(|event| event.data)).collect();
    assert_eq!(items, [Ok(Feed::Message(Welcome { name: "x".into() }))]);
    assert_eq!(asked.take(1).await, [Some("application/json".into())]);
    assert_eq!(comments.take(1).await, ["hello"]);
}

#[wasm_bindgen_test]
async fn until_event_and_fail_on_with_one_name_are_an_error() {
    let builder = FetchEventSource::builder("/events").until_event("end").fail_on("end");
    let Err(Error::InvalidRequest(cause)) = builder.connect() else { panic!("an error") };
    assert!(cause.message.contains("'end'"), "{cause}");
}
