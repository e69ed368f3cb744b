//! The parts of a request, functions in place of `fetch`, and given responses and bodies.
#![cfg(target_arch = "wasm32")]

#[path = "support/web.rs"]
#[allow(dead_code)]
mod web;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use eventsource_wasm::{End, Error, ErrorCode, FetchEventSource, RetryPolicy, events, events_of};
use futures_util::StreamExt;
use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web::Notes;
use web_sys::{AbortController, ReadableStream, Request, Response};

wasm_bindgen_test_configure!(run_in_browser);

async fn within<T>(future: impl Future<Output = T>) -> T {
    web::within(Duration::from_secs(8), future).await
}

/// Runs JavaScript with one argument.
fn js(code: &str, argument: &JsValue) -> JsValue {
    Function::new_with_args("value", code).call1(&JsValue::UNDEFINED, argument).unwrap()
}

async fn awaited(promise: JsValue) -> JsValue {
    JsFuture::from(promise.unchecked_into::<Promise>()).await.unwrap()
}

fn response(body: &str, content_type: &str) -> Response {
    let init = Object::new();
    Reflect::set(&init, &"body".into(), &body.into()).unwrap();
    Reflect::set(&init, &"type".into(), &content_type.into()).unwrap();
    js("return new Response(value.body, { headers: { 'content-type': value.type } })", &init).unchecked_into()
}

fn stream_of(body: &str) -> Response {
    response(body, "text/event-stream")
}

/// A source whose requests are recorded and answered with these bodies in turn. The last body answers all later requests.
fn answered(notes: &Rc<Notes<Request>>, bodies: &'static [&'static str]) -> eventsource_wasm::SourceBuilder {
    let note = notes.note();
    let count = std::cell::Cell::new(0);
    FetchEventSource::builder("https://example.org/events").fetch_with(move |request| {
        note(request);
        let index = count.replace(count.get() + 1);
        async move { Ok(stream_of(bodies[index.min(bodies.len() - 1)])) }
    })
}

#[wasm_bindgen_test]
async fn a_function_answers_each_request_in_place_of_fetch() {
    let requests = Rc::new(Notes::new());
    let source = answered(&requests, &["id: 7\ndata: one\n\n", "data: two\n\n"])
        .header("x-client", "test")
        .retry(RetryPolicy::default().initial_delay(Duration::from_millis(1)))
        .connect()
        .unwrap();
    let data = Notes::new();
    let note = data.note();
    let _listener = source.on_raw("message", move |event| note(event.data));
    assert_eq!(data.take(2).await, ["one", "two"]);
    let seen = requests.take(2).await;
    let (first, second) = (&seen[0], &seen[1]);
    assert_eq!((first.method(), first.url()), ("GET".into(), "https://example.org/events".into()));
    assert_eq!(first.headers().get("x-client").unwrap().as_deref(), Some("test"));
    assert_eq!(second.headers().get("last-event-id").unwrap().as_deref(), Some("7"));
    source.close();
}

#[wasm_bindgen_test]
async fn closing_aborts_the_signal_of_the_request_to_a_fetch_function() {
    let requests = Rc::new(Notes::new());
    let note = requests.note();
    let builder = FetchEventSource::builder("https://example.org/").fetch_with(move |request| {
        note(request);
        std::future::pending()
    });
    let source = builder.connect().unwrap();
    let signal = requests.take(1).await[0].signal();
    assert!(!signal.aborted());
    source.close();
    assert!(signal.aborted());
}

#[wasm_bindgen_test]
async fn a_fetch_function_may_close_the_source_as_a_time_limit_aborts_its_request() {
    let source: Rc<RefCell<Option<FetchEventSource>>> = Rc::default();
    let to_close = source.clone();
    let close = Closure::<dyn FnMut()>::new(move || to_close.borrow().as_ref().unwrap().close());
    let builder = FetchEventSource::builder("https://example.org/").connect_timeout(Duration::from_millis(1));
    let connected = builder.fetch_with(move |request| {
        request.signal().add_event_listener_with_callback("abort", close.as_ref().unchecked_ref()).unwrap();
        std::future::pending()
    });
    let connected = connected.connect().unwrap();
    let closed = connected.closed();
    source.replace(Some(connected));
    assert!(matches!(within(closed).await, End::Closed));
}

#[wasm_bindgen_test]
async fn an_error_of_a_fetch_function_is_a_network_failure() {
    let mut stream = events("https://example.org/")
        .fetch_with(|_| async { Err(js_sys::Error::new("no way").into()) })
        .events()
        .unwrap();
    match within(stream.next()).await {
        Some(Err(Error::Connection(error))) => {
            assert_eq!(error.code, ErrorCode::Network);
            assert_eq!(error.cause.as_ref().map(|cause| cause.message.as_str()), Some("no way"));
        }
        other => panic!("{other:?}"),
    }
}

#[wasm_bindgen_test]
async fn init_with_changes_the_init_of_each_request() {
    let requests = Rc::new(Notes::new());
    let source = answered(&requests, &["data: -\n\n"])
        .method("PUT")
        .init_with(|init| {
            for (name, value) in [("redirect", "error"), ("credentials", "omit"), ("cache", "reload")] {
                Reflect::set(init, &name.into(), &value.into()).unwrap();
            }
        })
        .connect()
        .unwrap();
    let request = requests.take(1).await.remove(0);
    let seen = js("return [value.redirect, value.credentials, value.cache, value.method].join()", &request);
    assert_eq!(seen.as_string().unwrap(), "error,omit,no-store,PUT");
    source.close();
}

#[wasm_bindgen_test]
async fn a_body_is_made_for_each_request() {
    let requests = Rc::new(Notes::new());
    let source = answered(&requests, &["id: 1\ndata: -\n\n", "data: -\n\n"])
        .body_with(|context| async move { Some(format!("after {}", context.last_event_id).into()) })
        .retry(RetryPolicy::default().initial_delay(Duration::from_millis(1)))
        .connect()
        .unwrap();
    let mut bodies = Vec::new();
    for request in &requests.take(2).await[..2] {
        assert_eq!(request.method(), "POST");
        bodies.push(awaited(request.text().unwrap().into()).await.as_string().unwrap());
    }
    assert_eq!(bodies, ["after ", "after 1"]);
    source.close();
}

#[wasm_bindgen_test]
async fn no_body_is_sent_if_the_function_returns_none_whatever_body_is_set() {
    let requests = Rc::new(Notes::new());
    let source = answered(&requests, &["data: -\n\n"]).body("static").body_with(|_| async { None }).connect().unwrap();
    let request = requests.take(1).await.remove(0);
    assert_eq!(awaited(request.text().unwrap().into()).await, "");
    source.close();
}

#[wasm_bindgen_test]
async fn a_method_of_a_function_counts_as_a_post_whatever_method_is_set() {
    let requests = Rc::new(Notes::new());
    let answered = || answered(&requests, &["retry: 1\ndata: -\n\n"]).body("pay");
    let function = |_| async { "POST".to_owned() };
    for builder in [answered().method("GET").method_with(function), answered().method_with(function).method("GET")] {
        let source = builder.connect().unwrap();
        match within(source.closed()).await {
            End::Failed(Error::Connection(error)) => assert_eq!(error.code, ErrorCode::Ended),
            other => panic!("{other}"),
        }
        let methods: Vec<_> = requests.take(1).await.iter().map(Request::method).collect();
        assert_eq!(methods, ["POST"], "it is sent once");
    }
}

#[wasm_bindgen_test]
async fn a_function_that_answers_requests_needs_no_global_fetch() {
    let global = js_sys::global();
    let fetch = Reflect::get(&global, &"fetch".into()).unwrap();
    Reflect::delete_property(&global, &"fetch".into()).unwrap();
    let requests = Rc::new(Notes::new());
    let connected = answered(&requests, &["data: -\n\n"]).connect();
    let refused = events("https://example.org/").events();
    Reflect::set(&global, &"fetch".into(), &fetch).unwrap();
    assert!(matches!(refused.err(), Some(Error::Unsupported)));
    requests.take(1).await;
    drop(connected.unwrap());
}

#[wasm_bindgen_test]
async fn a_given_response_is_read() {
    let answer = events_of(stream_of("id: 3\ndata: one\n\ndata: [DONE]\n\n")).until("[DONE]").events().unwrap();
    let events: Vec<_> = within(answer.collect::<Vec<_>>()).await;
    assert_eq!(events.iter().map(|event| &*event.as_ref().unwrap().data).collect::<Vec<_>>(), ["one"]);
}

#[wasm_bindgen_test]
async fn a_given_response_of_another_type_is_refused_with_its_body() {
    let mut answer = events_of(response("{\"error\":1}", "application/json")).events().unwrap();
    match within(answer.next()).await {
        Some(Err(Error::Connection(error))) => {
            assert_eq!((error.code, error.body_prefix.as_deref()), (ErrorCode::ContentType, Some("{\"error\":1}")));
        }
        other => panic!("{other:?}"),
    }
}

#[wasm_bindgen_test]
async fn a_response_whose_request_its_owner_aborts_ends_without_an_error() {
    let timeout = js("return new DOMException('The operation timed out.', 'TimeoutError')", &JsValue::NULL);
    for reason in [JsValue::UNDEFINED, timeout] {
        let controller = AbortController::new().unwrap();
        let mut answer = events_of(response_under(&controller.signal())).events().unwrap();
        assert_eq!(within(answer.next()).await.unwrap().unwrap().data, "one");
        controller.abort_with_reason(&reason);
        assert!(within(answer.next()).await.is_none());
    }
}

/// The response to a request with a signal, which errors the body with its reason.
fn response_under(signal: &JsValue) -> Response {
    let response = js(
        "let body = new ReadableStream({
           start(stream) {
             stream.enqueue(new TextEncoder().encode('data: one\\n\\n'));
             value.addEventListener('abort', () => stream.error(value.reason));
           },
         });
         return new Response(body, { headers: { 'content-type': 'text/event-stream' } })",
        signal,
    );
    response.unchecked_into()
}

#[wasm_bindgen_test]
async fn a_given_response_with_a_reader_is_a_failure() {
    let used = stream_of("data: one\n\n");
    js("value.body.getReader()", &used);
    match within(events_of(used).events().unwrap().next()).await {
        Some(Err(Error::Connection(error))) => assert_eq!(error.code, ErrorCode::Request),
        other => panic!("{other:?}"),
    }
}

#[wasm_bindgen_test]
fn request_options_for_a_given_response_or_body_are_an_error() {
    let wrong = [
        events_of(stream_of("")).header("x-client", "test"),
        events_of(stream_of("")).body("hello"),
        events_of(stream_of("")).url_with(|_| async { String::new() }),
    ];
    for builder in wrong {
        let error = builder.events().unwrap_err();
        assert!(
            matches!(&error, Error::InvalidRequest(cause) if cause.message.contains("there is no request")),
            "{error}"
        );
    }
    let body = stream_of("").body().unwrap();
    let retried = FetchEventSource::from_readable_stream(body).retry(RetryPolicy::default());
    assert!(matches!(retried.connect(), Err(Error::InvalidRequest(_))));
}

#[wasm_bindgen_test]
async fn a_stream_of_bytes_is_a_source_until_it_ends() {
    let body = stream_of("retry: 77\nid: 4\ndata: one\n\n").body().unwrap();
    let source = FetchEventSource::from_readable_stream(body).connect().unwrap();
    let data = Notes::new();
    let _listener = source.on_raw("message", data.note());
    assert_eq!(data.take(1).await[0].data, "one");
    let end = within(source.closed()).await;
    assert!(!matches!(end, End::Failed(Error::Connection(error)) if error.will_reconnect()));
    assert_eq!((source.last_event_id(), source.reconnection_time()), ("4".into(), Duration::from_millis(77)));
}

#[wasm_bindgen_test]
async fn a_reset_discards_the_unfinished_event_of_a_stream() {
    let pipe = js("return new TransformStream()", &JsValue::UNDEFINED);
    let readable: ReadableStream = Reflect::get(&pipe, &"readable".into()).unwrap().unchecked_into();
    let writer = js("return value.writable.getWriter()", &pipe);
    let write = |text: &str| {
        let pair = js_sys::Array::of2(&writer, &text.into());
        awaited(js("return value[0].write(new TextEncoder().encode(value[1]))", &pair))
    };
    let source = FetchEventSource::from_readable_stream(readable).connect().unwrap();
    let data = Notes::new();
    let note = data.note();
    let _listener = source.on_raw("message", move |event| note(event.data));
    within(write("data: one\n\ndata: cut")).await;
    assert_eq!(data.take(1).await, ["one"]);
    web::pause(20).await;
    source.reset();
    within(write("data: two\n\n")).await;
    assert_eq!(data.take(1).await, ["two"]);
    source.close();
}
