//! Reconnecting, pausing and resuming.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use eventsource_reqwest::reqwest::header::HeaderValue;
use eventsource_reqwest::{Decision, End, ErrorCode, RetryPolicy, SourceStatus};
use futures_util::{FutureExt, StreamExt};
use tokio::sync::oneshot;

use crate::support::{OK, Server, within};
use crate::{CUT, all, connection, data, message, next, noted};

#[tokio::test]
async fn a_get_reconnects_with_last_event_id_after_a_cut_and_after_an_end_and_stops_at_204() {
    let server = Server::start(|index, mut connection| async move {
        match index {
            0 => connection.send(CUT).await,
            1 => connection.send(format!("{OK}id: é☃\ndata: 2\ndata\n\nid: 9\ndata: unfinished\n")).await,
            _ => connection.send("HTTP/1.1 204 Enough\r\n\r\n").await,
        }
    })
    .await;
    let (events, noted) = noted(server.get());
    let (events, failure) = all(events).await;
    assert_eq!(events, [message("1", "1"), message("2\n", "é☃")]);
    assert_eq!(failure.unwrap().code, ErrorCode::NoContent);
    let ids = [None, Some("1".to_owned()), Some("é☃".to_owned())];
    assert_eq!(server.headers("last-event-id"), ids);
    let losses = [(ErrorCode::Network, true), (ErrorCode::Ended, true), (ErrorCode::NoContent, false)];
    assert_eq!(*noted.lock().unwrap(), losses);
}

#[tokio::test]
async fn a_cut_character_of_utf_8_is_neither_delivered_nor_joined_to_the_next_stream() {
    let server = Server::start(|index, mut connection| async move {
        let crab = "🦀".as_bytes();
        match index {
            0 => connection.send([OK.as_bytes(), b"id: 1\ndata: ", &crab[..2]].concat()).await,
            1 => {
                connection.send([OK.as_bytes(), b"data: ", &crab[..2]].concat()).await;
                tokio::time::sleep(Duration::from_millis(30)).await;
                connection.send([&crab[2..], b"\n\n"].concat()).await;
            }
            _ => connection.send("HTTP/1.1 204 Enough\r\n\r\n").await,
        }
    })
    .await;
    assert_eq!(all(server.get()).await.0, [message("🦀", "")]);
}

#[tokio::test]
async fn an_exceeded_time_limit_is_a_loss_and_reconnects() {
    let server = Server::start(|index, mut connection| async move {
        match index {
            0 => {}
            1 => connection.send(format!("{OK}id: 1\ndata: 1\n\n")).await,
            _ => {
                connection.send(OK).await;
                for _ in 0..40 {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    connection.send(": alive\n").await;
                }
            }
        }
        connection.gone().await;
    })
    .await;
    let limit = Duration::from_millis(400);
    let policy = RetryPolicy::default().initial_delay(Duration::from_millis(10)).max_attempts(2);
    let events = server.get().connect_timeout(limit).idle_timeout(limit).event_timeout(3 * limit).retry(policy);
    let comments = Arc::<Mutex<usize>>::default();
    let counted = comments.clone();
    let (events, noted) = noted(events.on_comment(move |text| {
        assert_eq!(text, "alive");
        *counted.lock().unwrap() += 1;
    }));
    let (events, failure) = all(events).await;
    assert_eq!((data(&events), failure.unwrap().code), (vec!["1"], ErrorCode::EventTimeout));
    let losses = [(ErrorCode::ConnectTimeout, true), (ErrorCode::IdleTimeout, true), (ErrorCode::EventTimeout, false)];
    assert_eq!(*noted.lock().unwrap(), losses);
    assert!(*comments.lock().unwrap() > 10);
    assert_eq!(server.headers("last-event-id")[2].as_deref(), Some("1"));
}

#[tokio::test]
async fn reconnect_sends_the_id_of_the_last_item_or_another_and_closes_the_old_connection() {
    let (closed, mut is_closed) = tokio::sync::mpsc::unbounded_channel();
    let server = Server::start(move |index, mut connection| {
        let closed = closed.clone();
        async move {
            if index == 3 {
                return connection.gone().await;
            }
            connection.send(format!("{OK}id: {index}\ndata: {index}\n\nid: {index}b\ndata: {index}b\n\n")).await;
            connection.gone().await;
            let _ = closed.send(index);
        }
    })
    .await;
    let (events, noted) = noted(server.get());
    let mut events = events.events().unwrap();
    assert_eq!(next(&mut events).await.unwrap().unwrap(), message("0", "0"));
    events.reconnect();
    assert_eq!(events.status(), SourceStatus::Connecting);
    assert_eq!(next(&mut events).await.unwrap().unwrap(), message("1", "1"));
    assert_eq!(within("the old connection closes", is_closed.recv()).await, Some(0));
    events.reconnect_from("another");
    assert_eq!(events.last_event_id(), "another");
    assert_eq!(next(&mut events).await.unwrap().unwrap(), message("2", "2"));
    events.reconnect_from("");
    let unanswered = async {
        while server.requests().len() < 4 {
            assert!(tokio::time::timeout(Duration::from_millis(20), events.next()).await.is_err());
        }
    };
    within("the request is under way", unanswered).await;
    events.reconnect();
    assert_eq!(next(&mut events).await.unwrap().unwrap(), message("4", "4"));
    let ids = server.headers("last-event-id");
    assert_eq!(ids, [None, Some("0".to_owned()), Some("another".to_owned()), None, None]);
    assert!(noted.lock().unwrap().is_empty(), "no failures: {:?}", noted.lock().unwrap());
}

#[tokio::test]
async fn a_failure_of_a_cancelled_request_is_no_cause_of_the_next_failure() {
    let (closed, is_closed) = oneshot::channel();
    let closed = Mutex::new(Some(closed));
    let server = Server::start(move |index, mut connection| {
        let closed = closed.lock().unwrap().take();
        async move {
            if index > 0 {
                return connection.send("HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n").await;
            }
            drop(connection);
            closed.unwrap().send(()).unwrap();
        }
    })
    .await;
    let mut events = server.get().events().unwrap();
    tokio::select! {
        biased;
        closed = within("the server closes", is_closed) => closed.unwrap(),
        item = events.next() => panic!("{item:?}"),
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    events.reconnect();
    let failure = connection(next(&mut events).await.unwrap().unwrap_err());
    assert_eq!((failure.code, failure.cause), (ErrorCode::Status, None));
}

#[tokio::test]
async fn a_retry_function_decides_and_the_last_event_id_seeds_the_first_request() {
    let server = Server::with(&["HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n"]).await;
    let begin_anew = |context: &eventsource_reqwest::RetryContext| match context.status {
        Some(410) => Decision::WaitFrom { delay: Duration::ZERO, last_event_id: String::new() },
        _ => Decision::Stop,
    };
    let mut events = server.get().header("Last-Event-ID", "old").retry_with(begin_anew).events().unwrap();
    assert_eq!(events.last_event_id(), "old");
    assert!(matches!(next(&mut events).await, Some(Err(_))));
    assert_eq!(events.last_event_id(), "");
    assert_eq!(server.headers("last-event-id"), [Some("old".to_owned()), None]);
    let server = Server::with(&[]).await;
    let _ = all(server.get().last_event_id("42")).await;
    assert_eq!(server.headers("last-event-id"), [Some("42".to_owned())]);
}

#[tokio::test]
async fn a_retry_function_gets_the_last_event_id_and_the_last_response_that_opened_a_stream() {
    const BUSY: &str = "HTTP/1.1 503 Busy\r\nx-answer: busy\r\ncontent-length: 0\r\n\r\n";
    let opened = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nx-answer: opened\r\nconnection: close\r\n\r\n\
                  id: 1\ndata: 1\n\nid: 2\ndata: unfinished";
    let server = Server::with(Box::leak(Box::new([BUSY, opened, BUSY]))).await;
    let asked = Arc::<Mutex<Vec<_>>>::default();
    let notes = asked.clone();
    let events = server.get().last_event_id("0").retry_with(move |context| {
        let response = context.response.as_ref().map(|head| (head.url.to_string(), head.headers["x-answer"].clone()));
        notes.lock().unwrap().push((context.status, context.last_event_id.clone(), response));
        Decision::Wait(Duration::ZERO)
    });
    assert_eq!(data(&all(events).await.0), ["1"]);
    let head = || Some((server.url(), HeaderValue::from_static("opened")));
    let expected = [(Some(503), "0".into(), None), (None, "1".into(), head()), (Some(503), "1".into(), head())];
    assert_eq!(*asked.lock().unwrap(), expected);
}

#[tokio::test]
async fn a_paused_stream_reads_nothing_has_no_time_limit_and_reconnects_at_the_resume() {
    let (cut, is_cut) = oneshot::channel::<()>();
    let is_cut = Mutex::new(Some(is_cut));
    let server = Server::start(move |index, mut connection| {
        let is_cut = is_cut.lock().unwrap().take();
        async move {
            connection.send(format!("{OK}id: {index}\ndata: {index}\n\nid: {index}b\ndata: {index}b\n\n")).await;
            match is_cut {
                Some(is_cut) => drop(is_cut.await),
                None => connection.gone().await,
            }
        }
    })
    .await;
    let limit = Duration::from_millis(100);
    let (events, noted) = noted(server.get().idle_timeout(limit).event_timeout(limit));
    let mut events = events.events().unwrap();
    events.pause();
    assert!(tokio::time::timeout(limit, events.next()).await.is_err(), "it sent a request in a pause");
    assert!(server.requests().is_empty());
    events.resume();
    assert_eq!(next(&mut events).await.unwrap().unwrap(), message("0", "0"));
    events.pause();
    assert_eq!(events.status(), SourceStatus::Paused);
    assert!(tokio::time::timeout(5 * limit, events.next()).await.is_err(), "the second event was delivered in a pause");
    assert!(noted.lock().unwrap().is_empty(), "a time limit passed in a pause: {:?}", noted.lock().unwrap());
    events.resume();
    assert_eq!(next(&mut events).await.unwrap().unwrap(), message("0b", "0b"));
    events.pause();
    cut.send(()).unwrap();
    assert!(tokio::time::timeout(5 * limit, events.next()).await.is_err(), "it reconnected in a pause");
    assert_eq!(server.requests().len(), 1);
    events.resume();
    assert_eq!(next(&mut events).await.unwrap().unwrap(), message("1", "1"));
    assert_eq!(*noted.lock().unwrap(), [(ErrorCode::Ended, true)]);
    assert_eq!(server.headers("last-event-id"), [None, Some("0b".to_owned())]);
}

#[tokio::test]
async fn a_request_that_a_function_makes_in_a_pause_is_sent_at_the_resume() {
    let server = Server::with(&["HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: 1\n\n"]).await;
    let (make, made) = oneshot::channel::<()>();
    let made = Mutex::new(Some(made));
    let events = server.post().body("the question").headers_with(move |_| {
        let made = made.lock().unwrap().take().expect("one call");
        async move {
            made.await.unwrap();
            vec![("authorization".into(), "Bearer token".into())]
        }
    });
    let mut events = events.events().unwrap();
    assert!(events.next().now_or_never().is_none());
    events.pause();
    make.send(()).unwrap();
    let paused = tokio::time::timeout(Duration::from_millis(100), events.next()).await;
    assert!(paused.is_err(), "an item in a pause: {paused:?}");
    assert!(server.requests().is_empty(), "it sent a request in a pause");
    assert_eq!(events.status(), SourceStatus::Paused);
    events.resume();
    assert_eq!(next(&mut events).await.unwrap().unwrap(), message("1", ""));
    assert_eq!(server.headers("authorization"), [Some("Bearer token".to_owned())]);
}

#[tokio::test]
async fn the_status_goes_from_connecting_to_open_waiting_and_closed_with_the_end() {
    let server =
        Server::with(&["HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\nretry: 500\n\ndata: 1\n\n"]).await;
    let mut events = server.get().events().unwrap();
    assert_eq!(events.status(), SourceStatus::Connecting);
    assert!(events.next().now_or_never().is_none());
    assert_eq!(events.status(), SourceStatus::Connecting);
    assert!(next(&mut events).await.is_some());
    assert_eq!(events.status(), SourceStatus::Open);
    let waiting = tokio::time::timeout(Duration::from_millis(200), events.next()).await;
    assert!(waiting.is_err(), "{waiting:?}");
    let SourceStatus::Waiting { delay } = events.status() else { panic!("{:?}", events.status()) };
    assert!(delay > Duration::ZERO && delay < Duration::from_millis(450), "{delay:?}");
    let failure = next(&mut events).await.unwrap().unwrap_err();
    assert_eq!(events.status(), SourceStatus::Closed(End::Failed(failure)));
    events.reconnect();
    assert!(next(&mut events).await.is_none(), "an item after the end");

    let server = Server::with(&[OK]).await;
    let mut events = server.get().once().events().unwrap();
    assert!(next(&mut events).await.is_none());
    assert_eq!(events.status(), SourceStatus::Closed(End::Complete));
}

#[tokio::test]
async fn on_open_has_whether_it_is_a_reopening_and_the_number_of_requests() {
    let server = Server::with(&[CUT, "", CUT]).await;
    let opened = Arc::<Mutex<Vec<_>>>::default();
    let notes = opened.clone();
    let events = server.get().on_open(move |open| {
        notes.lock().unwrap().push((open.is_reopening, open.attempts, open.last_event_id.to_vec()));
    });
    let _ = all(events).await;
    assert_eq!(*opened.lock().unwrap(), [(false, 1, vec![]), (true, 2, b"1".to_vec())]);
}

/// A stream may be polled in one runtime after another. The timers of a runtime do not ring in another one.
#[tokio::test]
async fn a_stream_that_waits_to_reconnect_goes_on_in_another_runtime() {
    const REFUSAL: &str = "HTTP/1.1 503 Busy\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    const ANSWER: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\ndata: 1\n\n";
    let server = Server::with(&[REFUSAL, ANSWER, REFUSAL, ANSWER]).await;
    for first_ends in [false, true] {
        let policy = RetryPolicy::default().initial_delay(Duration::from_millis(300));
        let mut events = server.get().retry(policy).events().unwrap();
        let in_runtimes = tokio::task::spawn_blocking(move || {
            let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let first = runtime();
            first.block_on(async {
                let waits = async {
                    while !matches!(events.status(), SourceStatus::Waiting { .. }) {
                        let _ = tokio::time::timeout(Duration::from_millis(20), events.next()).await;
                    }
                };
                within("the refusal", waits).await;
            });
            let kept = (!first_ends).then_some(first);
            let event = runtime().block_on(next(&mut events));
            drop(kept);
            event
        });
        assert_eq!(in_runtimes.await.unwrap(), Some(Ok(message("1", ""))), "first_ends: {first_ends}");
    }
}
