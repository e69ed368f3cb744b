//! Responses over HTTP/2, and their ends.

use std::time::Duration;

use eventsource_reqwest::{Builder, Client, ErrorCode, RetryPolicy, reqwest};
use h2::server::SendResponse;
use h2::{Reason, SendStream};
use http::{HeaderMap, Response};
use tokio::net::TcpListener;

use crate::{all, data, message, noted};

type Answer = SendStream<&'static [u8]>;

/// A POST to a server that answers each request with this status, one event, and the rest of the test.
async fn post(status: u16, rest: fn(Answer)) -> Builder {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let mut connection = h2::server::Builder::new().handshake(stream).await.unwrap();
            tokio::spawn(async move {
                while let Some(Ok((_unread, respond))) = connection.accept().await {
                    tokio::spawn(answer(respond, status, rest));
                }
            });
        }
    });
    let client = reqwest::Client::builder().no_proxy().http2_prior_knowledge().build().unwrap();
    Client::from(client).post(format!("http://{address}/"))
}

async fn answer(mut respond: SendResponse<&'static [u8]>, status: u16, rest: fn(Answer)) {
    let head = Response::builder().status(status).header("content-type", "text/event-stream").body(()).unwrap();
    let mut answer = respond.send_response(head, false).unwrap();
    answer.send_data(b"retry: 10\nid: 1\ndata: 1\n\n", false).unwrap();
    // A reset discards what is not sent yet.
    tokio::time::sleep(Duration::from_millis(50)).await;
    rest(answer);
}

#[tokio::test]
async fn a_reset_before_the_end_is_a_lost_network_whatever_its_reason() {
    for reset in [
        (|mut answer| answer.send_reset(Reason::NO_ERROR)) as fn(Answer),
        |mut answer| answer.send_reset(Reason::CANCEL),
        |mut answer| answer.send_reset(Reason::INTERNAL_ERROR),
    ] {
        let (events, failure) = all(post(200, reset).await).await;
        let failure = failure.expect("a failure");
        assert_eq!((data(&events), failure.code, failure.delivered), (vec!["1"], ErrorCode::Network, true));
        assert!(failure.cause.is_some());

        let policy = RetryPolicy::default().initial_delay(Duration::from_millis(10)).max_attempts(2);
        let (again, noted) = noted(post(200, reset).await.retry(policy).until_with(|event| event.data == "2"));
        assert_eq!(all(again).await.1.unwrap().code, ErrorCode::Network);
        assert_eq!(noted.lock().unwrap()[0], (ErrorCode::Network, true));

        let refused = all(post(400, reset).await).await.1.unwrap();
        assert_eq!((refused.code, refused.status), (ErrorCode::Status, Some(400)));
    }
}

#[tokio::test]
async fn an_end_completes_a_post_also_with_trailers_and_before_the_server_has_read_the_request() {
    for (what, end) in [
        ("an empty frame", (|mut answer| answer.send_data(b"", true).unwrap()) as fn(Answer)),
        ("a frame with data", |mut answer| answer.send_data(b"data: 2\n\n", true).unwrap()),
        ("trailers", |mut answer| {
            answer.send_trailers(HeaderMap::from_iter([(http::header::ETAG, "1".parse().unwrap())])).unwrap();
        }),
    ] {
        for size in [1, 1 << 20] {
            let (events, failure) = all(post(200, end).await.body("x".repeat(size))).await;
            assert_eq!((&events[0], failure), (&message("1", "1"), None), "{what}, {size} bytes");
        }
    }
}
