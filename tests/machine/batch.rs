//! A shell may take all events of a chunk by `poll_stream` before it delivers them. Tests of inputs during such a batch.

use eventsource_wasm::machine::{Config, Decision, Fault, Input, PageEvent, Retry, RetryPolicy, WhenHidden};

use crate::support::{Bench, SECOND, config, milliseconds};

fn asking() -> Config {
    config(|config| config.retry = Some(Retry::Ask))
}

/// Inputs that take precedence over an end which the parser found after the batch, each with its outputs.
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
fn an_event_too_large_after_a_batch_fails_only_at_the_next_poll() {
    let mut bench = Bench::open(config(|config| config.max_event_size = 16));
    assert_eq!(bench.batch("data: a\n\ndata: 0123456789abcdef"), ["event message \"a\""]);
    assert_eq!(bench.take_batch(), [""; 0]);
    assert_eq!(bench.machine.end(), None);
    assert_eq!(bench.drain(), ["cancel", "failed event-too-large attempt=1", "wait"]);
}

#[test]
fn calls_during_a_batch_take_precedence_over_an_end_found_after_it() {
    for (call, lines) in calls() {
        let mut bench = Bench::open(config(|config| config.max_event_size = 16));
        assert_eq!(bench.batch("id: 1\ndata: a\n\nid: 2\ndata: 0123456789abcdef"), ["event message \"a\" id=1"]);
        assert_eq!(bench.tell(call.clone()), lines, "{call:?}");
    }
}

#[test]
fn completion_during_a_batch_discards_the_rest_of_the_chunk() {
    let mut bench = Bench::open(config(|config| config.until = true));
    bench.handle(Input::Chunk(b"data: last\n\ndata: late\n\n"));
    assert!(bench.machine.poll_stream(bench.now).is_some());
    assert_eq!(bench.tell(Input::Complete), ["cancel", "closed complete", "wait"]);
    assert_eq!(bench.take_batch(), [""; 0]);
}

#[test]
fn reconnecting_during_a_batch_sends_the_id_of_the_last_delivered_event() {
    for (id, send) in [
        (Some("1"), "send GET attempt=0 id=1 to reconnect"),
        (Some(""), "send GET attempt=0 to reconnect"),
        (None, "send GET attempt=0 id=2 to reconnect"),
    ] {
        let mut bench = Bench::open(config(|_| {}));
        assert_eq!(bench.batch("id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\nda").len(), 2);
        assert_eq!(bench.tell(Input::Reconnect { last_event_id: id }), ["cancel", send, "wait"]);
        bench.accept();
        // The unfinished event was discarded.
        bench.handle(Input::Chunk(b"ta: half\n\ndata: whole\n\n"));
        assert_eq!(bench.take_batch().len(), 1);
    }
}

#[test]
fn after_a_consumer_failure_the_request_has_the_id_that_the_failure_names() {
    let mut bench = Bench::open(asking());
    assert_eq!(
        bench.batch("id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\nda"),
        ["event message \"a\" id=1", "event message \"b\" id=2"]
    );
    assert_eq!(bench.tell(Input::Fail { last_event_id: Some("1") }), ["cancel", "ask request attempt=1", "wait"]);
    assert_eq!(bench.context.unwrap().status, None);
    assert_eq!(bench.decide(Decision::Wait(SECOND)), ["lost request attempt=1 delay=1000", "wait 1000"]);
    assert_eq!(bench.ring(), ["send GET attempt=1 id=1 after request", "wait"]);

    // The unfinished event was discarded.
    bench.accept();
    assert_eq!(bench.batch("ta: half\n\ndata: whole\n\n"), ["event message \"whole\" id=1"]);
}

#[test]
fn a_consumer_failure_without_an_id_keeps_the_last_event_id() {
    let mut bench = Bench::open(asking());
    bench.chunk("id: 1\ndata: a\n\n");
    bench.tell(Input::Fail { last_event_id: None });
    bench.decide(Decision::Wait(SECOND));
    assert_eq!(bench.ring(), ["send GET attempt=1 id=1 after request", "wait"]);
}

#[test]
fn consumer_failures_count_as_attempts_and_the_count_starts_anew_after_progress() {
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
fn a_consumer_failure_takes_precedence_over_a_page_that_was_hidden_before_it() {
    let mut bench = Bench::open(asking().with(|config| config.when_hidden = WhenHidden::Pause));
    bench.batch("id: 1\ndata: a\n\nid: 2\ndata: b\n\n");
    bench.handle(Input::Page(PageEvent::Hidden));
    assert_eq!(bench.tell(Input::Fail { last_event_id: Some("1") }), ["cancel", "ask request attempt=1", "wait"]);
    bench.handle_all([Input::Decided(Decision::Wait(SECOND)), Input::Page(PageEvent::Visible)]);
    assert_eq!(bench.drain(), ["lost request attempt=1 delay=1000", "wait 1000"]);
    assert_eq!(bench.ring(), ["send GET attempt=1 id=1 after request", "wait"]);
}

#[test]
fn a_consumer_failure_replaces_an_unannounced_loss_and_counts_as_the_next_attempt() {
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
fn a_consumer_failure_replaces_the_decision_on_the_loss_before_it() {
    let mut bench = Bench::open(asking());
    bench.lose();
    bench.handle_all([Input::Decided(Decision::Wait(SECOND)), Input::Fail { last_event_id: None }]);
    assert_eq!(bench.drain(), ["ask request attempt=2", "wait"]);
}

#[test]
fn a_consumer_failure_after_close_does_nothing() {
    let mut bench = Bench::open(asking());
    bench.chunk("id: 1\ndata: a\n\n");
    bench.close();
    assert_eq!(bench.tell(Input::Fail { last_event_id: Some("7") }), ["wait"]);
    assert_eq!(bench.machine.parser().last_event_id(), "1");
}

#[test]
fn a_page_that_is_hidden_during_a_batch_discards_only_the_events_not_taken() {
    let mut bench = Bench::open(config(|config| config.when_hidden = WhenHidden::Pause));
    bench.batch("id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\ndata: ha");
    assert_eq!(bench.page(PageEvent::Hidden), ["cancel", "wait"]);
    assert_eq!(bench.page(PageEvent::Visible), ["send GET attempt=0 id=2", "wait"]);
}

#[test]
fn a_stream_is_complete_although_the_page_was_hidden_or_cached_during_its_last_batch() {
    let events = [
        &[PageEvent::Hidden][..],
        &[PageEvent::Hidden, PageEvent::Visible],
        &[PageEvent::Cached],
        &[PageEvent::Cached, PageEvent::Restored],
    ];
    for events in events {
        let mut bench = Bench::open(config(|config| {
            config.method = Some("POST".to_owned());
            config.retry = Some(Retry::Policy(RetryPolicy::default()));
            config.when_hidden = WhenHidden::Pause;
            config.until = true;
        }));
        bench.batch("data: a\n\ndata: end\n\n");
        for event in events {
            bench.handle(Input::Page(*event));
        }
        bench.handle(Input::Complete);
        assert_eq!(bench.drain(), ["cancel", "closed complete", "wait"], "{events:?}");
    }
}

#[test]
fn an_id_without_an_event_has_its_place_among_the_events_of_a_batch() {
    let mut bench = Bench::open(config(|_| {}));
    let lines = bench.batch("id: 7\n\ndata: a\n\nid: 8\n\nid: 9\ndata: b\n\n");
    assert_eq!(lines, ["id \"7\"", "event message \"a\" id=7", "id \"8\"", "event message \"b\" id=9"]);
}

#[test]
fn completion_takes_precedence_over_a_page_that_is_hidden_afterwards() {
    let mut bench = Bench::open(config(|config| {
        config.when_hidden = WhenHidden::Pause;
        config.until = true;
    }));
    bench.batch("data: a\n\ndata: end\n\n");
    bench.handle_all([Input::Complete, Input::Page(PageEvent::Hidden), Input::Page(PageEvent::Visible)]);
    assert_eq!(bench.drain(), ["cancel", "closed complete", "wait"]);
}
