//! What a machine makes of an end that its driver is told of, and of a body that goes on with another stream.
#![cfg(not(target_arch = "wasm32"))]

use std::time::Duration;

use eventsource_wasm::connection::{Action, Config, Connection, End, Failure, Input, ReadyState, ResponseHead, Until};
use eventsource_wasm::retry::{ErrorCode, Retry};

fn opened(config: Config) -> Connection {
    let mut connection = Connection::new(config);
    connection.handle(Input::Start, Duration::ZERO);
    connection.handle(Input::Response(ResponseHead::new(200, Some("text/event-stream"))), Duration::ZERO);
    assert_eq!(actions(&mut connection).len(), 2);
    connection
}

fn told() -> Config {
    Config { until: Some(Until::Told), retry: Retry::Never, completes_at_end: true, ..Config::default() }
}

fn feed(connection: &mut Connection, chunk: &[u8]) {
    connection.handle(Input::Chunk(chunk), Duration::ZERO);
}

fn next(connection: &mut Connection) -> Option<String> {
    connection.next_event().map(|event| event.data().into_owned())
}

fn actions(connection: &mut Connection) -> Vec<Action> {
    std::iter::from_fn(|| connection.next_action()).collect()
}

#[test]
fn what_the_user_calls_the_last_event_completes_and_discards_the_rest_of_the_chunk() {
    let mut connection = opened(told());
    feed(&mut connection, b"data: a\n\ndata: last\n\ndata: late\n\n");
    assert_eq!(next(&mut connection).as_deref(), Some("a"));
    assert_eq!(next(&mut connection).as_deref(), Some("last"));
    connection.handle(Input::Complete, Duration::ZERO);
    assert_eq!(actions(&mut connection), [Action::Abort, Action::Closed(End::Complete)]);
    assert_eq!(next(&mut connection), None);
}

#[test]
fn an_end_that_nobody_called_the_last_is_truncated() {
    let mut connection = opened(told());
    feed(&mut connection, b"data: a\n\n");
    assert_eq!(next(&mut connection).as_deref(), Some("a"));
    connection.handle(Input::End, Duration::ZERO);
    let actions = actions(&mut connection);
    assert!(
        matches!(actions[..], [Action::Abort, Action::Closed(End::Failed(Failure { code: ErrorCode::Truncated, .. }))]),
        "{actions:?}"
    );
}

#[test]
fn completion_is_of_an_open_stream_and_goes_before_what_the_parser_found_behind() {
    let mut waiting = Connection::new(told());
    waiting.handle(Input::Start, Duration::ZERO);
    waiting.handle(Input::Complete, Duration::ZERO);
    assert_eq!(waiting.ready_state(), ReadyState::Connecting);

    let mut connection = opened(Config { max_event_size: 16, ..told() });
    feed(&mut connection, b"data: last\n\ndata: 0123456789abcdef");
    assert_eq!(next(&mut connection).as_deref(), Some("last"));
    assert_eq!(next(&mut connection), None);
    connection.handle(Input::Complete, Duration::ZERO);
    assert_eq!(actions(&mut connection), [Action::Abort, Action::Closed(End::Complete)]);
}

#[test]
fn a_reset_discards_the_unfinished_event_and_keeps_what_outlives_a_stream() {
    let mut connection = opened(Config::default());
    feed(&mut connection, b"retry: 70\nid: 1\ndata: whole\n\nid: 2\nevent: half\ndata: ha");
    assert_eq!(next(&mut connection).as_deref(), Some("whole"));
    assert_eq!(next(&mut connection), None);
    connection.reset();
    // Another stream, which may begin with a byte order mark.
    feed(&mut connection, b"\xef\xbb\xbfdata: fresh\n\n");
    let event = connection.next_event().unwrap();
    assert_eq!((event.event(), event.data(), event.last_event_id()), ("message".into(), "fresh".into(), "1".into()));
    assert_eq!(connection.reconnection_time(), Duration::from_millis(70));
    assert_eq!(connection.ready_state(), ReadyState::Open);
}

#[test]
fn a_sentinel_is_the_data_as_its_user_sees_it_with_a_replacement_for_what_is_not_utf8() {
    for (data, is_last) in
        [(&b"end \xff"[..], true), (b"end \xef\xbf\xbd", true), (b"end \xff\xff", false), (b"end ", false)]
    {
        let mut connection = opened(Config { until: Some("end \u{fffd}".into()), ..Config::default() });
        feed(&mut connection, &[b"data: ", data, b"\n\n"].concat());
        assert_eq!(next(&mut connection).is_none(), is_last, "{data:?}");
        assert_eq!(actions(&mut connection).last() == Some(&Action::Closed(End::Complete)), is_last);
    }
}
