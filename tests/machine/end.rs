//! How a source ends: by the user, by `until`, at the end of its only request, or at the end of a given body.

use std::time::Duration;

use eventsource_wasm::http::ResponseHead;
use eventsource_wasm::machine::{Config, End, Fault, Input, PageEvent, ReadyState, Retry};

use crate::support::{Bench, Record, SECOND, config};

/// One request, with an `until`.
fn until() -> Config {
    config(|config| {
        config.until = true;
        config.once = true;
    })
}

fn given() -> Config {
    config(|config| config.given = true)
}

#[test]
fn completion_ends_the_stream_with_any_retry_setting() {
    for retry in [None, Some(Retry::Never), Some(Retry::Ask), Some(Retry::Policy(Default::default()))] {
        let mut bench = Bench::open(config(|config| {
            config.until = true;
            config.retry = retry;
        }));
        bench.handle(Input::Chunk(b"data: a\n\ndata: [DONE]\n\ndata: late\n\n"));
        assert!(matches!(bench.poll(), Record::Event { data, .. } if data == "a"));
        assert!(matches!(bench.poll(), Record::Event { data, .. } if data == "[DONE]"));
        assert_eq!(bench.tell(Input::Complete), ["cancel", "closed complete", "wait"]);
        assert_eq!(bench.machine.end(), Some(End::Complete));
        assert_eq!(bench.chunk("data: later\n\n"), ["wait"]);
    }
}

#[test]
fn the_id_of_the_completing_event_becomes_the_last_event_id() {
    let mut bench = Bench::open(until());
    bench.chunk("id: 9\ndata: end\n\n");
    bench.tell(Input::Complete);
    assert_eq!(bench.machine.parser().last_event_id(), "9");
}

#[test]
fn a_truncated_stream_is_retried_if_losses_are_retried() {
    let mut bench = Bench::open(config(|config| config.until = true));
    assert_eq!(bench.end(), ["cancel", "lost truncated attempt=1 delay=3000", "wait 3000"]);
}

#[test]
fn with_until_an_end_without_the_completing_event_is_truncated() {
    let mut bench = Bench::open(until());
    assert_eq!(bench.chunk("data: a\n\n"), ["event message \"a\"", "read", "wait"]);
    assert_eq!(bench.end(), ["cancel", "failed truncated attempt=1", "wait"]);
}

#[test]
fn completion_without_an_open_stream_does_nothing() {
    let mut bench = Bench::sent(until());
    assert_eq!(bench.tell(Input::Complete), ["wait"]);
    assert_eq!(bench.ready_state(), ReadyState::Connecting);
    let mut bench = Bench::open(config(|config| config.until = true));
    bench.lose();
    assert_eq!(bench.tell(Input::Complete), ["wait 3000"]);
}

#[test]
fn one_request_completes_at_its_end() {
    let mut bench = Bench::open(config(|config| config.once = true));
    assert_eq!(bench.end(), ["cancel", "closed complete", "wait"]);
}

#[test]
fn one_request_is_never_retried_whatever_the_policy() {
    for retry in [None, Some(Retry::Standard), Some(Retry::Ask), Some(Retry::Policy(Default::default()))] {
        let mut bench = Bench::open(config(|config| {
            config.once = true;
            config.retry = retry;
        }));
        assert_eq!(bench.lose(), ["cancel", "failed network attempt=1", "wait"]);
    }
}

#[test]
fn one_request_may_renew_its_credentials_and_may_be_repeated_by_reconnect() {
    let mut bench = Bench::sent(config(|config| {
        config.once = true;
        config.renews_credentials = true;
    }));
    assert_eq!(bench.refuse(401), ["cancel", "send GET attempt=0 after status 401", "wait"]);
    assert_eq!(bench.reconnect(), ["cancel", "send GET attempt=0 to reconnect", "wait"]);
}

#[test]
fn closing_discards_undelivered_events() {
    let mut bench = Bench::open(config(|_| {}));
    bench.handle(Input::Chunk(b"data: a\n\ndata: b\n\n"));
    assert!(matches!(bench.poll(), Record::Event { data, .. } if data == "a"));
    assert_eq!(bench.close(), ["cancel", "closed by the user", "wait"]);
    for late in [
        Input::Start,
        Input::Response(ResponseHead::new(200, Some("text/event-stream"))),
        Input::Chunk(b"data: c\n\n"),
        Input::End,
        Input::Timer(bench.now),
        Input::Reconnect { last_event_id: Some("7") },
        Input::Fail { last_event_id: Some("7") },
        Input::Complete,
        Input::Reset,
        Input::Close,
        Input::Page(PageEvent::Online),
        Input::Failed(Fault::Body),
    ] {
        assert_eq!(bench.tell(late.clone()), ["wait"], "{late:?}");
    }
    assert_eq!(bench.machine.end(), Some(End::Closed));
    assert_eq!(bench.machine.parser().last_event_id(), "");
}

#[test]
fn closing_before_open_was_delivered_suppresses_it() {
    let mut bench = Bench::sent(config(|_| {}));
    bench.handle(Input::Response(ResponseHead::new(200, Some("text/event-stream"))));
    assert_eq!(bench.close(), ["cancel", "closed by the user", "wait"]);
}

#[test]
fn closing_before_the_start_or_the_first_request_sends_nothing() {
    let mut bench = Bench::new(config(|_| {}));
    assert_eq!(bench.close(), ["closed by the user", "wait"]);
    assert_eq!(bench.start(), ["wait"]);
    let mut bench = Bench::new(config(|_| {}));
    bench.handle_all([Input::Start, Input::Close]);
    assert_eq!(bench.drain(), ["closed by the user", "wait"]);
}

#[test]
fn closing_suppresses_an_unannounced_loss() {
    let mut bench = Bench::open(config(|_| {}));
    bench.handle_all([Input::Failed(Fault::Body), Input::Close]);
    assert_eq!(bench.drain(), ["cancel", "closed by the user", "wait"]);
}

#[test]
fn the_end_can_be_read_as_soon_as_it_is_certain() {
    let mut bench = Bench::open(config(|_| {}));
    assert_eq!(bench.machine.end(), None);
    bench.handle(Input::Close);
    assert_eq!(bench.machine.end(), Some(End::Closed));
    assert_eq!(bench.ready_state(), ReadyState::Closed);

    let mut bench = Bench::open(config(|config| config.retry = Some(Retry::Never)));
    bench.handle(Input::Failed(Fault::Body));
    let Some(End::Failed(failure)) = bench.machine.end() else { panic!("{:?}", bench.machine.end()) };
    assert_eq!(bench.drain(), ["cancel", "failed network attempt=1", "wait"]);
    assert_eq!(bench.failure, Some(failure));
    assert_eq!(bench.machine.end(), Some(End::Failed(failure)));

    let mut bench = Bench::open(config(|_| {}));
    bench.lose();
    assert_eq!(bench.machine.end(), None, "a loss is no end");
}

#[test]
fn a_given_body_needs_no_request_and_no_head() {
    let mut bench = Bench::new(given());
    assert_eq!(bench.start(), ["wait"]);
    assert_eq!(bench.tell(Input::Body), ["open", "read", "wait"]);
    assert_eq!(bench.chunk("data: a\n\n"), ["event message \"a\"", "read", "wait"]);
}

#[test]
fn a_given_response_is_checked_as_any_other() {
    let mut bench = Bench::sent(given());
    assert_eq!(bench.accept(), ["open", "read", "wait"]);

    let mut bench = Bench::sent(given().with(|config| config.renews_credentials = true));
    assert_eq!(bench.respond(404, None), ["read", "wait 5000"]);
    bench.chunk("gone");
    assert_eq!(bench.end(), ["cancel", "failed status 404 attempt=1", "wait"]);
    assert_eq!(bench.machine.evidence(), b"gone");
}

#[test]
fn a_given_401_is_not_retried_with_new_credentials() {
    let mut bench = Bench::sent(given().with(|config| config.renews_credentials = true));
    assert_eq!(bench.refuse(401), ["cancel", "failed status 401 attempt=1", "wait"]);
}

#[test]
fn the_end_of_a_given_body_is_a_failure_or_with_once_completion() {
    for (once, end) in [(false, "failed ended attempt=1"), (true, "closed complete")] {
        let mut bench = Bench::sent(given().with(|config| config.once = once));
        bench.tell(Input::Body);
        bench.chunk("data: a\n\n");
        assert_eq!(bench.end(), ["cancel", end, "wait"]);
    }
}

#[test]
fn a_given_body_that_fails_is_not_retried_whatever_the_policy() {
    for retry in [None, Some(Retry::Standard), Some(Retry::Ask), Some(Retry::Policy(Default::default()))] {
        let config = given().with(|config| {
            config.retry = retry;
            config.idle_timeout = Some(SECOND);
        });
        let mut bench = Bench::sent(config.clone());
        bench.tell(Input::Body);
        assert_eq!(bench.lose(), ["cancel", "failed network attempt=1", "wait"]);
        let mut bench = Bench::sent(config);
        bench.tell(Input::Body);
        assert_eq!(bench.ring(), ["cancel", "failed idle-timeout attempt=1", "wait"]);
    }
}

#[test]
fn reconnecting_does_nothing_to_a_given_body() {
    let mut bench = Bench::sent(given());
    assert_eq!(bench.reconnect(), ["wait"]);
    bench.tell(Input::Body);
    bench.chunk("id: 1\ndata: a\n\nid: 2\ndata: ");
    assert_eq!(bench.tell(Input::Reconnect { last_event_id: Some("0") }), ["wait"]);
    assert_eq!(bench.chunk("b\n\n"), ["event message \"b\" id=2", "read", "wait"]);
}

#[test]
fn reconnecting_does_not_hide_the_last_event_of_a_given_body() {
    let mut bench = Bench::sent(given().with(|config| config.until = true));
    bench.tell(Input::Body);
    assert_eq!(bench.batch("data: a\n\ndata: end\n\ndata: late\n\n").len(), 3);
    bench.handle(Input::Reconnect { last_event_id: None });
    assert_eq!(bench.tell(Input::Complete), ["cancel", "closed complete", "wait"]);
}

#[test]
fn a_given_response_that_never_arrives_times_out() {
    let mut bench = Bench::sent(given().with(|config| config.connect_timeout = Some(SECOND)));
    assert_eq!(bench.ring(), ["cancel", "failed connect-timeout attempt=1", "wait"]);
}

#[test]
fn a_given_body_may_be_closed_before_it_arrives() {
    let mut bench = Bench::sent(given());
    assert_eq!(bench.close(), ["cancel", "closed by the user", "wait"]);
    assert_eq!(bench.tell(Input::Body), ["wait"]);
    assert_eq!(bench.pass(Duration::from_secs(9)), ["wait"]);
}

#[test]
fn an_abort_by_the_owner_of_a_given_response_or_body_closes_the_source() {
    for before in [false, true] {
        let mut bench = Bench::sent(given());
        if before {
            bench.tell(Input::Body);
        }
        assert_eq!(bench.fail(Fault::Aborted), ["cancel", "closed by the user", "wait"]);
    }
    let mut bench = Bench::open(config(|_| {}));
    assert_eq!(bench.fail(Fault::Aborted), ["cancel", "lost network attempt=1 delay=3000", "wait 3000"]);
}

#[test]
fn a_read_and_a_cancel_that_never_settle_delay_nothing() {
    // In bridges of Tauri, Expo and Electron a promise may settle much too late, or never.
    for (call, lines) in [
        (Input::Close, &["cancel", "closed by the user", "wait"][..]),
        (Input::Complete, &["cancel", "closed complete", "wait"]),
        (Input::Reconnect { last_event_id: None }, &["cancel", "send GET attempt=0 to reconnect", "wait"]),
    ] {
        let mut bench = Bench::open(config(|config| config.until = true));
        assert_eq!(bench.tell(call), lines);
        for late in [Input::Chunk(b"data: late\n\n"), Input::End] {
            assert_eq!(bench.tell(late), ["wait"]);
        }
    }
    let mut bench = Bench::open(config(|config| config.idle_timeout = Some(SECOND)));
    assert_eq!(bench.ring(), ["cancel", "lost idle-timeout attempt=1 delay=3000", "wait 3000"]);
    assert_eq!(bench.chunk("data: late\n\n"), ["wait 3000"]);
    assert_eq!(bench.ring(), ["send GET attempt=1 after idle-timeout", "wait"]);
    assert_eq!(bench.chunk("data: later\n\n"), ["wait"]);
    assert_eq!(bench.accept(), ["open", "read", "wait 1000"]);
}
