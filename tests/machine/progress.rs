//! An attempt is a success if it made progress, however long it lasted.

use std::time::Duration;

use eventsource_wasm::machine::{Config, Decision, Input, Retry, RetryPolicy, Status};

use crate::support::{Bench, CUT, SECOND, config, milliseconds};

/// A policy of up to three attempts and an initial delay of 100 ms.
fn limited() -> Config {
    config(|config| {
        let policy = RetryPolicy::default().initial_delay(milliseconds(100)).max_attempts(3);
        config.retry = Some(Retry::Policy(policy));
    })
}

/// The attempt numbers of up to twenty failures of a server that behaves alike in each stream.
fn attempts(config: Config, mut stream: impl FnMut(&mut Bench, usize)) -> Vec<u32> {
    let mut bench = Bench::sent(config);
    let mut attempts = Vec::new();
    for round in 0..20 {
        bench.accept();
        stream(&mut bench, round);
        attempts.push(bench.failure.unwrap().attempt);
        if bench.machine.end().is_some() {
            break;
        }
        bench.ring();
    }
    attempts
}

const FAILING: [u32; 3] = [1, 2, 3];
const LIVING: [u32; 20] = [1; 20];
const POLLED: [u32; 20] = [0; 20];

#[test]
fn a_silent_server_closes_after_max_attempts() {
    // The head of a 200 and no byte of a body, as from a proxy that buffers.
    let mut bench = Bench::open(limited().with(|config| config.idle_timeout = Some(SECOND * 5)));
    assert_eq!(bench.ring(), ["cancel", "lost idle-timeout attempt=1 delay=100", "wait 100"]);
    bench.ring();
    bench.accept();
    assert_eq!(bench.ring(), ["cancel", "lost idle-timeout attempt=2 delay=200", "wait 200"]);
    bench.ring();
    bench.accept();
    assert_eq!(bench.ring(), ["cancel", "failed idle-timeout attempt=3", "wait"]);
}

#[test]
fn a_server_that_gives_one_comment_and_falls_silent_closes_after_max_attempts() {
    let config = limited().with(|config| config.idle_timeout = Some(SECOND * 5));
    let stream = |bench: &mut Bench, _| {
        bench.chunk(": hello\n\n");
        bench.ring();
    };
    assert_eq!(attempts(config, stream), FAILING);
}

#[test]
fn a_server_that_breaks_off_without_an_event_closes_after_max_attempts_however_long_it_was_open() {
    for open_for in [0, 1200, 29_999, 1_000_000] {
        let stream = |bench: &mut Bench, _| {
            bench.chunk(": hello\n\nretry: 100\n\ndata: half");
            bench.now += milliseconds(open_for);
            bench.lose();
        };
        assert_eq!(attempts(limited(), stream), FAILING, "{open_for} ms");
    }
}

#[test]
fn comments_before_a_time_limit_are_no_progress_however_long_they_came() {
    for limit in [
        |config: &mut Config| config.idle_timeout = Some(SECOND * 20),
        |config: &mut Config| {
            config.event_timeout = Some(SECOND * 90);
        },
    ] {
        let stream = |bench: &mut Bench, _| {
            for _ in 0..4 {
                bench.now += SECOND * 15;
                bench.chunk(":\n");
            }
            bench.ring();
        };
        assert_eq!(attempts(limited().with(limit), stream), FAILING);
    }
}

#[test]
fn a_polling_server_is_requested_at_its_own_retry_without_limit() {
    // The server ends each stream on purpose, after an ID without data.
    let mut bench = Bench::sent(limited());
    for number in 1..=20 {
        bench.accept();
        assert_eq!(
            bench.chunk(format!("retry: 500\nid: {number}\n\n")),
            ["retry 500".into(), format!("id \"{number}\""), "read".into(), "wait".into()]
        );
        assert_eq!(bench.end(), ["cancel", "lost ended attempt=0 delay=500", "wait 500"]);
        assert_eq!(bench.ring(), [&format!("send GET attempt=0 id={number} after ended"), "wait"]);
    }
}

#[test]
fn a_server_that_ends_its_streams_with_nothing_new_is_no_polling_server() {
    for chunk in ["", ": nothing\n\n", "retry: 500\n\n", "retry: 500\nid: 1\n\n", "id: 1\ndata: a\n\n", "data: half"] {
        let config = limited().with(|config| config.last_event_id = "1".to_owned());
        let stream = |bench: &mut Bench, _| {
            bench.chunk(chunk);
            bench.end();
        };
        assert_eq!(attempts(config, stream), FAILING, "{chunk:?}");
    }
}

#[test]
fn a_clean_end_after_progress_is_a_poll_only_if_the_server_set_retry() {
    for (chunk, expected) in [("data: a\n\n", LIVING), ("retry: 500\ndata: a\n\n", POLLED)] {
        let stream = |bench: &mut Bench, _| {
            bench.chunk(chunk);
            bench.end();
        };
        assert_eq!(attempts(limited(), stream), expected, "{chunk:?}");
    }
}

#[test]
fn a_retry_field_of_an_earlier_stream_still_makes_an_end_a_poll() {
    let stream = |bench: &mut Bench, round| {
        bench.chunk(if round == 0 { "retry: 500\ndata: a\n\n" } else { "data: a\n\n" });
        bench.end();
    };
    assert_eq!(attempts(limited(), stream), POLLED);
}

#[test]
fn a_stream_that_breaks_after_progress_is_no_poll() {
    let stream = |bench: &mut Bench, _| {
        bench.chunk("retry: 500\ndata: a\n\n");
        bench.lose();
    };
    assert_eq!(attempts(limited(), stream), LIVING);
}

#[test]
fn a_stream_that_ends_without_its_last_event_is_no_poll() {
    let stream = |bench: &mut Bench, _| {
        bench.chunk("retry: 500\ndata: a\n\n");
        bench.end();
    };
    assert_eq!(attempts(limited().with(|config| config.until = true), stream), LIVING);
}

#[test]
fn polls_after_failures_start_the_count_and_the_delays_anew() {
    let mut bench = Bench::open(limited());
    bench.lose();
    bench.ring();
    bench.accept();
    bench.chunk("retry: 500\ndata: a\n\n");
    assert_eq!(bench.end(), ["cancel", "lost ended attempt=0 delay=500", "wait 500"]);
    bench.ring();
    assert_eq!(bench.lose(), ["cancel", "lost network attempt=1 delay=500", "wait 500"]);
    bench.ring();
    assert_eq!(bench.lose(), ["cancel", "lost network attempt=2 delay=1000", "wait 1000"]);
}

#[test]
fn a_retry_function_gets_a_poll_as_attempt_0_with_elapsed_0() {
    let mut bench = Bench::open(config(|config| config.retry = Some(Retry::Ask)));
    for _ in 0..3 {
        bench.chunk("retry: 500\ndata: a\n\n");
        assert_eq!(bench.end(), ["cancel", "ask ended attempt=0", "wait"]);
        assert_eq!(bench.context.unwrap().elapsed, Duration::ZERO);
        bench.decide(Decision::Wait(SECOND));
        bench.ring();
        bench.accept();
    }
}

#[test]
fn streams_with_events_that_end_every_five_minutes_do_not_add_up_failures() {
    let stream = |bench: &mut Bench, round| {
        for minute in 0..5 {
            bench.now += SECOND * 60;
            bench.chunk(format!("id: {round}.{minute}\ndata: a\n\n"));
        }
        bench.end();
    };
    assert_eq!(attempts(limited(), stream), LIVING);
}

#[test]
fn a_clean_end_after_progress_has_the_status_waiting_and_never_closes_the_source() {
    let policy = RetryPolicy::default().initial_delay(milliseconds(500)).max_attempts(2);
    let mut bench = Bench::open(config(|config| config.retry = Some(Retry::Policy(policy))));
    for number in 1..=10 {
        bench.now += SECOND * 300;
        bench.chunk(format!("id: {number}\ndata: a\n\n"));
        assert_eq!(bench.end(), ["cancel", "lost ended attempt=1 delay=500", "wait 500"]);
        assert_eq!(bench.machine.status(), Status::Waiting { until: bench.now + milliseconds(500) });
        bench.ring();
        assert_eq!(bench.accept(), ["open", "read", "wait"]);
        assert_eq!(bench.opened.as_ref().unwrap().elapsed, milliseconds(500));
    }
}

#[test]
fn a_quiet_feed_with_comments_behind_a_proxy_that_cuts_each_minute_never_closes() {
    for (loss, retry, expected) in
        [(Input::End, "", LIVING), (Input::End, "retry: 9\n", POLLED), (Input::Failed(CUT), "", LIVING)]
    {
        let stream = |bench: &mut Bench, _| {
            bench.chunk(retry);
            for _ in 0..4 {
                bench.now += SECOND * 15;
                bench.chunk(":\n\n");
            }
            bench.tell(loss.clone());
        };
        assert_eq!(attempts(limited(), stream), expected);
    }
}

#[test]
fn a_byte_is_progress_from_30_seconds_after_the_head_on() {
    for (byte, after, expected) in
        [(":", 29_999, &FAILING[..]), (":", 30_000, &LIVING), ("", 30_000, &FAILING), (":", 300_000, &LIVING)]
    {
        let stream = |bench: &mut Bench, _| {
            bench.now += milliseconds(after);
            bench.chunk(byte);
            bench.lose();
        };
        assert_eq!(attempts(limited(), stream), expected, "{byte:?} after {after} ms");
    }
}

#[test]
fn a_stream_that_delivers_a_new_event_and_breaks_at_once_makes_progress() {
    let with_id = |bench: &mut Bench, round| {
        bench.chunk(format!("id: {round}\ndata: a\n\n"));
        bench.lose();
    };
    assert_eq!(attempts(limited(), with_id), LIVING);
    let without_id = |bench: &mut Bench, _| {
        bench.chunk("data: a\n\n");
        bench.lose();
    };
    assert_eq!(attempts(limited(), without_id), LIVING);
    let with_empty_id = |bench: &mut Bench, _| {
        bench.chunk("id\ndata: a\n\n");
        bench.lose();
    };
    assert_eq!(attempts(limited(), with_empty_id), LIVING);
}

#[test]
fn a_stream_that_repeats_only_the_event_of_the_sent_id_makes_no_progress() {
    let stream = |bench: &mut Bench, _| {
        let lines = bench.chunk("id: 5\ndata: a\n\n");
        assert_eq!(lines, ["event message \"a\" id=5", "read", "wait"], "delivered, though no progress");
        bench.lose();
    };
    // In the first stream the event is new, so the stream makes progress.
    assert_eq!(attempts(limited(), stream), [1, 2, 3]);
    assert_eq!(attempts(limited().with(|config| config.last_event_id = "5".to_owned()), stream), FAILING);
}

#[test]
fn an_event_with_an_id_that_no_header_carried_is_progress_each_time() {
    let hidden = || limited().with(|config| config.sends_last_event_id = false);
    for (config, id) in [(hidden(), "5"), (limited(), "5\u{1}")] {
        let stream = |bench: &mut Bench, _| {
            bench.chunk(format!("id: {id}\ndata: a\n\n"));
            bench.lose();
        };
        assert_eq!(attempts(config, stream), LIVING, "{id:?}");
    }
}

#[test]
fn a_new_event_or_id_after_a_repeated_event_is_progress() {
    let rests = ["id: 6\ndata: b\n\n", "data: without an ID\n\n", "id: 6\n\n", "id\n\n", "id\ndata: b\n\n"];
    for rest in [&rests[..], &["id: 5\ndata: b\n\n"]].concat() {
        let stream = |bench: &mut Bench, _| {
            bench.tell(Input::Reconnect { last_event_id: Some("5") });
            bench.accept();
            bench.chunk(format!("id: 5\ndata: a\n\n{rest}"));
            bench.lose();
        };
        assert_eq!(attempts(limited(), stream), LIVING, "{rest:?}");
    }
}

#[test]
fn delays_start_anew_after_progress_not_after_a_200() {
    let mut bench = Bench::open(config(|_| {}));
    let mut delays = Vec::new();
    for chunk in ["", ":\n", "", "data: a\n\n", "", "id: 1\n\n", ""] {
        bench.chunk(chunk);
        bench.end();
        delays.push(bench.failure.unwrap().delay.unwrap().as_secs());
        bench.ring();
        bench.accept();
    }
    assert_eq!(delays, [3, 6, 12, 3, 6, 3, 6]);
}

#[test]
fn a_failure_has_whether_its_attempt_delivered_an_event() {
    for (chunk, delivered) in [("", false), ("id: 1\n\n", false), ("data: a\n\n", true), ("data: half", false)] {
        let mut bench = Bench::open(config(|_| {}));
        bench.chunk(chunk);
        bench.lose();
        assert_eq!(bench.failure.unwrap().delivered, delivered, "{chunk:?}");
        bench.ring();
        bench.lose();
        assert!(!bench.failure.unwrap().delivered, "the next attempt delivered nothing");
    }
}
