//! One client against one of the servers of the faults: `compare.mjs` starts it for each, and says what survived.
//!
//! Each client connects again after 20 ms, for ever, as far as it has options for that; a time limit of a job is given to it in
//! whatever form it has.

use std::cell::Cell;
use std::io::stdin;
use std::pin::Pin;
use std::time::Duration;

use futures_util::{Stream, StreamExt, future::ready};
use serde::Deserialize;
use serde_json::json;
use tokio::task::LocalSet;
use tokio::time::{sleep, timeout};

const DELAY: Duration = Duration::from_millis(20);
/// Until a client that is not done has failed.
const PATIENCE: Duration = Duration::from_secs(20);
/// After the last event no other may come for so long.
const SILENCE: Duration = Duration::from_millis(200);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Job {
    url: String,
    total: usize,
    suffix: String,
    repeat: usize,
    id_suffix: String,
    client: Options,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Options {
    method: Option<String>,
    body: Option<String>,
    connect_timeout: Option<u64>,
    idle_timeout: Option<u64>,
    /// Whether the user gave a policy, and so wants a POST to be sent again.
    #[serde(default)]
    repeats: bool,
    /// Whether the stream ends, rather than that the client is closed.
    #[serde(default)]
    ends: bool,
}

impl Options {
    /// For clients that have one limit for all.
    fn limit(&self) -> Option<Duration> {
        self.idle_timeout.into_iter().chain(self.connect_timeout).min().map(Duration::from_millis)
    }
}

struct Message {
    event_type: String,
    data: String,
    id: String,
}

type Messages = Pin<Box<dyn Stream<Item = Result<Message, String>>>>;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let name = std::env::args().nth(1).expect("the name of a client");
    let open = match &*name {
        "eventsource-reqwest" => eventsource_reqwest,
        "reqwest-eventsource" => reqwest_eventsource,
        "eventsource-client" => eventsource_client,
        "sseer" => sseer,
        _ => panic!("there is no client '{name}'"),
    };
    let job: Job = serde_json::from_reader(stdin()).expect("a job");
    let task = LocalSet::new();
    let outcome = task.spawn_local(async move {
        let count = Cell::new(0);
        let follow = async { follow(open(&job), &job, &count).await };
        let late = || Some(format!("{} of {} events after {PATIENCE:?}", count.get(), job.total));
        timeout(PATIENCE, follow).await.unwrap_or_else(|_| late())
    });
    // A client may panic.
    let wrong = task.run_until(outcome).await.unwrap_or_else(|_| Some("it panicked".into()));
    println!("{}", json!({ "wrong": wrong }));
}

/// What was wrong, if anything was. An error that is an item is no end: the client is asked for more.
async fn follow(mut messages: Messages, job: &Job, count: &Cell<usize>) -> Option<String> {
    let rest = job.suffix.repeat(job.repeat);
    let mut latest = "none".to_owned();
    loop {
        let is_done = count.get() == job.total;
        let item = tokio::select! {
            item = messages.next() => item,
            () = sleep(SILENCE), if is_done && !job.client.ends => return None,
        };
        match item {
            Some(Ok(Message { event_type, data, id })) if event_type.is_empty() || event_type == "message" => {
                let number = count.get() + 1;
                count.set(number);
                if data != format!("{number}{rest}") {
                    return Some(format!("instead of event {number}: {}", shown(&data)));
                }
                if id != format!("{number}{}", job.id_suffix) {
                    return Some(format!("event {number} has the ID {}", shown(&id)));
                }
            }
            Some(Ok(_)) => {}
            Some(Err(error)) => latest = error,
            None if is_done && job.client.ends => return None,
            None => return Some(format!("it ends at event {}: {latest}", count.get())),
        }
    }
}

fn eventsource_reqwest(job: &Job) -> Messages {
    use eventsource_reqwest::{Client, RetryPolicy};

    let client = Client::from(reqwest::Client::builder().no_proxy().build().expect("a client"));
    let limit = |limit: Option<u64>| Duration::from_millis(limit.unwrap_or_default());
    let options = &job.client;
    let mut builder = client
        .request(method(job).parse().expect("a method"), &job.url)
        .connect_timeout(limit(options.connect_timeout))
        .idle_timeout(limit(options.idle_timeout));
    if let Some(body) = &options.body {
        builder = builder.body(body.clone());
    }
    if options.repeats {
        builder = builder.retry(RetryPolicy::default().initial_delay(DELAY).factor(1.0));
    }
    let events = builder.events().expect("a request");
    Box::pin(events.map(|item| match item {
        Ok(event) => Ok(Message { event_type: event.event_type, data: event.data, id: event.last_event_id }),
        Err(error) => Err(error.to_string()),
    }))
}

fn reqwest_eventsource(job: &Job) -> Messages {
    use reqwest_eventsource::{Event, EventSource, retry::Constant};

    let mut client = reqwest_012::Client::builder().no_proxy();
    if let Some(limit) = job.client.limit() {
        client = client.read_timeout(limit);
    }
    let client = client.build().expect("a client");
    let mut request = client.request(method(job).parse().expect("a method"), &job.url);
    if let Some(body) = &job.client.body {
        request = request.body(body.clone());
    }
    let mut source = EventSource::new(request).expect("a request");
    source.set_retry_policy(Box::new(Constant::new(DELAY, None)));
    Box::pin(source.filter_map(|item| {
        ready(match item {
            Ok(Event::Open) => None,
            Ok(Event::Message(event)) => Some(Ok(Message { event_type: event.event, data: event.data, id: event.id })),
            Err(error) => Some(Err(error.to_string())),
        })
    }))
}

fn eventsource_client(job: &Job) -> Messages {
    use eventsource_client::{Client, ClientBuilder, ReconnectOptions, SSE};
    use launchdarkly_sdk_transport::HyperTransport;

    let mut transport = HyperTransport::builder().disable_proxy();
    if let Some(limit) = job.client.limit() {
        transport = transport.read_timeout(limit);
    }
    let transport = transport.build_http().expect("a transport");
    let mut builder = ClientBuilder::for_url(&job.url).expect("a URL").method(method(job));
    if let Some(body) = &job.client.body {
        builder = builder.body(body.clone());
    }
    let reconnect =
        ReconnectOptions::reconnect(true).retry_initial(true).delay(DELAY).backoff_factor(1).delay_max(DELAY);
    let messages = builder.reconnect(reconnect.build()).build_with_transport(transport).stream();
    Box::pin(messages.filter_map(|item| {
        ready(match item {
            Ok(SSE::Event(event)) => {
                Some(Ok(Message { event_type: event.event_type, data: event.data, id: event.id.unwrap_or_default() }))
            }
            Ok(_) => None,
            Err(error) => Some(Err(error.to_string())),
        })
    }))
}

fn sseer(job: &Job) -> Messages {
    use sseer::reqwest::{EventSource, StreamEvent};
    use sseer::retry::Constant;

    let mut client = reqwest::Client::builder().no_proxy();
    if let Some(limit) = job.client.limit() {
        client = client.read_timeout(limit);
    }
    let client = client.build().expect("a client");
    let mut request = client.request(method(job).parse().expect("a method"), &job.url);
    if let Some(body) = &job.client.body {
        request = request.body(body.clone());
    }
    let source = EventSource::new_with_retry(request, Constant::new(DELAY, None)).expect("a request");
    Box::pin(source.filter_map(|item| {
        ready(match item {
            Ok(StreamEvent::Open) => None,
            Ok(StreamEvent::Event(event)) => Some(Ok(Message {
                event_type: event.event.to_string(),
                data: event.data.to_string(),
                id: event.id.to_string(),
            })),
            Err(error) => Some(Err(error.to_string())),
        })
    }))
}

fn method(job: &Job) -> String {
    job.client.method.clone().unwrap_or_else(|| "GET".into())
}

fn shown(text: &str) -> String {
    json!(text.chars().take(40).collect::<String>()).to_string()
}
