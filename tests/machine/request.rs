//! The contents of a request, and the failures of a request that are final.

use eventsource_wasm::ErrorCode;
use eventsource_wasm::http::last_event_id_bytes;
use eventsource_wasm::machine::{Fault, Retry, RetryPolicy};

use crate::support::{Bench, SECOND, config, milliseconds};

#[test]
fn the_first_request_is_sent_at_the_start_and_only_once() {
    let mut bench = Bench::new(config(|_| {}));
    assert_eq!(bench.drain(), ["wait"]);
    assert_eq!(bench.start(), ["send GET attempt=0", "wait"]);
    assert_eq!(bench.start(), ["wait"]);
}

#[test]
fn the_default_method_is_get_and_post_with_a_body() {
    for (method, has_body, sent) in [
        (None, false, "send GET attempt=0"),
        (None, true, "send POST attempt=0"),
        (Some("GET"), true, "send GET attempt=0"),
        (Some("PUT"), true, "send PUT attempt=0"),
        (Some("post"), false, "send post attempt=0"),
    ] {
        let mut bench = Bench::new(config(|config| {
            config.method = method.map(str::to_owned);
            config.has_body = has_body;
        }));
        assert_eq!(bench.start(), [sent, "wait"]);
    }
}

#[test]
fn a_request_is_repeated_by_default_only_if_its_method_is_idempotent() {
    for (method, has_body, is_repeated) in [
        (None, false, true),
        (None, true, false),
        (Some("GET"), true, true),
        (Some("get"), false, true),
        (Some("PUT"), true, true),
        (Some("DELETE"), false, true),
        (Some("POST"), false, false),
        (Some("PATCH"), true, false),
        (Some("QUERY"), true, false),
    ] {
        let mut bench = Bench::open(config(|config| {
            config.method = method.map(str::to_owned);
            config.has_body = has_body;
        }));
        assert_eq!(bench.machine.watches_page(), is_repeated, "{method:?}");
        let after = if is_repeated { "lost network attempt=1 delay=3000" } else { "failed network attempt=1" };
        assert_eq!(bench.lose()[..2], ["cancel", after], "{method:?}");
    }
}

#[test]
fn an_explicit_retry_repeats_a_post() {
    for retry in [Retry::Standard, Retry::Policy(RetryPolicy::default())] {
        let mut bench = Bench::open(config(|config| {
            config.has_body = true;
            config.retry = Some(retry);
        }));
        assert_eq!(bench.lose(), ["cancel", "lost network attempt=1 delay=3000", "wait 3000"]);
        assert_eq!(bench.ring(), ["send POST attempt=1 after network", "wait"]);
    }
}

#[test]
fn a_post_without_a_body_resumes_with_its_id_as_long_as_it_makes_progress() {
    let policy = RetryPolicy::default().initial_delay(milliseconds(500)).max_attempts(2);
    let mut bench = Bench::open(config(|config| {
        config.method = Some("POST".to_owned());
        config.retry = Some(Retry::Policy(policy));
    }));
    for number in 1..=100 {
        bench.now += SECOND * 3600;
        bench.chunk(format!("id: {number}\ndata: a\n\n"));
        assert_eq!(bench.lose(), ["cancel", "lost network attempt=1 delay=500", "wait 500"]);
        assert_eq!(bench.ring(), [&format!("send POST attempt=1 id={number} after network"), "wait"]);
        bench.accept();
    }
}

#[test]
fn ids_are_sent_as_utf8_bytes_or_not_at_all_if_no_header_can_carry_them() {
    let header = |id: &str| {
        let bench = Bench::sent(config(|config| config.last_event_id = id.to_owned()));
        let request = bench.request.expect("a request");
        assert_eq!(request.last_event_id, id.as_bytes());
        let sendable = request.header.as_ref().map(|_| id.as_bytes().to_vec());
        assert_eq!(last_event_id_bytes(&request.last_event_id), sendable);
        request.header
    };
    assert_eq!(header(""), None);
    assert_eq!(header("42").as_deref(), Some("42"));
    assert_eq!(header("a\tb c").as_deref(), Some("a\tb c"));
    assert_eq!(header("é☃").as_deref(), Some("\u{c3}\u{a9}\u{e2}\u{98}\u{83}"));
    assert_eq!(header("a\u{1}"), None);
    assert_eq!(header("a\u{7f}"), None);
    assert_eq!(header("\u{80}").as_deref(), Some("\u{c2}\u{80}"));
}

#[test]
fn a_block_with_only_an_id_sets_it_with_replacement_characters_for_invalid_utf8() {
    for (block, header, bytes) in
        [(&b"id: 5\n\n"[..], "5", "5"), (b"id: a\xffb\n\n", "a\u{ef}\u{bf}\u{bd}b", "a\u{fffd}b")]
    {
        let mut bench = Bench::open(config(|_| {}));
        assert_eq!(bench.chunk(block)[1..], ["read", "wait"]);
        bench.end();
        bench.ring();
        let request = bench.request.unwrap();
        assert_eq!(request.header.as_deref(), Some(header));
        assert_eq!(last_event_id_bytes(&request.last_event_id).as_deref(), Some(bytes.as_bytes()));
    }
}

#[test]
fn a_failure_has_whether_no_header_can_carry_the_id() {
    for (chunk, is_id_unsendable) in [("id: a\x01\ndata: x\n\n", true), ("id: a\ndata: x\n\n", false)] {
        let mut bench = Bench::open(config(|_| {}));
        bench.chunk(chunk);
        bench.end();
        assert_eq!(bench.failure.unwrap().is_id_unsendable, is_id_unsendable);
        bench.ring();
        assert_eq!(bench.request.unwrap().header.is_none(), is_id_unsendable);
    }
}

#[test]
fn a_request_that_cannot_be_made_or_read_fails_for_good() {
    for retry in [Retry::Standard, Retry::Policy(RetryPolicy::default()), Retry::Never] {
        let mut bench = Bench::sent(config(|config| config.retry = Some(retry)));
        assert_eq!(bench.fail(Fault::Unusable), ["cancel", "failed request attempt=1", "wait"]);
        let mut bench = Bench::open(config(|config| config.retry = Some(retry)));
        assert_eq!(bench.fail(Fault::Unusable), ["cancel", "failed request attempt=1", "wait"]);
    }
}

#[test]
fn a_function_that_cannot_make_the_request_is_called_again_only_with_a_retry_policy() {
    let policy = RetryPolicy::default().max_attempts(2);
    let mut bench = Bench::sent(config(|config| config.retry = Some(Retry::Policy(policy))));
    assert_eq!(bench.fail(Fault::Unprepared), ["cancel", "lost request attempt=1 delay=3000", "wait 3000"]);
    bench.ring();
    // A failure after it is judged by itself.
    assert_eq!(bench.fail(Fault::Unusable), ["cancel", "failed request attempt=2", "wait"]);
    let mut bench = Bench::sent(config(|config| config.retry = Some(Retry::Policy(policy))));
    bench.fail(Fault::Unprepared);
    bench.ring();
    assert_eq!(bench.fail(Fault::Unprepared), ["cancel", "failed request attempt=2", "wait"]);
    for retry in [Retry::Standard, Retry::Never] {
        let mut bench = Bench::sent(config(|config| config.retry = Some(retry)));
        assert_eq!(bench.fail(Fault::Unprepared), ["cancel", "failed request attempt=1", "wait"]);
    }
    let mut bench = Bench::sent(config(|config| config.retry = Some(Retry::Ask)));
    assert_eq!(bench.fail(Fault::Unprepared), ["cancel", "ask request attempt=1", "wait"]);
}

#[test]
fn a_rejected_fetch_is_a_loss_unless_its_url_is_not_of_http() {
    for (url, code) in [
        (None, ErrorCode::Network),
        (Some("http://a.test/"), ErrorCode::Network),
        (Some("https://a.test/"), ErrorCode::Network),
        (Some("HTTP://a.test/"), ErrorCode::Network),
        (Some("HttpS://a.test/"), ErrorCode::Network),
        (Some("ftp://a.test/"), ErrorCode::Request),
        (Some("file:///http:"), ErrorCode::Request),
        (Some("blob:https://a.test/b"), ErrorCode::Request),
        (Some("data:,"), ErrorCode::Request),
        (Some("httpx://a.test/"), ErrorCode::Request),
        (Some("about:blank"), ErrorCode::Request),
        (Some(""), ErrorCode::Request),
    ] {
        let mut bench = Bench::sent(config(|_| {}));
        bench.fail(Fault::Rejected { url });
        let failure = bench.failure.unwrap();
        assert_eq!((failure.code, failure.delay.is_some()), (code, code == ErrorCode::Network), "{url:?}");
    }
}

#[test]
fn a_body_that_breaks_off_is_a_loss_before_and_after_the_head() {
    for mut bench in [Bench::open(config(|_| {})), Bench::sent(config(|_| {}))] {
        assert_eq!(bench.fail(Fault::Body), ["cancel", "lost network attempt=1 delay=3000", "wait 3000"]);
    }
}

#[test]
fn a_retry_function_is_called_after_a_request_that_cannot_be_made() {
    let mut bench = Bench::sent(config(|config| config.retry = Some(Retry::Ask)));
    assert_eq!(bench.fail(Fault::Unusable), ["cancel", "ask request attempt=1", "wait"]);
}

#[test]
fn with_sends_last_event_id_off_a_request_has_no_header_and_the_id_is_remembered() {
    let mut bench = Bench::sent(config(|config| {
        config.last_event_id = "5".to_owned();
        config.sends_last_event_id = false;
    }));
    for id in ["5", "6"] {
        let request = bench.request.clone().unwrap();
        assert_eq!((request.header, request.last_event_id.as_slice()), (None, id.as_bytes()));
        bench.accept();
        bench.chunk("id: 6\ndata: a\n\n");
        bench.lose();
        bench.ring();
    }
}

#[test]
fn a_request_by_reconnect_has_that_reason_until_it_opens() {
    let mut bench = Bench::open(config(|_| {}));
    assert_eq!(bench.reconnect(), ["cancel", "send GET attempt=0 to reconnect", "wait"]);
    bench.accept();
    bench.lose();
    assert_eq!(bench.ring(), ["send GET attempt=1 after network", "wait"]);
}

#[test]
fn a_fetch_that_does_not_stream_fails_once_and_for_good() {
    for retry in [Retry::Standard, Retry::Ask, Retry::Policy(RetryPolicy::default())] {
        let mut bench = Bench::open(config(|config| {
            config.in_page = true;
            config.retry = Some(retry);
        }));
        assert_eq!(bench.fail(Fault::NotStreamed), ["cancel", "failed not-streamed attempt=1", "wait"]);
    }
}
