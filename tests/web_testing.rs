//! The test kit: an event server in memory, and a clock that the test advances.
#![cfg(target_arch = "wasm32")]

#[path = "support/web.rs"]
#[allow(dead_code)]
mod web;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use eventsource_wasm::testing::{TestClock, TestEvent, TestEventServer};
use eventsource_wasm::{Clock, Error, ErrorCode, FetchEventSource, RetryPolicy, SourceBuilder, SourceStatus, events};
use futures_util::StreamExt;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web::Notes;

wasm_bindgen_test_configure!(run_in_browser);

async fn within<T>(future: impl Future<Output = T>) -> T {
    web::within(Duration::from_secs(8), future).await
}

const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

fn served() -> (TestEventServer, TestClock, SourceBuilder) {
    let (server, clock) = (TestEventServer::new(), TestClock::new());
    let builder = FetchEventSource::builder("https://api.test/events").fetch_with(server.fetch()).clock(clock.clone());
    (server, clock, builder)
}

#[wasm_bindgen_test]
async fn a_source_resumes_after_a_loss_without_waiting() {
    let (server, clock, builder) = served();
    let source = builder.connect().unwrap();
    let data = Notes::new();
    let note = data.note();
    let _listener = source.on_raw("message", move |event| note(event.data));

    within(server.accept()).await.send(&TestEvent::data("one\n1").id("é7")).fail();
    clock.advance(Duration::from_millis(2999)).await;
    assert_eq!(source.status(), SourceStatus::Waiting { delay: Duration::from_millis(1) });
    assert_eq!(clock.next_timeout(), Some(Duration::from_millis(1)));
    clock.advance(Duration::from_millis(1)).await;

    let again = within(server.accept()).await;
    assert_eq!((again.last_event_id().as_str(), again.is_closed()), ("é7", false));
    again.comment("alive").refuse(503, &[], "too late");
    again.send(&TestEvent::data("two"));
    clock.advance(Duration::ZERO).await;
    assert_eq!(data.take(2).await, ["one\n1", "two"]);
    source.close();
    assert!(again.is_closed());
    again.send(&TestEvent::data("three"));
    clock.advance(seconds(60)).await;
    assert_eq!((data.len(), clock.next_timeout()), (0, None));
}

#[wasm_bindgen_test]
async fn timers_of_the_test_clock_ring_in_order_at_their_times() {
    let clock = TestClock::new();
    let seen = Rc::new(RefCell::new(Vec::new()));
    let note = |name: &'static str| -> Box<dyn FnOnce()> {
        let (seen, clock) = (seen.clone(), clock.clone());
        Box::new(move || seen.borrow_mut().push((name, clock.now())))
    };
    let _later = clock.call_after(seconds(2), note("later"));
    let _first = clock.call_after(seconds(1), note("first"));
    let _second = clock.call_after(seconds(1), note("second"));
    drop(clock.call_after(seconds(1), note("cleared")));
    let _never = clock.call_after(seconds(9), note("never"));
    clock.advance(seconds(3)).await;
    assert_eq!(*seen.borrow(), [("first", seconds(1)), ("second", seconds(1)), ("later", seconds(2))]);
    assert_eq!((clock.now(), clock.next_timeout()), (seconds(3), Some(seconds(6))));
}

#[wasm_bindgen_test]
async fn a_refusal_of_the_test_server_has_status_headers_and_body() {
    let (server, clock, builder) = served();
    let source = builder.retry(RetryPolicy::default()).connect().unwrap();
    let errors = Notes::new();
    let note = errors.note();
    let _errors = source.on_error(move |error| note(error.clone()));
    within(server.accept()).await.refuse(503, &[("retry-after", "90")], "busy");
    clock.advance(seconds(89)).await;
    match &errors.take(1).await[0] {
        Error::Connection(error) => {
            assert_eq!(
                (error.code, error.status, error.body_prefix.as_deref()),
                (ErrorCode::Status, Some(503), Some("busy"))
            );
            assert_eq!(error.delay, Some(seconds(90)));
        }
        other => panic!("{other}"),
    }
    clock.advance(seconds(1)).await;
    within(server.accept()).await.open();
    source.close();
}

#[wasm_bindgen_test]
async fn a_time_limit_passes_on_the_test_clock() {
    let (server, clock, builder) = served();
    let source = builder.connect_timeout(seconds(10)).connect().unwrap();
    let errors = Notes::new();
    let note = errors.note();
    let _errors = source.on_error(move |error| note(error.clone()));
    let connection = within(server.accept()).await;
    clock.advance(seconds(11)).await;
    let codes: Vec<_> = errors
        .take(1)
        .await
        .iter()
        .map(|error| match error {
            Error::Connection(error) => error.code,
            other => panic!("{other}"),
        })
        .collect();
    assert_eq!(codes, [ErrorCode::ConnectTimeout]);
    assert!(connection.is_closed());
    source.close();
}

#[wasm_bindgen_test]
async fn the_test_server_gets_the_body_and_may_answer_in_parts() {
    let server = TestEventServer::new();
    let mut answer =
        events("https://api.test/chat").body("hello").fetch_with(server.fetch()).until("[DONE]").events().unwrap();
    let serving = async {
        let connection = server.accept().await;
        assert_eq!((connection.method(), connection.url()), ("POST".into(), "https://api.test/chat".into()));
        assert_eq!(connection.header("accept").as_deref(), Some("text/event-stream"));
        let body = connection.body().await;
        connection.write("da").write("ta: ").write(body).write("\n\n").send(&TestEvent::data("[DONE]")).end();
    };
    let (event, ()) = within(async { futures_util::join!(answer.next(), serving) }).await;
    assert_eq!(event.unwrap().unwrap().data, "hello");
    assert!(within(answer.next()).await.is_none());
}

#[wasm_bindgen_test]
async fn dropping_a_connection_of_the_test_server_is_a_network_failure() {
    let server = TestEventServer::new();
    let mut answer = events("https://api.test/chat").fetch_with(server.fetch()).events().unwrap();
    let (event, ()) = within(async { futures_util::join!(answer.next(), async { drop(server.accept().await) }) }).await;
    match event {
        Some(Err(Error::Connection(error))) => assert_eq!(error.code, ErrorCode::Network),
        other => panic!("{other:?}"),
    }
}
