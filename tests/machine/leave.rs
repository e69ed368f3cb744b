//! A page that is left: a network failure in it may mean no more than that, or that the page forbids the connection.

use eventsource_wasm::machine::PageEvent::{Cached, Hidden, Leaving, Left, Restored, Visible};
use eventsource_wasm::machine::{Config, Fault, Input, ReadyState, Retry, RetryPolicy, Status, WhenHidden};

use crate::support::{Bench, CUT, SECOND, config, milliseconds};

fn in_page() -> Config {
    config(|config| config.in_page = true)
}

#[test]
fn a_network_failure_is_notified_a_quarter_of_a_second_late_and_its_delay_counts_from_the_failure() {
    let mut bench = Bench::open(in_page());
    bench.chunk("id: 7\ndata: a\n\n");
    assert_eq!(bench.lose(), ["cancel", "wait 250"]);
    assert_eq!(bench.pass(milliseconds(249)), ["wait 1"]);
    assert_eq!(bench.pass(milliseconds(1)), ["lost network attempt=1 delay=3000", "wait 2750"]);
    assert_eq!(bench.ring(), ["send GET attempt=1 id=7 after network", "wait"]);
}

#[test]
fn a_navigation_that_leaves_the_page_where_it_is_reconnects_as_any_loss() {
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

        // Other browsers break them after it.
        let mut bench = Bench::open(config);
        assert_eq!(bench.page(Left), ["wait"]);
        assert_eq!(bench.lose(), ["cancel", "wait"]);
        assert_eq!(bench.pass(SECOND * 600), ["wait"]);
    }
}

#[test]
fn a_page_that_waits_for_the_next_one_is_notified_of_no_network_failure_for_three_seconds() {
    // Firefox and WebKit break fetches behind `beforeunload`, and keep the page until the next one answers.
    let mut bench = Bench::open(in_page());
    assert_eq!(bench.page(Leaving), ["wait"]);
    bench.now += milliseconds(10);
    assert_eq!(bench.lose(), ["cancel", "wait 2990"]);
    bench.now += milliseconds(2980);
    assert_eq!(bench.page(Left), ["wait"]);
    assert_eq!(bench.pass(SECOND * 600), ["wait"]);
}

#[test]
fn a_page_that_stays_after_all_reconnects_after_the_usual_delay() {
    let mut bench = Bench::open(in_page());
    bench.chunk("id: 7\ndata: a\n\n");
    bench.page(Leaving);
    bench.now += milliseconds(10);
    assert_eq!(bench.lose(), ["cancel", "wait 2990"]);
    assert_eq!(bench.ring(), ["lost network attempt=1 delay=3000", "wait 10"]);
    assert_eq!(bench.ring(), ["send GET attempt=1 id=7 after network", "wait"]);
    bench.accept();
    bench.now += SECOND;
    assert_eq!(bench.lose(), ["cancel", "wait 250"], "that page does not leave");
}

#[test]
fn a_failure_long_behind_a_page_that_stayed_is_put_off_no_longer_than_any() {
    let mut bench = Bench::open(in_page());
    bench.page(Leaving);
    bench.now += milliseconds(2950);
    assert_eq!(bench.lose(), ["cancel", "wait 250"]);
}

#[test]
fn a_page_that_is_left_when_the_time_has_passed_unnoticed_is_left() {
    let mut bench = Bench::open(in_page());
    bench.lose();
    bench.now += SECOND;
    assert_eq!(bench.page(Left), ["wait"]);
}

#[test]
fn a_page_that_was_left_and_comes_back_after_all_is_notified() {
    let mut bench = Bench::open(in_page().with(|config| config.follows_page = false));
    bench.lose();
    assert_eq!(bench.page(Left), ["wait"]);
    bench.now += SECOND * 600;
    assert_eq!(bench.page(Restored), ["lost network attempt=1 delay=3000", "send GET attempt=1 after network", "wait"]);
}

#[test]
fn a_page_that_goes_into_the_cache_right_behind_a_failure_is_notified_of_none_and_connects_when_it_is_back() {
    let mut bench = Bench::open(in_page());
    bench.chunk("id: 7\ndata: a\n\n");
    assert_eq!(bench.lose(), ["cancel", "wait 250"]);
    assert_eq!(bench.page(Cached), ["wait"]);
    assert_eq!(bench.pass(SECOND * 600), ["wait"]);
    assert_eq!(bench.page(Restored)[0].replace("attempt=1", "attempt=0"), "send GET attempt=0 id=7");
    assert_eq!(bench.accept(), ["open", "read", "wait"]);
    assert_eq!(bench.lose(), ["cancel", "wait 250"], "the page is not left any more");
}

#[test]
fn a_source_that_pauses_when_hidden_gives_up_a_failure_that_is_held_back() {
    let mut bench = Bench::open(in_page().with(|config| config.when_hidden = WhenHidden::Pause));
    bench.lose();
    assert_eq!(bench.page(Hidden), ["wait"]);
    assert_eq!(bench.pass(SECOND), ["wait"]);
    assert!(bench.page(Visible)[0].starts_with("send GET"));
}

#[test]
fn a_source_of_one_request_is_notified_late_or_not_at_all_too() {
    let once = || in_page().with(|config| config.once = true);
    assert!(Bench::new(once()).machine.watches_page(), "by which it knows that the page is left");
    let mut bench = Bench::open(once());
    assert_eq!(bench.lose(), ["cancel", "wait 250"]);
    assert_eq!(bench.ring(), ["failed network attempt=1", "wait"]);

    let mut bench = Bench::open(once());
    bench.lose();
    assert_eq!(bench.page(Left), ["wait"]);
    assert_eq!(bench.machine.end(), None);
}

#[test]
fn a_retry_function_is_asked_when_the_user_would_be_notified() {
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
fn a_stream_whose_failure_is_held_back_shows_as_open_and_a_request_as_connecting() {
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
fn a_request_that_the_page_forbids_fails_for_good_by_its_policy_whichever_news_comes_first() {
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
fn what_the_page_forbids_is_none_of_a_stream_that_was_open_or_of_a_wait() {
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
