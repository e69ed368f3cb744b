//! A shell that takes all events of a chunk by `poll_stream` before it delivers them: what happens in the midst of a batch.

use eventsource_wasm::machine::{Config, Decision, Fault, Input, PageEvent, Retry, WhenHidden};

use crate::support::{Bench, SECOND, config, milliseconds};

fn asking() -> Config {
    config(|config| config.retry = Some(Retry::Ask))
}

/// The calls of the user that win over an end which the parser found behind the batch, with their outcomes.
fn calls() -> [(Input<'static>, &'static [&'static str]); 5] {
    [
        (Input::Close, &["cancel", "closed by the user", "wait"]),
        (Input::Complete, &["cancel", "closed complete", "wait"]),
        (Input::Reconnect { last_event_id: Some("1") }, &["cancel", "send GET attempt=0 id=1 to reconnect", "wait"]),
        (Input::Fail { last_event_id: Some("1") }, &["cancel", "failed request attempt=1", "wait"]),
        (Input::FailOn { last_event_id: Some(""), delivered: false }, &["cancel", "failed event attempt=1", "wait"]),
    ]
}

#[test]
fn a_batch_is_all_events_and_reconnection_times_of_the_chunk() {
    let mut bench = Bench::open(config(|_| {}));
    assert_eq!(bench.take_batch(), [""; 0]);
    assert_eq!(
        bench.batch("retry: 9\nid: 1\ndata: a\n\n: comment\ndata: b\n\nda"),
        ["retry 9", "event message \"a\" id=1", "event message \"b\" id=1"]
    );
    assert_eq!(bench.machine.reconnection_time(), milliseconds(10));
    assert_eq!(bench.drain(), ["read", "wait"]);
    assert_eq!(bench.batch("ta: c\n\n"), ["event message \"c\" id=1"]);
    assert_eq!(bench.drain(), ["read", "wait"]);
}

#[test]
fn there_is_no_batch_without_a_stream() {
    let mut bench = Bench::sent(config(|_| {}));
    assert_eq!(bench.batch("data: a\n\n"), [""; 0]);
    bench.respond(404, None);
    assert_eq!(bench.batch("data: a\n\n"), [""; 0]);
    bench.close();
    assert_eq!(bench.batch("data: a\n\n"), [""; 0]);
}

#[test]
fn an_event_too_large_behind_a_batch_is_acted_on_by_the_next_poll_only() {
    let mut bench = Bench::open(config(|config| config.max_event_size = 16));
    assert_eq!(bench.batch("data: a\n\ndata: 0123456789abcdef"), ["event message \"a\""]);
    assert_eq!(bench.take_batch(), [""; 0]);
    assert_eq!(bench.machine.end(), None);
    assert_eq!(bench.drain(), ["cancel", "failed event-too-large attempt=1", "wait"]);
}

#[test]
fn calls_in_the_midst_of_a_batch_win_over_the_end_that_was_found_behind_it() {
    for (call, lines) in calls() {
        let mut bench = Bench::open(config(|config| config.max_event_size = 16));
        assert_eq!(bench.batch("id: 1\ndata: a\n\nid: 2\ndata: 0123456789abcdef"), ["event message \"a\" id=1"]);
        assert_eq!(bench.tell(call.clone()), lines, "{call:?}");
    }
}

#[test]
fn completion_in_the_midst_of_a_batch_discards_the_rest_of_the_chunk() {
    let mut bench = Bench::open(config(|config| config.until = true));
    bench.handle(Input::Chunk(b"data: last\n\ndata: late\n\n"));
    assert!(bench.machine.poll_stream(bench.now).is_some());
    assert_eq!(bench.tell(Input::Complete), ["cancel", "closed complete", "wait"]);
    assert_eq!(bench.take_batch(), [""; 0]);
}

#[test]
fn reconnecting_in_the_midst_of_a_batch_asks_again_for_what_was_not_delivered() {
    for (id, send) in [
        (Some("1"), "send GET attempt=0 id=1 to reconnect"),
        (Some(""), "send GET attempt=0 to reconnect"),
        (None, "send GET attempt=0 id=2 to reconnect"),
    ] {
        let mut bench = Bench::open(config(|_| {}));
        assert_eq!(bench.batch("id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\nda").len(), 2);
        assert_eq!(bench.tell(Input::Reconnect { last_event_id: id }), ["cancel", send, "wait"]);
        bench.accept();
        // Nothing of the unfinished event is left.
        bench.handle(Input::Chunk(b"ta: half\n\ndata: whole\n\n"));
        assert_eq!(bench.take_batch().len(), 1);
    }
}

#[test]
fn a_consumer_that_fails_at_an_event_has_those_behind_it_asked_for_again() {
    let mut bench = Bench::open(asking());
    assert_eq!(
        bench.batch("id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\nda"),
        ["event message \"a\" id=1", "event message \"b\" id=2"]
    );
    assert_eq!(bench.tell(Input::Fail { last_event_id: Some("1") }), ["cancel", "ask request attempt=1", "wait"]);
    assert_eq!(bench.context.unwrap().status, None);
    assert_eq!(bench.decide(Decision::Wait(SECOND)), ["lost request attempt=1 delay=1000", "wait 1000"]);
    assert_eq!(bench.ring(), ["send GET attempt=1 id=1 after request", "wait"]);

    // Nothing of the unfinished event is left.
    bench.accept();
    assert_eq!(bench.batch("ta: half\n\ndata: whole\n\n"), ["event message \"whole\" id=1"]);
}

#[test]
fn a_consumer_that_fails_without_an_id_keeps_that_of_the_last_event_given_out() {
    let mut bench = Bench::open(asking());
    bench.chunk("id: 1\ndata: a\n\n");
    bench.tell(Input::Fail { last_event_id: None });
    bench.decide(Decision::Wait(SECOND));
    assert_eq!(bench.ring(), ["send GET attempt=1 id=1 after request", "wait"]);
}

#[test]
fn failures_of_the_consumer_count_as_others_and_anew_after_progress() {
    let mut bench = Bench::open(asking());
    for (chunk, attempt) in [("", 1), (": comment\n", 2), ("data: a\n\n", 1)] {
        bench.chunk(chunk);
        let lines = bench.tell(Input::Fail { last_event_id: Some("") });
        assert_eq!(lines, ["cancel", &format!("ask request attempt={attempt}"), "wait"]);
        bench.decide(Decision::Wait(SECOND));
        bench.ring();
        bench.accept();
    }
}

#[test]
fn a_failure_of_the_consumer_goes_before_a_page_that_was_hidden_meanwhile() {
    let mut bench = Bench::open(asking().with(|config| config.when_hidden = WhenHidden::Pause));
    bench.batch("id: 1\ndata: a\n\nid: 2\ndata: b\n\n");
    bench.handle(Input::Page(PageEvent::Hidden));
    assert_eq!(bench.tell(Input::Fail { last_event_id: Some("1") }), ["cancel", "ask request attempt=1", "wait"]);
    bench.handle_all([Input::Decided(Decision::Wait(SECOND)), Input::Page(PageEvent::Visible)]);
    assert_eq!(bench.drain(), ["lost request attempt=1 delay=1000", "wait 1000"]);
    assert_eq!(bench.ring(), ["send GET attempt=1 id=1 after request", "wait"]);
}

#[test]
fn a_failure_of_the_consumer_replaces_a_loss_that_was_not_yet_announced_and_counts_after_it() {
    let mut bench = Bench::open(config(|_| {}));
    bench.batch("id: 1\ndata: a\n\nid: 2\ndata: b\n\n");
    bench.handle_all([Input::Failed(Fault::Body), Input::Fail { last_event_id: Some("1") }]);
    assert_eq!(bench.drain(), ["cancel", "failed request attempt=2", "wait"]);

    let mut bench = Bench::open(asking());
    bench.batch("id: 1\ndata: a\n\nid: 2\ndata: b\n\n");
    bench.handle_all([Input::Failed(Fault::Body), Input::Fail { last_event_id: Some("1") }]);
    assert_eq!(bench.drain(), ["cancel", "ask request attempt=2", "wait"]);
}

#[test]
fn a_failure_of_the_consumer_replaces_the_answer_to_the_question_before() {
    let mut bench = Bench::open(asking());
    bench.lose();
    bench.handle_all([Input::Decided(Decision::Wait(SECOND)), Input::Fail { last_event_id: None }]);
    assert_eq!(bench.drain(), ["ask request attempt=2", "wait"]);
}

#[test]
fn a_failure_of_the_consumer_is_nothing_once_closed() {
    let mut bench = Bench::open(asking());
    bench.chunk("id: 1\ndata: a\n\n");
    bench.close();
    assert_eq!(bench.tell(Input::Fail { last_event_id: Some("7") }), ["wait"]);
    assert_eq!(bench.machine.parser().last_event_id(), "1");
}

#[test]
fn a_page_that_is_hidden_in_the_midst_of_a_batch_discards_only_what_was_not_taken() {
    let mut bench = Bench::open(config(|config| config.when_hidden = WhenHidden::Pause));
    bench.batch("id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\ndata: ha");
    assert_eq!(bench.page(PageEvent::Hidden), ["cancel", "wait"]);
    assert_eq!(bench.page(PageEvent::Visible), ["send GET attempt=0 id=2", "wait"]);
}

#[test]
fn completion_goes_before_a_page_that_is_hidden_afterwards() {
    let mut bench = Bench::open(config(|config| {
        config.when_hidden = WhenHidden::Pause;
        config.until = true;
    }));
    bench.batch("data: a\n\ndata: end\n\n");
    bench.handle_all([Input::Complete, Input::Page(PageEvent::Hidden), Input::Page(PageEvent::Visible)]);
    assert_eq!(bench.drain(), ["cancel", "closed complete", "wait"]);
}
