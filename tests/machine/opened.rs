//! The facts about the connection in `open`, and the status for user interfaces.

use std::time::Duration;

use eventsource_wasm::machine::PageEvent::{Cached, Hidden, Restored, Visible};
use eventsource_wasm::machine::{Decision, Input, Retry, RetryPolicy, Status, WhenHidden};

use crate::support::{Bench, Connected, SECOND, config};

/// Opens the stream with a response, and returns the facts that `open` has.
fn open(bench: &mut Bench) -> Connected {
    bench.opened = None;
    bench.accept();
    bench.opened.clone().expect("it opened")
}

fn connected(is_reopening: bool, attempts: u32, elapsed: Duration, id: &str) -> Connected {
    Connected { is_reopening, attempts, elapsed, last_event_id: id.as_bytes().to_vec() }
}

#[test]
fn the_first_connection_is_no_reopening() {
    let mut bench = Bench::sent(config(|config| config.last_event_id = "42".to_owned()));
    bench.now += SECOND;
    assert_eq!(open(&mut bench), connected(false, 1, SECOND, "42"));
}

#[test]
fn the_first_connection_after_failures_is_no_reopening_and_counts_them() {
    let mut bench = Bench::sent(config(|_| {}));
    bench.lose();
    bench.ring();
    bench.lose();
    bench.ring();
    assert_eq!(open(&mut bench), connected(false, 3, SECOND * 9, ""));
}

#[test]
fn a_connection_after_a_loss_is_a_reopening_with_its_attempts_its_time_and_its_id() {
    let mut bench = Bench::sent(config(|config| config.retry = Some(Retry::Policy(RetryPolicy::default()))));
    open(&mut bench);
    bench.chunk("id: 7\ndata: a\n\n");
    bench.now += SECOND * 100;
    bench.lose();
    bench.ring();
    for _ in 0..2 {
        bench.refuse(503);
        bench.ring();
    }
    assert_eq!(open(&mut bench), connected(true, 3, SECOND * (3 + 3 * (1 + 2 + 4) - 3), "7"));
    // The next connection starts a new count.
    bench.lose();
    bench.ring();
    assert_eq!(open(&mut bench), connected(true, 1, bench.failure.unwrap().delay.unwrap(), "7"));
}

#[test]
fn the_id_in_open_is_the_sent_one_not_the_one_received_since() {
    let mut bench = Bench::open(config(|_| {}));
    bench.chunk("id: 7\ndata: a\n\n");
    assert_eq!(bench.opened.as_ref().unwrap().last_event_id, b"");
    bench.tell(Input::Reconnect { last_event_id: Some("3") });
    assert_eq!(open(&mut bench), connected(true, 1, Duration::ZERO, "3"));
}

#[test]
fn a_connection_after_a_reconnect_a_hidden_page_or_the_cache_is_a_reopening() {
    let ways: [&[Input<'_>]; 4] = [
        &[Input::Reconnect { last_event_id: None }],
        &[Input::Page(Hidden), Input::Page(Visible)],
        &[Input::Page(Cached), Input::Page(Restored)],
        &[Input::End],
    ];
    for way in ways {
        let mut bench = Bench::open(config(|config| config.when_hidden = WhenHidden::Pause));
        for input in way {
            bench.tell(input.clone());
        }
        bench.now += SECOND * 3;
        bench.drain();
        assert_eq!(open(&mut bench), connected(true, 1, SECOND * 3, ""), "{way:?}");
    }
}

#[test]
fn after_a_stream_whose_open_was_never_delivered_the_next_is_no_reopening() {
    let mut bench = Bench::sent(config(|config| config.when_hidden = WhenHidden::Pause));
    bench.handle(Input::Response(eventsource_wasm::http::ResponseHead::new(200, Some("text/event-stream"))));
    bench.page(Hidden);
    bench.page(Visible);
    assert!(!open(&mut bench).is_reopening);
}

#[test]
fn a_request_with_new_credentials_is_one_more_attempt() {
    let mut bench = Bench::sent(config(|config| config.renews_credentials = true));
    bench.refuse(401);
    assert_eq!(open(&mut bench), connected(false, 2, Duration::ZERO, ""));
}

#[test]
fn a_request_with_new_credentials_in_a_reopening_is_one_more_attempt() {
    let mut bench = Bench::open(config(|config| config.renews_credentials = true));
    bench.chunk("id: 7\ndata: a\n\n");
    bench.lose();
    bench.ring();
    bench.refuse(401);
    assert_eq!(open(&mut bench), connected(true, 2, SECOND * 3, "7"));
}

#[test]
fn a_given_body_or_response_took_one_attempt() {
    let given = || Bench::sent(config(|config| config.given = true));
    let mut bench = given();
    bench.now += SECOND;
    bench.tell(Input::Body);
    assert_eq!(bench.opened, Some(connected(false, 1, SECOND, "")));
    assert_eq!(open(&mut given()), connected(false, 1, Duration::ZERO, ""));
}

#[test]
fn elapsed_includes_sleep_and_the_time_that_the_user_takes_to_decide() {
    let mut bench = Bench::new(config(|config| config.retry = Some(Retry::Ask)));
    bench.handle_all([Input::Start, Input::Wall(SECOND * 1000)]);
    bench.drain();
    open(&mut bench);
    bench.lose();
    bench.now += SECOND;
    bench.decide(Decision::Wait(SECOND * 5));
    bench.tell(Input::Wall(SECOND * 1061));
    assert_eq!(open(&mut bench).elapsed, SECOND * 61);
}

#[test]
fn the_status_follows_the_life_of_a_source() {
    let mut bench = Bench::new(config(|config| {
        config.when_hidden = WhenHidden::Pause;
        config.retry = Some(Retry::Policy(RetryPolicy::default()));
    }));
    bench.start();
    assert_eq!(bench.machine.status(), Status::Connecting);
    bench.accept();
    assert_eq!(bench.machine.status(), Status::Open);
    bench.lose();
    assert_eq!(bench.machine.status(), Status::Waiting { until: bench.now + SECOND * 3 });
    bench.now += SECOND;
    bench.drain();
    assert_eq!(bench.machine.status(), Status::Waiting { until: bench.now + SECOND * 2 });
    bench.ring();
    assert_eq!(bench.machine.status(), Status::Connecting);
    bench.respond(503, None);
    assert_eq!(bench.machine.status(), Status::Connecting);
    bench.page(Hidden);
    assert_eq!(bench.machine.status(), Status::Waiting { until: bench.now + SECOND * 6 });
    bench.ring();
    assert_eq!(bench.machine.status(), Status::Paused);
    bench.page(Visible);
    assert_eq!(bench.machine.status(), Status::Connecting);
    bench.close();
    assert_eq!(bench.machine.status(), Status::Closed);
}

#[test]
fn the_status_of_a_wait_uses_the_clock_of_the_shell_after_a_timer_rang_early() {
    let mut bench = Bench::sent(config(|_| {}));
    bench.lose();
    let deadline = bench.deadline.unwrap();
    bench.now = deadline - SECOND;
    bench.tell(Input::Timer(deadline));
    bench.lose();
    assert_eq!(bench.machine.status(), Status::Waiting { until: bench.now + SECOND * 6 });
}
