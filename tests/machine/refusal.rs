//! Refusals: responses that are no event stream. How much of the body is read as evidence, for how long, and what follows.

use std::time::Duration;

use eventsource_wasm::ErrorCode;
use eventsource_wasm::http::ResponseHead;
use eventsource_wasm::machine::{
    Config, Decision, Fault, Input, PageEvent, ReadyState, Retry, RetryPolicy, WhenHidden,
};

use crate::support::{Bench, SECOND, config, milliseconds};

fn policy() -> Config {
    config(|config| config.retry = Some(Retry::Policy(RetryPolicy::default())))
}

fn renewing() -> Config {
    config(|config| config.renews_credentials = true)
}

#[test]
fn a_response_that_is_no_event_stream_is_refused_for_good() {
    for (status, content_type, code) in [
        (200, Some("text/event-streamx"), ErrorCode::ContentType),
        (200, Some("text/plain; text/event-stream"), ErrorCode::ContentType),
        (200, Some("text/event-stream, text/html"), ErrorCode::ContentType),
        (200, Some(""), ErrorCode::ContentType),
        (200, None, ErrorCode::ContentType),
        (204, Some("text/event-stream"), ErrorCode::NoContent),
        (201, Some("text/event-stream"), ErrorCode::Status),
        (206, Some("text/event-stream"), ErrorCode::Status),
        (403, Some("text/event-stream"), ErrorCode::Status),
        (500, Some("text/event-stream"), ErrorCode::Status),
    ] {
        let mut bench = Bench::sent(config(|_| {}));
        assert_eq!(bench.respond(status, content_type), ["read", "wait 5000"]);
        assert_eq!(bench.ready_state(), ReadyState::Connecting);
        assert_eq!(bench.chunk("data: not to be parsed\n\n"), ["read", "wait 5000"]);
        assert_eq!(bench.end(), ["cancel", &format!("failed {} {status} attempt=1", code.as_str()), "wait"]);
        let failure = bench.failure.unwrap();
        assert_eq!((failure.code, failure.status, failure.delay), (code, Some(status), None));
        assert_eq!(bench.ready_state(), ReadyState::Closed);
        assert_eq!(bench.chunk("data: not to be parsed\n\n"), ["wait"]);
    }
}

#[test]
fn the_body_of_a_refusal_is_read_before_the_failure_as_evidence() {
    let mut bench = Bench::sent(policy());
    assert_eq!(bench.respond(503, Some("text/plain")), ["read", "wait 5000"]);
    assert_eq!(bench.chunk("over"), ["read", "wait 5000"]);
    assert_eq!(bench.chunk(""), ["read", "wait 5000"]);
    assert_eq!(bench.chunk("loaded"), ["read", "wait 5000"]);
    assert_eq!(bench.end(), ["cancel", "lost status 503 attempt=1 delay=3000", "wait 3000"]);
    assert_eq!(bench.machine.evidence(), b"overloaded");
}

#[test]
fn a_refused_body_that_breaks_off_is_evidence_up_to_the_break() {
    for fault in [Fault::Body, Fault::Unusable, Fault::Rejected { url: None }] {
        let mut bench = Bench::sent(config(|_| {}));
        bench.respond(404, None);
        bench.chunk("no such");
        assert_eq!(bench.fail(fault), ["cancel", "failed status 404 attempt=1", "wait"]);
        assert_eq!(bench.machine.evidence(), b"no such");
    }
}

#[test]
fn a_refused_body_is_kept_up_to_the_limit_and_then_cancelled() {
    const LIMIT: usize = 64 << 10;
    for lengths in [&[LIMIT][..], &[LIMIT - 1, 1], &[LIMIT - 1, 2], &[1, 2 * LIMIT], &[1 << 20]] {
        let mut bench = Bench::sent(config(|_| {}));
        bench.respond(500, None);
        let (last, first) = lengths.split_last().unwrap();
        for length in first {
            assert_eq!(bench.chunk("a".repeat(*length)), ["read", "wait 5000"]);
        }
        let lines = bench.chunk("z".repeat(*last));
        assert_eq!(lines, ["cancel", "failed status 500 attempt=1", "wait"], "{lengths:?}");
        let first: usize = first.iter().sum();
        let kept = "a".repeat(first) + &"z".repeat(LIMIT - first);
        assert_eq!(bench.machine.evidence(), kept.as_bytes(), "{lengths:?}");
    }
}

#[test]
fn reading_goes_on_until_the_last_byte_of_the_limit() {
    let mut bench = Bench::sent(config(|config| config.max_error_body = 10));
    bench.respond(500, None);
    assert_eq!(bench.chunk("123456789"), ["read", "wait 5000"]);
    assert_eq!(bench.chunk("01"), ["cancel", "failed status 500 attempt=1", "wait"]);
    assert_eq!(bench.machine.evidence(), b"1234567890");
}

#[test]
fn with_an_error_body_limit_of_zero_a_refused_body_is_not_read() {
    let mut bench = Bench::sent(policy().with(|config| config.max_error_body = 0));
    assert_eq!(bench.respond(503, None), ["cancel", "lost status 503 attempt=1 delay=3000", "wait 3000"]);
    assert_eq!(bench.machine.evidence(), b"");
}

#[test]
fn reading_evidence_ends_five_seconds_after_the_head_even_if_the_read_never_settles() {
    let mut bench = Bench::sent(policy());
    bench.respond(503, None);
    assert_eq!(bench.pass(milliseconds(4999)), ["wait 1"]);
    assert_eq!(bench.pass(milliseconds(1)), ["cancel", "lost status 503 attempt=1 delay=3000", "wait 3000"]);
    assert_eq!(bench.machine.evidence(), b"");
}

#[test]
fn bytes_do_not_extend_the_deadline_of_evidence() {
    let mut bench = Bench::sent(config(|_| {}));
    bench.respond(503, None);
    for left in [3000, 1000] {
        bench.now += SECOND * 2;
        assert_eq!(bench.chunk("slow"), ["read", &format!("wait {left}")]);
    }
    assert_eq!(bench.ring(), ["cancel", "failed status 503 attempt=1", "wait"]);
    assert_eq!(bench.machine.evidence(), b"slowslow");
}

#[test]
fn evidence_is_read_no_longer_than_the_rest_of_the_connect_timeout() {
    for (head_after, left) in [(0, 5000), (4_999, 5000), (5_001, 4999), (9_999, 1)] {
        let mut bench = Bench::sent(config(|config| config.connect_timeout = Some(SECOND * 10)));
        bench.now += milliseconds(head_after);
        assert_eq!(bench.respond(404, None), ["read", &format!("wait {left}")]);
        assert_eq!(bench.pass(milliseconds(left - 1)).last().unwrap(), "wait 1");
        assert_eq!(bench.ring(), ["cancel", "failed status 404 attempt=1", "wait"]);
    }
}

#[test]
fn a_refusal_whose_head_arrives_after_the_connect_timeout_has_no_evidence() {
    let mut bench = Bench::sent(config(|config| config.connect_timeout = Some(SECOND * 10)));
    bench.now += SECOND * 11;
    assert_eq!(bench.respond(404, None), ["cancel", "failed status 404 attempt=1", "wait"]);
}

#[test]
fn idle_and_event_timeouts_do_not_apply_to_evidence() {
    let mut bench = Bench::sent(config(|config| {
        config.idle_timeout = Some(SECOND / 10);
        config.event_timeout = Some(SECOND / 10);
    }));
    assert_eq!(bench.respond(404, None), ["read", "wait 5000"]);
    assert_eq!(bench.pass(milliseconds(4_999)), ["wait 1"]);
}

#[test]
fn evidence_that_has_arrived_counts_even_if_the_deadline_has_passed() {
    let mut bench = Bench::sent(config(|_| {}));
    bench.respond(404, None);
    bench.now += SECOND * 5;
    assert_eq!(bench.chunk("late"), ["cancel", "failed status 404 attempt=1", "wait"]);
    assert_eq!(bench.machine.evidence(), b"late");
}

#[test]
fn each_refusal_has_only_its_own_evidence() {
    let mut bench = Bench::sent(policy());
    bench.respond(503, None);
    bench.chunk("first");
    bench.end();
    bench.ring();
    assert_eq!(bench.respond(503, None), ["read", "wait 5000"]);
    assert_eq!(bench.machine.evidence(), b"");
    bench.chunk("second");
    bench.end();
    assert_eq!(bench.machine.evidence(), b"second");
}

#[test]
fn a_network_failure_after_a_refusal_has_no_evidence() {
    let mut bench = Bench::sent(policy());
    bench.respond(503, None);
    bench.chunk("overloaded");
    bench.end();
    assert_eq!(bench.ring(), ["send GET attempt=1 after status 503", "wait"]);
    assert_eq!(bench.fail(Fault::Rejected { url: None }), ["cancel", "lost network attempt=2 delay=6000", "wait 6000"]);
    assert_eq!(bench.machine.evidence(), b"");
}

#[test]
fn the_delay_of_a_retry_counts_from_the_end_of_the_evidence() {
    let mut bench = Bench::sent(policy());
    bench.respond(503, None);
    bench.now += milliseconds(700);
    assert_eq!(bench.end(), ["cancel", "lost status 503 attempt=1 delay=3000", "wait 3000"]);
}

#[test]
fn temporary_statuses_are_retried_only_with_an_explicit_policy() {
    for (status, is_retried) in [(503, true), (429, true), (408, true), (404, false), (401, false), (204, false)] {
        let mut bench = Bench::sent(policy());
        bench.refuse(status);
        assert_eq!(bench.failure.unwrap().delay.is_some(), is_retried, "{status}");

        let mut bench = Bench::sent(config(|_| {}));
        bench.refuse(status);
        assert_eq!(bench.failure.unwrap().delay, None, "{status}");
    }
}

#[test]
fn retry_after_is_obeyed() {
    for (value, delay) in [("40", 40), ("Thu, 01 Jan 1970 00:01:00 GMT", 50), ("soon", 3), ("2", 3)] {
        let mut bench = Bench::sent(policy());
        let head = ResponseHead::new(503, None).with_retry_after(value, SECOND * 10);
        assert_eq!(bench.tell(Input::Response(head)), ["read", "wait 5000"]);
        bench.end();
        assert_eq!(bench.failure.unwrap().delay, Some(SECOND * delay), "{value}");
    }
}

#[test]
fn a_refused_request_that_the_user_reconnects_or_closes_is_cancelled_at_once() {
    let mut bench = Bench::sent(config(|_| {}));
    bench.respond(404, None);
    assert_eq!(bench.reconnect(), ["cancel", "send GET attempt=0 to reconnect", "wait"]);
    bench.respond(404, None);
    assert_eq!(bench.close(), ["cancel", "closed by the user", "wait"]);
}

#[test]
fn credentials_are_renewed_once_per_stream_without_a_loss() {
    for status in [401, 403] {
        let mut bench = Bench::sent(renewing());
        assert_eq!(bench.request.as_ref().unwrap().reason, None);
        let send = format!("send GET attempt=0 after status {status}");
        assert_eq!(bench.refuse(status), ["cancel", &send, "wait"]);
        assert_eq!(bench.refuse(status), ["cancel", &format!("failed status {status} attempt=1"), "wait"]);
        assert_eq!(bench.failure.unwrap().delay, None);
    }
}

#[test]
fn credentials_are_renewed_after_the_evidence_was_read_with_any_retry_setting() {
    for retry in [Retry::Standard, Retry::Never, Retry::Ask, Retry::Policy(RetryPolicy::default())] {
        let mut bench = Bench::sent(renewing().with(|config| config.retry = Some(retry)));
        assert_eq!(bench.respond(401, None), ["read", "wait 5000"]);
        assert_eq!(bench.chunk("expired"), ["read", "wait 5000"]);
        assert_eq!(bench.ring(), ["cancel", "send GET attempt=0 after status 401", "wait"]);
        assert_eq!(bench.machine.evidence(), b"expired", "callbacks that renew credentials can read it");
        assert_eq!(bench.accept(), ["open", "read", "wait"]);
    }
}

#[test]
fn credentials_are_not_renewed_without_functions_nor_after_another_status() {
    let mut bench = Bench::sent(config(|_| {}));
    assert_eq!(bench.refuse(401), ["cancel", "failed status 401 attempt=1", "wait"]);
    let mut bench = Bench::sent(renewing());
    assert_eq!(bench.refuse(407), ["cancel", "failed status 407 attempt=1", "wait"]);
}

#[test]
fn credentials_are_renewed_again_after_a_stream_that_opened() {
    let mut bench = Bench::sent(renewing());
    bench.refuse(401);
    bench.accept();
    bench.end();
    bench.ring();
    assert_eq!(bench.refuse(401), ["cancel", "send GET attempt=1 after status 401", "wait"]);
}

#[test]
fn credentials_are_renewed_again_after_a_reconnect() {
    let mut bench = Bench::sent(renewing());
    bench.refuse(401);
    assert_eq!(bench.reconnect(), ["cancel", "send GET attempt=0 to reconnect", "wait"]);
    assert_eq!(bench.refuse(401), ["cancel", "send GET attempt=0 after status 401", "wait"]);
}

#[test]
fn a_loss_between_two_refusals_does_not_renew_credentials_again() {
    let mut bench = Bench::sent(renewing());
    bench.refuse(401);
    assert_eq!(bench.lose(), ["cancel", "lost network attempt=1 delay=3000", "wait 3000"]);
    bench.ring();
    assert_eq!(bench.refuse(401), ["cancel", "failed status 401 attempt=2", "wait"]);
}

#[test]
fn a_page_that_is_hidden_while_evidence_is_read_renews_credentials_when_shown() {
    let mut bench = Bench::sent(renewing().with(|config| config.when_hidden = WhenHidden::Pause));
    bench.respond(401, None);
    assert_eq!(bench.page(PageEvent::Hidden), ["cancel", "wait"]);
    assert_eq!(bench.pass(SECOND * 10), ["wait"]);
    assert_eq!(bench.page(PageEvent::Visible), ["send GET attempt=0 after status 401", "wait"]);
    assert_eq!(bench.refuse(401), ["cancel", "failed status 401 attempt=1", "wait"]);
}

#[test]
fn a_refusal_counts_although_the_page_is_hidden_or_cached_while_its_evidence_is_read() {
    for (away, back) in [(PageEvent::Hidden, PageEvent::Visible), (PageEvent::Cached, PageEvent::Restored)] {
        let policy = Retry::Policy(RetryPolicy::default().max_attempts(2));
        let mut bench = Bench::sent(config(|config| {
            config.retry = Some(policy);
            config.when_hidden = WhenHidden::Pause;
        }));
        let refuse = |bench: &mut Bench| {
            let head = ResponseHead::new(503, None).with_retry_after("60", Duration::ZERO);
            assert_eq!(bench.tell(Input::Response(head)), ["read", "wait 5000"]);
            bench.chunk("later");
            [bench.page(away), bench.page(back)].concat()
        };
        let lines = refuse(&mut bench);
        assert_eq!(lines, ["cancel", "lost status 503 attempt=1 delay=60000", "wait 60000", "wait 60000"], "{away:?}");
        assert_eq!(bench.machine.evidence(), b"later");
        bench.ring();
        assert_eq!(refuse(&mut bench), ["cancel", "failed status 503 attempt=2", "wait", "wait"], "{away:?}");
    }
    let mut bench = Bench::sent(Config::default());
    bench.respond(404, None);
    assert_eq!(bench.page(PageEvent::Cached), ["cancel", "failed status 404 attempt=1", "wait"]);
}

#[test]
fn a_retry_function_gets_status_retry_after_and_evidence_of_the_refusal() {
    let mut bench = Bench::sent(config(|config| {
        config.retry = Some(Retry::Ask);
        config.reconnection_time = Some(SECOND * 5);
    }));
    let head = ResponseHead::new(429, None).with_retry_after("60", Duration::ZERO);
    bench.tell(Input::Response(head));
    bench.chunk("slow down");
    assert_eq!(bench.end(), ["cancel", "ask status attempt=1", "wait"]);
    let context = bench.context.unwrap();
    assert_eq!((context.code, context.status), (ErrorCode::Status, Some(429)));
    assert_eq!((context.retry_after, context.server_retry), (Some(SECOND * 60), None));
    assert_eq!((context.reconnection_time, context.elapsed), (SECOND * 5, Duration::ZERO));
    assert_eq!(bench.machine.evidence(), b"slow down");
    assert_eq!(bench.decide(Decision::Stop), ["failed status 429 attempt=1", "wait"]);
    assert_eq!(bench.machine.evidence(), b"slow down");
}

#[test]
fn a_retry_function_is_not_called_after_a_204() {
    let mut bench = Bench::sent(config(|config| config.retry = Some(Retry::Ask)));
    assert_eq!(bench.refuse(204), ["cancel", "failed no-content 204 attempt=1", "wait"]);
}

#[test]
fn the_evidence_has_no_byte_order_mark() {
    let mut bench = Bench::sent(Config::default());
    bench.respond(400, Some("application/json"));
    bench.chunk("\u{feff}{}");
    bench.tell(Input::End);
    bench.drain();
    assert_eq!(bench.machine.evidence(), b"{}");
}

#[test]
fn evidence_of_three_kilobytes_is_complete() {
    for (status, code) in [(400, "status 400"), (200, "content-type 200")] {
        let mut bench = Bench::sent(config(|_| {}));
        bench.respond(status, Some("application/json"));
        let body = format!("{{\"errors\":[{}]}}", "\"is wrong\",".repeat(300));
        for part in body.as_bytes().chunks(1000) {
            assert_eq!(bench.chunk(part), ["read", "wait 5000"]);
        }
        assert_eq!(bench.end(), ["cancel", &format!("failed {code} attempt=1"), "wait"]);
        assert_eq!(bench.machine.evidence(), body.as_bytes());
    }
}

#[test]
fn evidence_may_be_any_bytes() {
    let mut bench = Bench::sent(config(|_| {}));
    bench.respond(500, None);
    bench.chunk(b"\xff\xfe\x00half a character \xe2\x82");
    bench.end();
    assert_eq!(bench.machine.evidence(), b"\xff\xfe\x00half a character \xe2\x82");
}

#[test]
fn a_refused_body_of_one_large_chunk_is_kept_up_to_the_limit() {
    for length in [1 << 16, (1 << 20) + 1, 3 << 20] {
        let mut bench = Bench::sent(config(|_| {}));
        bench.respond(503, None);
        let body: Vec<u8> = (0..length).map(|at| b'a' + (at % 26) as u8).collect();
        assert_eq!(bench.chunk(&body), ["cancel", "failed status 503 attempt=1", "wait"]);
        assert_eq!(bench.machine.evidence(), &body[..1 << 16], "{length}");
    }
}

#[test]
fn a_response_that_is_refused_in_a_pause_has_its_time_for_the_body() {
    let mut bench = Bench::sent(config(|config| config.connect_timeout = Some(SECOND * 10)));
    bench.pause();
    bench.now += SECOND * 60;
    assert_eq!(bench.respond(500, None), ["read", "wait 5000"]);
    assert_eq!(bench.chunk("why"), ["read", "wait 5000"]);
    bench.end();
    assert_eq!(bench.machine.evidence(), b"why");
}
