//! The items of a stream and its end.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use eventsource_reqwest::{Builder, Error, ErrorCode, EventStream, RawEvent, TypedEvents, Unfinished};
use futures_util::StreamExt;
use futures_util::stream::FusedStream;
use tokio::sync::oneshot;

use crate::support::{OK, Server, within};
use crate::{all, data, message, next};

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
async fn a_stream_is_terminated_after_its_last_item_and_not_before() {
    const ANSWER: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: 1\n\n";
    let server = Server::with(&[ANSWER, ANSWER]).await;
    let mut events = server.post().events().unwrap();
    assert!(!events.is_terminated());
    assert!(next(&mut events).await.is_some() && !events.is_terminated());
    assert!(next(&mut events).await.is_none() && events.is_terminated());

    // A failure is the last item.
    let mut feed = server.post().until("[DONE]").events().unwrap().typed::<Feed>();
    assert!(next(&mut feed).await.unwrap().is_ok() && !feed.is_terminated());
    assert!(next(&mut feed).await.unwrap().is_err() && feed.is_terminated());
    assert!(next(&mut feed).await.is_none() && feed.is_terminated());
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
