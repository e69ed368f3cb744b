//! `dedupe`: each event is delivered once, even if the server replays it after a reconnect.

use eventsource_wasm::machine::{Config, Decision, Input, Retry, RetryPolicy};

use crate::support::{Bench, SECOND, config, milliseconds};

fn remembering(most: usize) -> Config {
    config(|config| config.dedupe = most)
}

/// Events with these IDs. The data of each is its ID.
fn numbered(ids: impl IntoIterator<Item = u32>) -> String {
    ids.into_iter().map(|id| format!("id: {id}\ndata: {id}\n\n")).collect()
}

/// The data of the events that a chunk delivers.
fn delivered(bench: &mut Bench, chunk: impl AsRef<[u8]>) -> Vec<String> {
    let lines = bench.chunk(chunk);
    let data = |line: &String| Some(line.strip_prefix("event message ")?.split('"').nth(1)?.to_owned());
    lines.iter().filter_map(data).collect()
}

/// A stream that has delivered these IDs, was lost, and is open again.
fn reopened(config: Config, ids: impl IntoIterator<Item = u32>) -> Bench {
    let mut bench = Bench::open(config);
    bench.chunk(numbered(ids));
    reopen(&mut bench);
    bench
}

fn reopen(bench: &mut Bench) {
    bench.lose();
    bench.ring();
    bench.accept();
}

#[test]
fn events_that_the_server_replays_are_delivered_once() {
    let mut bench = reopened(remembering(10), 1..=5);
    assert_eq!(delivered(&mut bench, numbered([4, 5, 6])), ["6"]);
    reopen(&mut bench);
    assert_eq!(delivered(&mut bench, numbered([5])), [""; 0]);
    assert_eq!(delivered(&mut bench, numbered([6, 7])), ["7"]);
}

#[test]
fn without_dedupe_everything_is_delivered() {
    let mut bench = reopened(remembering(0), 1..=5);
    assert_eq!(delivered(&mut bench, numbered([4, 5, 6])), ["4", "5", "6"]);
}

#[test]
fn the_number_of_remembered_ids_is_configurable() {
    for (most, expected) in [(1, &["3", "4", "5"][..]), (3, &[]), (2, &["3", "4", "5"]), (usize::MAX, &[])] {
        let mut bench = reopened(remembering(most), 1..=5);
        assert_eq!(delivered(&mut bench, numbered(3..=5)), expected, "{most}");
    }
}

#[test]
fn the_first_unseen_id_ends_the_replay() {
    let mut bench = reopened(remembering(10), 1..=5);
    assert_eq!(delivered(&mut bench, numbered([5, 6, 4, 5])), ["6", "4", "5"]);
}

#[test]
fn within_one_stream_ids_may_repeat() {
    let mut bench = Bench::open(remembering(10));
    assert_eq!(delivered(&mut bench, numbered([1, 1, 2, 1])), ["1", "1", "2", "1"]);
}

#[test]
fn events_without_an_id_of_their_own_are_delivered_and_do_not_end_the_replay() {
    let mut bench = reopened(remembering(10), 1..=5);
    let chunk = format!("data: first\n\n{}data: between\n\n{}", numbered([4]), numbered([5, 6]));
    assert_eq!(delivered(&mut bench, chunk), ["first", "between", "6"]);
}

#[test]
fn events_that_reset_the_id_are_delivered() {
    let mut bench = Bench::open(remembering(10));
    for _ in 0..3 {
        assert_eq!(delivered(&mut bench, "id\ndata: resync\n\n"), ["resync"]);
        reopen(&mut bench);
    }
}

#[test]
fn after_a_server_resets_the_id_it_may_reuse_old_ids() {
    for reset in ["id\n\n", "id\ndata: resync\n\n"] {
        let mut bench = reopened(remembering(10), 1..=5);
        let data = delivered(&mut bench, format!("{}{reset}{}", numbered([5]), numbered([1, 2])));
        assert_eq!(data[data.len() - 2..], ["1", "2"], "{reset:?}");
        reopen(&mut bench);
        assert_eq!(delivered(&mut bench, numbered([2, 3, 4])), ["3", "4"], "{reset:?}");
    }
}

#[test]
fn smaller_ids_after_a_server_restart_are_delivered() {
    let mut bench = reopened(remembering(10), 101..=105);
    assert_eq!(delivered(&mut bench, numbered([1, 2])), ["1", "2"]);
}

#[test]
fn the_initial_last_event_id_does_not_count_as_delivered() {
    let mut bench = Bench::open(remembering(10).with(|config| config.last_event_id = "5".to_owned()));
    assert_eq!(delivered(&mut bench, numbered([5, 6])), ["5", "6"]);
}

#[test]
fn replayed_events_are_no_progress_and_do_not_restart_the_event_timeout() {
    let config = remembering(10).with(|config| {
        config.event_timeout = Some(SECOND * 10);
        let policy = RetryPolicy::default().initial_delay(milliseconds(100)).max_attempts(3);
        config.retry = Some(Retry::Policy(policy));
    });
    let mut bench = reopened(config, 1..=5);
    bench.now += SECOND * 4;
    // The request sent the ID 5, so only `dedupe` recognizes event 4.
    assert_eq!(bench.chunk(numbered([4, 5])), ["read", "wait 6000"]);
    assert_eq!(bench.ring(), ["cancel", "lost event-timeout attempt=2 delay=200", "wait 200"]);
    assert!(!bench.failure.unwrap().delivered);
    bench.ring();
    bench.accept();
    bench.chunk(numbered([4, 5]));
    assert_eq!(bench.lose(), ["cancel", "failed network attempt=3", "wait"]);
}

#[test]
fn a_new_event_after_replayed_events_is_progress() {
    let mut bench = reopened(remembering(10), 1..=5);
    bench.chunk(numbered([4, 5, 6]));
    bench.lose();
    assert_eq!(bench.failure.unwrap().attempt, 1);
}

#[test]
fn a_reconnect_with_the_current_id_forgets_nothing() {
    let reconnect = |bench: &mut Bench, id| {
        bench.tell(Input::Reconnect { last_event_id: Some(id) });
        bench.accept();
    };
    // The current ID has no event.
    let mut bench = Bench::open(remembering(10));
    bench.chunk(format!("{}id: 4\n\n", numbered(1..=3)));
    reconnect(&mut bench, "4");
    assert_eq!(delivered(&mut bench, numbered([2, 3, 4])), ["4"]);
    // A repeated event was the last.
    let mut bench = reopened(remembering(10), 1..=5);
    bench.chunk(numbered([3, 4]));
    reconnect(&mut bench, "5");
    assert_eq!(delivered(&mut bench, numbered([4, 5, 6])), ["6"]);
}

#[test]
fn the_id_of_a_repeated_event_is_not_taken_over() {
    let mut bench = reopened(remembering(3), 1..=5);
    assert_eq!(delivered(&mut bench, numbered([3])), [""; 0]);
    assert_eq!(bench.machine.parser().last_event_id(), "5");
    // With the ID 3, the server would repeat event 1, too, which is not remembered any more.
    reopen(&mut bench);
    assert_eq!(bench.request.as_ref().unwrap().last_event_id, b"5");
    assert_eq!(delivered(&mut bench, numbered([3, 4, 5, 6])), ["6"]);
    assert_eq!(bench.machine.parser().last_event_id(), "6");
}

#[test]
fn calls_that_name_an_earlier_last_event_id_have_later_events_delivered_again() {
    for call in [
        Input::Reconnect { last_event_id: Some("3") },
        Input::Fail { last_event_id: Some("3") },
        Input::FailOn { last_event_id: Some("3"), delivered: true },
    ] {
        let mut bench = Bench::open(remembering(10).with(|config| config.retry = Some(Retry::Ask)));
        bench.batch(numbered(1..=5));
        bench.tell(call.clone());
        if !matches!(call, Input::Reconnect { .. }) {
            bench.decide(Decision::Wait(SECOND));
            bench.ring();
        }
        bench.accept();
        assert_eq!(delivered(&mut bench, numbered(2..=6)), ["4", "5", "6"], "{call:?}");
    }
}

#[test]
fn an_empty_last_event_id_forgets_the_remembered_ids() {
    let mut bench = Bench::open(remembering(10));
    bench.chunk(numbered(1..=5));
    bench.tell(Input::Reconnect { last_event_id: Some("") });
    bench.accept();
    assert_eq!(delivered(&mut bench, numbered(1..=3)), ["1", "2", "3"]);

    let mut bench = Bench::open(remembering(10).with(|config| config.retry = Some(Retry::Ask)));
    bench.chunk(numbered(1..=5));
    bench.lose();
    bench.decide(Decision::WaitFrom { delay: SECOND, last_event_id: String::new() });
    bench.ring();
    bench.accept();
    assert_eq!(delivered(&mut bench, numbered(1..=3)), ["1", "2", "3"]);
}

#[test]
fn batches_contain_no_replayed_event() {
    let mut bench = reopened(remembering(10), 1..=5);
    assert_eq!(bench.batch(numbered([5, 6])), ["event message \"6\" id=6"]);
}

#[test]
fn an_id_without_an_event_stays_although_repeated_events_follow_it() {
    let mut bench = reopened(remembering(10), 1..=5);
    bench.chunk(format!("id: 9\n\n{}", numbered([3])));
    assert_eq!(bench.machine.parser().last_event_id(), "9");
    let lines = bench.chunk(numbered([6]));
    assert_eq!(lines[0], "event message \"6\" id=6");
}

/// What the shell has taken, and the listeners have not seen, pushes out no ID.
#[test]
fn events_that_were_not_delivered_push_out_no_id() {
    // The shell took five events, and delivered one.
    let mut bench = Bench::open(remembering(2));
    bench.batch(numbered(1..=2));
    bench.batch(numbered(3..=8));
    bench.tell(Input::Reconnect { last_event_id: Some("3") });
    bench.accept();
    assert_eq!(delivered(&mut bench, numbered(2..=5)), ["4", "5"]);

    // The second event was a failure.
    let mut bench = Bench::open(remembering(1).with(|config| config.retry = Some(Retry::Ask)));
    bench.chunk(numbered([1]));
    bench.batch(numbered([2]));
    bench.tell(Input::FailOn { last_event_id: Some("1"), delivered: true });
    bench.decide(Decision::Wait(SECOND));
    bench.ring();
    bench.accept();
    assert_eq!(delivered(&mut bench, numbered([1, 2])), ["2"]);
}

/// An unseen ID ends the replay, so the events behind it are recorded once more.
#[test]
fn a_failure_in_the_middle_of_a_replay_forgets_what_came_behind_it() {
    let mut bench = Bench::open(remembering(2).with(|config| config.retry = Some(Retry::Ask)));
    bench.chunk(numbered(1..=3));
    let fail = |bench: &mut Bench| {
        bench.tell(Input::FailOn { last_event_id: Some("3"), delivered: false });
        bench.decide(Decision::Wait(SECOND));
        bench.ring();
        bench.accept();
    };
    for chunk in [numbered([2, 9]), numbered([9, 3]), numbered([9, 3, 4])] {
        bench.batch(chunk);
        fail(&mut bench);
    }
    assert_eq!(delivered(&mut bench, numbered([2, 3, 9, 4])), ["9", "4"]);
}

#[test]
fn a_call_that_names_an_id_without_an_event_forgets_only_the_events_after_it() {
    let mut bench = Bench::open(remembering(10));
    bench.batch(format!("{}id: 2a\n\nid: 2b\n\n{}", numbered(1..=2), numbered([3])));
    bench.tell(Input::Reconnect { last_event_id: Some("2b") });
    bench.accept();
    assert_eq!(delivered(&mut bench, numbered(1..=3)), ["3"]);
    // No event had this ID.
    reopen(&mut bench);
    assert_eq!(delivered(&mut bench, "id: 2b\ndata: b\n\n"), ["b"]);
}

#[test]
fn the_number_of_remembered_ids_is_exact_after_many_chunks() {
    let mut bench = Bench::open(remembering(3));
    for id in 1..=100 {
        bench.chunk(format!("{}id: {id}a\n\n", numbered([id])));
    }
    reopen(&mut bench);
    assert_eq!(delivered(&mut bench, numbered([99, 98, 100, 97])), ["97"]);
    reopen(&mut bench);
    assert_eq!(delivered(&mut bench, numbered([98, 99])), ["98", "99"]);
}
