//! A source while its page is hidden, frozen or in the back/forward cache.

use std::time::Duration;

use eventsource_wasm::http::ResponseHead;
use eventsource_wasm::machine::PageEvent::{Cached, Hidden, Online, Restored, Visible};
use eventsource_wasm::machine::{Config, Fault, Input, PageEvent, ReadyState, Retry, RetryPolicy, WhenHidden};

use crate::support::{Bench, SECOND, config};

const ALL: [PageEvent; 5] = [Hidden, Visible, Cached, Restored, Online];

fn pausing() -> Config {
    config(|config| config.when_hidden = WhenHidden::Pause)
}

fn page(bench: &mut Bench, events: impl IntoIterator<Item = PageEvent>) {
    bench.handle_all(events.into_iter().map(Input::Page));
}

#[test]
fn online_ends_a_wait_and_keeps_the_count_of_attempts() {
    let mut bench = Bench::open(pausing());
    for (attempt, delay) in [(1, 3000), (2, 6000), (3, 12_000)] {
        bench.now += SECOND * 3;
        let lost = format!("lost network attempt={attempt} delay={delay}");
        assert_eq!(bench.lose(), ["cancel", &lost, &format!("wait {delay}")]);
        assert_eq!(bench.page(Online), [&format!("send GET attempt={attempt} after network"), "wait"]);
    }
    for event in [Online, Visible, Restored] {
        assert_eq!(bench.page(event), ["wait"], "a request under way stays");
    }
}

#[test]
fn online_does_not_shorten_a_wait_that_the_server_asked_for() {
    for event in [Online, Visible, Restored] {
        let mut bench =
            Bench::sent(pausing().with(|config| config.retry = Some(Retry::Policy(RetryPolicy::default()))));
        let head = ResponseHead::new(503, None).with_retry_after("90", Duration::ZERO);
        bench.tell(Input::Response(head));
        assert_eq!(bench.end(), ["cancel", "lost status 503 attempt=1 delay=90000", "wait 90000"]);
        assert_eq!(bench.page(event), ["wait 90000"]);
    }
}

#[test]
fn online_before_the_loss_was_announced_still_announces_it() {
    let mut bench = Bench::open(config(|_| {}));
    bench.now += SECOND * 3;
    bench.handle_all([Input::Failed(Fault::Body), Input::Page(Online)]);
    assert_eq!(
        bench.drain(),
        ["cancel", "lost network attempt=1 delay=3000", "send GET attempt=1 after network", "wait"]
    );
}

#[test]
fn a_page_that_is_shown_or_restored_ends_a_wait() {
    for (before, event) in [(None, Restored), (None, Visible), (Some(Hidden), Visible), (Some(Cached), Restored)] {
        let mut bench = Bench::open(pausing());
        bench.now += SECOND * 3;
        bench.lose();
        if let Some(before) = before {
            assert_eq!(bench.page(before), ["wait 3000"]);
        }
        assert_eq!(bench.page(event), ["send GET attempt=1 after network", "wait"]);
    }
}

#[test]
fn hiding_cancels_the_connection_without_a_loss_and_showing_connects_at_once_with_the_id() {
    let mut bench = Bench::open(pausing().with(|config| config.idle_timeout = Some(SECOND)));
    assert_eq!(bench.chunk("id: 7\ndata: a\n\nid: 8\ndata: half"), ["event message \"a\" id=7", "read", "wait 1000"]);
    assert_eq!(bench.page(Hidden), ["cancel", "wait"]);
    assert_eq!(bench.ready_state(), ReadyState::Connecting);
    assert_eq!(bench.pass(100 * SECOND), ["wait"]);
    let head = ResponseHead::new(200, Some("text/event-stream"));
    for late in [
        Input::Chunk(b"\n\n"),
        Input::End,
        Input::Failed(Fault::Body),
        Input::Response(head),
        Input::Timer(bench.now),
        Input::Page(Hidden),
    ] {
        assert_eq!(bench.tell(late.clone()), ["wait"], "{late:?}");
    }
    assert_eq!(bench.page(Visible), ["send GET attempt=0 id=7", "wait"]);
    assert_eq!(bench.accept()[..2], ["open", "read"]);
}

#[test]
fn a_hidden_page_keeps_its_connection_by_default() {
    let mut bench = Bench::open(config(|_| {}));
    for event in [Hidden, Visible, Hidden] {
        assert_eq!(bench.page(event), ["wait"]);
    }
    assert_eq!(bench.lose(), ["cancel", "lost network attempt=1 delay=3000", "wait 3000"]);
    assert_eq!(bench.page(Visible), ["wait 3000"], "showing the page does not shorten the wait");
    assert_eq!(bench.ring(), ["send GET attempt=1 after network", "wait"]);
}

#[test]
fn a_page_that_is_hidden_and_shown_in_quick_turns_leaves_one_request_or_none() {
    let mut bench = Bench::sent(pausing());
    page(&mut bench, [Hidden, Visible, Hidden]);
    assert_eq!(bench.drain(), ["cancel", "wait"]);
    page(&mut bench, [Visible, Hidden]);
    assert_eq!(bench.drain(), ["wait"]);
    page(&mut bench, [Visible, Hidden, Visible]);
    assert_eq!(bench.drain(), ["send GET attempt=0", "wait"]);
    page(&mut bench, [Hidden, Visible]);
    assert_eq!(bench.drain(), ["cancel", "send GET attempt=0", "wait"]);
    assert_eq!(bench.accept(), ["open", "read", "wait"]);
}

#[test]
fn a_stream_in_a_page_hidden_before_open_was_delivered_does_not_open() {
    let mut bench = Bench::sent(pausing());
    bench.handle(Input::Response(ResponseHead::new(200, Some("text/event-stream"))));
    assert_eq!(bench.page(Hidden), ["cancel", "wait"]);
}

#[test]
fn a_page_that_is_hidden_from_the_start_connects_when_it_is_shown() {
    let mut bench = Bench::new(pausing());
    bench.handle(Input::Page(Hidden));
    assert_eq!(bench.start(), ["wait"]);
    assert_eq!(bench.ready_state(), ReadyState::Connecting);
    assert_eq!(bench.reconnect(), ["wait"]);
    assert_eq!(bench.page(Visible), ["send GET attempt=0 to reconnect", "wait"]);
}

#[test]
fn a_page_that_is_cached_before_the_start_connects_when_it_is_restored() {
    for config in [config(|_| {}), pausing()] {
        let mut bench = Bench::new(config);
        bench.handle(Input::Page(Cached));
        assert_eq!(bench.start(), ["wait"]);
        assert_eq!(bench.page(Restored), ["send GET attempt=0", "wait"]);
    }
}

#[test]
fn a_page_that_is_shown_again_before_the_start_does_not_start_it() {
    let mut bench = Bench::new(pausing());
    page(&mut bench, [Hidden, Cached, Restored, Visible, Online]);
    assert_eq!(bench.drain(), ["wait"]);
    assert_eq!(bench.start(), ["send GET attempt=0", "wait"]);
}

#[test]
fn a_wait_that_ends_while_hidden_or_cached_sends_its_request_when_the_page_is_back() {
    for (away, back) in [(Hidden, Visible), (Cached, Restored)] {
        let mut bench = Bench::open(pausing());
        bench.lose();
        assert_eq!(bench.page(away), ["wait 3000"]);
        assert_eq!(bench.ring(), ["wait"]);
        assert_eq!(bench.page(Online), ["wait"]);
        assert_eq!(bench.page(back), ["send GET attempt=1 after network", "wait"]);
    }
}

#[test]
fn online_in_a_hidden_page_sends_nothing() {
    let mut bench = Bench::open(pausing());
    bench.now += SECOND * 3;
    bench.lose();
    bench.page(Hidden);
    assert_eq!(bench.page(Online), ["wait 3000"]);
    assert_eq!(bench.page(Visible), ["send GET attempt=1 after network", "wait"]);
}

#[test]
fn hiding_keeps_the_reason_of_a_request() {
    let mut bench = Bench::sent(pausing().with(|config| config.renews_credentials = true));
    assert_eq!(bench.refuse(401), ["cancel", "send GET attempt=0 after status 401", "wait"]);
    page(&mut bench, [Hidden, Visible]);
    assert_eq!(bench.drain(), ["cancel", "send GET attempt=0 after status 401", "wait"]);
}

#[test]
fn after_a_stream_has_opened_the_request_at_showing_has_no_reason() {
    let mut bench = Bench::open(pausing());
    bench.lose();
    bench.ring();
    bench.accept();
    bench.page(Hidden);
    assert_eq!(bench.page(Visible), ["send GET attempt=1", "wait"]);
}

#[test]
fn hiding_a_stream_that_made_progress_starts_the_count_of_failures_anew() {
    for (chunk, attempt) in [("data: a\n\n", 1), ("id: 1\n\n", 1), (": comment\n", 2)] {
        let mut bench = Bench::open(pausing());
        bench.lose();
        bench.ring();
        bench.accept();
        bench.chunk(chunk);
        bench.now += SECOND * 40;
        page(&mut bench, [Hidden, Visible]);
        bench.drain();
        bench.lose();
        assert_eq!(bench.failure.unwrap().attempt, attempt);
    }
}

#[test]
fn a_cached_page_has_no_connection_with_any_when_hidden_setting() {
    for config in [config(|_| {}), pausing()] {
        for mut bench in [Bench::sent(config.clone()), Bench::open(config)] {
            assert_eq!(bench.page(Cached), ["cancel", "wait"]);
            assert_eq!(bench.pass(100 * SECOND), ["wait"]);
            assert_eq!(bench.page(Restored), ["send GET attempt=0", "wait"]);
        }
    }
}

#[test]
fn a_page_that_was_hidden_and_cached_connects_once_it_is_restored_and_visible() {
    let mut bench = Bench::open(pausing());
    assert_eq!(bench.page(Hidden), ["cancel", "wait"]);
    for event in [Cached, Restored] {
        assert_eq!(bench.page(event), ["wait"]);
    }
    assert_eq!(bench.page(Visible), ["send GET attempt=0", "wait"]);

    assert_eq!(bench.page(Cached), ["cancel", "wait"]);
    for event in [Hidden, Visible, Online] {
        assert_eq!(bench.page(event), ["wait"]);
    }
    assert_eq!(bench.page(Restored), ["send GET attempt=0", "wait"]);
}

#[test]
fn a_page_that_keeps_connections_when_hidden_connects_once_restored_even_if_hidden() {
    let mut bench = Bench::open(config(|_| {}));
    assert_eq!(bench.page(Hidden), ["wait"]);
    assert_eq!(bench.page(Cached), ["cancel", "wait"]);
    assert_eq!(bench.page(Visible), ["wait"], "still cached");
    assert_eq!(bench.page(Hidden), ["wait"]);
    assert_eq!(bench.page(Restored), ["send GET attempt=0", "wait"]);
}

#[test]
fn reconnect_in_a_hidden_or_cached_page_waits_for_the_page() {
    for (away, back) in [(Hidden, Visible), (Cached, Restored)] {
        let mut bench = Bench::open(pausing());
        bench.page(away);
        assert_eq!(bench.reconnect(), ["wait"]);
        assert_eq!(bench.page(back), ["send GET attempt=0 to reconnect", "wait"]);
    }
}

#[test]
fn a_listener_for_pagehide_can_take_the_cancel_without_polling() {
    let mut bench = Bench::open(config(|_| {}));
    bench.handle(Input::Page(Cached));
    assert!(bench.take_cancel());
    assert!(!bench.take_cancel());
    assert_eq!(bench.drain(), ["wait"]);
    assert_eq!(bench.page(Restored), ["send GET attempt=0", "wait"]);
}

#[test]
fn there_is_no_cancel_to_take_without_a_request() {
    let mut bench = Bench::new(config(|_| {}));
    assert!(!bench.take_cancel());
    bench.handle_all([Input::Start, Input::Page(Cached)]);
    assert!(!bench.take_cancel(), "the request was never sent");
    bench.handle(Input::Page(Restored));
    bench.drain();
    bench.lose();
    bench.handle(Input::Page(Cached));
    assert!(!bench.take_cancel(), "a wait has no request");
}

/// Configurations whose sources do not follow the page, each with the reason.
fn deaf() -> [(&'static str, Config); 5] {
    let deaf = |change: fn(&mut Config)| pausing().with(change);
    [
        ("once", deaf(|config| config.once = true)),
        ("given", deaf(|config| config.given = true)),
        ("a POST without retry", deaf(|config| config.has_body = true)),
        ("retry never", deaf(|config| config.retry = Some(Retry::Never))),
        ("follows_page false", deaf(|config| config.follows_page = false)),
    ]
}

#[test]
fn events_of_the_page_do_nothing_to_a_source_that_does_not_watch_it() {
    for (name, config) in deaf() {
        let mut bench = Bench::open(config.clone());
        assert!(!bench.machine.watches_page(), "{name}");
        for event in ALL {
            assert_eq!(bench.page(event), ["wait"], "{name}");
        }
        assert!(!bench.take_cancel());
        assert_eq!(bench.ready_state(), ReadyState::Open, "{name}");

        let mut bench = Bench::new(config.clone());
        page(&mut bench, [Hidden, Cached]);
        assert_eq!(bench.start().first().unwrap() == "send POST attempt=0", config.has_body, "{name}");
        assert_eq!(bench.accept()[..2], ["open", "read"], "{name}");
    }
}

#[test]
fn a_source_that_does_not_follow_its_page_waits_the_whole_delay() {
    let mut bench = Bench::open(pausing().with(|config| config.follows_page = false));
    bench.lose();
    for event in ALL {
        assert_eq!(bench.page(event), ["wait 3000"]);
    }
    assert_eq!(bench.ring(), ["send GET attempt=1 after network", "wait"]);
}

#[test]
fn a_source_that_may_send_again_watches_its_page() {
    assert!(Bench::new(config(|_| {})).machine.watches_page());
    for retry in [Retry::Standard, Retry::Ask, Retry::Policy(RetryPolicy::default())] {
        let bench = Bench::new(config(|config| {
            config.has_body = true;
            config.retry = Some(retry);
        }));
        assert!(bench.machine.watches_page(), "{retry:?}");
    }
}

#[test]
fn closing_while_hidden_is_final() {
    let mut bench = Bench::open(pausing());
    bench.handle_all([Input::Page(Hidden), Input::Close, Input::Page(Visible)]);
    assert_eq!(bench.drain(), ["cancel", "closed by the user", "wait"]);
    assert_eq!(bench.ready_state(), ReadyState::Closed);

    let mut bench = Bench::open(pausing());
    bench.page(Hidden);
    assert_eq!(bench.close(), ["closed by the user", "wait"]);
    assert_eq!(bench.page(Visible), ["wait"]);
}
