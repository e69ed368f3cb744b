//! Tests of the client against servers in the same process. `faults/` tests it against faulty servers.

mod support;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use eventsource_reqwest::reqwest::{self, Body, Method};
use eventsource_reqwest::{
    Builder, Decision, End, Error, ErrorCode, EventSourceError, EventStream, RawEvent, RetryPolicy, SourceStatus,
    TypedEvents, Unfinished,
};
use futures_util::{FutureExt, Stream, StreamExt};
use support::{OK, Server, client, within};
use tokio::sync::oneshot;

/// Reads all events up to the end or a failure, and returns both.
async fn all(events: Builder) -> (Vec<RawEvent>, Option<EventSourceError>) {
    let mut events = events.events().expect("a request");
    let (mut delivered, mut failure) = (Vec::new(), None);
    while let Some(item) = next(&mut events).await {
        assert!(failure.is_none(), "an item after the failure: {item:?}");
        match item {
            Ok(event) => delivered.push(event),
            Err(error) => failure = Some(connection(error)),
        }
    }
    assert!(next(&mut events).await.is_none(), "an item after the end");
    (delivered, failure)
}

async fn next<S: Stream + Unpin>(events: &mut S) -> Option<S::Item> {
    within("an item", events.next()).await
}

fn connection(error: Error) -> EventSourceError {
    match error {
        Error::Connection(error) => *error,
        other => panic!("the error is no connection error: {other}"),
    }
}

fn data(events: &[RawEvent]) -> Vec<&str> {
    events.iter().map(|event| &*event.data).collect()
}

fn message(data: &str, id: &str) -> RawEvent {
    RawEvent::new("message", data, id)
}

type Notes = Arc<Mutex<Vec<(ErrorCode, bool)>>>;

/// Records the code of each failure that `on_error` gets, and whether the client reconnects.
fn noted(events: Builder) -> (Builder, Notes) {
    let noted = Notes::default();
    let notes = noted.clone();
    let events = events.on_error(move |error| {
        let error = connection(error.clone());
        notes.lock().unwrap().push((error.code, error.will_reconnect()));
    });
    (events, noted)
}

/// A response with a part of a chunked body. The rest never comes.
const CUT: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n\
                   19\r\nretry: 10\nid: 1\ndata: 1\n\n\r\n40\r\nid: 9\ndata: 9";

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
async fn a_503_is_final_by_default_and_with_a_policy_retried_after_retry_after() {
    const BUSY: &str = "HTTP/1.1 503 Busy\r\nretry-after: 1\r\ncontent-length: 4\r\n\r\nbusy";
    let server = Server::with(&[BUSY]).await;
    let failure = all(server.get()).await.1.unwrap();
    assert_eq!((failure.code, failure.status, failure.will_reconnect()), (ErrorCode::Status, Some(503), false));
    assert_eq!(server.requests().len(), 1);

    let server = Server::with(&[BUSY, OK]).await;
    let policy = RetryPolicy::default().initial_delay(Duration::from_millis(20));
    let (events, noted) = noted(server.get().retry(policy));
    let begun = Instant::now();
    assert_eq!(all(events).await.1.unwrap().code, ErrorCode::NoContent);
    assert!(begun.elapsed() >= Duration::from_secs(1), "{:?}", begun.elapsed());
    assert_eq!(noted.lock().unwrap()[0], (ErrorCode::Status, true));
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_refusal_has_status_headers_and_body() {
    let server = Server::with(&[
        "HTTP/1.1 401 No\r\nX-Request-Id: 7\r\ncontent-type: application/json\r\ncontent-length: 15\r\n\r\n{\"error\":\"who\"}",
    ])
    .await;
    let (events, failure) = all(server.get()).await;
    let failure = failure.unwrap();
    assert!(events.is_empty());
    assert_eq!((failure.code, failure.status), (ErrorCode::Status, Some(401)));
    assert_eq!(failure.header("x-request-id"), Some("7"));
    assert_eq!(failure.body_prefix.as_deref(), Some(r#"{"error":"who"}"#));
    let page = Server::with(&["HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\nsign in"]).await;
    let failure = all(page.get()).await.1.unwrap();
    assert_eq!((failure.code, failure.body_prefix.as_deref()), (ErrorCode::ContentType, Some("sign in")));
    let plain = Server::with(&["HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\ndata: 1\n\n"]).await;
    let accepting = plain.get().once().accept_with(|content_type| content_type == Some("text/plain"));
    assert_eq!(data(&all(accepting).await.0), ["1"]);
}

#[tokio::test]
async fn a_post_is_sent_once_and_its_end_completes_the_stream() {
    const ANSWER: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\nretry: 10\n\ndata: 1\n\n";
    let server = Server::with(&[ANSWER, ANSWER]).await;
    let (events, failure) = all(server.post().header("x-client", "demo").body("the question")).await;
    assert_eq!((data(&events), failure), (vec!["1"], None));
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    assert!(requests[0].starts_with("POST /feed?token=secret HTTP/1.1\r\n"), "{}", requests[0]);
    assert!(requests[0].ends_with("\r\n\r\nthe question"), "{}", requests[0]);
    assert_eq!(server.headers("x-client"), [Some("demo".to_owned())]);
    assert_eq!(server.headers("accept"), [Some("text/event-stream".to_owned())]);
    assert_eq!(server.headers("cache-control"), [Some("no-cache".to_owned())]);

    let server = Server::with(&[CUT, CUT]).await;
    let (events, failure) = all(server.post().json(&["the question"])).await;
    let failure = failure.unwrap();
    assert_eq!((data(&events), failure.code), (vec!["1"], ErrorCode::Network));
    assert!(!failure.will_reconnect() && failure.delivered);
    assert_eq!(server.requests().len(), 1);
    assert!(server.requests()[0].ends_with("\r\n\r\n[\"the question\"]"), "{}", server.requests()[0]);
    assert_eq!(server.headers("content-type"), [Some("application/json".to_owned())]);
}

#[tokio::test]
async fn a_post_with_a_retry_policy_is_sent_again_with_its_body_until_the_sentinel() {
    let server =
        Server::with(&[CUT, "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: [DONE]\n\n"]).await;
    let retried = server.post().body("the question").retry(RetryPolicy::default()).until("[DONE]");
    let (events, failure) = all(retried).await;
    assert_eq!((data(&events), failure), (vec!["1"], None));
    assert_eq!(server.requests().len(), 2);
    assert!(server.requests().iter().all(|request| request.ends_with("\r\n\r\nthe question")));
    assert_eq!(server.headers("last-event-id"), [None, Some("1".to_owned())]);
}

#[tokio::test]
async fn until_ends_the_stream_closes_the_connection_and_delivers_no_later_event() {
    let (closed, is_closed) = oneshot::channel();
    let closed = Mutex::new(Some(closed));
    let server = Server::start(move |_, mut connection| {
        let closed = closed.lock().unwrap().take();
        async move {
            connection.send(format!("{OK}data: 1\n\ndata: [DONE]\n\ndata: 2\n\n")).await;
            connection.gone().await;
            closed.unwrap().send(()).unwrap();
        }
    })
    .await;
    let mut events = server.get().until("[DONE]").events().unwrap();
    assert_eq!(next(&mut events).await, Some(Ok(message("1", ""))));
    assert_eq!(next(&mut events).await, None);
    within("the server sees the end", is_closed).await.unwrap();
    drop(events);

    let server =
        Server::with(&["HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\nevent: end\ndata: 1\n\n"]).await;
    assert_eq!(all(server.post().until_event("end")).await, (vec![], None));
    let server = Server::with(&["HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: 1\n\n"]).await;
    let (events, failure) = all(server.post().until("[DONE]")).await;
    assert_eq!((data(&events), failure.unwrap().code), (vec!["1"], ErrorCode::Truncated));
}

#[tokio::test]
async fn an_event_that_the_end_cuts_off_is_an_error_of_one_request() {
    const ANSWER: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: 1\n";
    let server = Server::with(&[ANSWER, ANSWER]).await;
    let (events, failure) = all(server.get().once()).await;
    let failure = failure.unwrap();
    assert_eq!((events, failure.code), (vec![], ErrorCode::Truncated));
    assert_eq!(failure.unfinished, Some(message("1", "")));
    let delivering = server.get().once().unfinished(Unfinished::Deliver);
    assert_eq!(all(delivering).await, (vec![message("1", "")], None));
}

#[tokio::test]
async fn dropping_the_stream_closes_the_connection() {
    let (closed, is_closed) = oneshot::channel();
    let closed = Mutex::new(Some(closed));
    let server = Server::start(move |_, mut connection| {
        let closed = closed.lock().unwrap().take();
        async move {
            connection.send(format!("{OK}data: 1\n\n")).await;
            connection.gone().await;
            closed.unwrap().send(()).unwrap();
        }
    })
    .await;
    let mut events = server.get().events().unwrap();
    assert_eq!(next(&mut events).await.unwrap().unwrap().data, "1");
    drop(events);
    within("the server sees the end", is_closed).await.unwrap();
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
async fn no_compression_is_requested_and_a_compressed_response_is_refused_with_advice() {
    let server = Server::with(&[
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\n\r\ndata: 1\n\n",
    ])
    .await;
    let (events, failure) = all(server.get()).await;
    let failure = failure.unwrap();
    assert_eq!(server.headers("accept-encoding"), [None]);
    assert_eq!((events, failure.code), (vec![], ErrorCode::Request));
    let advice = failure.cause.unwrap().message;
    assert!(advice.contains("the feature of reqwest for `gzip`"), "{advice}");
}

#[tokio::test]
async fn headers_are_made_for_each_request_and_again_after_a_401() {
    let server = Server::with(&["HTTP/1.1 401 No\r\ncontent-length: 0\r\n\r\n", CUT, CUT]).await;
    let events = server.get().header("authorization", "none").headers_with(|context| async move {
        tokio::task::yield_now().await;
        let renewed = if context.status == Some(401) { "new" } else { "old" };
        vec![("Authorization".into(), format!("{renewed} {} {}", context.attempt, context.last_event_id))]
    });
    let (events, _) = all(events.until_with(|event| event.last_event_id == "none")).await;
    assert_eq!(data(&events), ["1", "1"]);
    let sent: Vec<_> = server.headers("authorization").into_iter().map(Option::unwrap).collect();
    // The machine counts neither a 401 whose credentials are renewed nor a loss after an event.
    assert_eq!(sent[..3], ["old 0 ", "new 0 ", "old 1 1"]);

    let unusable = server.get().headers_with(|_| async { vec![("no name".into(), "x".into())] });
    let failure = all(unusable).await.1.unwrap();
    assert_eq!(failure.code, ErrorCode::Request);
    assert_eq!(failure.cause.unwrap().to_string(), "the header 'no name' cannot be sent: invalid HTTP header name");
}

/// The first line of each request, without the version.
fn lines(server: &Server) -> Vec<String> {
    let line = |request: &String| request.split(" HTTP/").next().unwrap().to_owned();
    server.requests().iter().map(line).collect()
}

#[tokio::test]
async fn a_url_is_made_for_each_request_and_again_after_a_401() {
    let server = Server::with(&["HTTP/1.1 401 No\r\ncontent-length: 0\r\n\r\n", CUT]).await;
    let url = server.url();
    let events = client().get("http://never.invalid/").url_with(move |context| {
        let status = context.status.unwrap_or_default();
        let made = format!("{}&status={status}&after={}", url.replace("//", "//user:word@"), context.last_event_id);
        async move {
            tokio::task::yield_now().await;
            made
        }
    });
    assert_eq!(data(&all(events).await.0), ["1"]);
    let feed = "GET /feed?token=secret";
    let expected =
        [format!("{feed}&status=0&after="), format!("{feed}&status=401&after="), format!("{feed}&status=0&after=1")];
    assert_eq!(lines(&server), expected);
    assert_eq!(server.headers("authorization"), vec![Some("Basic dXNlcjp3b3Jk".to_owned()); 3]);

    for url in ["/relative", "ftp://127.0.0.1/"] {
        let failure = all(server.get().url_with(move |_| async move { url.to_owned() })).await.1.unwrap();
        assert_eq!(failure.code, ErrorCode::Request, "{url}");
    }
}

#[tokio::test]
async fn a_method_is_made_for_each_request_such_as_a_post_and_then_a_get_at_its_location() {
    const ACCEPTED: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nlocation: /runs/7\r\n\
                            connection: close\r\n\r\nretry: 10\nid: 1\ndata: 1\n\n";
    let server = Server::with(&[ACCEPTED, CUT]).await;
    let url = server.url();
    let run = |events: Builder| {
        let url = url.clone();
        let events = events.body("the question").url_with(move |context| {
            let url = url.clone();
            async move {
                let Some(response) = context.response else { return url };
                let location = response.headers.get("location").and_then(|location| location.to_str().ok());
                response.url.join(location.unwrap_or_default()).unwrap().into()
            }
        });
        events.method_with(|context| async move { if context.response.is_some() { Method::GET } else { Method::POST } })
    };
    let (events, failure) = all(run(server.get()).retry(RetryPolicy::default())).await;
    assert_eq!((data(&events), failure.unwrap().code), (vec!["1", "1"], ErrorCode::NoContent));
    assert_eq!(lines(&server), ["POST /feed?token=secret", "GET /runs/7", "GET /runs/7"]);
    let with_body = |request: &String| request.ends_with("\r\n\r\nthe question");
    assert_eq!(server.requests().iter().map(with_body).collect::<Vec<_>>(), [true, false, false]);

    let server = Server::with(&[ACCEPTED]).await;
    let url = server.url();
    let once = server.get().url_with(move |_| std::future::ready(url.clone())).method_with(|_| async { Method::GET });
    assert_eq!(all(once).await, (vec![message("1", "1")], None), "without a retry policy it is sent once");
    assert_eq!(lines(&server).len(), 1);
}

#[tokio::test]
async fn clones_of_a_builder_send_equal_requests_and_share_its_functions() {
    let server = Server::with(&["", ""]).await;
    let builder = server.post().header("x-client", "demo").body("the question").idle_timeout(Duration::from_secs(9));
    let (builder, noted) = noted(builder.headers_with(|_| async { vec![("x-made".into(), "yes".into())] }));
    for builder in [builder.clone(), builder.clone().header("x-client", "demo"), builder] {
        let _ = all(builder.header("x-more", "yes")).await;
    }
    assert_eq!(noted.lock().unwrap().len(), 3);
    assert_eq!(server.requests().len(), 3);
    for name in ["x-client", "x-made", "x-more"] {
        assert!(server.headers(name).iter().all(Option::is_some), "{name}: {:?}", server.headers(name));
    }
    assert!(server.requests().iter().all(|request| request.ends_with("\r\n\r\nthe question")));
    let invalid = server.get().header("no name", "x");
    assert_eq!(invalid.clone().events().map(drop).unwrap_err(), invalid.events().map(drop).unwrap_err());
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
async fn an_event_that_means_failure_is_in_the_error_and_does_not_set_the_last_event_id() {
    let answer =
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\nid: 1\ndata: 1\n\nevent: error\nid: 2\ndata: no\n\n";
    let answer: &'static str = answer;
    let server = Server::with(Box::leak(Box::new([answer]))).await;
    let mut events = server.get().fail_on("error").fail_on("overloaded").events().unwrap();
    assert_eq!(next(&mut events).await.unwrap().unwrap(), message("1", "1"));
    let failure = connection(next(&mut events).await.unwrap().unwrap_err());
    assert_eq!((failure.code, failure.delivered), (ErrorCode::Event, true));
    assert_eq!(failure.event, Some(RawEvent::new("error", "no", "2")));
    assert_eq!(events.last_event_id(), "1");

    let failing = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\nevent: error\nid: 2\ndata: no\n\n";
    let server = Server::with(Box::leak(Box::new([failing]))).await;
    let mut events = server.get().last_event_id("7").fail_on("error").events().unwrap();
    let _ = next(&mut events).await;
    assert_eq!(events.last_event_id(), "7");
    let server = Server::with(Box::leak(Box::new([CUT, failing]))).await;
    let (events, failure) = all(server.get().fail_on("error")).await;
    assert_eq!((data(&events), failure.unwrap().delivered), (vec!["1"], false));

    let contradiction = server.get().fail_on("end").until_event("end");
    let refused = contradiction.clone().events().err().unwrap().to_string();
    assert!(refused.ends_with("until_event() and fail_on() name the same event, 'end': take it out of one of them"));
    assert!(contradiction.until("[DONE]").events().is_ok());
}

#[tokio::test]
async fn data_that_does_not_decode_is_an_error_of_that_event_only() {
    let answer = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nx-model: m\r\n\r\n\
                  data: {\"id\":1234567890123456789,\"share\":31.245270191439438}\n\ndata: {\n\nevent: other\nid: 3\ndata: {\"id\":3,\"share\":1}\n\n";
    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Row {
        id: u64,
        share: f64,
    }
    let server = Server::with(Box::leak(Box::new([answer]))).await;
    let mut events = server.post().events().unwrap();
    let mut rows = (&mut events).map(|event| event?.decode::<Row>());
    assert_eq!(
        next(&mut rows).await.unwrap().unwrap().data,
        Row { id: 1_234_567_890_123_456_789, share: 31.245270191439438 }
    );
    match next(&mut rows).await {
        Some(Err(Error::Decode { event, .. })) => assert_eq!(event, message("{", "")),
        other => panic!("{other:?}"),
    }
    let last = next(&mut rows).await.unwrap().unwrap();
    assert_eq!((last.event_type.as_str(), last.last_event_id.as_str(), last.data.id), ("other", "3", 3));
    assert!(next(&mut rows).await.is_none());
    assert_eq!(events.headers()["x-model"], "m");
}

#[derive(Debug, PartialEq, serde::Deserialize)]
#[serde(tag = "event", content = "data", rename_all = "kebab-case")]
enum Feed {
    Update { percent: f64 },
    Message(String),
    AllDone,
}

#[tokio::test]
async fn typed_events_are_the_variants_of_an_enum_by_their_names() {
    const ANSWER: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n\
                          id: 1\nevent: update\ndata: {\"percent\":50}\n\nevent: unknown\ndata: x\n\n\
                          event: update\ndata: {\n\nid: 2\ndata:\n\nevent: all-done\ndata: x\n\n";
    let server = Server::with(&[ANSWER, ANSWER]).await;
    let feed = |events: EventStream| events.typed::<Feed>().collect::<Vec<_>>();
    let items = within("the end", feed(server.post().events().unwrap())).await;
    let shown: Vec<_> =
        items.iter().map(|item| item.as_ref().map(|event| (&event.data, &*event.last_event_id))).collect();
    let [update, failure, empty, done] = &shown[..] else { panic!("{items:?}") };
    assert_eq!(*update, Ok((&Feed::Update { percent: 50.0 }, "1")));
    assert!(matches!(failure, Err(Error::Decode { event, .. }) if *event == RawEvent::new("update", "{", "1")));
    assert_eq!([empty, done], [&Ok((&Feed::Message(String::new()), "2")), &Ok((&Feed::AllDone, "2"))]);

    let mut events = server.post().skip_empty_data(true).events().unwrap().typed::<Feed>();
    let mut data = Vec::new();
    while let Some(item) = next(&mut events).await {
        data.extend(item.map(|event| event.data));
    }
    assert_eq!(data, [Feed::Update { percent: 50.0 }, Feed::AllDone]);
    assert_eq!(events.get_ref().last_event_id(), "2");
}

#[tokio::test]
async fn max_error_body_and_max_event_size_are_enforced() {
    let server = Server::with(&["HTTP/1.1 404 No\r\n\r\nnothing here", "", ""]).await;
    let failure = all(server.get().max_error_body(7)).await.1.unwrap();
    assert_eq!(failure.body_prefix.as_deref(), Some("nothing"));
    let answer = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: 1\n\ndata: 0123456789abcdef\n\n";
    let server = Server::with(Box::leak(Box::new([answer]))).await;
    let (events, failure) = all(server.get().max_event_size(16)).await;
    assert_eq!((data(&events), failure.unwrap().code), (vec!["1"], ErrorCode::EventTooLarge));
}

#[tokio::test]
async fn an_id_that_no_header_can_carry_is_not_sent_but_in_the_error() {
    let server =
        Server::with(&["HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\nretry: 10\nid: a\u{1}\ndata: 1\n\n"])
            .await;
    let (events, failure) = all(server.get()).await;
    assert_eq!(events, [message("1", "a\u{1}")]);
    assert_eq!(failure.unwrap().unsent_last_event_id.as_deref(), Some("a\u{1}"));
    assert_eq!(server.headers("last-event-id"), [None, None]);
}

#[tokio::test]
async fn trailers_end_the_stream_on_a_connection_that_stays_open() {
    let server = Server::start(|_, mut connection| async move {
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
        connection.send(format!("{head}9\r\ndata: 1\n\n\r\n0\r\nx-trailer: yes\r\n\r\n")).await;
        connection.gone().await;
    })
    .await;
    let (events, failure) = all(server.post()).await;
    assert_eq!((data(&events), failure), (vec!["1"], None));
}

#[tokio::test]
async fn a_consumer_that_reads_nothing_makes_the_server_wait() {
    let sent = Arc::<Mutex<usize>>::default();
    let count = sent.clone();
    let server = Server::start(move |_, mut connection| {
        let count = count.clone();
        async move {
            connection.send(OK).await;
            for _ in 0..1024 {
                connection.send(format!("data: {}\n\n", "x".repeat(1 << 16))).await;
                *count.lock().unwrap() += 1;
            }
        }
    })
    .await;
    let mut events = server.get().events().unwrap();
    assert_eq!(next(&mut events).await.unwrap().unwrap().data.len(), 1 << 16);
    let stands_still = async {
        let mut before = 0;
        while before == 0 || before < *sent.lock().unwrap() {
            before = *sent.lock().unwrap();
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    within("the server waits", stands_still).await;
    assert!(*sent.lock().unwrap() < 512, "{} events of 64 KiB", sent.lock().unwrap());
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

#[tokio::test]
async fn a_refused_connection_is_a_network_error_with_causes_of_reqwest_and_without_the_url() {
    let server = Server::with(&[]).await;
    let url = server.url();
    drop(server);
    tokio::task::yield_now().await;
    let failure = all(client().get(url).once()).await.1.unwrap();
    assert_eq!(failure.code, ErrorCode::Network);
    let cause = std::error::Error::source(&failure).unwrap().to_string();
    assert!(cause.starts_with("reqwest::Error: ") && cause.contains("refused"), "{cause}");
    assert!(!cause.contains("secret"), "{cause}");
}

#[tokio::test]
async fn a_request_that_cannot_be_sent_is_an_error_before_anything_is_sent() {
    let server = Server::with(&[]).await;
    let refused = |events: Builder| events.events().map(drop).unwrap_err();
    for (url, shown) in [("/feed", "/feed"), ("http://user:pass@[/", "…@[/")] {
        assert_eq!(refused(client().get(url)), Error::InvalidUrl { url: shown.into() });
    }
    let stream = Body::wrap(Body::from("a stream, as far as one can tell"));
    for (request, advice) in [
        (server.get().header("no name", "x"), "header name"),
        (server.post().json(&std::collections::HashMap::from([((1, 2), 3)])), "key must be a string"),
        (server.post().body(stream), "cannot be sent again"),
    ] {
        let error = refused(request).to_string();
        assert!(error.contains(advice), "{error}");
    }
    let other = all(client().get("ftp://127.0.0.1/")).await.1.unwrap();
    assert_eq!(other.code, ErrorCode::Request);
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_request_of_reqwest_is_sent_unchanged_by_its_own_client() {
    let server = Server::with(&[]).await;
    let agent = reqwest::Client::builder().no_proxy().user_agent("demo").build().unwrap();
    let request = agent.get(server.url()).bearer_auth("token").header("accept", "text/plain");
    let _ = all(eventsource_reqwest::Client::builder(request)).await;
    assert_eq!(server.headers("user-agent"), [Some("demo".to_owned())]);
    assert_eq!(server.headers("authorization"), [Some("Bearer token".to_owned())]);
    assert_eq!(server.headers("accept"), [Some("text/plain".to_owned())]);
}

#[test]
fn a_stream_can_move_between_threads() {
    fn is_send<T: Send + Unpin + 'static>() {}
    is_send::<EventStream>();
    is_send::<TypedEvents<std::rc::Rc<()>>>();
    is_send::<Builder>();
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let outer = runtime();
    let server = outer
        .block_on(Server::with(&["HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: 1\n\ndata: 2\n\n"]));
    let mut events = server.post().events().unwrap();
    let (send, receive) = oneshot::channel();
    std::thread::spawn(move || {
        runtime().block_on(async move {
            let first = next(&mut events).await.unwrap().unwrap();
            // `tokio::spawn` requires `Send`, as a runtime with many threads does.
            let rest = tokio::spawn(async move { next(&mut events).await.unwrap().unwrap() });
            send.send([first, rest.await.unwrap()]).unwrap();
        });
    });
    let events = outer.block_on(within("both events", receive)).unwrap();
    assert_eq!(data(&events), ["1", "2"]);
}
