//! Unfinished events: the body ends before the blank line of its last event.

use eventsource_wasm::machine::{Config, Fault, Input, Retry, Unfinished};

use crate::support::{Bench, CUT, config};

const ALL: [Unfinished; 3] = [Unfinished::Discard, Unfinished::Deliver, Unfinished::Error];

fn with(unfinished: Unfinished) -> Config {
    config(|config| config.unfinished = Some(unfinished))
}

fn parts(event: [&str; 3]) -> Option<[String; 3]> {
    Some(event.map(str::to_owned))
}

/// The outputs at the end of a body.
fn end(config: Config, body: &str) -> (Bench, Vec<String>) {
    let mut bench = Bench::open(config);
    bench.chunk(body);
    let lines = bench.end();
    (bench, lines)
}

#[test]
fn an_event_that_lacks_its_blank_line_is_discarded_and_until_and_fail_on_see_it() {
    for terminator in ["", "\n", "\r", "\r\n"] {
        let (mut bench, lines) = end(with(Unfinished::Discard), &format!("data: 1\n\ndata: [DONE]{terminator}"));
        let lost = ["unfinished  \"[DONE]\"", "cancel", "lost ended attempt=1 delay=3000", "wait 3000"];
        assert_eq!(lines, lost, "{terminator:?}");
        assert_eq!(bench.unfinished_event(), parts(["", "[DONE]", ""]));
        assert_eq!(bench.ring(), ["send GET attempt=1 after ended", "wait"]);
    }
}

#[test]
fn by_default_a_source_discards_an_unfinished_event_and_one_request_is_truncated() {
    for (once, end_as) in [(false, "lost ended attempt=1 delay=3000"), (true, "failed truncated attempt=1")] {
        let (bench, lines) = end(config(|config| config.once = once), "data: {\"n\":1");
        assert_eq!(lines[..3], ["unfinished  \"{\\\"n\\\":1\"", "cancel", end_as]);
        assert_eq!(bench.unfinished_event(), parts(["", "{\"n\":1", ""]));
    }
}

#[test]
fn an_event_that_lacks_its_blank_line_is_delivered_once_with_unfinished_deliver() {
    for terminator in ["", "\n", "\r", "\r\n"] {
        let (bench, lines) = end(with(Unfinished::Deliver), &format!("data: 1\n\nevent: a\ndata: 2{terminator}"));
        let expected = ["event a \"2\"", "cancel", "lost ended attempt=1 delay=3000", "wait 3000"];
        assert_eq!(lines, expected, "{terminator:?}");
        assert_eq!(bench.unfinished_event(), None, "a delivered event is not unfinished");
        assert!(bench.failure.unwrap().delivered);
    }
}

#[test]
fn an_event_that_lacks_its_blank_line_is_truncated_with_unfinished_error() {
    let (_, lines) = end(with(Unfinished::Error), "data: a\n\ndata: half");
    assert_eq!(lines, ["unfinished  \"half\"", "cancel", "lost truncated attempt=1 delay=3000", "wait 3000"]);
}

#[test]
fn a_cut_off_block_without_data_is_no_unfinished_event() {
    for rest in ["", "id: 4", "id: 4\n", "event: x\n", ": comment", "dat", "data", "\n", "data: a\n\n"] {
        for unfinished in ALL {
            let (bench, lines) = end(with(unfinished), &format!("id: 3\n\n{rest}"));
            assert_eq!(lines[..2], ["cancel", "lost ended attempt=1 delay=3000"], "{rest:?} {unfinished:?}");
            assert_eq!(bench.unfinished_event(), None, "{rest:?}");
            assert_eq!(bench.machine.parser().last_event_id(), "3", "{rest:?}");
        }
        let (_, lines) = end(config(|config| config.once = true), rest);
        assert_eq!(lines, ["cancel", "closed complete", "wait"], "{rest:?}");
    }
}

#[test]
fn only_complete_lines_of_a_delivered_unfinished_event_set_the_id() {
    for (body, event, id) in [
        ("id: 3\n\nid: 4\ndata: a", "event message \"a\" id=4", "4"),
        ("id: 3\n\nid: 4\ndata: a\n", "event message \"a\" id=4", "4"),
        ("id: 3\n\ndata: a\nid: 4", "event message \"a\" id=3", "3"),
        ("id: 3\n\ndata: a\nid: 45\n", "event message \"a\" id=45", "45"),
        ("id: 3\n\ndata: a\nevent: b", "event message \"a\" id=3", "3"),
        ("id: 3\n\ndata: a\ndat", "event message \"a\" id=3", "3"),
    ] {
        let (mut bench, lines) = end(with(Unfinished::Deliver), body);
        assert_eq!(lines[0], event, "{body:?}");
        assert_eq!(bench.ring(), [&format!("send GET attempt=1 id={id} after ended"), "wait"], "{body:?}");
    }
}

#[test]
fn an_unfinished_event_that_is_not_delivered_does_not_set_the_id() {
    for unfinished in [Unfinished::Discard, Unfinished::Error] {
        let (mut bench, _) = end(with(unfinished), "id: 3\n\nid: 4\nevent: e\ndata: a\ndata: b\n");
        assert_eq!(bench.unfinished_event(), parts(["e", "a\nb", "4"]));
        bench.ring();
        assert_eq!(bench.request.unwrap().last_event_id, b"3");
    }
}

#[test]
fn an_unfinished_event_is_progress_only_if_it_is_delivered() {
    for (unfinished, attempt) in [(Unfinished::Discard, 2), (Unfinished::Error, 2), (Unfinished::Deliver, 1)] {
        let mut bench = Bench::open(with(unfinished));
        bench.lose();
        bench.ring();
        bench.accept();
        bench.chunk("data: half");
        bench.end();
        assert_eq!(bench.failure.unwrap().attempt, attempt, "{unfinished:?}");
    }
}

#[test]
fn an_event_that_was_cut_off_may_complete_the_stream() {
    for once in [false, true] {
        let mut bench = Bench::open(config(|config| {
            config.until = true;
            config.once = once;
        }));
        bench.chunk("data: 1\n\ndata: [DONE]");
        bench.handle(Input::End);
        assert_eq!(bench.poll().to_string(), "unfinished  \"[DONE]\"");
        assert_eq!(bench.tell(Input::Complete), ["cancel", "closed complete", "wait"]);
        assert_eq!(bench.unfinished_event(), parts(["", "[DONE]", ""]));
    }
}

#[test]
fn an_event_that_was_cut_off_and_delivered_may_complete_the_stream() {
    let mut bench = Bench::open(with(Unfinished::Deliver).with(|config| config.until = true));
    bench.chunk("data: [DONE]");
    bench.handle(Input::End);
    assert_eq!(bench.poll().to_string(), "event message \"[DONE]\"");
    assert_eq!(bench.tell(Input::Complete), ["cancel", "closed complete", "wait"]);

    let (_, lines) = end(with(Unfinished::Deliver).with(|config| config.until = true), "data: b");
    assert_eq!(lines[..3], ["event message \"b\"", "cancel", "lost truncated attempt=1 delay=3000"]);
}

#[test]
fn an_event_that_was_cut_off_may_mean_failure() {
    let mut bench = Bench::open(config(|config| config.retry = Some(Retry::Ask)));
    bench.chunk("id: 1\ndata: a\n\nid: 2\nevent: error\ndata: overloaded");
    bench.handle(Input::End);
    assert_eq!(bench.poll().to_string(), "unfinished error \"overloaded\"");
    assert_eq!(bench.fail_on("1", true), ["cancel", "ask event attempt=1", "wait"]);
    assert_eq!(bench.unfinished_event(), parts(["error", "overloaded", "2"]));
    assert_eq!(bench.machine.parser().last_event_id(), "1");
}

#[test]
fn an_unfinished_event_is_an_output_once() {
    let mut bench = Bench::open(config(|_| {}));
    assert_eq!(bench.batch("data: a\n\ndata: b"), ["event message \"a\""]);
    bench.drain();
    bench.handle(Input::End);
    assert_eq!(bench.take_batch(), [""; 0]);
    assert_eq!(bench.poll().to_string(), "unfinished  \"b\"");
    assert_eq!(bench.drain(), ["cancel", "lost ended attempt=1 delay=3000", "wait 3000"]);
}

#[test]
fn an_unfinished_event_is_part_of_the_last_batch() {
    let mut bench = Bench::open(with(Unfinished::Deliver));
    assert_eq!(bench.batch("data: a\n\ndata: b"), ["event message \"a\""]);
    bench.drain();
    bench.handle(Input::End);
    assert_eq!(bench.take_batch(), ["event message \"b\""]);
    assert_eq!(bench.drain(), ["cancel", "lost ended attempt=1 delay=3000", "wait 3000"]);
}

#[test]
fn an_event_cut_off_by_a_broken_network_is_only_kept_for_the_error() {
    for unfinished in ALL {
        let mut bench = Bench::open(with(unfinished));
        bench.chunk("id: 3\n\nid: 4\nevent: e\ndata: half");
        assert_eq!(bench.lose(), ["cancel", "lost network attempt=1 delay=3000", "wait 3000"]);
        assert_eq!(bench.unfinished_event(), parts(["e", "half", "4"]));
        assert_eq!(bench.machine.parser().last_event_id(), "3");
        bench.ring();
        bench.accept();
        assert_eq!(bench.chunk(" of it\n\n"), ["read", "wait"], "nothing is joined");
    }
    let mut bench = Bench::open(config(|config| config.in_page = true));
    bench.chunk("data: half");
    bench.fail(Fault::Body);
    bench.ring();
    assert_eq!(bench.unfinished_event(), parts(["", "half", ""]));
}

#[test]
fn after_close_or_reconnect_an_unfinished_event_is_no_output() {
    for (call, lines) in [
        (Input::Close, &["cancel", "closed by the user", "wait"][..]),
        (Input::Reconnect { last_event_id: None }, &["cancel", "send GET attempt=0 to reconnect", "wait"]),
    ] {
        for unfinished in ALL {
            let mut bench = Bench::open(with(unfinished));
            bench.chunk("data: half");
            bench.handle(Input::End);
            assert_eq!(bench.tell(call.clone()), lines);
        }
    }
}

#[test]
fn the_unfinished_event_is_the_one_of_the_last_failure() {
    for next in [Input::Failed(Fault::Rejected { url: None }), Input::Failed(Fault::Unusable)] {
        let mut bench = Bench::open(config(|_| {}));
        bench.chunk("data: half");
        bench.lose();
        assert!(bench.unfinished_event().is_some());
        bench.ring();
        bench.tell(next);
        assert_eq!(bench.unfinished_event(), None, "the next failure cut off nothing");
    }
    let mut bench = Bench::open(config(|_| {}));
    bench.chunk("data: half");
    bench.handle(Input::Failed(CUT));
    bench.drain();
    bench.ring();
    bench.refuse(404);
    assert_eq!(bench.unfinished_event(), None);
}

#[test]
fn an_event_that_is_too_large_is_not_kept_as_unfinished() {
    let mut bench = Bench::open(config(|config| config.max_event_size = 8));
    assert_eq!(bench.chunk("data: 123456789"), ["cancel", "failed event-too-large attempt=1", "wait"]);
    assert_eq!(bench.unfinished_event(), None);
}

#[test]
fn an_end_before_the_events_are_taken_cuts_off_only_the_unfinished_event() {
    for (unfinished, last) in [(Unfinished::Error, "unfinished  \"3\""), (Unfinished::Deliver, "event message \"3\"")] {
        let mut bench = Bench::open(config(|config| config.unfinished = Some(unfinished)));
        bench.handle_all([Input::Chunk(b"data: 1\n\ndata: 2\n\ndata: 3"), Input::End]);
        assert_eq!(bench.drain()[..3], ["event message \"1\"", "event message \"2\"", last]);
    }
    let mut bench = Bench::open(config(|_| {}));
    bench.handle_all([Input::Chunk(b"id: 7\ndata: 1\n\ndata: 2"), Input::Failed(Fault::Body)]);
    assert_eq!(bench.drain(), ["cancel", "lost network attempt=1 delay=3000", "wait 3000"]);
    let cut_off = bench.machine.unfinished_event().map(|event| event.data.to_string_lossy().into_owned());
    assert_eq!(cut_off.as_deref(), Some("2"));
    assert_eq!(bench.machine.parser().last_event_id(), "", "events that were not delivered are requested again");
}
