//! Events that mean failure: the shell asks the user's `failOn`, and answers `FailOn` instead of delivering the event.

use eventsource_wasm::ErrorCode;
use eventsource_wasm::machine::{Config, Decision, End, Input, PageEvent, Retry, RetryPolicy, WhenHidden};

use crate::support::{Bench, Record, SECOND, config, milliseconds};

/// A POST with up to four attempts and an initial delay of 100 ms.
fn limited() -> Config {
    config(|config| {
        config.has_body = true;
        config.retry = Some(Retry::Policy(RetryPolicy::default().initial_delay(milliseconds(100)).max_attempts(4)));
    })
}

const OVERLOADED: &str = "event: error\ndata: {\"type\":\"overloaded_error\"}\n\n";

/// Delivers the events of a chunk one by one, and calls `fail_on` for the first event of the type `error`.
fn refuse_error(bench: &mut Bench, chunk: &str) -> Vec<String> {
    bench.handle(Input::Chunk(chunk.as_bytes()));
    let (mut id, mut delivered) = (bench.machine.parser().last_event_id().into_owned(), false);
    loop {
        match bench.poll() {
            Record::Event { event, .. } if event == "error" => return bench.fail_on(&id, delivered),
            Record::Event { id: last_event_id, .. } => (id, delivered) = (last_event_id, true),
            Record::Id(last_event_id) => id = last_event_id,
            other => panic!("{other:?} before the event that means failure"),
        }
    }
}

#[test]
fn a_server_that_fails_by_an_event_each_time_gets_growing_delays_and_limited_attempts() {
    let mut bench = Bench::open(limited());
    for (attempt, delay) in [(1, 100), (2, 200), (3, 400)] {
        let lost = format!("lost event attempt={attempt} delay={delay}");
        assert_eq!(refuse_error(&mut bench, OVERLOADED), ["cancel", &lost, &format!("wait {delay}")]);
        assert_eq!(bench.ring(), [&format!("send POST attempt={attempt} after event"), "wait"]);
        bench.accept();
    }
    assert_eq!(refuse_error(&mut bench, OVERLOADED), ["cancel", "failed event attempt=4", "wait"]);
    assert_eq!(bench.failure.unwrap().code, ErrorCode::Event);
}

#[test]
fn an_event_that_means_failure_counts_even_if_its_attempt_delivered_events() {
    let mut bench = Bench::open(limited());
    for attempt in 1..4 {
        let chunk = format!("retry: 100\nid: {attempt}\ndata: new\n\n");
        bench.now += SECOND * 60;
        bench.chunk(chunk);
        let lines = refuse_error(&mut bench, &format!("data: more\n\n{OVERLOADED}"));
        assert_eq!(lines[1], format!("lost event attempt={attempt} delay={}", 50 << attempt));
        bench.ring();
        bench.accept();
    }
    assert_eq!(refuse_error(&mut bench, OVERLOADED), ["cancel", "failed event attempt=4", "wait"]);
}

#[test]
fn an_event_that_means_failure_is_final_unless_retry_is_given() {
    let once = || config(|config| config.once = true);
    let never = || config(|config| config.retry = Some(Retry::Never));
    for config in [config(|_| {}), once(), never(), config(|config| config.retry = Some(Retry::Standard))] {
        let mut bench = Bench::open(config);
        assert_eq!(refuse_error(&mut bench, OVERLOADED), ["cancel", "failed event attempt=1", "wait"]);
        assert!(matches!(bench.machine.end(), Some(End::Failed(failure)) if failure.code == ErrorCode::Event));
    }
}

#[test]
fn a_retry_function_is_called_after_an_event_that_means_failure() {
    let mut bench = Bench::open(config(|config| config.retry = Some(Retry::Ask)));
    assert_eq!(refuse_error(&mut bench, OVERLOADED), ["cancel", "ask event attempt=1", "wait"]);
    assert_eq!(bench.context.unwrap().status, None);
    assert_eq!(bench.decide(Decision::Wait(SECOND)), ["lost event attempt=1 delay=1000", "wait 1000"]);
}

#[test]
fn an_event_that_means_failure_does_not_set_the_last_event_id() {
    for (chunk, send) in [
        ("id: 1\ndata: a\n\nid: 2\nevent: error\ndata\n\n", "send POST attempt=1 id=1 after event"),
        ("id: 2\nevent: error\ndata\n\n", "send POST attempt=1 id=0 after event"),
        ("id\ndata: a\n\nid: 2\nevent: error\ndata\n\n", "send POST attempt=1 after event"),
    ] {
        let mut bench = Bench::open(limited().with(|config| config.last_event_id = "0".to_owned()));
        refuse_error(&mut bench, chunk);
        assert_eq!(bench.ring(), [send, "wait"], "{chunk:?}");
    }
}

#[test]
fn a_failure_by_an_event_without_an_id_keeps_the_last_event_id() {
    let mut bench = Bench::open(limited());
    bench.chunk("id: 1\ndata: a\n\n");
    bench.tell(Input::FailOn { last_event_id: None, delivered: true });
    assert_eq!(bench.ring(), ["send POST attempt=1 id=1 after event", "wait"]);
}

#[test]
fn a_failure_by_an_event_has_whether_its_attempt_delivered_others() {
    for (chunk, delivered) in [("", false), ("data: a\n\n", true), ("id: 1\n\n", false)] {
        let mut bench = Bench::open(limited());
        refuse_error(&mut bench, &format!("{chunk}{OVERLOADED}"));
        assert_eq!(bench.failure.unwrap().delivered, delivered, "{chunk:?}");
    }
}

#[test]
fn the_rest_of_the_chunk_is_discarded_and_not_joined_to_the_next_stream() {
    let mut bench = Bench::open(limited());
    refuse_error(&mut bench, &format!("{OVERLOADED}data: late\n\ndata: ha"));
    assert_eq!(bench.chunk("lf\n\n"), ["wait 100"]);
    bench.ring();
    bench.accept();
    assert_eq!(bench.chunk("lf\n\ndata: whole\n\n"), ["event message \"whole\"", "read", "wait"]);
}

#[test]
fn an_event_that_means_failure_takes_precedence_over_a_later_event_too_large() {
    let mut bench = Bench::open(limited().with(|config| config.max_event_size = 50));
    assert_eq!(bench.batch(format!("{OVERLOADED}data: {}", "x".repeat(100))).len(), 1);
    assert_eq!(bench.fail_on("", false), ["cancel", "lost event attempt=1 delay=100", "wait 100"]);
}

#[test]
fn fail_on_without_an_open_stream_does_nothing() {
    let mut bench = Bench::new(limited());
    assert_eq!(bench.fail_on("7", true), ["wait"]);
    bench.start();
    assert_eq!(bench.fail_on("7", true), ["wait"]);
    bench.lose();
    assert_eq!(bench.fail_on("7", true), ["wait 100"]);
    assert_eq!(bench.ring(), ["send POST attempt=1 after network", "wait"]);
    bench.close();
    assert_eq!(bench.fail_on("7", true), ["wait"]);
    assert_eq!(bench.machine.parser().last_event_id(), "");
}

#[test]
fn a_clean_end_after_the_failure_by_an_event_is_no_poll() {
    // The gateway closes right after the event, and the shell takes the end before it asks the user about the event.
    let mut bench = Bench::open(limited());
    assert_eq!(bench.batch(format!("retry: 500\n{OVERLOADED}")).len(), 2);
    bench.handle(Input::FailOn { last_event_id: Some(""), delivered: false });
    bench.handle(Input::End);
    assert_eq!(bench.drain(), ["cancel", "lost event attempt=1 delay=500", "wait 500"]);
}

#[test]
fn progress_after_failures_by_events_starts_the_count_anew() {
    let mut bench = Bench::open(limited());
    for expected in ["lost event attempt=1 delay=100", "lost event attempt=2 delay=200"] {
        assert_eq!(refuse_error(&mut bench, OVERLOADED)[1], expected);
        bench.ring();
        bench.accept();
    }
    bench.chunk("data: a\n\n");
    bench.lose();
    assert_eq!(bench.failure.unwrap().attempt, 1);
    bench.ring();
    bench.accept();
    assert_eq!(refuse_error(&mut bench, OVERLOADED)[1], "lost event attempt=2 delay=200");
}

#[test]
fn an_event_that_means_failure_counts_even_if_the_page_was_hidden_during_its_batch() {
    for events in [&[PageEvent::Hidden][..], &[PageEvent::Hidden, PageEvent::Visible]] {
        let mut bench = Bench::open(limited().with(|config| config.when_hidden = WhenHidden::Pause));
        assert_eq!(bench.batch("id: 2\ndata: 2\n\nid: 3\nevent: error\ndata: x\n\nid: 4\ndata: 4\n\n").len(), 3);
        for event in events {
            bench.page(*event);
        }
        let lines = bench.fail_on("2", true);
        assert!(lines.contains(&"lost event attempt=1 delay=100".to_owned()), "{lines:?}");
        if bench.ring() == ["wait"] {
            bench.page(PageEvent::Visible);
        }
        assert_eq!(bench.request.as_ref().map(|request| &request.last_event_id[..]), Some(&b"2"[..]));
    }
}
