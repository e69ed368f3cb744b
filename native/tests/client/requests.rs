//! The requests that the client sends.

use std::time::Duration;

use eventsource_reqwest::reqwest::{self, Body, Method};
use eventsource_reqwest::{Builder, Error, ErrorCode, RetryPolicy};

use crate::support::{Server, client};
use crate::{CUT, all, data, message, noted};

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

#[tokio::test]
async fn a_header_replaces_an_earlier_one_of_its_name() {
    let server = Server::with(&[]).await;
    let json = server.post().json(&1);
    let _ = all(json.header("Content-Type", "text/x").header("accept", "a/a").header("Accept", "b/b")).await;
    let _ = all(server.post().header("content-type", "text/x").json(&1)).await;
    let of_reqwest = reqwest::Client::builder().no_proxy().build().unwrap().get(server.url()).header("accept", "a/a");
    let _ = all(eventsource_reqwest::Client::builder(of_reqwest).header("accept", "b/b")).await;
    let sent = |name: &str| server.headers(name).into_iter().map(Option::unwrap_or_default).collect::<Vec<_>>();
    assert_eq!(sent("content-type"), ["text/x", "application/json", ""]);
    assert_eq!(sent("accept"), ["b/b", "text/event-stream", "b/b"]);
}

#[tokio::test]
async fn an_authorization_of_the_user_wins_over_user_and_password_of_a_url() {
    let server = Server::with(&[]).await;
    let url = server.url();
    let with_password = url.replace("//", "//user:word@");
    let made = |url: &str| {
        let url = url.to_owned();
        move |_| std::future::ready(url.clone())
    };
    let own = "Bearer own";
    let headers = |_| async { vec![("Authorization".into(), "Bearer own".into())] };
    let builder = eventsource_reqwest::Client::builder;
    let reqwest = || reqwest::Client::builder().no_proxy().build().unwrap();
    let of_reqwest = || reqwest().get(&with_password);
    let elsewhere = || reqwest().get("http://user:word@127.0.0.1:1/");
    for (what, events, sent) in [
        ("URL, header", client().get(&with_password).header("authorization", own), Some(own)),
        ("made URL, header", client().get(&url).header("authorization", own).url_with(made(&with_password)), Some(own)),
        ("URL, made headers", client().get(&with_password).headers_with(headers), Some(own)),
        ("made URL, made headers", client().get(&url).url_with(made(&with_password)).headers_with(headers), Some(own)),
        ("request of reqwest", builder(of_reqwest().bearer_auth("own")), Some(own)),
        ("URL", client().get(&with_password), Some("Basic dXNlcjp3b3Jk")),
        ("URL of reqwest", builder(of_reqwest()), Some("Basic dXNlcjp3b3Jk")),
        // User and password belong to their URL: a made URL may be at another server.
        ("URL, made URL", client().get(&with_password).url_with(made(&url)), None),
        ("URL of reqwest, made URL elsewhere", builder(elsewhere()).url_with(made(&url)), None),
        (
            "basic of reqwest, made URL elsewhere",
            builder(elsewhere().basic_auth("a", Some("b"))).url_with(made(&url)),
            None,
        ),
        (
            "bearer of reqwest, made URL elsewhere",
            builder(elsewhere().bearer_auth("own")).url_with(made(&url)),
            Some(own),
        ),
        (
            "URL of reqwest, header, made URL elsewhere",
            builder(elsewhere()).header("authorization", own).url_with(made(&url)),
            Some(own),
        ),
        (
            "URL of reqwest elsewhere, made URL with others",
            builder(elsewhere()).url_with(made(&with_password)),
            Some("Basic dXNlcjp3b3Jk"),
        ),
        (
            "URL of reqwest, made URL with others",
            builder(reqwest().get(url.replace("//", "//a:b@"))).url_with(made(&with_password)),
            Some("Basic dXNlcjp3b3Jk"),
        ),
        (
            "basic of reqwest, made URL",
            builder(reqwest().get(&url).basic_auth("user", Some("word"))).url_with(made(&url)),
            Some("Basic dXNlcjp3b3Jk"),
        ),
        (
            "URL, made URL with others",
            client().get(url.replace("//", "//a:b@")).url_with(made(&with_password)),
            Some("Basic dXNlcjp3b3Jk"),
        ),
    ] {
        let _ = all(events).await;
        assert_eq!(server.headers("authorization").last().unwrap().as_deref(), sent, "{what}");
        assert!(!server.requests().last().unwrap().contains("word"), "{what}");
    }
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
    let invalid = refused(server.get().header("x-token", "secret\n"));
    assert!(invalid.to_string().contains("the header 'x-token' cannot be sent: "), "{invalid}");
    assert!(!invalid.to_string().contains("secret"), "{invalid}");
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
