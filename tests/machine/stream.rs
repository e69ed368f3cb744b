//! An open stream: its opening, events, size limit and reconnection time, and a reset for another stream in the same body.

use std::time::Duration;

use eventsource_wasm::ErrorCode;
use eventsource_wasm::http::ResponseHead;
use eventsource_wasm::machine::{Fault, Input, ReadyState, Retry, RetryPolicy};

use crate::support::{Bench, Record, config, milliseconds};

#[test]
fn a_stream_opens_with_any_parameters_and_case_of_its_type() {
    for content_type in [
        "text/event-stream",
        "text/event-stream;charset=utf-8",
        "TEXT/Event-Stream ; x=y",
        " text/event-stream",
        "text/html, text/event-stream; charset=utf-8",
        "text/event-stream,",
        "text/event-stream, */*",
        "text/event-stream, text/",
        "text/event-stream, text/html x",
        "text/event-stream, charset=a/b",
        "text/event-stream, (a)/b",
        r#"text/event-stream; profile="http://a,http://b""#,
        r#"text/event-stream; x="\",a/b""#,
        r#"text/html; x="a,b/c", text/event-stream; y="unfinished,text/html"#,
    ] {
        let mut bench = Bench::sent(config(|_| {}));
        assert_eq!(bench.ready_state(), ReadyState::Connecting);
        assert_eq!(bench.respond(200, Some(content_type)), ["open", "read", "wait"], "{content_type}");
        assert_eq!(bench.ready_state(), ReadyState::Open);
    }
}

#[test]
fn the_last_type_of_several_decides() {
    for content_type in
        ["text/event-stream, text/html", r#"text/event-stream; x="a", text/html"#, "text/event-streams", "/", "*/*"]
    {
        let head = ResponseHead::new(200, Some(content_type));
        assert_eq!(head.refusal(), Some(ErrorCode::ContentType), "{content_type}");
    }
}

#[test]
fn events_come_one_by_one_and_the_next_read_after_the_last() {
    let mut bench = Bench::open(config(|_| {}));
    assert_eq!(
        bench.chunk("data: a\n\nevent: b\nid: 1\ndata: c\ndata: d\n\n: comment\nda"),
        ["event message \"a\"", "event b \"c\\nd\" id=1", "read", "wait"]
    );
    assert_eq!(bench.chunk("ta: e\n"), ["read", "wait"]);
    assert_eq!(bench.chunk("\n"), ["event message \"e\" id=1", "read", "wait"]);
}

#[test]
fn a_chunk_written_to_room_is_handled_as_any_chunk() {
    let mut bench = Bench::open(config(|_| {}));
    bench.machine.room(100)[..9].copy_from_slice(b"data: a\n\n");
    assert_eq!(bench.tell(Input::Filled(9)), ["event message \"a\"", "read", "wait"]);

    let mut bench = Bench::sent(config(|_| {}));
    bench.respond(404, None);
    bench.machine.room(100)[..5].copy_from_slice(b"wrong");
    assert_eq!(bench.tell(Input::Filled(5)), ["read", "wait 5000"]);
    assert_eq!(bench.machine.evidence(), b"wrong");
}

#[test]
fn an_event_over_the_size_limit_is_an_error_and_not_retried() {
    let mut bench = Bench::open(config(|config| {
        config.max_event_size = 8;
        config.retry = Some(Retry::Policy(RetryPolicy::default()));
    }));
    assert_eq!(
        bench.chunk("data: 1\n\ndata: 123456789"),
        ["event message \"1\"", "cancel", "failed event-too-large attempt=1", "wait"]
    );
}

#[test]
fn a_cr_that_ends_an_event_delivers_it_at_once_and_leaves_nothing_unfinished() {
    for body in ["data: x\r\r", "data: x\n\r", "data: x\r\n\r"] {
        let mut bench = Bench::open(config(|config| config.once = true));
        let (last, before) = body.as_bytes().split_last().unwrap();
        for byte in before {
            assert_eq!(bench.chunk([*byte]), ["read", "wait"], "{body:?}");
        }
        assert_eq!(bench.chunk([*last]), ["event message \"x\"", "read", "wait"], "{body:?}");
        assert_eq!(bench.end(), ["cancel", "closed complete", "wait"], "{body:?}");
    }
}

#[test]
fn a_byte_order_mark_among_empty_chunks_is_stripped_from_each_stream() {
    let cuts: [&[&[u8]]; 2] =
        [&[b"", b"\xef\xbb\xbfdata: a\n\n"], &[b"", b"\xef", b"", b"\xbb\xbf", b"", b"data: a\n\n"]];
    for chunks in cuts {
        let mut bench = Bench::open(config(|_| {}));
        for stream in ["the first", "after a reset", "of another connection"] {
            let (last, before) = chunks.split_last().unwrap();
            for chunk in before {
                assert_eq!(bench.chunk(chunk), ["read", "wait"], "{stream}");
            }
            assert_eq!(bench.chunk(last), ["event message \"a\"", "read", "wait"], "{stream}");
            if stream == "the first" {
                bench.tell(Input::Reset);
            } else {
                bench.lose();
                bench.ring();
                bench.accept();
            }
        }
    }
}

#[test]
fn small_events_are_delivered_before_a_large_event_after_them_is_complete() {
    const SMALL: usize = 5000;
    let large = "x".repeat(850_000);
    let body = format!("{}data: {large}\n\n", "data: small\n\n".repeat(SMALL));
    let mut bench = Bench::open(config(|_| {}));
    let mut fed = 0;
    for chunk in body.as_bytes().chunks(1400) {
        let mut events = bench.chunk(chunk);
        events.truncate(events.len() - 2);
        let whole = |fed| if fed == body.len() { SMALL + 1 } else { SMALL.min(fed / "data: small\n\n".len()) };
        assert_eq!(events.len(), whole(fed + chunk.len()) - whole(fed), "after {fed} bytes");
        fed += chunk.len();
        if fed == body.len() {
            assert_eq!(events, [format!("event message {large:?}")]);
        }
    }
}

#[test]
fn a_retry_field_is_an_output_in_the_order_of_the_stream_and_sets_the_reconnection_time() {
    let mut bench = Bench::open(config(|_| {}));
    assert_eq!(bench.machine.reconnection_time(), milliseconds(3000));
    assert_eq!(
        bench.chunk("retry: 5\ndata: a\n\nretry: 6\nretry: 7\ndata: b\n\nretry: 80\n\nretry: x\n"),
        ["retry 5", "event message \"a\"", "retry 6", "retry 7", "event message \"b\"", "retry 80", "read", "wait"]
    );
    assert_eq!(bench.machine.reconnection_time(), milliseconds(80));
    assert_eq!(bench.lose(), ["cancel", "lost network attempt=1 delay=80", "wait 80"]);
}

#[test]
fn a_reconnection_time_outlives_its_connection() {
    let mut bench = Bench::open(config(|_| {}));
    bench.chunk("retry: 80\n\n");
    bench.reconnect();
    assert_eq!(bench.machine.reconnection_time(), milliseconds(80));
}

#[test]
fn a_reconnection_time_is_limited_to_the_range_of_a_timer() {
    let mut bench = Bench::open(config(|_| {}));
    assert_eq!(bench.chunk("retry: 0\n"), ["retry 0", "read", "wait"]);
    assert_eq!(bench.machine.reconnection_time(), milliseconds(10));
    bench.chunk("retry: 99999999999999999999999\n");
    assert_eq!(bench.machine.reconnection_time(), milliseconds(i32::MAX as u64));
    bench.lose();
    assert_eq!(bench.failure.unwrap().delay, Some(milliseconds(i32::MAX as u64)));
}

#[test]
fn the_rest_of_a_lost_stream_is_not_joined_to_the_next() {
    let mut bench = Bench::open(config(|_| {}));
    assert_eq!(bench.chunk("data: half"), ["read", "wait"]);
    bench.lose();
    bench.ring();
    bench.accept();
    assert_eq!(bench.chunk(" of it\n\ndata: whole\n\n"), ["event message \"whole\"", "read", "wait"]);
}

#[test]
fn a_reset_discards_the_unfinished_event_and_keeps_id_and_reconnection_time() {
    let mut bench = Bench::open(config(|_| {}));
    assert_eq!(
        bench.chunk("retry: 70\nid: 1\ndata: whole\n\nid: 2\nevent: half\ndata: ha"),
        ["retry 70", "event message \"whole\" id=1", "read", "wait"]
    );
    assert_eq!(bench.tell(Input::Reset), ["wait"]);
    // The stream after a reset may begin with a byte order mark.
    assert_eq!(bench.chunk("\u{feff}data: fresh\n\n"), ["event message \"fresh\" id=1", "read", "wait"]);
    assert_eq!(bench.machine.reconnection_time(), milliseconds(70));
    assert_eq!(bench.ready_state(), ReadyState::Open);
}

#[test]
fn late_answers_of_a_cancelled_request_do_nothing() {
    let late = || {
        [
            Input::Response(ResponseHead::new(200, Some("text/event-stream"))),
            Input::Response(ResponseHead::new(404, None)),
            Input::Chunk(b"data: late\n\n"),
            Input::End,
            Input::Failed(Fault::Body),
            Input::Failed(Fault::Unusable),
        ]
    };
    for input in late() {
        // The late answer arrives before the shell has cancelled its request.
        for mut bench in [Bench::sent(config(|_| {})), Bench::open(config(|_| {}))] {
            bench.handle(Input::Reconnect { last_event_id: None });
            assert_eq!(bench.tell(input.clone()), ["cancel", "send GET attempt=0 to reconnect", "wait"], "{input:?}");
        }
        let mut bench = Bench::open(config(|_| {}));
        bench.lose();
        assert_eq!(bench.tell(input.clone()), ["wait 3000"], "{input:?}");
        bench.close();
        assert_eq!(bench.tell(input.clone()), ["wait"], "{input:?}");
    }
}

#[test]
fn while_an_event_is_delivered_its_id_is_the_last_event_id() {
    let mut bench = Bench::open(config(|_| {}));
    bench.handle(Input::Chunk(b"id: 1\ndata: a\n\nid: 2\ndata: b\n\n"));
    for id in ["1", "2"] {
        assert!(matches!(bench.poll(), Record::Event { id: of_event, .. } if of_event == id));
        assert_eq!(bench.machine.parser().last_event_id(), id);
    }
}

#[test]
fn a_machine_works_with_a_clock_of_any_origin() {
    for now in [Duration::ZERO, Duration::from_micros(u64::from(u32::MAX)), Duration::from_secs(1 << 40)] {
        let mut bench = Bench::new(config(|config| config.connect_timeout = Some(milliseconds(10))));
        bench.now = now;
        assert_eq!(bench.start(), ["send GET attempt=0", "wait 10"]);
        assert_eq!(bench.ring(), ["cancel", "lost connect-timeout attempt=1 delay=3000", "wait 3000"]);
    }
}

#[test]
fn comments_are_delivered_only_if_configured() {
    for (comments, lines) in [
        (true, &["comment \"one\"", "event message \"a\"", "comment \"\"", "read", "wait"][..]),
        (false, &["event message \"a\"", "read", "wait"]),
    ] {
        let mut bench = Bench::open(config(|config| config.comments = comments));
        assert_eq!(bench.chunk(": one\ndata: a\n\n:\n: half"), lines);
    }
}

#[test]
fn a_comment_that_is_too_large_is_left_out_without_an_error() {
    let mut bench = Bench::open(config(|config| {
        config.comments = true;
        config.max_event_size = 8;
    }));
    assert_eq!(
        bench.chunk(format!(": {}\n: short\ndata: a\n\n", "long".repeat(10))),
        ["comment \"short\"", "event message \"a\"", "read", "wait"]
    );
}

#[test]
fn a_response_that_the_user_accepts_opens_if_it_may_be_accepted() {
    for (status, content_type, may_be_accepted) in [
        (200, Some("application/json"), true),
        (200, Some("text/plain"), true),
        (200, None, true),
        (200, Some("text/html; charset=utf-8"), false),
        (204, Some("text/plain"), false),
        (404, Some("text/plain"), false),
        (200, Some("text/event-stream"), false),
    ] {
        let head = ResponseHead::new(status, content_type);
        assert_eq!(head.may_be_accepted(), may_be_accepted, "{status} {content_type:?}");
        let mut bench = Bench::sent(config(|_| {}));
        let opens = bench.tell(Input::Response(head.accepted()))[0] == "open";
        assert_eq!(opens, may_be_accepted || head.refusal().is_none(), "{status} {content_type:?}");
    }
}

#[test]
fn whole_events_that_have_arrived_survive_a_reset_but_in_a_pause() {
    let chunk = b"id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\ndata: half";
    let mut bench = Bench::open(config(|_| {}));
    bench.handle(Input::Chunk(chunk));
    assert!(matches!(bench.poll(), Record::Event { data, .. } if data == "a"));
    assert_eq!(bench.tell(Input::Reset), ["event message \"b\" id=2", "read", "wait"]);
    assert_eq!(bench.chunk("\u{feff}data: c\n\n"), ["event message \"c\" id=2", "read", "wait"]);

    bench.handle(Input::Chunk(chunk));
    assert!(matches!(bench.poll(), Record::Event { data, .. } if data == "a"));
    bench.pause();
    bench.tell(Input::Reset);
    assert_eq!(bench.resume(), ["read", "wait"]);
    assert_eq!(bench.chunk("data: d\n\n"), ["event message \"d\" id=1", "read", "wait"]);
}
