//! Streams of events, the end of a source, and code that is generic over both kinds of source, in a browser against the event
//! server of `tests/server`.
#![cfg(target_arch = "wasm32")]

#[path = "support/web.rs"]
#[allow(dead_code)]
mod web;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use eventsource_wasm::{
    Cause, Closed, End, Error, ErrorCode, Event, EventSource, EventSourceError, FetchEventSource, RawEvent, ReadyState,
    Source, events,
};
use futures_util::{FutureExt, Stream, StreamExt};
use js_sys::Reflect;
use serde::Deserialize;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web::{Notes, pause, route, within};
use web_sys::Headers;

wasm_bindgen_test_configure!(run_in_browser);

#[derive(Debug, Deserialize, PartialEq)]
#[serde(tag = "event", content = "data", rename_all = "lowercase")]
enum Feed {
    Welcome { name: String },
    Message(String),
    Done,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(tag = "event", content = "data", rename_all = "lowercase")]
enum WithOther {
    Message(String),
    #[serde(other)]
    Other,
}

fn welcome() -> Feed {
    Feed::Welcome { name: "日本 🦀".into() }
}

fn text(text: &str) -> Feed {
    Feed::Message(text.into())
}

/// The stream of variants, without their events.
fn variants<T>(
    events: impl Stream<Item = Result<Event<T>, Error>> + Unpin,
) -> impl Stream<Item = Result<T, Error>> + Unpin {
    events.map(|event| event.map(|event| event.data))
}

async fn soon<T>(future: impl Future<Output = T>) -> T {
    within(Duration::from_secs(8), future).await
}

/// The path of a `/body` route with these events.
fn body(events: &str) -> String {
    format!("/body?body={}", js_sys::encode_uri_component(events))
}

/// Makes two tests of each function, one for each kind of source.
macro_rules! for_both {
    ($($name:ident),* $(,)?) => {$(
        mod $name {
            use super::*;

            #[wasm_bindgen_test]
            async fn event_source() {
                super::$name(|url| EventSource::new(url)).await;
            }

            #[wasm_bindgen_test]
            async fn fetch_event_source() {
                super::$name(|url| FetchEventSource::new(url)).await;
            }
        }
    )*};
}

for_both! {
    an_enum_is_a_stream_of_its_variants,
    a_repeated_name_delivers_no_event_twice,
    a_stream_keeps_its_source_open_and_closes_it_when_dropped,
    data_that_does_not_decode_is_an_item_and_the_stream_goes_on,
    on_with_decodes_the_data_with_a_custom_decoder,
    close_ends_streams_and_discards_events_not_yet_taken,
    after_close_in_a_callback_no_other_listener_gets_the_event,
    after_close_in_an_error_callback_no_other_listener_gets_the_error,
    dropping_all_handles_in_a_callback_is_safe,
    a_final_failure_is_the_last_item_and_the_end,
    closed_resolves_for_each_caller_before_and_after_the_end,
    events_named_open_and_error_are_events,
    a_source_that_has_ended_drops_its_listeners_even_if_they_hold_the_source,
}

async fn an_enum_is_a_stream_of_its_variants<S: Source>(connect: impl Fn(&str) -> Result<S, Error>) {
    let source = connect(&route("/mixed").url).unwrap();
    let mut feed = variants(source.events::<Feed>());
    let mut raw = source.raw_events(&["__proto__", "message"]);
    assert_eq!(soon(feed.next()).await, Some(Ok(welcome())));
    // `Feed` has no variant for `__proto__`.
    assert_eq!(soon(feed.next()).await, Some(Ok(text("two\nlines"))));
    assert_eq!(soon(feed.next()).await, Some(Ok(text("last"))));
    assert_eq!(feed.next().now_or_never(), None);
    for (event, data) in [("message", "two\nlines"), ("__proto__", ""), ("message", "last")] {
        let expected = RawEvent::new(event, data, "é☃");
        assert_eq!(soon(raw.next()).await, Some(Ok(expected)));
    }
}

async fn a_repeated_name_delivers_no_event_twice<S: Source>(connect: impl Fn(&str) -> Result<S, Error>) {
    let source = connect(&route("/mixed").url).unwrap();
    let mut raw = source.raw_events(&["message", "__proto__", "message"]);
    for event in ["message", "__proto__", "message"] {
        assert_eq!(soon(raw.next()).await.unwrap().unwrap().event_type, event);
    }
    assert_eq!(raw.next().now_or_never(), None);
}

async fn a_stream_keeps_its_source_open_and_closes_it_when_dropped<S: Source>(
    connect: impl Fn(&str) -> Result<S, Error>,
) {
    let other = connect(&route("/echo").url).unwrap();
    let route = route("/numbers?total=2");
    let source = connect(&route.url).unwrap();
    assert_eq!(source, source.clone());
    assert_ne!(source, other);
    let closed = source.closed();
    let mut feed = variants(source.events::<Feed>());
    drop(source);
    assert_eq!(soon(feed.next()).await, Some(Ok(text("1"))));
    assert_eq!(soon(feed.next()).await, Some(Ok(text("2"))));
    assert_eq!(soon(feed.next()).await, Some(Ok(Feed::Done)));
    assert_eq!(route.seen().await.open, 1);
    drop(feed);
    route.until_closed(1).await;
    assert_eq!(soon(closed).await, End::Closed);
}

async fn data_that_does_not_decode_is_an_item_and_the_stream_goes_on<S: Source>(
    connect: impl Fn(&str) -> Result<S, Error>,
) {
    let source = connect(&route(&body("event: welcome\ndata: {\n\nevent: done\ndata: {\n\ndata: 1\n\n")).url).unwrap();
    let errors = Notes::new();
    let note = errors.note();
    let _errors = source.on_error(move |error| note(error.clone()));
    let mut feed = variants(source.events::<Feed>());
    let error = soon(feed.next()).await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Decode { event, .. } if event.data == "{"));
    assert_eq!(soon(feed.next()).await, Some(Ok(Feed::Done)));
    assert_eq!(soon(feed.next()).await, Some(Ok(text("1"))));
    assert_eq!(errors.len(), 0, "the stream has the error, so the listeners get none");
}

async fn on_with_decodes_the_data_with_a_custom_decoder<S: Source>(connect: impl Fn(&str) -> Result<S, Error>) {
    let source = connect(&route(&body("data: x\n\nid: 7\ndata: 1.5\n\n")).url).unwrap();
    let (numbers, errors) = (Notes::new(), Notes::new());
    let _numbers = source.on_with("message", str::parse::<f64>, numbers.note());
    let note = errors.note();
    let _errors = source.on_error(move |error| note(error.clone()));
    assert_eq!(numbers.take(1).await, [Event::<f64>::new("message", 1.5, "7")]);
    assert!(matches!(&errors.take(1).await[0], Error::Decode { message, .. } if message == "invalid float literal"));
}

async fn close_ends_streams_and_discards_events_not_yet_taken<S: Source>(connect: impl Fn(&str) -> Result<S, Error>) {
    let source = connect(&route("/numbers?total=3").url).unwrap();
    let mut feed = variants(source.events::<Feed>());
    assert_eq!(soon(feed.next()).await, Some(Ok(text("1"))));
    pause(100).await;
    source.close();
    assert_eq!(feed.next().now_or_never(), Some(None));
    assert_eq!(feed.next().now_or_never(), Some(None));
    assert_eq!(source.events::<Feed>().next().now_or_never(), Some(None), "a stream of a closed source");
    assert_eq!(source.ready_state(), ReadyState::Closed);
}

async fn after_close_in_a_callback_no_other_listener_gets_the_event<S: Source>(
    connect: impl Fn(&str) -> Result<S, Error>,
) {
    for closes_at_open in [true, false] {
        let source = connect(&route(&body("data: 1\n\n")).url).unwrap();
        let (opened, heard) = (Notes::new(), Notes::new());
        let (closing, note) = (source.clone(), opened.note());
        let _first = source.on_open(move || {
            note(());
            if closes_at_open {
                closing.close();
            }
        });
        let (closing, note) = (source.clone(), opened.note());
        let _second = source.on_raw("message", move |_| {
            note(());
            closing.close();
        });
        let note = heard.note();
        let _third =
            if closes_at_open { source.on_open(move || note(())) } else { source.on_raw("message", move |_| note(())) };
        assert_eq!(soon(source.closed()).await, End::Closed);
        pause(50).await;
        assert_eq!(opened.len(), if closes_at_open { 1 } else { 2 });
        assert_eq!(heard.len(), 0, "at open: {closes_at_open}");
    }
}

async fn after_close_in_an_error_callback_no_other_listener_gets_the_error<S: Source>(
    connect: impl Fn(&str) -> Result<S, Error>,
) {
    let source = connect(&route(&body("data: {\n\n")).url).unwrap();
    let heard = Notes::new();
    let closing = source.clone();
    let _first = source.on_error(move |_| closing.close());
    let note = heard.note();
    let _second = source.on_error(move |_| note(()));
    let _numbers = source.on_message::<u32>(|_| ());
    assert_eq!(soon(source.closed()).await, End::Closed);
    pause(50).await;
    assert_eq!(heard.len(), 0);
}

async fn dropping_all_handles_in_a_callback_is_safe<S: Source>(connect: impl Fn(&str) -> Result<S, Error>) {
    let route = route("/numbers?total=3");
    let source = connect(&route.url).unwrap();
    let (closed, numbers) = (source.closed(), Notes::new());
    let handles = Rc::new(RefCell::new(None));
    let listener = source.on_raw("message", {
        let (handles, note) = (handles.clone(), numbers.note());
        move |event| {
            handles.take();
            note(event.data);
        }
    });
    let feed = source.events::<Feed>();
    *handles.borrow_mut() = Some((source, listener, feed));
    assert_eq!(soon(closed).await, End::Closed);
    route.until_closed(1).await;
    assert_eq!(numbers.take(1).await, ["1"]);
}

async fn a_final_failure_is_the_last_item_and_the_end<S: Source>(connect: impl Fn(&str) -> Result<S, Error>) {
    let source = connect(&route("/answer?status=404").url).unwrap();
    let mut feed = variants(source.events::<Feed>());
    let error = soon(feed.next()).await.unwrap().unwrap_err();
    match &error {
        Error::EventSource { will_reconnect: false } => {}
        Error::Connection(refused) => assert_eq!((refused.code, refused.status), (ErrorCode::Status, Some(404))),
        other => panic!("{other}"),
    }
    assert_eq!(feed.next().now_or_never(), Some(None));
    assert_eq!(soon(source.closed()).await, End::Failed(error.clone()));
    source.close();
    assert_eq!(soon(source.closed()).await, End::Failed(error), "closing does not replace an earlier end");
}

async fn closed_resolves_for_each_caller_before_and_after_the_end<S: Source>(
    connect: impl Fn(&str) -> Result<S, Error>,
) {
    let source = connect(&route("/echo").url).unwrap();
    let waiting: Vec<Closed> = (0..3).map(|_| source.closed()).collect();
    drop(source.closed());
    let mut first = source.closed();
    assert_eq!((&mut first).now_or_never(), None);
    source.close();
    assert_eq!(soon(first).await, End::Closed);
    for closed in waiting {
        assert_eq!(soon(closed).await, End::Closed);
    }
    assert_eq!(source.closed().now_or_never(), Some(End::Closed));
}

async fn events_named_open_and_error_are_events<S: Source>(connect: impl Fn(&str) -> Result<S, Error>) {
    let source = connect(&route(&body("event: error\ndata: 1\n\nevent: open\ndata: 2\n\n")).url).unwrap();
    let (opened, errors) = (Notes::new(), Notes::new());
    let (note_open, note_error) = (opened.note(), errors.note());
    let _open = source.on_open(move || note_open(()));
    let _errors = source.on_error(move |error| note_error(error.clone()));
    let mut raw = source.raw_events(&["open", "error"]);
    assert_eq!(soon(raw.next()).await.unwrap().unwrap().data, "1");
    assert_eq!(soon(raw.next()).await.unwrap().unwrap().data, "2");
    assert_eq!((opened.len(), errors.len()), (1, 0));
}

async fn a_source_that_has_ended_drops_its_listeners_even_if_they_hold_the_source<S: Source>(
    connect: impl Fn(&str) -> Result<S, Error>,
) {
    let held = Rc::new(());
    for path in ["/numbers?total=2", "/answer?status=404"] {
        let source = connect(&route(path).url).unwrap();
        let hold = || (source.clone(), held.clone());
        let (open, error, raw) = (hold(), hold(), hold());
        source.on_open(move || drop(open.clone())).forget();
        source.on_error(move |_| drop(error.clone())).forget();
        source.on_raw("message", move |_| drop(raw.clone())).forget();
        let closing = hold();
        source.on_raw("done", move |_| closing.clone().0.close()).forget();
        assert_eq!(Rc::strong_count(&held), 5);
        soon(source.closed()).await;
        pause(10).await;
        let late = hold();
        source.on_raw("message", move |_| drop(late.clone())).forget();
        assert_eq!(Rc::strong_count(&held), 1, "{path}");
    }
}

#[wasm_bindgen_test]
async fn serde_other_takes_the_events_without_a_variant() {
    let source = FetchEventSource::new(&route("/mixed").url).unwrap();
    let feed = variants(source.events::<WithOther>());
    let all: Vec<_> = soon(feed.take(4).collect()).await;
    let message = |text: &str| Ok(WithOther::Message(text.into()));
    assert_eq!(all, [Ok(WithOther::Other), message("two\nlines"), Ok(WithOther::Other), message("last")]);
}

#[wasm_bindgen_test]
async fn any_events_gives_all_events_of_all_connections() {
    let route = route("/numbers?cut=2&total=4&retry=10");
    let mut all = FetchEventSource::new(&route.url).unwrap().any_events();
    let mut seen = Vec::new();
    while seen.len() < 5 {
        seen.push(soon(all.next()).await.unwrap().expect("a loss is no item").data);
    }
    assert_eq!(seen, ["1", "2", "3", "4", ""]);
}

#[wasm_bindgen_test]
async fn the_sentinel_completes_the_source_and_its_streams() {
    let source = FetchEventSource::builder(&route(&body("data: 1\n\ndata: [DONE]\n\n")).url);
    let source = source.until("[DONE]").connect().unwrap();
    let feed: Vec<_> = soon(variants(source.events::<Feed>()).collect()).await;
    assert_eq!(feed, [Ok(text("1"))]);
    assert_eq!(soon(source.closed()).await, End::Complete);
}

#[wasm_bindgen_test]
async fn a_variant_has_the_id_of_its_event_not_the_last_id_of_the_source() {
    let source =
        FetchEventSource::new(&route(&body("id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\ndata: c\n\n")).url).unwrap();
    let mut feed = source.events::<Feed>();
    for (id, data) in [("1", "a"), ("2", "b"), ("3", "c")] {
        assert_eq!(soon(feed.next()).await, Some(Ok(Event::new("message", text(data), id))));
    }
}

#[wasm_bindgen_test]
async fn one_response_is_a_stream_of_variants_too() {
    let route = route(&format!(
        "{}&end",
        body("event: welcome\ndata: {\"name\":\"you\"}\n\nevent: x\ndata\n\nid: 7\ndata: 1\n\n")
    ));
    let mut feed = events(&route.url).events().unwrap().typed::<Feed>();
    let you = Feed::Welcome { name: "you".into() };
    assert_eq!(soon(feed.next()).await, Some(Ok(Event::new("welcome", you, ""))));
    assert_eq!(soon(feed.next()).await, Some(Ok(Event::new("message", text("1"), "7"))));
    assert_eq!(feed.get_ref().last_event_id(), "7");
    assert_eq!(soon(feed.next()).await, None);
}

fn field(value: &JsValue, name: &str) -> JsValue {
    Reflect::get(value, &name.into()).unwrap()
}

#[wasm_bindgen_test]
async fn an_error_for_javascript_is_an_error_with_the_fields_of_the_npm_package() {
    let source = FetchEventSource::new(route("/answer?status=404").url).unwrap();
    let End::Failed(error) = soon(source.closed()).await else { panic!("it is refused") };
    let message = error.to_string();
    let value = JsValue::from(error);
    assert!(value.is_instance_of::<js_sys::Error>());
    let texts = ["name", "message", "code"].map(|name| field(&value, name).as_string().unwrap());
    assert_eq!(texts, ["EventSourceError", &*message, "status"]);
    assert_eq!((field(&value, "status").as_f64(), field(&value, "attempt").as_f64()), (Some(404.0), Some(1.0)));
    assert_eq!(field(&value, "willReconnect").as_bool(), Some(false));
    assert!(field(&value, "delay").is_undefined() && field(&value, "event").is_undefined());
    let headers: Headers = field(&value, "headers").dyn_into().unwrap();
    assert!(headers.get("Content-Type").unwrap().is_some());

    let mut lost = EventSourceError::new(ErrorCode::Network);
    lost.cause = Some(Cause::new("TypeError", "Failed to fetch"));
    let cause = field(&JsValue::from(Error::Connection(Box::new(lost))), "cause");
    assert_eq!(cause.dyn_into::<js_sys::Error>().unwrap().to_string(), "TypeError: Failed to fetch");
}

#[wasm_bindgen_test]
async fn an_event_for_javascript_is_the_object_of_the_npm_package() {
    let value = Event::<Vec<u32>>::new("update", vec![1, 2], "7").to_js().unwrap();
    assert_eq!(js_sys::JSON::stringify(&value).unwrap(), r#"{"type":"update","data":[1,2],"lastEventId":"7"}"#);
    let too_large = Event::<u64>::new("update", u64::MAX, "").to_js().unwrap_err();
    assert!(too_large.is_instance_of::<js_sys::Error>());
}

#[wasm_bindgen_test]
async fn a_cause_has_the_name_of_the_javascript_error() {
    let source = FetchEventSource::new("http://127.0.0.1:9/").unwrap();
    let errors = Notes::new();
    let note = errors.note();
    let _errors = source.on_error(move |error| note(error.clone()));
    let Error::Connection(lost) = errors.take(1).await.remove(0) else { panic!("a lost connection") };
    assert!(lost.will_reconnect());
    assert_eq!(lost.cause.unwrap().name, "TypeError");
}

#[wasm_bindgen_test]
async fn until_with_calls_its_function_once_for_each_event() {
    let numbers = || route("/numbers?end=3&total=9");
    let asked = Notes::new();
    let until = |note: Box<dyn Fn(String)>, last: &'static str| {
        move |event: &RawEvent| {
            note(event.data.clone());
            event.data == last
        }
    };
    let source = FetchEventSource::builder(&numbers().url).until_with(until(Box::new(asked.note()), "2"));
    let source = source.connect().unwrap();
    let feed: Vec<_> = soon(variants(source.events::<Feed>()).collect()).await;
    assert_eq!(feed, [Ok(text("1"))]);
    assert_eq!(soon(source.closed()).await, End::Complete);
    assert_eq!(asked.take(2).await, ["1", "2"]);

    let stream = events(&numbers().url).until_with(until(Box::new(asked.note()), "2")).events().unwrap();
    assert_eq!(soon(stream.count()).await, 1);

    let mut stream = events(&numbers().url).until_with(until(Box::new(asked.note()), "4")).events().unwrap();
    for _ in 0..3 {
        soon(stream.next()).await.unwrap().unwrap();
    }
    let Some(Err(Error::Connection(error))) = soon(stream.next()).await else { panic!("an error") };
    assert_eq!(error.code, ErrorCode::Truncated);
}

#[wasm_bindgen_test]
async fn a_flood_of_events_lets_the_event_loop_turn_between_the_items_of_a_stream() {
    async fn turns_during<S: StreamExt + Unpin>(mut stream: S) -> u32 {
        let turns = Rc::new(Cell::new(0));
        let count = turns.clone();
        soon(stream.next()).await;
        let _interval = gloo_timers::callback::Interval::new(1, move || count.set(count.get() + 1));
        for _ in 1..60 {
            soon(stream.next()).await;
            let until = js_sys::Date::now() + 3.0;
            while js_sys::Date::now() < until {}
        }
        turns.get()
    }
    let url = || route(&body(&"data:1\n\n".repeat(60))).url;
    let during = turns_during(FetchEventSource::new(url()).unwrap().any_events()).await;
    assert!(during >= 3, "{during} turns of a source");
    let during = turns_during(events(url()).events().unwrap()).await;
    assert!(during >= 3, "{during} turns of one response");
}
