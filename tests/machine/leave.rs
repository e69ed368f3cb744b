//! Leaving a page: a network failure may only mean that the user leaves the page, or that its policy forbids the request.

use eventsource_wasm::machine::PageEvent::{Cached, Hidden, Leaving, Left, Restored, Visible};
use eventsource_wasm::machine::{Config, Fault, Input, ReadyState, Retry, RetryPolicy, Status, WhenHidden};

use crate::support::{Bench, CUT, SECOND, config, milliseconds};

fn in_page() -> Config {
    config(|config| config.in_page = true)
}

#[test]
fn a_network_failure_is_notified_250_ms_late_and_its_delay_counts_from_the_failure() {
    let mut bench = Bench::open(in_page());
    bench.chunk("id: 7\ndata: a\n\n");
    assert_eq!(bench.lose(), ["cancel", "wait 250"]);
    assert_eq!(bench.pass(milliseconds(249)), ["wait 1"]);
    assert_eq!(bench.pass(milliseconds(1)), ["lost network attempt=1 delay=3000", "wait 2750"]);
    assert_eq!(bench.ring(), ["send GET attempt=1 id=7 after network", "wait"]);
}

#[test]
fn a_navigation_that_keeps_the_page_reconnects_as_after_any_loss() {
    // A download, or a link of another protocol: Firefox breaks the fetch, and the page stays.
    let mut bench = Bench::open(in_page());
    bench.lose();
    assert_eq!(bench.ring(), ["lost network attempt=1 delay=3000", "wait 2750"]);
    bench.ring();
    assert_eq!(bench.accept(), ["open", "read", "wait"]);
}

#[test]
fn nobody_is_notified_of_a_network_failure_in_a_page_that_is_left() {
    for retry in [Retry::Standard, Retry::Never, Retry::Ask, Retry::Policy(RetryPolicy::default())] {
        let config = in_page().with(|config| config.retry = Some(retry));
        // Firefox breaks fetches before `pagehide`.
        let mut bench = Bench::open(config.clone());
        bench.lose();
        bench.now += milliseconds(45);
        assert_eq!(bench.page(Left), ["wait"]);
        assert_eq!(bench.pass(SECOND * 600), ["wait"]);

        // Other browsers break fetches after `pagehide`.
        let mut bench = Bench::open(config);
        assert_eq!(bench.page(Left), ["wait"]);
        assert_eq!(bench.lose(), ["cancel", "wait"]);
        assert_eq!(bench.pass(SECOND * 600), ["wait"]);
    }
}

#[test]
fn a_page_that_is_about_to_leave_is_notified_of_no_network_failure_for_three_seconds() {
    // Firefox and WebKit break fetches after `beforeunload`, and keep the page until the next page responds.
    let mut bench = Bench::open(in_page());
    assert_eq!(bench.page(Leaving), ["wait"]);
    bench.now += milliseconds(10);
    assert_eq!(bench.lose(), ["cancel", "wait 2990"]);
    bench.now += milliseconds(2980);
    assert_eq!(bench.page(Left), ["wait"]);
    assert_eq!(bench.pass(SECOND * 600), ["wait"]);
}

#[test]
fn a_page_that_was_about_to_leave_and_stays_reconnects_after_the_usual_delay() {
    let mut bench = Bench::open(in_page());
    bench.chunk("id: 7\ndata: a\n\n");
    bench.page(Leaving);
    bench.now += milliseconds(10);
    assert_eq!(bench.lose(), ["cancel", "wait 2990"]);
    assert_eq!(bench.ring(), ["lost network attempt=1 delay=3000", "wait 10"]);
    assert_eq!(bench.ring(), ["send GET attempt=1 id=7 after network", "wait"]);
    bench.accept();
    bench.now += SECOND;
    assert_eq!(bench.lose(), ["cancel", "wait 250"], "the page stays: only the short hold");
}

#[test]
fn a_failure_long_after_beforeunload_is_held_back_for_the_usual_time() {
    let mut bench = Bench::open(in_page());
    bench.page(Leaving);
    bench.now += milliseconds(2950);
    assert_eq!(bench.lose(), ["cancel", "wait 250"]);
}

#[test]
fn nobody_is_notified_if_the_page_is_left_after_a_late_timer() {
    let mut bench = Bench::open(in_page());
    bench.lose();
    bench.now += SECOND;
    assert_eq!(bench.page(Left), ["wait"]);
}

#[test]
fn a_page_that_was_left_and_is_restored_is_notified() {
    let mut bench = Bench::open(in_page().with(|config| config.follows_page = false));
    bench.lose();
    assert_eq!(bench.page(Left), ["wait"]);
    bench.now += SECOND * 600;
    assert_eq!(bench.page(Restored), ["lost network attempt=1 delay=3000", "send GET attempt=1 after network", "wait"]);
}

#[test]
fn a_page_that_is_cached_right_after_a_failure_is_not_notified_and_connects_when_restored() {
    let mut bench = Bench::open(in_page());
    bench.chunk("id: 7\ndata: a\n\n");
    assert_eq!(bench.lose(), ["cancel", "wait 250"]);
    assert_eq!(bench.page(Cached), ["wait"]);
    assert_eq!(bench.pass(SECOND * 600), ["wait"]);
    assert_eq!(bench.page(Restored)[0], "send GET attempt=0 id=7");
    assert_eq!(bench.accept(), ["open", "read", "wait"]);
    assert_eq!(bench.lose(), ["cancel", "wait 250"], "the page is active again, so its failures are notified");
}

#[test]
fn a_failure_that_is_discarded_with_its_page_does_not_count() {
    let policy = RetryPolicy::default().max_attempts(3);
    let mut bench = Bench::open(in_page().with(|config| config.retry = Some(Retry::Policy(policy))));
    for _ in 0..4 {
        bench.lose();
        bench.page(Cached);
        bench.now += SECOND * 60;
        assert_eq!(bench.page(Restored), ["send GET attempt=0", "wait"]);
        bench.accept();
    }
    bench.lose();
    assert_eq!(bench.ring()[0], "lost network attempt=1 delay=3000");
    bench.ring();
    bench.accept();
    bench.lose();
    bench.page(Cached);
    assert_eq!(bench.page(Restored), ["send GET attempt=1", "wait"], "the failure before still counts");
}

#[test]
fn a_source_that_pauses_when_hidden_discards_a_failure_that_is_held_back() {
    let mut bench = Bench::open(in_page().with(|config| config.when_hidden = WhenHidden::Pause));
    bench.lose();
    assert_eq!(bench.page(Hidden), ["wait"]);
    assert_eq!(bench.pass(SECOND), ["wait"]);
    assert!(bench.page(Visible)[0].starts_with("send GET"));
}

#[test]
fn a_source_of_one_request_is_notified_late_and_not_in_a_page_that_is_left() {
    let once = || in_page().with(|config| config.once = true);
    assert!(Bench::new(once()).machine.watches_page(), "a source of one request must notice that the page is left");
    let mut bench = Bench::open(once());
    assert_eq!(bench.lose(), ["cancel", "wait 250"]);
    assert_eq!(bench.ring(), ["failed network attempt=1", "wait"]);

    let mut bench = Bench::open(once());
    bench.lose();
    assert_eq!(bench.page(Left), ["wait"]);
    assert_eq!(bench.machine.end(), None);
}

#[test]
fn a_retry_function_is_called_when_the_failure_would_be_notified() {
    let mut bench = Bench::open(in_page().with(|config| config.retry = Some(Retry::Ask)));
    assert_eq!(bench.lose(), ["cancel", "wait 250"]);
    assert_eq!(bench.ring(), ["ask network attempt=1", "wait"]);
}

#[test]
fn other_failures_are_notified_at_once() {
    let idle = || in_page().with(|config| config.idle_timeout = Some(SECOND));
    assert_eq!(Bench::open(in_page()).end(), ["cancel", "lost ended attempt=1 delay=3000", "wait 3000"]);
    assert_eq!(Bench::open(idle()).ring(), ["cancel", "lost idle-timeout attempt=1 delay=3000", "wait 3000"]);
    let mut bench = Bench::open(in_page());
    assert_eq!(bench.fail(Fault::Unusable), ["cancel", "failed request attempt=1", "wait"]);
    let mut bench = Bench::sent(in_page());
    assert_eq!(bench.refuse(404), ["cancel", "failed status 404 attempt=1", "wait"]);
}

#[test]
fn outside_of_pages_a_network_failure_is_notified_at_once() {
    let mut bench = Bench::open(config(|_| {}));
    assert_eq!(bench.lose(), ["cancel", "lost network attempt=1 delay=3000", "wait 3000"]);
}

#[test]
fn while_a_failure_is_held_back_a_stream_is_still_open_and_a_request_still_connecting() {
    let mut bench = Bench::open(in_page());
    bench.lose();
    assert_eq!((bench.ready_state(), bench.machine.status()), (ReadyState::Open, Status::Open));
    bench.ring();
    assert_eq!(bench.ready_state(), ReadyState::Connecting);

    let mut bench = Bench::sent(in_page());
    bench.lose();
    assert_eq!((bench.ready_state(), bench.machine.status()), (ReadyState::Connecting, Status::Connecting));
}

#[test]
fn the_user_may_close_or_reconnect_while_a_failure_is_held_back() {
    let mut bench = Bench::open(in_page());
    bench.lose();
    assert_eq!(bench.close(), ["closed by the user", "wait"]);
    let mut bench = Bench::open(in_page());
    bench.lose();
    assert_eq!(bench.reconnect(), ["send GET attempt=0 to reconnect", "wait"]);
}

#[test]
fn late_answers_while_a_failure_is_held_back_do_nothing() {
    let mut bench = Bench::open(in_page());
    bench.lose();
    for late in [Input::Chunk(b"data: late\n\n"), Input::End, Input::Failed(CUT), Input::Complete] {
        assert_eq!(bench.tell(late.clone()), ["wait 250"], "{late:?}");
    }
}

#[test]
fn a_request_that_the_page_forbids_fails_with_policy_before_or_after_the_rejection() {
    for retry in [Retry::Standard, Retry::Ask, Retry::Policy(RetryPolicy::default())] {
        let config = in_page().with(|config| config.retry = Some(retry));
        let mut bench = Bench::sent(config.clone());
        assert_eq!(bench.tell(Input::Forbidden), ["cancel", "failed policy attempt=1", "wait"]);

        let mut bench = Bench::sent(config);
        assert_eq!(bench.fail(Fault::Rejected { url: Some("https://a.test/") }), ["cancel", "wait 250"]);
        bench.now += milliseconds(249);
        assert_eq!(bench.tell(Input::Forbidden), ["failed policy attempt=1", "wait"]);
    }
}

#[test]
fn a_policy_violation_fails_neither_an_open_stream_nor_a_wait() {
    let mut bench = Bench::new(in_page());
    assert_eq!(bench.tell(Input::Forbidden), ["wait"]);
    bench.start();
    bench.accept();
    assert_eq!(bench.tell(Input::Forbidden), ["wait"]);
    bench.lose();
    assert_eq!(bench.tell(Input::Forbidden), ["wait 250"]);
    assert_eq!(bench.ring(), ["lost network attempt=1 delay=3000", "wait 2750"]);
    assert_eq!(bench.tell(Input::Forbidden), ["wait 2750"]);
}
