//! The client's side of the faults: one stream for each fault, as in `tests/faults/page.mjs` in a browser. Jobs come as JSON on
//! stdin, and each outcome goes to stdout as a line of JSON.

use std::cell::{Cell, RefCell};
use std::io::stdin;
use std::rc::Rc;
use std::time::{Duration, Instant};

use eventsource_reqwest::reqwest::{self, Method};
use eventsource_reqwest::{Builder, Client, Decision, Error, RetryPolicy};
use futures_util::StreamExt;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::task::LocalSet;
use tokio::time::{sleep, timeout};

/// The time, in ms, after which an unfinished source has failed.
const PATIENCE: u64 = 20_000;
/// The time after the last event in which no other event may come.
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

/// The options of a job. Unknown options are errors, so that none is ignored.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Options {
    retry: Value,
    headers: Option<String>,
    method: Option<String>,
    body: Option<String>,
    reopens: bool,
    ids: bool,
    patience: u64,
    connect_timeout: u64,
    idle_timeout: u64,
    event_timeout: u64,
    fail_on: Value,
    dedupe: usize,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            retry: json!({ "initialDelay": 20, "factor": 1 }),
            headers: None,
            method: None,
            body: None,
            reopens: false,
            ids: true,
            patience: PATIENCE,
            connect_timeout: 0,
            idle_timeout: 0,
            event_timeout: 0,
            fail_on: json!([]),
            dedupe: 0,
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let jobs: Vec<Job> = serde_json::from_reader(stdin()).expect("jobs");
    let client = Client::from(reqwest::Client::builder().no_proxy().build().expect("a client"));
    let tasks = LocalSet::new();
    for (index, job) in jobs.into_iter().enumerate() {
        let client = client.clone();
        tasks.spawn_local(async move {
            let codes = Rc::<RefCell<Vec<String>>>::default();
            let (begun, count) = (Instant::now(), Cell::new(0));
            let patience = Duration::from_millis(job.client.patience);
            let wrong = timeout(patience, follow(&client, &job, &count, &codes)).await.unwrap_or_else(|_| {
                let latest = codes.borrow().last().cloned().unwrap_or_else(|| "none".into());
                let (count, total) = (count.get(), job.total);
                Some(format!("{count} of {total} events after {patience:?}; last error: {latest}"))
            });
            let time = begun.elapsed().as_millis();
            println!("{}", json!({ "index": index, "wrong": wrong, "codes": *codes.borrow(), "time": time }));
        });
    }
    tasks.await;
}

/// Follows the stream of a job. Returns the first mistake, if any.
async fn follow(client: &Client, job: &Job, count: &Cell<usize>, codes: &Rc<RefCell<Vec<String>>>) -> Option<String> {
    let rest = job.suffix.repeat(job.repeat);
    let mut last_event_id = String::new();
    loop {
        let (sender, receiver) = std::sync::mpsc::channel();
        let note = move |error: &Error| drop(sender.send(code(error)));
        let mut events = builder(client, job).last_event_id(last_event_id).on_error(note).events().expect("a request");
        let mut end = "complete".to_owned();
        loop {
            let is_done = count.get() == job.total;
            let item = tokio::select! {
                item = events.next() => item,
                () = sleep(SILENCE), if is_done => return None,
            };
            codes.borrow_mut().extend(receiver.try_iter());
            match item {
                Some(Ok(event)) if event.event_type == "message" => {
                    let number = count.get() + 1;
                    count.set(number);
                    if event.data != format!("{number}{rest}") {
                        return Some(format!("instead of event {number}: {}", shown(&event.data)));
                    }
                    if job.client.ids && event.last_event_id != format!("{number}{}", job.id_suffix) {
                        return Some(format!("event {number} has the ID {}", shown(&event.last_event_id)));
                    }
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => end = status(&error),
                None => break,
            }
        }
        if !job.client.reopens {
            return Some(format!("closed: {end} at event {}", count.get()));
        }
        last_event_id = events.last_event_id();
    }
}

fn builder(client: &Client, job: &Job) -> Builder {
    let options = &job.client;
    let method = options.method.as_ref().map_or(Method::GET, |method| method.parse().expect("a method"));
    let mut builder = client
        .request(method, &job.url)
        .connect_timeout(Duration::from_millis(options.connect_timeout))
        .idle_timeout(Duration::from_millis(options.idle_timeout))
        .event_timeout(Duration::from_millis(options.event_timeout))
        .dedupe(options.dedupe);
    if let Some(body) = &options.body {
        builder = builder.body(body.clone());
    }
    match &options.fail_on {
        Value::String(name) => builder = builder.fail_on(name),
        names => {
            for name in names.as_array().expect("names") {
                builder = builder.fail_on(name.as_str().expect("a name"));
            }
        }
    }
    if let Some(headers) = &options.headers {
        assert_eq!(headers, "renewed");
        builder = builder.headers_with(|context| async move {
            vec![("authorization".into(), if context.status.is_none() { "old" } else { "new" }.into())]
        });
    }
    match &options.retry {
        Value::String(how) if how == "always" => builder.retry_with(|_| Decision::Wait(Duration::from_millis(20))),
        Value::String(how) if how == "standard" => builder,
        numbers => {
            let mut policy = RetryPolicy::default();
            policy.initial_delay = Duration::from_millis(numbers["initialDelay"].as_u64().expect("a number"));
            policy.factor = numbers["factor"].as_f64().expect("a number");
            policy.max_attempts = numbers["maxAttempts"].as_u64().map(|attempts| attempts as u32);
            builder.retry(policy)
        }
    }
}

fn code(error: &Error) -> String {
    match error {
        Error::Connection(error) => error.code.to_string(),
        other => other.to_string(),
    }
}

fn status(error: &Error) -> String {
    match error {
        Error::Connection(error) => {
            format!("{} {}", error.code, error.status.map_or(String::new(), |status| status.to_string()))
        }
        other => other.to_string(),
    }
}

fn shown(text: &str) -> String {
    json!(text.chars().take(40).collect::<String>()).to_string()
}
