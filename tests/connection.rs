//! The connection machine in virtual time: each row of the behaviour that the documentation promises.
#![cfg(not(target_arch = "wasm32"))]

use std::time::Duration;

use eventsource_wasm::connection::{
    Action, Config, Connection, End, Failure, Input, ReadyState, Request, ResponseHead,
};
use eventsource_wasm::retry::{Decision, ErrorCode, Retry, RetryPolicy};

/// A machine with a clock that moves only when told.
struct Bench {
    connection: Connection,
    now: Duration,
}

impl Bench {
    fn new(config: Config) -> Bench {
        let mut bench = Bench { connection: Connection::new(config), now: Duration::from_secs(1000) };
        bench.tell(Input::Start);
        bench
    }

    fn open(config: Config) -> Bench {
        let mut bench = Bench::new(config);
        bench.request();
        bench.tell(Input::Response(ResponseHead::new(200, Some("text/event-stream"))));
        assert_eq!(bench.actions(), [Action::Open]);
        bench
    }

    fn tell(&mut self, input: Input<'_>) {
        self.connection.handle(input, self.now);
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
    }

    fn actions(&mut self) -> Vec<Action> {
        std::iter::from_fn(|| self.connection.next_action()).collect()
    }

    fn request(&mut self) -> Request {
        match self.actions().pop() {
            Some(Action::Fetch(request)) => request,
            other => panic!("no request but {other:?}"),
        }
    }

    fn events(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.connection.next_event().map(|event| event.data().into_owned())).collect()
    }

    /// The failure that was announced, after the abort that goes with it.
    fn failure(&mut self) -> Failure {
        let actions = self.actions();
        assert_eq!(actions[0], Action::Abort);
        match actions.last() {
            Some(Action::Lost(failure) | Action::Closed(End::Failed(failure))) => *failure,
            other => panic!("no failure but {other:?}"),
        }
    }

    fn respond(&mut self, status: u16, content_type: Option<&str>) {
        self.tell(Input::Response(ResponseHead::new(status, content_type)));
    }

    /// Waits until the deadline and takes the request that then goes out.
    fn reconnect(&mut self) -> Request {
        self.now = self.connection.deadline().expect("a wait");
        self.tell(Input::Timer);
        self.request()
    }
}

fn explicit(policy: RetryPolicy) -> Config {
    Config { retry: Retry::Policy(policy), ..Config::default() }
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_stream_opens_with_any_parameters_and_case_of_its_type() {
    for content_type in [
        "text/event-stream",
        "text/event-stream;charset=utf-8",
        "TEXT/Event-Stream ; x=y",
        " text/event-stream",
        "text/html, text/event-stream; charset=utf-8",
        "text/event-stream,",
    ] {
        let mut bench = Bench::new(Config::default());
        bench.request();
        assert_eq!(bench.connection.ready_state(), ReadyState::Connecting);
        bench.respond(200, Some(content_type));
        assert_eq!(bench.actions(), [Action::Open], "{content_type}");
        assert_eq!(bench.connection.ready_state(), ReadyState::Open);
    }
}

#[test]
fn what_is_no_event_stream_is_refused_for_good() {
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
        let mut bench = Bench::new(Config::default());
        bench.request();
        bench.respond(status, content_type);
        let failure = bench.failure();
        assert_eq!((failure.code, failure.status, failure.delay), (code, Some(status), None));
        assert_eq!(bench.connection.ready_state(), ReadyState::Closed);
        bench.tell(Input::Chunk(b"data: not to be parsed\n\n"));
        assert!(bench.events().is_empty());
    }
}

#[test]
fn a_loss_reconnects_after_the_delay_with_the_last_event_id() {
    for loss in [Input::End, Input::Failed(ErrorCode::Network)] {
        let mut bench = Bench::open(Config::default());
        bench.tell(Input::Chunk(b"retry: 700\nid: 7\ndata: a\n\nid: 8\ndata: unfinished\n"));
        assert_eq!(bench.events(), ["a"]);
        bench.tell(loss);
        let failure = bench.failure();
        assert_eq!((failure.attempt, failure.delay), (1, Some(Duration::from_millis(700))));
        assert_eq!(bench.connection.ready_state(), ReadyState::Connecting);

        bench.pass(Duration::from_millis(699));
        bench.tell(Input::Timer);
        assert!(bench.actions().is_empty(), "a timer that is early does nothing");
        let request = bench.reconnect();
        assert_eq!(request.last_event_id_header().as_deref(), Some("7"));
        assert_eq!(request.reason.map(|reason| reason.code), Some(failure.code));
    }
}

#[test]
fn the_rest_of_a_lost_stream_is_not_joined_to_the_next() {
    let mut bench = Bench::open(Config::default());
    bench.tell(Input::Chunk(b"data: half"));
    assert!(bench.events().is_empty());
    bench.tell(Input::Failed(ErrorCode::Network));
    bench.reconnect();
    bench.respond(200, Some("text/event-stream"));
    bench.actions();
    bench.tell(Input::Chunk(b" of it\n\ndata: whole\n\n"));
    assert_eq!(bench.events(), ["whole"]);
}

#[test]
fn backoff_starts_anew_after_a_stable_stream_not_after_a_200() {
    let mut bench = Bench::open(Config::default());
    let mut delays = Vec::new();
    for open_for in [0, 0, 0, 5, 0] {
        bench.pass(SECOND * open_for);
        bench.tell(Input::End);
        delays.push(bench.failure().delay.unwrap().as_secs());
        bench.reconnect();
        bench.respond(200, Some("text/event-stream"));
        bench.actions();
    }
    assert_eq!(delays, [3, 6, 12, 3, 6]);
}

#[test]
fn a_stream_that_ends_after_an_event_is_asked_again_after_the_same_delay() {
    let mut bench = Bench::open(Config::default());
    for _ in 0..4 {
        bench.tell(Input::Chunk(b"data: a\n\n"));
        bench.events();
        bench.tell(Input::End);
        assert_eq!(bench.failure().delay, Some(SECOND * 3));
        bench.reconnect();
        bench.respond(200, Some("text/event-stream"));
        bench.actions();
    }
}

#[test]
fn jitter_is_uniform_from_the_first_draw() {
    let delays: Vec<_> = (0..1000)
        .map(|seed| {
            let policy = RetryPolicy { jitter: true, ..RetryPolicy::default() };
            let mut bench = Bench::new(Config { seed, ..explicit(policy) });
            bench.request();
            bench.tell(Input::Failed(ErrorCode::Network));
            bench.failure().delay.unwrap().as_millis()
        })
        .collect();
    let mean = delays.iter().sum::<u128>() / 1000;
    assert!((1400..1600).contains(&mean), "{mean}");
    assert!(delays.iter().any(|delay| *delay > 2900) && delays.iter().any(|delay| *delay < 100));
}

#[test]
fn time_that_the_consumer_takes_is_not_idle_time() {
    let mut bench = Bench::open(Config { idle_timeout: Some(SECOND * 10), ..Config::default() });
    bench.pass(SECOND * 60);
    bench.tell(Input::Read);
    bench.tell(Input::Timer);
    assert!(bench.actions().is_empty());
    assert_eq!(bench.connection.deadline(), Some(bench.now + SECOND * 10));
}

#[test]
fn reconnecting_by_hand_asks_nothing_more_of_the_user() {
    let mut bench = Bench::open(Config { retry: Retry::Ask, ..Config::default() });
    bench.tell(Input::End);
    bench.tell(Input::Reconnect);
    assert!(matches!(bench.actions()[..], [Action::Abort, Action::Fetch(_)]));
}

#[test]
fn a_block_with_only_an_id_counts_with_replacement_characters_for_what_is_not_utf8() {
    for (block, header) in [(&b"id: 5\n\n"[..], "5"), (b"id: a\xffb\n\n", "a\u{ef}\u{bf}\u{bd}b")] {
        let mut bench = Bench::open(Config::default());
        bench.tell(Input::Chunk(block));
        assert!(bench.events().is_empty());
        bench.tell(Input::End);
        bench.failure();
        assert_eq!(bench.reconnect().last_event_id_header().as_deref(), Some(header));
    }
}

#[test]
fn ids_go_out_as_their_utf8_bytes_and_not_at_all_if_no_header_can_carry_them() {
    let header = |id: &str| {
        let config = Config { last_event_id: id.to_owned(), ..Config::default() };
        Bench::new(config).request().last_event_id_header()
    };
    assert_eq!(header(""), None);
    assert_eq!(header("42").as_deref(), Some("42"));
    assert_eq!(header("é☃").as_deref(), Some("\u{c3}\u{a9}\u{e2}\u{98}\u{83}"));
    assert_eq!(header("a\u{1}"), None);
    assert_eq!(header("a\u{7f}"), None);
}

#[test]
fn a_failure_says_that_no_header_can_carry_the_id() {
    for (chunk, is_id_unsendable) in [(&b"id: a\x01\ndata: x\n\n"[..], true), (b"id: a\ndata: x\n\n", false)] {
        let mut bench = Bench::open(Config::default());
        bench.tell(Input::Chunk(chunk));
        bench.events();
        bench.tell(Input::End);
        assert_eq!(bench.failure().is_id_unsendable, is_id_unsendable);
        assert_eq!(bench.reconnect().last_event_id_header().is_none(), is_id_unsendable);
    }
}

#[test]
fn statuses_that_may_pass_are_retried_with_an_explicit_policy_only() {
    for (status, is_retried) in [(503, true), (429, true), (408, true), (404, false), (401, false), (204, false)] {
        let mut bench = Bench::new(explicit(RetryPolicy::default()));
        bench.request();
        bench.respond(status, None);
        assert_eq!(bench.failure().delay.is_some(), is_retried, "{status}");

        let mut bench = Bench::new(Config::default());
        bench.request();
        bench.respond(status, None);
        assert_eq!(bench.failure().delay, None, "{status}");
    }
}

#[test]
fn retry_after_is_obeyed() {
    let mut bench = Bench::new(explicit(RetryPolicy::default()));
    bench.request();
    let retry_after = Some(SECOND * 40);
    bench.tell(Input::Response(ResponseHead { retry_after, ..ResponseHead::new(503, None) }));
    assert_eq!(bench.failure().delay, retry_after);
}

#[test]
fn attempts_run_out() {
    let mut bench = Bench::new(explicit(RetryPolicy { max_attempts: Some(2), ..RetryPolicy::default() }));
    bench.request();
    bench.tell(Input::Failed(ErrorCode::Network));
    assert!(bench.failure().delay.is_some());
    bench.reconnect();
    bench.tell(Input::Failed(ErrorCode::Network));
    let failure = bench.failure();
    assert_eq!((failure.attempt, failure.delay), (2, None));
    assert_eq!(bench.connection.ready_state(), ReadyState::Closed);
}

#[test]
fn a_request_without_retry_is_sent_once() {
    let mut bench = Bench::open(Config { retry: Retry::Never, ..Config::default() });
    bench.tell(Input::End);
    assert_eq!(bench.failure().delay, None);
    assert_eq!(bench.connection.deadline(), None);
}

#[test]
fn the_user_decides_when_asked() {
    let mut bench = Bench::open(Config { retry: Retry::Ask, ..Config::default() });
    bench.tell(Input::Failed(ErrorCode::Network));
    let actions = bench.actions();
    assert!(matches!(actions[..], [Action::Abort, Action::Decide(context)] if context.attempt == 1));
    bench.tell(Input::Decided(Decision::Wait(SECOND)));
    assert!(matches!(bench.actions()[..], [Action::Lost(Failure { delay: Some(SECOND), .. })]));
    bench.reconnect();
    bench.respond(418, None);
    assert!(matches!(bench.actions()[..], [Action::Abort, Action::Decide(_)]));
    bench.tell(Input::Decided(Decision::Stop));
    assert!(matches!(bench.actions().last(), Some(Action::Closed(End::Failed(Failure { status: Some(418), .. })))));
}

#[test]
fn closing_while_the_user_decides_is_final() {
    let mut bench = Bench::open(Config { retry: Retry::Ask, ..Config::default() });
    bench.tell(Input::End);
    bench.actions();
    bench.tell(Input::Close);
    assert_eq!(bench.actions(), [Action::Abort, Action::Closed(End::Closed)]);
    bench.tell(Input::Decided(Decision::Wait(SECOND)));
    assert!(bench.actions().is_empty());
}

#[test]
fn credentials_are_renewed_once_per_stream() {
    let mut bench = Bench::new(Config { renews_credentials: true, ..Config::default() });
    assert_eq!(bench.request().reason, None);
    bench.respond(401, None);
    let actions = bench.actions();
    assert_eq!(actions[0], Action::Abort);
    assert!(matches!(&actions[1], Action::Fetch(Request { reason: Some(Failure { status: Some(401), .. }), .. })));
    bench.respond(401, None);
    assert_eq!(bench.failure().delay, None);
}

#[test]
fn credentials_are_renewed_again_after_a_reconnect() {
    let mut bench = Bench::new(Config { renews_credentials: true, ..Config::default() });
    bench.request();
    bench.respond(401, None);
    bench.actions();
    bench.tell(Input::Reconnect);
    assert_eq!(bench.request().reason, None);
    bench.respond(401, None);
    assert_eq!(bench.request().reason.and_then(|reason| reason.status), Some(401));
}

#[test]
fn no_response_in_time_is_a_loss() {
    let mut bench = Bench::new(Config { connect_timeout: Some(SECOND * 10), ..Config::default() });
    bench.request();
    bench.pass(SECOND * 10);
    bench.tell(Input::Timer);
    let failure = bench.failure();
    assert_eq!(failure.code, ErrorCode::ConnectTimeout);
    assert!(failure.delay.is_some());
}

#[test]
fn any_byte_puts_off_the_idle_timeout() {
    let mut bench = Bench::open(Config { idle_timeout: Some(SECOND * 10), ..Config::default() });
    for _ in 0..3 {
        bench.pass(SECOND * 9);
        bench.tell(Input::Timer);
        bench.tell(Input::Chunk(b":"));
        assert!(bench.events().is_empty());
        assert!(bench.actions().is_empty());
    }
    bench.pass(SECOND * 10);
    bench.tell(Input::Timer);
    assert_eq!(bench.failure().code, ErrorCode::IdleTimeout);
}

#[test]
fn an_event_over_the_limit_is_an_error_and_not_retried() {
    let mut bench = Bench::open(Config { max_event_size: 8, ..explicit(RetryPolicy::default()) });
    bench.tell(Input::Chunk(b"data: 1\n\ndata: 123456789"));
    assert_eq!(bench.events(), ["1"]);
    let failure = bench.failure();
    assert_eq!((failure.code, failure.delay), (ErrorCode::EventTooLarge, None));
}

#[test]
fn the_sentinel_completes_and_is_no_event() {
    let mut bench = Bench::open(Config { until: Some("[DONE]".into()), retry: Retry::Never, ..Config::default() });
    bench.tell(Input::Chunk(b"data: a\n\ndata: [DONE]\n\ndata: late\n\n"));
    assert_eq!(bench.events(), ["a"]);
    assert_eq!(bench.actions(), [Action::Abort, Action::Closed(End::Complete)]);
    assert!(bench.events().is_empty());
}

#[test]
fn an_end_without_the_sentinel_is_truncated() {
    let config =
        Config { until: Some("[DONE]".into()), retry: Retry::Never, completes_at_end: true, ..Config::default() };
    let mut bench = Bench::open(config);
    bench.tell(Input::Chunk(b"data: a\n\n"));
    assert_eq!(bench.events(), ["a"]);
    bench.tell(Input::End);
    assert_eq!(bench.failure().code, ErrorCode::Truncated);
}

#[test]
fn one_request_completes_at_its_end() {
    let mut bench = Bench::open(Config { retry: Retry::Never, completes_at_end: true, ..Config::default() });
    bench.tell(Input::End);
    assert_eq!(bench.actions(), [Action::Abort, Action::Closed(End::Complete)]);
}

#[test]
fn closing_drops_what_was_not_delivered() {
    let mut bench = Bench::open(Config::default());
    bench.tell(Input::Chunk(b"data: a\n\ndata: b\n\n"));
    assert_eq!(bench.connection.next_event().map(|event| event.data().into_owned()).as_deref(), Some("a"));
    bench.tell(Input::Close);
    assert!(bench.events().is_empty());
    assert_eq!(bench.actions(), [Action::Abort, Action::Closed(End::Closed)]);
    for late in [Input::End, Input::Timer, Input::Reconnect, Input::Close, Input::Failed(ErrorCode::Network)] {
        bench.tell(late);
        assert!(bench.actions().is_empty(), "{late:?}");
    }
}

#[test]
fn closing_before_the_response_keeps_it_from_opening() {
    let mut bench = Bench::new(Config::default());
    bench.request();
    bench.respond(200, Some("text/event-stream"));
    bench.tell(Input::Close);
    assert_eq!(bench.actions(), [Action::Abort, Action::Closed(End::Closed)]);
}

#[test]
fn reconnecting_by_hand_aborts_and_starts_over_with_the_id() {
    let mut bench = Bench::open(Config::default());
    bench.tell(Input::Chunk(b"id: 3\ndata: a\n\n"));
    bench.events();
    bench.tell(Input::Reconnect);
    let actions = bench.actions();
    assert_eq!(actions[0], Action::Abort);
    assert!(matches!(&actions[1], Action::Fetch(request) if request.last_event_id == b"3" && request.attempt == 0));
}

fn state_after(bench: &Bench) -> (ReadyState, Option<Duration>) {
    (bench.connection.ready_state(), bench.connection.deadline())
}

#[test]
fn online_ends_a_wait_and_attempts_go_on_counting() {
    let mut bench = Bench::open(Config::default());
    for attempt in 1..4 {
        bench.tell(Input::Failed(ErrorCode::Network));
        assert_eq!(bench.failure().attempt, attempt);
        bench.tell(Input::Online);
        let request = bench.request();
        assert_eq!((request.attempt, request.reason.map(|reason| reason.code)), (attempt, Some(ErrorCode::Network)));
    }
    for input in [Input::Online, Input::Visible] {
        bench.tell(input);
        assert_eq!(bench.actions(), [], "a request under way stays");
    }
}

#[test]
fn online_does_not_shorten_a_wait_that_the_server_asked_for() {
    for input in [Input::Online, Input::Visible] {
        let mut bench = Bench::new(explicit(RetryPolicy::default()));
        bench.request();
        let head = ResponseHead { retry_after: Some(90 * SECOND), ..ResponseHead::new(503, None) };
        bench.tell(Input::Response(head));
        assert_eq!(bench.failure().delay, Some(90 * SECOND));
        let deadline = bench.connection.deadline();
        bench.tell(input);
        assert_eq!(bench.actions(), []);
        assert_eq!(bench.connection.deadline(), deadline);
    }
}

#[test]
fn hiding_gives_up_the_connection_without_a_loss_and_showing_connects_at_once_with_the_id() {
    let mut bench = Bench::open(Config { idle_timeout: Some(SECOND), ..Config::default() });
    bench.tell(Input::Chunk(b"id: 7\ndata: a\n\nid: 8\ndata: half"));
    assert_eq!(bench.events(), ["a"]);
    bench.tell(Input::Hidden);
    assert_eq!(bench.actions(), [Action::Abort]);
    assert_eq!(state_after(&bench), (ReadyState::Connecting, None));
    bench.pass(100 * SECOND);
    for late in [Input::Chunk(b"\n\n"), Input::End, Input::Failed(ErrorCode::Network), Input::Timer, Input::Hidden] {
        bench.tell(late);
        assert_eq!(bench.actions(), []);
    }
    assert!(bench.events().is_empty());

    bench.tell(Input::Visible);
    let request = bench.request();
    assert_eq!(request.last_event_id_header().as_deref(), Some("7"));
    assert_eq!((request.attempt, request.reason), (0, None));
}

#[test]
fn a_page_that_flickers_leaves_one_request_or_none() {
    let mut bench = Bench::new(Config::default());
    bench.request();
    bench.tell(Input::Hidden);
    bench.tell(Input::Visible);
    bench.tell(Input::Hidden);
    assert_eq!(bench.actions(), [Action::Abort, Action::Abort]);
    bench.tell(Input::Visible);
    bench.tell(Input::Hidden);
    bench.tell(Input::Visible);
    let actions = bench.actions();
    assert!(matches!(&actions[..], [Action::Abort, Action::Fetch(_)]), "{actions:?}");
    bench.respond(200, Some("text/event-stream"));
    assert_eq!(bench.actions(), [Action::Open]);
}

#[test]
fn a_page_that_is_hidden_from_the_start_connects_when_it_is_shown() {
    let mut bench = Bench { connection: Connection::new(Config::default()), now: SECOND };
    bench.tell(Input::Hidden);
    bench.tell(Input::Start);
    assert_eq!(bench.actions(), []);
    bench.tell(Input::Reconnect);
    assert_eq!(bench.actions(), [Action::Abort]);
    bench.tell(Input::Visible);
    assert_eq!(bench.request().attempt, 0);
}

#[test]
fn a_wait_that_ends_while_hidden_goes_on_until_visible() {
    let mut bench = Bench::open(Config::default());
    bench.tell(Input::Failed(ErrorCode::Network));
    bench.failure();
    bench.tell(Input::Hidden);
    bench.now = bench.connection.deadline().expect("the wait goes on");
    bench.tell(Input::Timer);
    assert_eq!(bench.actions(), []);
    assert_eq!(bench.connection.deadline(), None);
    bench.tell(Input::Online);
    assert_eq!(bench.actions(), []);
    bench.tell(Input::Visible);
    assert_eq!(bench.request().reason.map(|reason| reason.code), Some(ErrorCode::Network));
}

#[test]
fn hiding_keeps_what_a_request_was_made_for() {
    let mut bench = Bench::new(Config { renews_credentials: true, ..Config::default() });
    bench.request();
    bench.respond(401, None);
    assert_eq!(bench.request().reason.and_then(|reason| reason.status), Some(401));
    bench.tell(Input::Hidden);
    bench.tell(Input::Visible);
    assert_eq!(bench.request().reason.and_then(|reason| reason.status), Some(401));
}

#[test]
fn hiding_a_stable_stream_starts_the_count_of_failures_anew() {
    for (open_for, attempt) in [(SECOND, 1), (SECOND / 2, 2)] {
        let mut bench = Bench::open(Config::default());
        bench.tell(Input::Failed(ErrorCode::Network));
        bench.failure();
        bench.reconnect();
        bench.respond(200, Some("text/event-stream"));
        bench.pass(open_for);
        bench.tell(Input::Hidden);
        bench.tell(Input::Visible);
        bench.actions();
        bench.tell(Input::Failed(ErrorCode::Network));
        assert_eq!(bench.failure().attempt, attempt);
    }
}

#[test]
fn a_request_that_may_not_be_sent_again_is_not_given_up_when_hidden() {
    let mut bench = Bench::open(Config { retry: Retry::Never, ..Config::default() });
    bench.tell(Input::Hidden);
    bench.tell(Input::Visible);
    assert_eq!(bench.actions(), []);
    assert_eq!(bench.connection.ready_state(), ReadyState::Open);
}

#[test]
fn closing_while_hidden_is_final() {
    let mut bench = Bench::open(Config::default());
    bench.tell(Input::Hidden);
    bench.tell(Input::Close);
    bench.tell(Input::Visible);
    assert_eq!(bench.actions().pop(), Some(Action::Closed(End::Closed)));
    assert_eq!(bench.connection.ready_state(), ReadyState::Closed);
}
