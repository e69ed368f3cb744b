//! Jitter: clients that lose a server at the same time reconnect spread over time, and none before the server allows it.

use std::ops::RangeInclusive;
use std::time::Duration;

use eventsource_wasm::http::ResponseHead;
use eventsource_wasm::machine::{Config, Decision, Input, Retry, RetryPolicy};

use crate::support::{Bench, SECOND, config, milliseconds};

const CLIENTS: u64 = 500;

/// The sorted delays, in milliseconds, of many clients that played the same story.
fn delays(policy: RetryPolicy, mut story: impl FnMut(&mut Bench)) -> Vec<u64> {
    let mut delays: Vec<_> = (0..CLIENTS)
        .map(|seed| {
            let mut bench = Bench::sent(jittered(policy).with(|config| config.seed = seed));
            story(&mut bench);
            bench.failure.unwrap().delay.unwrap().as_millis() as u64
        })
        .collect();
    delays.sort_unstable();
    delays
}

fn jittered(policy: RetryPolicy) -> Config {
    config(|config| config.retry = Some(Retry::Policy(policy.jitter(true))))
}

fn overloaded(bench: &mut Bench, retry_after: &str) {
    let head = ResponseHead::new(503, None).with_retry_after(retry_after, Duration::ZERO);
    bench.tell(Input::Response(head));
    bench.end();
}

/// Asserts that the delays lie in the range, and that each tenth of the range has its share of them.
fn assert_spread(delays: &[u64], range: RangeInclusive<u64>) {
    let (first, last) = (delays[0], delays[delays.len() - 1]);
    assert!(range.contains(&first) && range.contains(&last), "{first} to {last} is not within {range:?}");
    let width = (range.end() - range.start()) as f64 / 10.0;
    for tenth in 0..10 {
        let from = *range.start() as f64 + width * f64::from(tenth);
        let share = delays.iter().filter(|delay| (from..from + width).contains(&(**delay as f64))).count();
        assert!((25..=85).contains(&share), "{share} of {} in the tenth from {from}", delays.len());
    }
}

#[test]
fn a_delay_is_random_from_zero_on_if_the_server_sets_none() {
    assert_spread(&delays(RetryPolicy::default(), |bench| drop(bench.lose())), 10..=3000);
}

#[test]
fn the_delay_at_max_delay_is_random_too() {
    let story = |bench: &mut Bench| {
        for _ in 0..9 {
            bench.lose();
            bench.ring();
        }
        bench.lose();
    };
    assert_spread(&delays(RetryPolicy::default(), story), 10..=30_000);
}

#[test]
fn five_hundred_clients_reconnect_after_retry_after_and_spread() {
    let policy = RetryPolicy::default().initial_delay(SECOND);
    assert_spread(&delays(policy, |bench| overloaded(bench, "5")), 5000..=7500);
}

#[test]
fn retry_after_with_a_larger_backoff_is_spread_up_to_the_backoff() {
    let story = |bench: &mut Bench| {
        for _ in 0..4 {
            bench.lose();
            bench.ring();
        }
        overloaded(bench, "5");
    };
    assert_spread(&delays(RetryPolicy::default().initial_delay(SECOND), story), 5000..=16_000);
}

#[test]
fn retry_after_is_spread_by_at_most_max_delay() {
    let policy = RetryPolicy::default().initial_delay(SECOND).max_delay(SECOND * 4);
    assert_spread(&delays(policy, |bench| overloaded(bench, "60")), 60_000..=64_000);
}

#[test]
fn the_retry_of_a_server_is_the_least_delay_and_spread() {
    // A deploy: all streams end, and the server has set `retry` to three seconds.
    let story = |bench: &mut Bench| {
        bench.accept();
        bench.chunk("retry: 3000\ndata: a\n\n");
        bench.end();
    };
    assert_spread(&delays(RetryPolicy::default(), story), 3000..=4500);
}

#[test]
fn the_larger_of_retry_and_retry_after_is_the_least_delay() {
    for (retry, retry_after, range) in [(2000, "8", 8000..=12_000), (8000, "2", 8000..=12_000)] {
        let story = |bench: &mut Bench| {
            bench.accept();
            bench.chunk(format!("retry: {retry}\ndata: a\n\n"));
            bench.end();
            bench.ring();
            overloaded(bench, retry_after);
        };
        assert_spread(&delays(RetryPolicy::default(), story), range);
    }
}

#[test]
fn a_retry_of_zero_is_spread_over_the_backoff() {
    let story = |bench: &mut Bench| {
        bench.accept();
        bench.chunk("retry: 0\n");
        for _ in 0..8 {
            bench.lose();
            bench.ring();
        }
        bench.lose();
    };
    assert_spread(&delays(RetryPolicy::default(), story), 10..=2560);
}

#[test]
fn the_delay_from_a_retry_function_gets_no_jitter() {
    for seed in 0..20 {
        let mut bench = Bench::open(config(|config| {
            config.retry = Some(Retry::Ask);
            config.seed = seed;
        }));
        bench.chunk("retry: 3000\n");
        bench.lose();
        assert_eq!(bench.decide(Decision::Wait(milliseconds(1)))[0], "lost network attempt=1 delay=10");
    }
}

#[test]
fn without_jitter_the_delay_is_not_random() {
    for seed in 0..20 {
        let mut bench = Bench::sent(config(|config| {
            config.seed = seed;
            config.retry = Some(Retry::Policy(RetryPolicy::default()));
        }));
        overloaded(&mut bench, "5");
        assert_eq!(bench.failure.unwrap().delay, Some(SECOND * 5));
    }
}

#[test]
fn a_retry_after_longer_than_any_timer_does_not_overflow() {
    let far = i32::MAX as u64;
    let story = |bench: &mut Bench| overloaded(bench, "99999999999");
    assert!(delays(RetryPolicy::default(), story).iter().all(|delay| *delay == far));
}
