//! What only the npm package's driver does, which takes all events of a chunk before it delivers them.

use alloc::string::ToString;
use alloc::vec::Vec;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn opened(config: Config) -> Connection {
    let mut connection = Connection::new(config);
    connection.handle(Input::Start, Duration::ZERO);
    accept(&mut connection, Duration::ZERO);
    connection
}

/// The server gives an event stream.
fn accept(connection: &mut Connection, now: Duration) {
    connection.handle(Input::Response(ResponseHead::new(200, Some("text/event-stream"))), now);
    assert_eq!(actions(connection).last(), Some(&Action::Open));
}

fn asking() -> Config {
    Config { retry: Retry::Ask, ..Config::default() }
}

fn actions(connection: &mut Connection) -> Vec<Action> {
    core::iter::from_fn(|| connection.next_action()).collect()
}

/// The IDs of all events that have come.
fn ids(connection: &mut Connection) -> Vec<alloc::string::String> {
    core::iter::from_fn(|| connection.next_event().map(|event| event.last_event_id().to_string())).collect()
}

/// Waits until the deadline, and takes the ID of the request that then goes out.
fn asked_again(connection: &mut Connection) -> Vec<u8> {
    let deadline = connection.deadline().expect("a wait");
    connection.handle(Input::Timer, deadline);
    match &actions(connection)[..] {
        [Action::Fetch(request)] => request.last_event_id.clone(),
        other => panic!("no request but {other:?}"),
    }
}

#[test]
fn a_consumer_that_fails_at_an_event_has_those_behind_it_asked_for_again() {
    let mut connection = opened(asking());
    connection.handle(Input::Chunk(b"id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\nda"), Duration::ZERO);
    assert_eq!(ids(&mut connection), ["1", "2"]);
    connection.fail_from("1", Duration::ZERO);
    assert_eq!(connection.ready_state(), ReadyState::Connecting);
    match &actions(&mut connection)[..] {
        [Action::Abort, Action::Decide(context)] => {
            assert_eq!((context.code, context.attempt, context.status), (ErrorCode::Request, 1, None));
        }
        other => panic!("{other:?}"),
    }
    connection.handle(Input::Decided(Decision::Wait(SECOND)), Duration::ZERO);
    assert!(matches!(actions(&mut connection)[..], [Action::Lost(Failure { attempt: 1, delay: Some(SECOND), .. })]));
    assert_eq!(asked_again(&mut connection), b"1");

    // Nothing of the unfinished event is left.
    accept(&mut connection, SECOND);
    connection.handle(Input::Chunk(b"ta: half\n\ndata: whole\n\n"), SECOND);
    assert_eq!(ids(&mut connection), ["1"]);
}

#[test]
fn such_a_failure_goes_before_what_the_parser_found_behind_the_event() {
    for until in [Some(Until::from("end")), None] {
        let mut connection = opened(Config { until, max_event_size: 16, ..asking() });
        connection.handle(Input::Chunk(b"id: 1\ndata: a\n\ndata: end\n\ndata: 0123456789abcdef"), Duration::ZERO);
        ids(&mut connection);
        connection.fail_from("1", Duration::ZERO);
        assert!(matches!(actions(&mut connection)[..], [Action::Abort, Action::Decide(_)]));
    }
}

#[test]
fn such_failures_count_as_others_and_anew_after_a_stream_that_was_stable() {
    let mut connection = opened(asking());
    let mut now = Duration::ZERO;
    for (open_for, attempt) in [(Duration::ZERO, 1), (Duration::ZERO, 2), (SECOND, 1)] {
        now += open_for;
        connection.fail_from("", now);
        match &actions(&mut connection)[..] {
            [Action::Abort, Action::Decide(context)] => assert_eq!(context.attempt, attempt),
            other => panic!("{other:?}"),
        }
        connection.handle(Input::Decided(Decision::Wait(SECOND)), now);
        actions(&mut connection);
        asked_again(&mut connection);
        now += SECOND;
        accept(&mut connection, now);
    }
}

#[test]
fn such_a_failure_replaces_a_loss_that_was_not_yet_told_and_is_nothing_once_closed() {
    let mut connection = opened(asking());
    connection.handle(Input::Chunk(b"id: 1\ndata: a\n\nid: 2\ndata: b\n\n"), Duration::ZERO);
    ids(&mut connection);
    connection.handle(Input::Hidden, Duration::ZERO);
    connection.fail_from("1", Duration::ZERO);
    assert!(matches!(actions(&mut connection)[..], [Action::Abort, Action::Decide(_)]));
    connection.handle(Input::Decided(Decision::Wait(SECOND)), Duration::ZERO);
    connection.handle(Input::Visible, Duration::ZERO);
    assert!(matches!(actions(&mut connection)[..], [Action::Lost(_), Action::Fetch(_)]));

    connection.handle(Input::Close, SECOND);
    actions(&mut connection);
    connection.fail_from("7", SECOND);
    assert_eq!(actions(&mut connection), []);
    assert_eq!(connection.parser().last_event_id(), "1");
}

#[test]
fn a_retry_field_is_told_once_and_of_several_the_last() {
    let mut connection = opened(asking());
    let milliseconds = |time| Some(Duration::from_millis(time));
    connection
        .handle(Input::Chunk(b"retry: 5\ndata: a\n\nretry: 6\nretry: 7\ndata: b\n\nretry: 80\n\n"), Duration::ZERO);
    assert_eq!(connection.take_retry(), None);
    for time in [5, 7] {
        assert!(connection.next_event().is_some());
        assert_eq!((connection.take_retry(), connection.take_retry()), (milliseconds(time), None));
    }
    // That of no event outlives its connection, as the reconnection time does.
    assert!(connection.next_event().is_none());
    connection.handle(Input::Reconnect, Duration::ZERO);
    assert_eq!(
        (connection.reconnection_time(), connection.take_retry()),
        (Duration::from_millis(80), milliseconds(80))
    );
}
