//! Losses: the delays between requests, a user who decides on them, and calls during a wait.

use std::time::Duration;

use eventsource_wasm::ErrorCode;
use eventsource_wasm::machine::{Config, Decision, Fault, Input, ReadyState, Retry, RetryPolicy};

use crate::support::{Bench, SECOND, config, milliseconds};

fn explicit(policy: RetryPolicy) -> Config {
    config(|config| config.retry = Some(Retry::Policy(policy)))
}

fn asking() -> Config {
    config(|config| config.retry = Some(Retry::Ask))
}

#[test]
fn a_loss_reconnects_after_the_delay_with_the_last_event_id() {
    for (loss, code, attempt) in [(Input::End, "ended", 0), (Input::Failed(Fault::Body), "network", 1)] {
        let mut bench = Bench::open(config(|_| {}));
        assert_eq!(
            bench.chunk("retry: 700\nid: 7\ndata: a\n\nid: 8\ndata: unfinished\n"),
            ["retry 700", "event message \"a\" id=7", "read", "wait"]
        );
        let lines = bench.tell(loss);
        assert_eq!(
            lines[lines.len() - 3..],
            ["cancel", &format!("lost {code} attempt={attempt} delay=700"), "wait 700"]
        );
        assert_eq!(bench.ready_state(), ReadyState::Connecting);
        assert_eq!(bench.pass(milliseconds(699)), ["wait 1"]);
        assert_eq!(bench.ring(), [&format!("send GET attempt={attempt} id=7 after {code}"), "wait"]);
        assert_eq!(bench.request.unwrap().header.as_deref(), Some("7"));
    }
}

#[test]
fn the_source_closes_after_max_attempts() {
    let mut bench = Bench::sent(explicit(RetryPolicy::default().max_attempts(2)));
    assert_eq!(bench.lose(), ["cancel", "lost network attempt=1 delay=3000", "wait 3000"]);
    bench.ring();
    assert_eq!(bench.lose(), ["cancel", "failed network attempt=2", "wait"]);
    assert_eq!(bench.ready_state(), ReadyState::Closed);
}

#[test]
fn a_request_without_retry_is_sent_once() {
    let mut bench = Bench::open(config(|config| config.retry = Some(Retry::Never)));
    assert_eq!(bench.end(), ["cancel", "failed ended attempt=1", "wait"]);
    assert_eq!(bench.failure.unwrap().delay, None);
}

#[test]
fn a_retry_function_decides_on_each_failure() {
    let mut bench = Bench::open(asking());
    assert_eq!(bench.lose(), ["cancel", "ask network attempt=1", "wait"]);
    assert_eq!(bench.decide(Decision::Wait(SECOND)), ["lost network attempt=1 delay=1000", "wait 1000"]);
    assert_eq!(bench.ring(), ["send GET attempt=1 after network", "wait"]);
    assert_eq!(bench.refuse(418), ["cancel", "ask status attempt=2", "wait"]);
    assert_eq!(bench.decide(Decision::Stop), ["failed status 418 attempt=2", "wait"]);
}

#[test]
fn the_delay_from_a_retry_function_is_limited_to_the_range_of_a_timer() {
    // A wait longer than a timer can hold is announced in two parts.
    for (answer, delay, wait) in [(Duration::ZERO, "10", "10"), (Duration::MAX, "2147483647", "2147482647")] {
        let mut bench = Bench::open(asking());
        bench.lose();
        assert_eq!(
            bench.decide(Decision::Wait(answer)),
            [format!("lost network attempt=1 delay={delay}"), format!("wait {wait}")]
        );
    }
}

#[test]
fn a_decision_that_was_not_asked_for_does_nothing() {
    let mut bench = Bench::open(asking());
    assert_eq!(bench.decide(Decision::Stop), ["wait"]);
    bench.lose();
    bench.decide(Decision::Wait(SECOND));
    assert_eq!(bench.decide(Decision::Stop), ["wait 1000"]);
    // A decision before the machine asks does nothing either.
    let mut bench = Bench::open(asking());
    bench.handle_all([Input::Failed(Fault::Body), Input::Decided(Decision::Stop)]);
    assert_eq!(bench.drain(), ["cancel", "ask network attempt=1", "wait"]);
}

#[test]
fn a_retry_function_gets_the_time_since_the_first_failure_in_a_row() {
    let mut bench = Bench::open(asking());
    bench.chunk("retry: 40\n");
    for elapsed in [0, 2, 4] {
        bench.lose();
        let context = bench.context.unwrap();
        assert_eq!(context.elapsed, SECOND * elapsed);
        assert_eq!((context.server_retry, context.reconnection_time), (Some(milliseconds(40)), milliseconds(40)));
        bench.decide(Decision::Wait(SECOND * 2));
        bench.ring();
    }
}

#[test]
fn a_retry_function_gets_the_configured_reconnection_time_until_the_server_sets_one() {
    for (given, told) in [(None, 3000), (Some(0), 10), (Some(700), 700)] {
        let mut bench = Bench::sent(asking().with(|config| config.reconnection_time = given.map(milliseconds)));
        bench.lose();
        let context = bench.context.unwrap();
        assert_eq!((context.server_retry, context.reconnection_time), (None, milliseconds(told)));
    }
    let mut bench = Bench::open(asking().with(|config| config.reconnection_time = Some(milliseconds(700))));
    bench.chunk("retry: 40\n");
    bench.lose();
    let context = bench.context.unwrap();
    assert_eq!((context.server_retry, context.reconnection_time), (Some(milliseconds(40)), milliseconds(40)));
}

#[test]
fn the_servers_reconnection_time_of_an_earlier_connection_stays_in_force_until_it_sends_another() {
    let mut bench = Bench::sent(config(|config| config.server_retry = Some(milliseconds(700))));
    assert_eq!(bench.machine.reconnection_time(), milliseconds(700));
    assert_eq!(bench.lose(), ["cancel", "lost network attempt=1 delay=700", "wait 700"]);
    let mut bench = Bench::open(config(|config| config.server_retry = Some(milliseconds(700))));
    bench.chunk("retry: 40\n");
    assert_eq!(bench.lose(), ["cancel", "lost network attempt=1 delay=40", "wait 40"]);
}

#[test]
fn closing_while_the_user_decides_is_final() {
    let mut bench = Bench::open(asking());
    assert_eq!(bench.end(), ["cancel", "ask ended attempt=1", "wait"]);
    assert_eq!(bench.close(), ["closed by the user", "wait"]);
    assert_eq!(bench.decide(Decision::Wait(SECOND)), ["wait"]);
}

#[test]
fn closing_during_a_wait_is_final() {
    let mut bench = Bench::open(config(|_| {}));
    bench.lose();
    assert_eq!(bench.close(), ["closed by the user", "wait"]);
    assert_eq!(bench.pass(SECOND * 3), ["wait"]);
}

#[test]
fn reconnect_cancels_the_request_and_starts_over_with_the_id() {
    let mut bench = Bench::open(config(|_| {}));
    bench.chunk("id: 3\ndata: a\n\n");
    assert_eq!(bench.reconnect(), ["cancel", "send GET attempt=0 id=3 to reconnect", "wait"]);
}

#[test]
fn reconnect_ends_a_wait_and_resets_the_count_of_failures() {
    let mut bench = Bench::open(config(|_| {}));
    bench.lose();
    assert_eq!(bench.reconnect(), ["send GET attempt=0 to reconnect", "wait"]);
    assert_eq!(bench.lose(), ["cancel", "lost network attempt=1 delay=3000", "wait 3000"]);
}

#[test]
fn reconnect_uses_up_no_attempt() {
    // An event ends the credentials again and again, and the user reconnects each time.
    let mut bench = Bench::open(explicit(RetryPolicy::default().max_attempts(2)));
    for number in 1..=5 {
        bench.chunk(format!("id: {number}\nevent: auth_revoked\ndata\n\n"));
        assert_eq!(bench.reconnect(), ["cancel", &format!("send GET attempt=0 id={number} to reconnect"), "wait"]);
        assert_eq!(bench.accept(), ["open", "read", "wait"]);
    }
    assert_eq!(bench.lose(), ["cancel", "lost network attempt=1 delay=3000", "wait 3000"]);
    assert_eq!(bench.reconnect(), ["send GET attempt=0 id=5 to reconnect", "wait"]);
    assert_eq!(bench.lose(), ["cancel", "lost network attempt=1 delay=3000", "wait 3000"]);
}

#[test]
fn after_reconnect_a_pending_question_is_dropped() {
    let mut bench = Bench::open(asking());
    bench.handle_all([Input::End, Input::Reconnect { last_event_id: None }]);
    assert_eq!(bench.drain(), ["cancel", "send GET attempt=0 to reconnect", "wait"]);

    bench.lose();
    assert_eq!(bench.context.unwrap().code, ErrorCode::Network);
    assert_eq!(bench.reconnect(), ["send GET attempt=0 to reconnect", "wait"]);
    assert_eq!(bench.decide(Decision::Stop), ["wait"]);
}

#[test]
fn reconnect_suppresses_an_unannounced_loss() {
    let mut bench = Bench::open(config(|_| {}));
    bench.handle_all([Input::End, Input::Reconnect { last_event_id: None }]);
    assert_eq!(bench.drain(), ["cancel", "send GET attempt=0 to reconnect", "wait"]);
}

#[test]
fn several_reconnects_at_once_send_one_request() {
    let mut bench = Bench::open(config(|_| {}));
    bench.handle_all([(); 3].map(|()| Input::Reconnect { last_event_id: None }));
    assert_eq!(bench.drain(), ["cancel", "send GET attempt=0 to reconnect", "wait"]);
}

#[test]
fn a_retry_function_may_drop_an_id_that_is_too_old() {
    let mut bench = Bench::open(asking());
    bench.chunk("id: 5\ndata: a\n\n");
    bench.lose();
    bench.decide(Decision::Wait(SECOND));
    assert_eq!(bench.ring(), ["send GET attempt=1 id=5 after network", "wait"]);
    assert_eq!(bench.refuse(410), ["cancel", "ask status attempt=2", "wait"]);
    assert_eq!(
        bench.decide(Decision::WaitFrom { delay: SECOND, last_event_id: String::new() }),
        ["lost status 410 attempt=2 delay=1000", "wait 1000"]
    );
    assert_eq!(bench.ring(), ["send GET attempt=2 after status 410", "wait"]);
    assert_eq!(bench.request.as_ref().unwrap().header, None);
    bench.accept();
    assert_eq!(bench.opened.as_ref().unwrap().last_event_id, b"");
    // Later events bring IDs of their own.
    bench.chunk("id: 1\ndata: a\n\n");
    bench.lose();
    bench.decide(Decision::Wait(SECOND));
    assert_eq!(bench.ring(), ["send GET attempt=1 id=1 after network", "wait"]);
}

#[test]
fn a_retry_function_may_set_the_id_of_the_next_request() {
    let mut bench = Bench::open(asking());
    bench.chunk("id: 5\ndata: a\n\n");
    bench.lose();
    bench.decide(Decision::WaitFrom { delay: SECOND, last_event_id: "urn:uuid:1".to_owned() });
    assert_eq!(bench.ring(), ["send GET attempt=1 id=urn:uuid:1 after network", "wait"]);
    // This ID stays the last event ID until the stream sets another one.
    bench.lose();
    bench.decide(Decision::Wait(SECOND));
    assert_eq!(bench.ring(), ["send GET attempt=2 id=urn:uuid:1 after network", "wait"]);
}
