//! Late timers and sleep: a time limit that the shell notices late gets a grace before it fails the stream.

use std::time::Duration;

use eventsource_wasm::machine::PageEvent::Visible;
use eventsource_wasm::machine::{Config, Input, Retry, RetryPolicy, Status};

use crate::support::{Bench, Record, SECOND, config, milliseconds};

/// The wall clock at the start of a test.
const DAWN: Duration = Duration::from_secs(1_800_000_000);

const MINUTE: Duration = Duration::from_secs(60);

fn idle() -> Config {
    config(|config| config.idle_timeout = Some(MINUTE))
}

/// A machine with an open stream that has the wall clock, so that it can detect sleep.
fn compared(config: Config) -> Bench {
    let mut bench = Bench::new(config);
    bench.handle_all([Input::Start, Input::Wall(DAWN)]);
    bench.drain();
    assert_eq!(bench.accept()[..2], ["open", "read"]);
    bench
}

#[test]
fn a_time_limit_noticed_up_to_100_ms_late_fails_the_stream_at_once() {
    for late in [0, 1, 100] {
        let mut bench = Bench::open(idle());
        bench.now += MINUTE + milliseconds(late);
        assert_eq!(bench.drain(), ["cancel", "lost idle-timeout attempt=1 delay=3000", "wait 3000"], "{late}");
    }
}

#[test]
fn a_time_limit_noticed_later_fails_the_stream_after_a_grace_of_250_ms() {
    for late in [101, 5000, 2_400_000] {
        let mut bench = Bench::open(idle());
        bench.now += MINUTE + milliseconds(late);
        assert_eq!(bench.drain(), ["wait 250"], "{late}");
        assert_eq!(bench.pass(milliseconds(249)), ["wait 1"]);
        assert_eq!(bench.pass(milliseconds(1)), ["cancel", "lost idle-timeout attempt=1 delay=3000", "wait 3000"]);
    }
}

#[test]
fn the_grace_is_no_longer_than_the_limit() {
    let mut bench = Bench::open(config(|config| config.idle_timeout = Some(milliseconds(40))));
    bench.now += SECOND;
    assert_eq!(bench.drain(), ["wait 40"]);
    assert_eq!(bench.ring(), ["cancel", "lost idle-timeout attempt=1 delay=3000", "wait 3000"]);
}

#[test]
fn a_deadline_has_only_one_grace_even_if_its_end_is_noticed_late() {
    let mut bench = Bench::open(idle());
    bench.now += MINUTE * 2;
    assert_eq!(bench.drain(), ["wait 250"]);
    bench.now += MINUTE;
    assert_eq!(bench.drain(), ["cancel", "lost idle-timeout attempt=1 delay=3000", "wait 3000"]);
}

#[test]
fn each_deadline_has_a_grace_of_its_own() {
    let mut bench = Bench::open(idle());
    for _ in 0..3 {
        bench.now += MINUTE * 2;
        assert_eq!(bench.drain(), ["wait 250"]);
        bench.now += milliseconds(200);
        assert_eq!(bench.chunk(":\n"), ["read", "wait 60000"]);
    }
}

#[test]
fn bytes_in_the_grace_keep_the_stream() {
    for (chunk, lines) in
        [(":\n", &["read", "wait 60000"][..]), ("data: a\n\n", &["event message \"a\"", "read", "wait 60000"])]
    {
        let mut bench = Bench::open(idle());
        bench.now += MINUTE * 40;
        bench.drain();
        bench.now += milliseconds(249);
        assert_eq!(bench.chunk(chunk), lines);
        assert_eq!(bench.ring(), ["cancel", "lost idle-timeout attempt=1 delay=3000", "wait 3000"]);
    }
}

#[test]
fn a_response_in_the_grace_opens() {
    let mut bench = Bench::sent(config(|config| config.connect_timeout = Some(MINUTE)));
    bench.now += MINUTE * 2;
    assert_eq!(bench.drain(), ["wait 250"]);
    assert_eq!(bench.accept(), ["open", "read", "wait"]);

    let mut bench = Bench::sent(config(|config| config.connect_timeout = Some(MINUTE)));
    bench.now += MINUTE * 2;
    bench.drain();
    assert_eq!(bench.ring(), ["cancel", "lost connect-timeout attempt=1 delay=3000", "wait 3000"]);
}

#[test]
fn waits_and_evidence_have_no_grace() {
    let mut bench = Bench::sent(config(|config| config.retry = Some(Retry::Policy(RetryPolicy::default()))));
    bench.respond(503, None);
    bench.now += MINUTE;
    assert_eq!(bench.drain(), ["cancel", "lost status 503 attempt=1 delay=3000", "wait 3000"]);
    bench.now += MINUTE;
    assert_eq!(bench.drain(), ["send GET attempt=1 after status 503", "wait"]);
}

#[test]
fn a_comment_in_the_grace_does_not_clear_the_grace_of_the_event_timeout() {
    for (comment_after, left) in [(50, 200), (249, 1)] {
        let mut bench = Bench::open(config(|config| config.event_timeout = Some(MINUTE)));
        bench.now += MINUTE * 2;
        assert_eq!(bench.drain(), ["wait 250"]);
        bench.now += milliseconds(comment_after);
        assert_eq!(bench.chunk(":\n\n"), ["read", &format!("wait {left}")]);
        assert_eq!(bench.ring(), ["cancel", "lost event-timeout attempt=1 delay=3000", "wait 3000"]);
    }
}

#[test]
fn an_event_in_the_grace_of_the_event_timeout_keeps_the_stream() {
    let mut bench = Bench::open(config(|config| config.event_timeout = Some(MINUTE)));
    bench.now += MINUTE * 2;
    bench.drain();
    bench.now += milliseconds(50);
    assert_eq!(bench.chunk("data: a\n\n"), ["event message \"a\"", "read", "wait 60000"]);
}

#[test]
fn sleep_that_only_the_wall_clock_measured_starts_the_grace_of_a_time_limit() {
    let mut bench = compared(idle());
    bench.chunk("id: 7\ndata: a\n\n");
    // Forty minutes of sleep, during which `performance.now()` stood still.
    bench.handle_all([Input::Wall(DAWN + MINUTE * 40), Input::Page(Visible)]);
    assert_eq!(bench.drain(), ["wait 250"]);
    assert_eq!(
        bench.ring(),
        ["cancel", "lost idle-timeout attempt=1 delay=3000", "send GET attempt=1 id=7 after idle-timeout", "wait"]
    );
}

#[test]
fn sleep_alone_does_not_fail_the_stream() {
    let mut bench = compared(idle());
    bench.handle(Input::Wall(DAWN + MINUTE * 40));
    bench.drain();
    assert_eq!(bench.chunk("data: a\n\n"), ["event message \"a\"", "read", "wait 60000"]);
}

#[test]
fn a_jump_of_the_wall_clock_that_lands_just_past_a_limit_starts_the_grace() {
    for past in [0, 1, 100, 101] {
        let mut bench = compared(idle());
        bench.now += SECOND * 10;
        assert_eq!(bench.tell(Input::Wall(DAWN + MINUTE + milliseconds(past))), ["wait 250"], "{past}");
        assert_eq!(bench.chunk(":\n"), ["read", "wait 60000"]);
    }
}

#[test]
fn a_jump_of_the_wall_clock_that_reaches_no_limit_shortens_the_time_left() {
    let mut bench = compared(idle());
    bench.now += SECOND * 10;
    assert_eq!(bench.tell(Input::Wall(DAWN + SECOND * 40)), ["wait 20000"]);
    assert_eq!(bench.tell(Input::Wall(DAWN + SECOND * 40)), ["wait 20000"], "this sleep was already counted");
    assert_eq!(bench.ring(), ["cancel", "lost idle-timeout attempt=1 delay=3000", "wait 3000"]);
}

#[test]
fn sleep_before_a_chunk_does_not_count_after_it_if_the_shell_compares_clocks_at_chunks() {
    let mut bench = compared(idle());
    // The connection survives two minutes of sleep, and a heartbeat follows.
    let wall = DAWN + MINUTE * 2;
    bench.handle(Input::Wall(wall));
    assert_eq!(bench.chunk(":\n"), ["read", "wait 60000"]);
    bench.now += SECOND * 5;
    bench.handle_all([Input::Wall(wall + SECOND * 5), Input::Page(Visible)]);
    assert_eq!(bench.drain(), ["wait 55000"]);
}

#[test]
fn a_timer_that_rings_after_sleep_starts_the_grace() {
    // The timer and the clock stood still during the sleep, so the timer seems to ring on time.
    // Only the wall clock shows that it is late.
    let mut bench = compared(idle());
    let deadline = bench.deadline.unwrap();
    bench.now = deadline;
    bench.handle_all([Input::Timer(deadline), Input::Wall(DAWN + MINUTE * 40)]);
    assert_eq!(bench.drain(), ["wait 250"]);
    assert_eq!(bench.chunk("data: a\n\n"), ["event message \"a\"", "read", "wait 60000"]);
}

#[test]
fn a_stream_that_did_not_survive_sleep_is_requested_at_once_even_in_a_visible_page() {
    let mut bench = compared(idle());
    let deadline = bench.deadline.unwrap();
    bench.now = deadline;
    bench.handle_all([Input::Timer(deadline), Input::Wall(DAWN + MINUTE * 40)]);
    bench.drain();
    assert_eq!(
        bench.ring(),
        ["cancel", "lost idle-timeout attempt=1 delay=3000", "send GET attempt=1 after idle-timeout", "wait"]
    );
}

#[test]
fn clocks_that_differ_by_less_than_a_second_mean_no_sleep() {
    for difference in [0, 1, 999] {
        let mut bench = compared(idle());
        let deadline = bench.deadline.unwrap();
        bench.now = deadline;
        bench.handle_all([Input::Timer(deadline), Input::Wall(DAWN + MINUTE + milliseconds(difference))]);
        assert_eq!(bench.drain(), ["cancel", "lost idle-timeout attempt=1 delay=3000", "wait 3000"], "{difference}");
    }
}

#[test]
fn a_wall_clock_that_is_set_back_or_compared_for_the_first_time_does_nothing() {
    let mut bench = compared(idle());
    bench.now += SECOND * 10;
    assert_eq!(bench.tell(Input::Wall(DAWN - MINUTE)), ["wait 50000"]);
    bench.now += SECOND * 10;
    assert_eq!(bench.tell(Input::Wall(DAWN - MINUTE + SECOND * 10)), ["wait 40000"]);

    let mut bench = Bench::open(idle());
    assert_eq!(bench.tell(Input::Wall(DAWN)), ["wait 60000"]);
}

#[test]
fn sleep_ends_waits_even_without_time_limits() {
    let mut bench = compared(config(|_| {}));
    assert_eq!(bench.tell(Input::Wall(DAWN + MINUTE * 40)), ["wait"], "an open stream stays");
    bench.lose();
    assert_eq!(bench.tell(Input::Wall(DAWN + MINUTE * 80)), ["send GET attempt=1 after network", "wait"]);
}

#[test]
fn sleep_shorter_than_the_rest_of_a_wait_shortens_the_wait() {
    let mut bench = compared(config(|_| {}));
    bench.lose();
    assert_eq!(bench.tell(Input::Wall(DAWN + milliseconds(1200))), ["wait 1800"]);
    let Status::Waiting { until } = bench.machine.status() else { panic!("{:?}", bench.machine.status()) };
    assert_eq!(until, bench.now + milliseconds(1800), "the deadline is on the clock of the shell");
    assert_eq!(bench.ring(), ["send GET attempt=1 after network", "wait"]);
}

#[test]
fn sleep_counts_as_time_since_the_first_failure() {
    let mut bench = compared(config(|config| config.retry = Some(Retry::Ask)));
    bench.lose();
    bench.decide(eventsource_wasm::machine::Decision::Wait(SECOND));
    bench.tell(Input::Wall(DAWN + MINUTE));
    bench.lose();
    assert_eq!(bench.context.unwrap().elapsed, MINUTE);
}

#[test]
fn time_limits_go_on_after_sleep_on_the_clock_of_the_shell() {
    let mut bench = compared(idle());
    bench.tell(Input::Wall(DAWN + MINUTE * 40));
    assert_eq!(bench.chunk(":\n"), ["read", "wait 60000"]);
    assert_eq!(bench.deadline, Some(bench.now + MINUTE));
    assert_eq!(bench.pass(SECOND * 59), ["wait 1000"]);
    assert_eq!(bench.ring(), ["cancel", "lost idle-timeout attempt=1 delay=3000", "wait 3000"]);
}

#[test]
fn a_timer_that_is_late_because_of_the_consumer_starts_no_grace() {
    let mut bench = Bench::open(idle());
    bench.handle(Input::Chunk(b"data: a\n\n"));
    assert!(matches!(bench.poll(), Record::Event { .. }));
    bench.now += MINUTE * 40;
    assert_eq!(bench.drain(), ["read", "wait 60000"]);
}

/// What waited while the thread was busy may come in several chunks.
#[test]
fn the_first_late_chunk_need_not_hold_the_event() {
    let open = || Bench::open(config(|config| config.event_timeout = Some(SECOND * 30)));
    for first in [": heartbeat\n\n", "data: ev"] {
        let mut bench = open();
        bench.now += SECOND * 40;
        assert_eq!(bench.chunk(first), ["read", "wait 250"], "{first}");
        bench.now += milliseconds(100);
        let event = if first.starts_with(':') { "data: event\n\n" } else { "ent\n\n" };
        assert_eq!(bench.chunk(event), ["event message \"event\"", "read", "wait 30000"]);
        assert_eq!(bench.ring()[1], "lost event-timeout attempt=1 delay=3000");
    }
    // One grace, whatever else comes in it.
    let mut bench = open();
    bench.now += SECOND * 40;
    assert_eq!(bench.chunk(":\n"), ["read", "wait 250"]);
    bench.now += milliseconds(150);
    assert_eq!(bench.chunk(":\n"), ["read", "wait 100"]);
    bench.now += milliseconds(250);
    assert_eq!(bench.chunk(":\n")[..3], ["read", "cancel", "lost event-timeout attempt=1 delay=3000"]);
}

#[test]
fn a_pause_after_a_late_time_limit_keeps_its_grace_for_the_resume() {
    let mut bench = Bench::open(config(|config| config.event_timeout = Some(SECOND * 30)));
    bench.now += SECOND * 40;
    assert_eq!(bench.pause(), ["wait"]);
    bench.now += SECOND * 5;
    assert_eq!(bench.resume(), ["wait 250"]);
    assert_eq!(bench.ring()[1], "lost event-timeout attempt=1 delay=3000");
}
