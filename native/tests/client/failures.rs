//! Refusals and failures, and the details in their errors.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use eventsource_reqwest::{Decision, ErrorCode, RawEvent, RetryPolicy};

use crate::support::{OK, Server, client};
use crate::{CUT, all, connection, data, message, next, noted};

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
async fn of_several_retry_after_headers_the_longest_valid_one_counts() {
    for (lines, seconds) in [
        ("retry-after: 3\r\nretry-after: 3\r\n", Some(3)),
        ("retry-after: 7\r\nretry-after: 20\r\nretry-after: soon\r\n", Some(20)),
        ("retry-after: 9\r\nretry-after: Sun, 06 Nov 1994 08:49:37 GMT\r\n", Some(9)),
        ("retry-after: soon\r\nretry-after: later\r\n", None),
        ("", None),
    ] {
        let server = Server::start(move |_, mut connection| async move {
            connection.send(format!("HTTP/1.1 503 Busy\r\n{lines}content-length: 0\r\n\r\n")).await;
        })
        .await;
        let asked = Arc::<Mutex<Vec<_>>>::default();
        let notes = asked.clone();
        let events = server.get().retry_with(move |context| {
            notes.lock().unwrap().push(context.retry_after);
            Decision::Stop
        });
        assert_eq!(all(events).await.1.unwrap().status, Some(503));
        assert_eq!(*asked.lock().unwrap(), [seconds.map(Duration::from_secs)], "{lines}");
    }
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
async fn an_identity_or_empty_content_encoding_is_no_compression() {
    let answer = async |lines: &'static str| {
        let server = Server::start(move |_, mut connection| async move {
            let head = format!("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n{lines}\r\n\r\n");
            connection.send(format!("{head}data: 1\n\n")).await;
        })
        .await;
        all(server.post()).await
    };
    for lines in [
        "content-encoding: identity",
        "content-encoding: Identity",
        "content-encoding:",
        "content-encoding: identity, IDENTITY",
        "content-encoding: identity\r\ncontent-encoding: identity",
    ] {
        assert_eq!(answer(lines).await, (vec![message("1", "")], None), "{lines}");
    }
    let advice =
        answer("content-encoding: identity, br\r\ncontent-encoding: GZIP").await.1.unwrap().cause.unwrap().message;
    assert!(advice.ends_with("the feature of reqwest for `br, GZIP`"), "{advice}");
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
async fn an_id_without_data_before_an_event_that_means_failure_counts_however_the_bytes_are_cut() {
    for parts in [
        &["id: 7\n\nevent: error\ndata: no\n\n"][..],
        &["id: 7\n\n", "event: error\ndata: no\n\n"],
        &["id: 7\n\nid: 8\nevent: error\ndata: no\n\n"],
        &["id: 7\n\n", "event: error\nid: 8\ndata: no\n\n"],
        &["id: 6\ndata: 1\n\nid: 7\n\nevent: error\ndata: no\n\n"],
        &["id: 6\ndata: 1\n\nid: 7\n\nevent: error\nid: 8\ndata: the end cuts it off\n"],
    ] {
        let server = Server::start(move |index, mut connection| async move {
            if index > 0 {
                return connection.send("HTTP/1.1 204 Enough\r\n\r\n").await;
            }
            connection.send(OK).await;
            for part in parts {
                connection.send(part).await;
                tokio::time::sleep(Duration::from_millis(30)).await;
            }
        })
        .await;
        let policy = RetryPolicy::default().initial_delay(Duration::from_millis(10));
        let (events, noted) = noted(server.get().fail_on("error").retry(policy));
        assert_eq!(all(events).await.1.unwrap().code, ErrorCode::NoContent);
        assert_eq!(noted.lock().unwrap()[0], (ErrorCode::Event, true), "{parts:?}");
        assert_eq!(server.headers("last-event-id"), [None, Some("7".to_owned())], "{parts:?}");
    }
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
