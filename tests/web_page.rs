//! A `FetchEventSource` in a page that is hidden, cached or online again. The tests dispatch the events of the page.
#![cfg(target_arch = "wasm32")]

#[path = "support/web.rs"]
#[allow(dead_code)]
mod web;

use std::time::Duration;

use eventsource_wasm::{FetchEventSource, ReadyState, RetryPolicy, WhenHidden};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web::{Notes, Route, pause, route};

wasm_bindgen_test_configure!(run_in_browser);

/// One event with an ID, then silence.
const ONE: &str = "/body?body=id%3A%205%0Adata%3A%201%0A%0A";

fn run(code: &str) {
    js_sys::Function::new_no_args(code).call0(&js_sys::global()).unwrap();
}

fn set_hidden(is_hidden: bool) {
    run(&format!(
        "Object.defineProperty(document, 'hidden', {{ configurable: true, value: {is_hidden} }});
         document.dispatchEvent(new Event('visibilitychange'));"
    ));
}

fn transition(name: &str, persisted: bool) {
    run(&format!("dispatchEvent(new PageTransitionEvent('{name}', {{ persisted: {persisted} }}))"));
}

async fn ids(route: &Route) -> Vec<Option<String>> {
    route.seen().await.requests.into_iter().map(|request| request.last_event_id).collect()
}

#[wasm_bindgen_test]
async fn online_ends_a_wait() {
    // The server asks for an hour between requests. `online` ends this wait, but not within a second after the last request.
    let route = route(&format!("{ONE}retry%3A%203600000%0A&end"));
    let policy = RetryPolicy::default().initial_delay(Duration::from_millis(10));
    let source = FetchEventSource::builder(&route.url).retry(policy).connect().unwrap();
    let (messages, errors) = (Notes::new(), Notes::new());
    let _messages = source.on_raw("message", messages.note());
    let note_error = errors.note();
    let _errors = source.on_error(move |error| note_error(error.to_string()));
    errors.take(1).await;
    run("dispatchEvent(new Event('online'))");
    messages.take(2).await;
    assert_eq!(ids(&route).await, [None, Some("5".into())]);

    errors.take(1).await;
    source.close();
    run("dispatchEvent(new Event('online'))");
    pause(50).await;
    assert_eq!(ids(&route).await.len(), 2, "a closed source has no listeners");
}

#[wasm_bindgen_test]
async fn a_source_that_pauses_when_hidden_reconnects_with_its_id_when_visible() {
    let route = route(ONE);
    let source = FetchEventSource::builder(&route.url).when_hidden(WhenHidden::Pause).connect().unwrap();
    let (messages, errors) = (Notes::new(), Notes::new());
    let _messages = source.on_raw("message", messages.note());
    let note_error = errors.note();
    let _errors = source.on_error(move |error| note_error(error.to_string()));
    messages.take(1).await;

    set_hidden(true);
    assert_eq!(source.ready_state(), ReadyState::Connecting);
    route.until_closed(1).await;
    set_hidden(false);
    messages.take(1).await;
    assert_eq!(source.ready_state(), ReadyState::Open);
    assert_eq!(ids(&route).await, [None, Some("5".into())]);

    // Several changes within one task, while a fetch is pending.
    for is_hidden in [true, false, true, false, true] {
        set_hidden(is_hidden);
    }
    route.until_closed(2).await;
    pause(50).await;
    set_hidden(false);
    messages.take(1).await;
    let seen = route.seen().await;
    assert_eq!((seen.requests.len(), seen.open), (3, 1));
    assert_eq!(errors.len(), 0);
}

#[wasm_bindgen_test]
async fn a_source_that_pauses_when_hidden_does_not_connect_in_a_hidden_document() {
    let route = route(ONE);
    set_hidden(true);
    let source = FetchEventSource::builder(&route.url).when_hidden(WhenHidden::Pause).connect().unwrap();
    let messages = Notes::new();
    let _messages = source.on_raw("message", messages.note());
    pause(50).await;
    assert!(ids(&route).await.is_empty());
    set_hidden(false);
    messages.take(1).await;
}

#[wasm_bindgen_test]
async fn by_default_hiding_keeps_the_connection() {
    let route = route(ONE);
    let source = FetchEventSource::new(&route.url).unwrap();
    let messages = Notes::new();
    let _messages = source.on_raw("message", messages.note());
    messages.take(1).await;
    set_hidden(true);
    set_hidden(false);
    transition("pagehide", false);
    transition("pageshow", false);
    assert_eq!(source.ready_state(), ReadyState::Open);
}

#[wasm_bindgen_test]
async fn a_page_in_the_back_forward_cache_has_no_connection_and_reconnects_when_restored() {
    let route = route(ONE);
    let source = FetchEventSource::new(&route.url).unwrap();
    let messages = Notes::new();
    let _messages = source.on_raw("message", messages.note());
    messages.take(1).await;
    transition("pagehide", true);
    assert_eq!(source.ready_state(), ReadyState::Connecting);
    route.until_closed(1).await;
    transition("pageshow", true);
    messages.take(1).await;
    assert_eq!(ids(&route).await, [None, Some("5".into())]);
}

#[wasm_bindgen_test]
async fn a_post_that_may_not_be_repeated_ignores_page_events() {
    let route = route("/echo");
    let source = FetchEventSource::builder(&route.url).body("once").when_hidden(WhenHidden::Pause).connect().unwrap();
    let requests = Notes::new();
    let _requests = source.on_raw("request", requests.note());
    requests.take(1).await;
    set_hidden(true);
    transition("pagehide", true);
    set_hidden(false);
    transition("pageshow", true);
    pause(50).await;
    assert_eq!((source.ready_state(), route.seen().await.requests.len()), (ReadyState::Open, 1));
}
