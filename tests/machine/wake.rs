//! Wakes that end a wait early: the network is back, or the page becomes visible.

use std::time::Duration;

use eventsource_wasm::http::ResponseHead;
use eventsource_wasm::machine::PageEvent::{Cached, Hidden, Online, Restored, Visible};
use eventsource_wasm::machine::{Config, Decision, Input, PageEvent, Retry, RetryPolicy, WhenHidden};

use crate::support::{Bench, CUT, Record, SECOND, config, milliseconds};

/// Page events that may come often. For this reason they do not always end a wait at once.
const WAKES: [PageEvent; 2] = [Online, Visible];

fn starting_at(initial_delay: Duration) -> Config {
    config(|config| config.retry = Some(Retry::Policy(RetryPolicy::default().initial_delay(initial_delay))))
}

#[test]
fn a_wake_ends_a_wait_at_the_earliest_one_initial_delay_and_one_second_after_the_last_request() {
    for (initial_delay, between) in [(10, 1000), (999, 1000), (1000, 1000), (2500, 2500)] {
        for event in WAKES {
            let mut bench = Bench::sent(starting_at(milliseconds(initial_delay)));
            for _ in 0..12 {
                bench.lose();
                bench.ring();
            }
            bench.now += milliseconds(300);
            assert_eq!(bench.lose()[2], "wait 30000");
            assert_eq!(bench.page(event), [format!("wait {}", between - 300)], "{event:?}");
            assert_eq!(bench.page(event), [format!("wait {}", between - 300)], "{event:?}");
            assert_eq!(bench.ring(), ["send GET attempt=13 after network", "wait"]);
        }
    }
}

#[test]
fn a_wake_ends_a_wait_at_once_if_the_last_request_is_long_ago() {
    for event in WAKES {
        let mut bench = Bench::open(starting_at(SECOND));
        bench.now += SECOND * 60;
        assert_eq!(bench.lose(), ["cancel", "lost network attempt=1 delay=1000", "wait 1000"]);
        assert_eq!(bench.page(event), ["send GET attempt=1 after network", "wait"]);
        assert_eq!(bench.lose(), ["cancel", "lost network attempt=2 delay=2000", "wait 2000"]);
        assert_eq!(bench.page(event), ["wait 1000"], "less than a second has passed since the last request");
    }
}

#[test]
fn a_page_out_of_the_back_forward_cache_ends_a_wait_at_once_but_not_before_retry_after() {
    let mut bench = Bench::sent(starting_at(SECOND * 10));
    bench.lose();
    assert_eq!(bench.page(Cached), ["wait 10000"]);
    assert_eq!(bench.page(Restored), ["send GET attempt=1 after network", "wait"]);

    bench.tell(Input::Response(ResponseHead::new(503, None).with_retry_after("5", Duration::ZERO)));
    assert_eq!(bench.end(), ["cancel", "lost status 503 attempt=2 delay=20000", "wait 20000"]);
    bench.page(Cached);
    assert_eq!(bench.page(Restored), ["wait 5000"]);
}

#[test]
fn a_wake_does_not_prolong_a_wait_that_ends_sooner() {
    let mut bench = Bench::open(config(|_| {}));
    bench.chunk("retry: 200\n");
    bench.lose();
    assert_eq!(bench.page(Online), ["wait 200"]);
}

#[test]
fn a_network_that_comes_and_goes_causes_at_most_one_request_a_second() {
    let mut bench = Bench::sent(starting_at(milliseconds(100)));
    let mut sent = vec![bench.now];
    for step in 0..1200 {
        bench.now += milliseconds(50);
        let inputs = [Input::Failed(CUT), Input::Page(WAKES[step % 2])];
        for input in inputs {
            bench.handle(input);
            bench.run(|bench, record| {
                if let Record::Send(_) = record {
                    sent.push(bench.now);
                }
            });
        }
    }
    // The first delays are shorter than a second because the policy says so.
    let backoff = milliseconds(100 + 200 + 400 + 800);
    let woken = sent.iter().filter(|time| **time > sent[0] + backoff).count();
    assert!((50..=60).contains(&woken), "{woken} requests in a minute");
    let closest = sent[5..].windows(2).map(|pair| pair[1] - pair[0]).min().unwrap();
    assert!(closest >= SECOND, "{closest:?}");
}

#[test]
fn no_wake_ends_a_wait_before_retry_after() {
    for event in WAKES {
        let mut bench = Bench::sent(starting_at(SECOND));
        for _ in 0..5 {
            bench.lose();
            bench.ring();
        }
        bench.now += milliseconds(500);
        bench.tell(Input::Response(ResponseHead::new(503, None).with_retry_after("5", Duration::ZERO)));
        assert_eq!(bench.end(), ["cancel", "lost status 503 attempt=6 delay=30000", "wait 30000"]);
        assert_eq!(bench.page(event), ["wait 5000"]);
        assert_eq!(bench.ring(), ["send GET attempt=6 after status 503", "wait"]);
        // `Retry-After` belongs to that refusal only, not to the source.
        bench.lose();
        assert_eq!(bench.page(event), ["wait 1000"]);
    }
}

#[test]
fn a_wake_ends_the_wait_that_a_retry_function_chose() {
    let mut bench = Bench::open(config(|config| config.retry = Some(Retry::Ask)));
    bench.now += SECOND;
    bench.lose();
    bench.decide(Decision::Wait(SECOND * 600));
    assert_eq!(bench.page(Online), ["wait 2000"], "3 s is the initial delay by default");
}

#[test]
fn several_wakes_at_once_send_one_request() {
    let mut bench = Bench::open(starting_at(SECOND));
    bench.chunk("id: 7\ndata: a\n\n");
    bench.now += SECOND * 60;
    bench.lose();
    bench.handle_all([Online, Visible, Restored].map(Input::Page));
    assert_eq!(bench.drain(), ["send GET attempt=1 id=7 after network", "wait"]);
    for event in [Online, Visible, Restored] {
        assert_eq!(bench.page(event), ["wait"]);
    }
}

#[test]
fn a_page_out_of_the_back_forward_cache_sends_one_request_with_the_id() {
    let mut bench = Bench::open(config(|_| {}));
    bench.chunk("id: 7\ndata: a\n\n");
    assert_eq!(bench.page(Cached), ["cancel", "wait"]);
    bench.now += SECOND * 600;
    bench.handle_all([Restored, Visible, Online].map(Input::Page));
    assert_eq!(bench.drain(), ["send GET attempt=0 id=7", "wait"]);
}

#[test]
fn after_a_loss_in_the_background_a_wake_sends_one_request_and_a_401_renews_credentials() {
    let mut bench = Bench::open(config(|config| config.renews_credentials = true));
    bench.chunk("id: 7\ndata: a\n\n");
    bench.page(Hidden);
    bench.now += SECOND * 600;
    assert_eq!(bench.lose(), ["cancel", "lost network attempt=1 delay=3000", "wait 3000"]);
    bench.handle_all([Visible, Visible, Online].map(Input::Page));
    assert_eq!(bench.drain(), ["send GET attempt=1 id=7 after network", "wait"]);
    assert_eq!(bench.refuse(401), ["cancel", "send GET attempt=1 id=7 after status 401", "wait"]);
    assert_eq!(bench.accept(), ["open", "read", "wait"]);
}

#[test]
fn after_a_read_that_never_settles_a_wake_reconnects_and_a_401_renews_credentials() {
    let mut bench = Bench::open(config(|config| {
        config.renews_credentials = true;
        config.idle_timeout = Some(SECOND * 60);
    }));
    bench.chunk("id: 7\ndata: a\n\n");
    bench.page(Hidden);
    bench.now += SECOND * 600;
    bench.handle_all([Visible, Visible, Online].map(Input::Page));
    assert_eq!(bench.drain(), ["wait 250"]);
    assert_eq!(
        bench.ring(),
        ["cancel", "lost idle-timeout attempt=1 delay=3000", "send GET attempt=1 id=7 after idle-timeout", "wait"]
    );
    assert_eq!(bench.refuse(401), ["cancel", "send GET attempt=1 id=7 after status 401", "wait"]);
    assert_eq!(bench.accept(), ["open", "read", "wait 60000"]);
}

#[test]
fn a_page_that_thaws_after_a_time_limit_loses_the_stream_and_reconnects_at_once() {
    // The page is frozen for 40 minutes: no timers, no inputs.
    let mut bench = Bench::open(config(|config| config.idle_timeout = Some(SECOND * 60)));
    bench.chunk("id: 7\ndata: a\n\n");
    bench.now += SECOND * 2400;
    bench.handle_all([Visible, Restored, Online].map(Input::Page));
    assert_eq!(bench.drain(), ["wait 250"]);
    assert_eq!(
        bench.ring(),
        ["cancel", "lost idle-timeout attempt=1 delay=3000", "send GET attempt=1 id=7 after idle-timeout", "wait"]
    );
    // The wake is used up.
    assert_eq!(bench.lose(), ["cancel", "lost network attempt=2 delay=6000", "wait 6000"]);
}

#[test]
fn a_page_that_thaws_keeps_its_stream_if_bytes_have_arrived() {
    for chunk in ["data: b\n\n", ":\n"] {
        let mut bench = Bench::open(config(|config| config.idle_timeout = Some(SECOND * 60)));
        bench.now += SECOND * 2400;
        assert_eq!(bench.page(Visible), ["wait 250"]);
        let lines = bench.chunk(chunk);
        assert_eq!(lines[lines.len() - 2..], ["read", "wait 60000"]);
        // The wake does not shorten the wait after a later loss.
        bench.now += SECOND;
        bench.lose();
        assert_eq!(bench.failure.unwrap().delay, Some(SECOND * 3));
        assert_eq!(bench.drain(), ["wait 3000"]);
    }
}

#[test]
fn a_response_that_opens_in_the_grace_uses_up_the_wake() {
    let mut bench = Bench::sent(config(|config| config.connect_timeout = Some(SECOND * 60)));
    bench.now += SECOND * 2400;
    assert_eq!(bench.page(Visible), ["wait 250"]);
    bench.accept();
    bench.now += SECOND;
    assert_eq!(bench.lose(), ["cancel", "lost network attempt=1 delay=3000", "wait 3000"]);
}

#[test]
fn a_wake_before_a_time_limit_has_passed_does_not_shorten_a_later_wait() {
    let mut bench = Bench::open(config(|config| config.idle_timeout = Some(SECOND * 60)));
    bench.now += SECOND * 59;
    for event in WAKES {
        assert_eq!(bench.page(event), ["wait 1000"]);
    }
    assert_eq!(bench.ring(), ["cancel", "lost idle-timeout attempt=1 delay=3000", "wait 3000"]);
}

#[test]
fn a_wait_that_ends_in_a_frozen_page_sends_one_request() {
    let mut bench = Bench::open(config(|config| config.when_hidden = WhenHidden::Pause));
    bench.lose();
    bench.now += SECOND * 2400;
    bench.handle_all([Hidden, Visible, Online].map(Input::Page));
    assert_eq!(bench.drain(), ["send GET attempt=1 after network", "wait"]);
}

#[test]
fn a_wake_while_a_network_failure_is_held_back_ends_the_wait_that_follows() {
    for retry in [Retry::Standard, Retry::Ask] {
        let mut bench = Bench::open(config(|config| {
            config.in_page = true;
            config.retry = Some(retry);
        }));
        bench.now += SECOND * 60;
        assert_eq!(bench.lose(), ["cancel", "wait 250"]);
        assert_eq!(bench.page(Online), ["wait 250"]);
        let mut lines = bench.ring();
        if retry == Retry::Ask {
            assert_eq!(lines, ["ask network attempt=1", "wait"]);
            lines = bench.decide(Decision::Wait(SECOND * 3));
        }
        assert_eq!(lines, ["lost network attempt=1 delay=3000", "send GET attempt=1 after network", "wait"]);
        assert_eq!(bench.lose(), ["cancel", "wait 250"]);
        bench.ring();
        if retry == Retry::Ask {
            bench.decide(Decision::Wait(SECOND * 6));
        }
        assert!(bench.deadline.unwrap() > bench.now + SECOND * 5, "the wake is used up");
    }
}

#[test]
fn a_wake_while_a_network_failure_is_held_back_makes_no_request_too_early() {
    let mut bench = Bench::sent(config(|config| config.in_page = true));
    for _ in 0..2 {
        bench.lose();
        bench.ring();
        bench.ring();
    }
    assert_eq!(bench.lose(), ["cancel", "wait 250"]);
    assert_eq!(bench.page(Online), ["wait 250"]);
    assert_eq!(bench.ring(), ["lost network attempt=3 delay=12000", "wait 2750"]);
}

#[test]
fn a_refused_response_ends_the_hurry_of_a_wake() {
    let mut bench = Bench::sent(config(|config| {
        config.connect_timeout = Some(SECOND * 10);
        config.retry = Some(Retry::Policy(RetryPolicy::default().initial_delay(SECOND * 60)));
    }));
    // The limit has passed unnoticed, so the connection may be lost.
    bench.now += SECOND * 11;
    bench.page(PageEvent::Visible);
    assert_eq!(bench.respond(503, None), ["cancel", "lost status 503 attempt=1 delay=60000", "wait 60000"]);
}
