//! Time limits, and the timers that enforce them.

use std::time::Duration;

use eventsource_wasm::http::ResponseHead;
use eventsource_wasm::machine::{Decision, Input, MAX_DELAY, Retry};

use crate::support::{Bench, Record, SECOND, config, milliseconds};

const MILLISECOND: Duration = Duration::from_millis(1);

#[test]
fn no_response_within_the_connect_timeout_is_a_loss() {
    let mut bench = Bench::new(config(|config| config.connect_timeout = Some(SECOND * 10)));
    assert_eq!(bench.start(), ["send GET attempt=0", "wait 10000"]);
    assert_eq!(bench.pass(milliseconds(9_999)), ["wait 1"]);
    assert_eq!(bench.pass(MILLISECOND), ["cancel", "lost connect-timeout attempt=1 delay=3000", "wait 3000"]);
}

#[test]
fn the_connect_timeout_ends_with_the_head_of_a_stream() {
    let mut bench = Bench::open(config(|config| config.connect_timeout = Some(SECOND * 10)));
    assert_eq!(bench.pass(SECOND * 100), ["wait"]);
}

#[test]
fn a_response_that_has_arrived_counts_even_if_the_deadline_has_passed() {
    let mut bench = Bench::sent(config(|config| config.connect_timeout = Some(SECOND * 10)));
    bench.now += SECOND * 11;
    assert_eq!(bench.accept(), ["open", "read", "wait"]);
}

#[test]
fn any_byte_restarts_the_idle_timeout() {
    let mut bench = Bench::open(config(|config| config.idle_timeout = Some(SECOND * 10)));
    for _ in 0..3 {
        assert_eq!(bench.pass(SECOND * 9), ["wait 1000"]);
        assert_eq!(bench.chunk(":"), ["read", "wait 10000"]);
    }
    assert_eq!(bench.pass(SECOND * 10), ["cancel", "lost idle-timeout attempt=1 delay=3000", "wait 3000"]);
}

#[test]
fn a_chunk_that_has_arrived_counts_even_if_the_deadline_has_passed() {
    let mut bench = Bench::open(config(|config| config.idle_timeout = Some(SECOND * 10)));
    bench.now += SECOND * 11;
    assert_eq!(bench.chunk("data: a\n\n"), ["event message \"a\"", "read", "wait 10000"]);
}

#[test]
fn time_that_the_consumer_takes_does_not_count_for_the_idle_timeout() {
    let mut bench = Bench::sent(config(|config| config.idle_timeout = Some(SECOND * 10)));
    bench.handle(Input::Response(ResponseHead::new(200, Some("text/event-stream"))));
    assert!(matches!(bench.poll(), Record::Open { .. }));
    // The listener for `open` takes a minute, and so does the listener for each of two events.
    assert_eq!(bench.pass(SECOND * 60), ["read", "wait 10000"]);
    bench.handle(Input::Chunk(b"data: a\n\ndata: b\n\n"));
    assert!(matches!(bench.poll(), Record::Event { .. }));
    bench.now += SECOND * 60;
    assert!(matches!(bench.poll(), Record::Event { .. }));
    assert_eq!(bench.pass(SECOND * 60), ["read", "wait 10000"]);
}

#[test]
fn the_idle_timeout_of_a_batch_counts_from_the_read_after_it() {
    let mut bench = Bench::open(config(|config| config.idle_timeout = Some(SECOND * 10)));
    assert_eq!(bench.batch("data: a\n\ndata: b\n\n").len(), 2);
    assert_eq!(bench.pass(SECOND * 60), ["read", "wait 10000"]);
}

#[test]
fn a_timeout_of_zero_is_no_limit() {
    let mut bench = Bench::new(config(|config| {
        config.connect_timeout = Some(Duration::ZERO);
        config.idle_timeout = Some(Duration::ZERO);
    }));
    assert_eq!(bench.start(), ["send GET attempt=0", "wait"]);
    assert_eq!(bench.accept(), ["open", "read", "wait"]);
}

#[test]
fn a_poll_after_a_deadline_needs_no_timer() {
    let mut bench = Bench::open(config(|_| {}));
    bench.lose();
    assert_eq!(bench.pass(SECOND * 3), ["send GET attempt=1 after network", "wait"]);
}

#[test]
fn a_timer_that_rings_early_twice_or_late_does_nothing() {
    let mut bench = Bench::open(config(|_| {}));
    let early = bench.now + MILLISECOND;
    assert_eq!(bench.tell(Input::Timer(early)), ["wait"]);
    bench.lose();
    let deadline = bench.deadline.unwrap();
    let before = deadline - SECOND;
    bench.now = before;
    assert_eq!(bench.tell(Input::Timer(before)), ["wait 1000"]);
    assert_eq!(bench.ring(), ["send GET attempt=1 after network", "wait"]);
    assert_eq!(bench.tell(Input::Timer(deadline)), ["wait"]);
    bench.close();
    assert_eq!(bench.tell(Input::Timer(deadline)), ["wait"]);
}

#[test]
fn a_timer_that_rings_while_the_clock_is_slow_ends_its_wait() {
    let mut bench = Bench::open(config(|_| {}));
    bench.lose();
    let deadline = bench.deadline.unwrap();
    bench.now = deadline - MILLISECOND * 2;
    assert_eq!(bench.tell(Input::Timer(deadline)), ["send GET attempt=1 after network", "wait"]);
}

#[test]
fn a_timer_ends_a_wait_whose_deadline_the_shell_has_rounded() {
    for off in [Duration::from_micros(400), Duration::from_nanos(1), Duration::ZERO] {
        for round in [Duration::saturating_add, Duration::saturating_sub] {
            let mut bench = Bench::open(config(|_| {}));
            bench.lose();
            let deadline = round(bench.deadline.unwrap(), off);
            assert_eq!(bench.tell(Input::Timer(deadline)), ["send GET attempt=1 after network", "wait"]);
        }
    }
}

#[test]
fn a_timer_of_an_earlier_wait_does_not_end_the_present_wait() {
    let mut bench = Bench::open(config(|config| config.idle_timeout = Some(SECOND * 10)));
    let first = bench.deadline.unwrap();
    bench.now += SECOND * 5;
    assert_eq!(bench.chunk(":"), ["read", "wait 10000"]);
    // The shell did not replace the timer of the first wait, which rings a little early.
    bench.now += milliseconds(4990);
    assert_eq!(bench.tell(Input::Timer(first)), ["wait 5010"]);
}

#[test]
fn after_a_timer_that_rang_early_time_limits_count_from_its_deadline() {
    let mut bench = Bench::sent(config(|config| config.connect_timeout = Some(SECOND * 10)));
    let start = bench.now;
    bench.lose();
    let deadline = bench.deadline.unwrap();
    bench.now = deadline - SECOND;
    assert_eq!(bench.tell(Input::Timer(deadline)), ["send GET attempt=1 after network", "wait 10000"]);
    // On the clock of the shell, the request still has ten full seconds.
    assert_eq!(bench.deadline, Some(start + SECOND * 12));
    assert_eq!(bench.pass(milliseconds(9_999)), ["wait 1"]);
    assert_eq!(bench.pass(MILLISECOND), ["cancel", "lost connect-timeout attempt=2 delay=6000", "wait 6000"]);
}

#[test]
fn with_a_clock_that_stands_still_each_timer_ends_its_wait() {
    // The clock of a test runner that fakes `setTimeout` only.
    let mut bench = Bench::sent(config(|_| {}));
    let now = bench.now;
    for (attempt, delay) in [(1, 3000), (2, 6000), (3, 12_000), (4, 24_000), (5, 30_000), (6, 30_000)] {
        let lost = format!("lost network attempt={attempt} delay={delay}");
        assert_eq!(bench.lose(), ["cancel", &lost, &format!("wait {delay}")]);
        let deadline = bench.deadline.unwrap();
        assert_eq!(deadline, now + milliseconds(delay));
        assert_eq!(bench.tell(Input::Timer(deadline)), [&format!("send GET attempt={attempt} after network"), "wait"]);
    }
}

#[test]
fn a_timer_that_rings_twice_while_the_clock_is_slow_advances_time_once() {
    let mut bench = Bench::sent(config(|config| config.connect_timeout = Some(SECOND * 10)));
    bench.lose();
    let deadline = bench.deadline.unwrap();
    bench.now = deadline - SECOND;
    bench.handle_all([Input::Timer(deadline), Input::Timer(deadline)]);
    assert_eq!(bench.drain(), ["send GET attempt=1 after network", "wait 10000"]);
    for _ in 0..20 {
        assert_eq!(bench.tell(Input::Timer(deadline)), ["wait 10000"]);
    }
}

#[test]
fn a_timer_that_rings_twice_counts_once_for_the_time_since_the_first_failure() {
    let mut bench = Bench::open(config(|config| config.retry = Some(Retry::Ask)));
    bench.lose();
    bench.decide(Decision::Wait(SECOND * 3));
    let deadline = bench.deadline.unwrap();
    bench.now = deadline - SECOND;
    bench.handle_all([Input::Timer(deadline), Input::Timer(deadline)]);
    assert_eq!(bench.drain(), ["send GET attempt=1 after network", "wait"]);
    bench.lose();
    assert_eq!(bench.context.unwrap().elapsed, SECOND * 3);
}

#[test]
fn a_wait_longer_than_a_timer_can_hold_is_announced_in_parts() {
    let limit = MAX_DELAY * 2;
    let mut bench = Bench::new(config(|config| config.connect_timeout = Some(limit)));
    // One second less than the longest timer, as shells round up.
    assert_eq!(bench.start(), ["send GET attempt=0", "wait 2147482647"]);
    assert_eq!(bench.ring(), ["wait 2147482647"]);
    assert_eq!(bench.ring(), ["wait 2000"]);
    assert_eq!(bench.ring()[..2], ["cancel", "lost connect-timeout attempt=1 delay=3000"]);
}

#[test]
fn timers_of_the_parts_of_a_long_wait_end_their_parts() {
    let mut bench = Bench::sent(config(|config| config.connect_timeout = Some(MAX_DELAY)));
    let first = bench.deadline.unwrap();
    assert_eq!(bench.tell(Input::Timer(first)), ["wait 1000"]);
    let second = bench.deadline.unwrap();
    assert_eq!(bench.tell(Input::Timer(second))[..2], ["cancel", "lost connect-timeout attempt=1 delay=3000"]);
}

#[test]
fn the_longest_duration_as_a_timeout_does_not_overflow() {
    let mut bench = Bench::new(config(|config| {
        config.connect_timeout = Some(Duration::MAX);
        config.idle_timeout = Some(Duration::MAX);
    }));
    assert_eq!(bench.start(), ["send GET attempt=0", "wait 2147482647"]);
    assert_eq!(bench.accept(), ["open", "read", "wait 2147482647"]);
    assert_eq!(bench.ring(), ["wait 2147482647"]);
}

#[test]
fn comments_restart_the_idle_timeout_and_not_the_event_timeout() {
    // A model stalls behind a gateway that keeps the connection alive.
    let mut bench = Bench::open(config(|config| {
        config.idle_timeout = Some(SECOND * 60);
        config.event_timeout = Some(SECOND * 90);
    }));
    assert_eq!(bench.chunk("data: a\n\n"), ["event message \"a\"", "read", "wait 60000"]);
    for left in [60_000, 60_000, 60_000, 50_000, 40_000, 30_000, 20_000, 10_000] {
        bench.now += SECOND * 10;
        assert_eq!(bench.chunk(": keepalive\n\n"), ["read", &format!("wait {left}")]);
    }
    assert_eq!(bench.ring(), ["cancel", "lost event-timeout attempt=1 delay=3000", "wait 3000"]);
    assert!(bench.failure.unwrap().delivered);
}

#[test]
fn the_event_timeout_applies_to_the_first_event_too_and_has_delivered_false() {
    let mut bench = Bench::open(config(|config| {
        config.event_timeout = Some(SECOND * 10);
        config.once = true;
    }));
    bench.now += SECOND * 9;
    assert_eq!(bench.chunk(": keepalive\n\nretry: 5\ndata: half"), ["retry 5", "read", "wait 1000"]);
    assert_eq!(bench.ring(), ["cancel", "failed event-timeout attempt=1", "wait"]);
    assert!(!bench.failure.unwrap().delivered);
}

#[test]
fn an_event_or_another_last_event_id_restarts_the_event_timeout() {
    let mut bench = Bench::open(config(|config| config.event_timeout = Some(SECOND * 10)));
    for chunk in ["data: a\n\n", "id: 1\n\n", "data\n\n"] {
        bench.now += SECOND * 9;
        let lines = bench.chunk(chunk);
        assert_eq!(lines[lines.len() - 2..], ["read", "wait 10000"], "{chunk:?}");
    }
}

#[test]
fn time_that_the_consumer_takes_does_not_count_for_the_event_timeout() {
    let mut bench = Bench::open(config(|config| config.event_timeout = Some(SECOND * 10)));
    bench.now += SECOND * 4;
    bench.handle(Input::Chunk(b": comment\n"));
    bench.now += SECOND * 60;
    assert_eq!(bench.drain(), ["read", "wait 6000"]);
}

#[test]
fn each_stream_has_the_whole_event_timeout() {
    let mut bench = Bench::open(config(|config| config.event_timeout = Some(SECOND * 10)));
    bench.now += SECOND * 9;
    bench.lose();
    bench.ring();
    assert_eq!(bench.accept(), ["open", "read", "wait 10000"]);
}

#[test]
fn an_event_timeout_of_zero_is_no_limit() {
    let mut bench = Bench::open(config(|config| config.event_timeout = Some(Duration::ZERO)));
    assert_eq!(bench.pass(SECOND * 600), ["wait"]);
}

#[test]
fn the_connect_timeout_runs_from_the_moment_in_which_the_request_is_sent() {
    let connecting = || config(|config| config.connect_timeout = Some(SECOND * 10));
    for late in [SECOND * 10, SECOND * 60] {
        let mut bench = Bench::open(connecting());
        bench.handle(Input::Reconnect { last_event_id: None });
        bench.now += late;
        assert_eq!(bench.drain(), ["cancel", "send GET attempt=0 to reconnect", "wait 10000"], "{late:?}");

        let mut bench = Bench::new(connecting());
        bench.handle_all([Input::Pause, Input::Start, Input::Resume]);
        bench.now += late;
        assert_eq!(bench.drain().last().unwrap(), "wait 10000", "{late:?}");
    }
}
