//! Plays the table of `tests/promises/` against the crate, in a browser.
#![cfg(target_arch = "wasm32")]

#[path = "support/web.rs"]
#[allow(dead_code)]
mod web;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use eventsource_wasm::machine::Decision;
use eventsource_wasm::{
    Builder, End, Error, ErrorCode, EventSourceError, EventsBuilder, FetchEventSource, RawEvent, ReadyState,
    RequestContext, RetryContext, RetryPolicy, SourceBuilder, Unfinished, events,
};
use futures_util::future::{Either, select};
use futures_util::{FutureExt, StreamExt, stream};
use gloo_timers::future::TimeoutFuture;
use serde::Deserialize;
use serde_json::Value;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web::{Request, Route, is_firefox, pause, route};

wasm_bindgen_test_configure!(run_in_browser);

/// The time limit of each wait, in ms.
const LIMIT: u32 = 15_000;

/// Rows that play at once. A browser has six connections to a host, and a row takes two: the stream, and the request for the
/// server's log.
const AT_ONCE: usize = 3;

/// A port that `fetch` refuses.
const NOWHERE: &str = "http://127.0.0.1:9/";

/// Makes a test for each file.
macro_rules! promises {
    ($($test:ident $file:literal),* $(,)?) => {$(
        #[wasm_bindgen_test]
        async fn $test() {
            play_all($file, include_str!(concat!("promises/", $file))).await;
        }
    )*};
}

promises! {
    close "close.json",
    ends "ends.json",
    ids "ids.json",
    post "post.json",
    reconnects "reconnects.json",
    refusals "refusals.json",
    requests "requests.json",
    time_limits "time-limits.json",
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    #[serde(default)]
    options: Options,
    responses: Value,
    #[serde(default)]
    user: BTreeMap<String, Action>,
    #[serde(default)]
    shows: Vec<String>,
    transcript: Vec<String>,
    requests: Option<Vec<String>>,
    #[serde(default)]
    differs: BTreeMap<String, Difference>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Difference {
    #[serde(rename = "why")]
    _why: String,
    transcript: Option<Vec<String>>,
    requests: Option<Vec<String>>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Action {
    Close,
    Reconnect,
    Leave,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
struct Options {
    method: Option<String>,
    headers: BTreeMap<String, String>,
    body: Option<String>,
    last_event_id: Option<String>,
    retry: Option<Numbers>,
    connect_timeout: Option<u64>,
    idle_timeout: Option<u64>,
    event_timeout: Option<u64>,
    max_event_size: Option<usize>,
    max_error_body: Option<usize>,
    until: Option<Last>,
    fail_on: Option<Names>,
    unfinished: Option<String>,
    dedupe: Option<usize>,
    last_event_id_header: Option<bool>,
    once: bool,
    headers_per_request: Option<VecDeque<MadeHeaders>>,
    tokens: Option<VecDeque<String>>,
    retry_answers: Option<VecDeque<Answer>>,
    until_event: Option<UntilEvent>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Numbers {
    initial_delay: Option<u64>,
    max_delay: Option<u64>,
    factor: Option<f64>,
    max_attempts: Option<u32>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum MadeHeaders {
    Headers(BTreeMap<String, String>),
    Action(Action),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Answer {
    Wait(u64),
    #[serde(rename_all = "camelCase")]
    WaitFrom {
        delay: u64,
        last_event_id: String,
    },
    Word(String),
}

/// The event that completes a stream.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Last {
    Data(String),
    Named { event: String },
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Names {
    One(String),
    Many(Vec<String>),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct UntilEvent {
    event: Option<String>,
    id: Option<String>,
}

async fn play_all(file: &str, text: &str) {
    let rows: Vec<Row> = serde_json::from_str(text).unwrap_or_else(|error| panic!("{file}: {error}"));
    assert!(!rows.is_empty(), "{file} has no rows");
    let outcomes: Vec<_> = stream::iter(rows)
        .map(|row| async move {
            let name = row.name.clone();
            play(row).await.map_err(|failure| format!("\n\"{name}\" in Rust: {failure}\n"))
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let failures: String = outcomes.into_iter().filter_map(Result::err).collect();
    assert!(failures.is_empty(), "{file}: {failures}");
}

async fn play(row: Row) -> Result<(), String> {
    let Row { options, responses, user, shows, transcript, requests, mut differs, .. } = row;
    let (transcript, requests) = match differs.remove("rust") {
        Some(difference) => (difference.transcript.unwrap_or(transcript), difference.requests.or(requests)),
        None => (transcript, requests),
    };
    let server = server(&responses).map(Rc::new);
    let performance = Performance::new(user, &shows, server.clone());
    within(performance.run(options)).await.map_err(|late| format!("no end {late}, but {:#?}", performance.lines()))?;
    let mut had = Vec::new();
    if let Some(server) = &server {
        // Firefox keeps the connection of a `fetch` that was redirected and then aborted, until the next byte.
        if is_firefox() && redirects(&responses) {
            server.end().await;
        }
        let closed = async {
            while server.seen().await.open > 0 {
                pause(10).await;
            }
        };
        within(closed).await.map_err(|late| format!("no end of all connections {late}"))?;
        // Gives late events and requests, which must not come, the time to come.
        pause(30).await;
        had = server.seen().await.requests;
    }
    equal(&performance.lines(), &transcript)?;
    match requests {
        Some(expected) => {
            equal(&had.iter().map(|request| request_line(request, &shows)).collect::<Vec<_>>(), &expected)
        }
        None => Ok(()),
    }
}

fn server(responses: &Value) -> Option<Route> {
    let Value::Array(list) = responses else {
        assert_eq!(responses, "none");
        return None;
    };
    let replies = list.iter().map(|reply| match reply {
        Value::String(body) => serde_json::json!({ "body": body }),
        other => other.clone(),
    });
    let text = Value::Array(replies.collect()).to_string();
    Some(route(&format!("/responses?responses={}", js_sys::encode_uri_component(&text))))
}

fn redirects(responses: &Value) -> bool {
    responses.as_array().into_iter().flatten().any(|reply| reply.pointer("/headers/location").is_some())
}

/// One run of a row.
struct Performance {
    lines: RefCell<Vec<String>>,
    counts: RefCell<BTreeMap<&'static str, u32>>,
    user: BTreeMap<String, Action>,
    shows: Vec<String>,
    server: Option<Rc<Route>>,
    /// The source, until the user drops it.
    source: RefCell<Option<FetchEventSource>>,
    has_left: Cell<bool>,
}

impl Performance {
    fn new(user: BTreeMap<String, Action>, shows: &[String], server: Option<Rc<Route>>) -> Rc<Performance> {
        Rc::new(Performance {
            lines: RefCell::default(),
            counts: RefCell::default(),
            user,
            shows: shows.to_vec(),
            server,
            source: RefCell::new(None),
            has_left: Cell::new(false),
        })
    }

    fn lines(&self) -> Vec<String> {
        self.lines.borrow().clone()
    }

    async fn run(self: &Rc<Self>, mut options: Options) {
        let url = self.server.as_ref().map_or(NOWHERE, |server| &server.url).to_owned();
        let end = if options.once {
            self.read(self.shared(events(&url), &url, options)).await
        } else {
            let builder = self.reconnecting(FetchEventSource::builder(&url), &mut options);
            self.listen(self.shared(builder, &url, options)).await
        };
        match end {
            Ok((end, id)) => self.push(format!("closed {end}{}", id_text(&id))),
            Err(Error::InvalidRequest(_)) => self.push("throws InvalidRequest".into()),
            Err(error) => self.push(format!("throws {error}")),
        }
    }

    /// Plays the row by `events()`. Its stream has no end to ask for, so this makes the text of the end.
    async fn read(self: &Rc<Self>, builder: EventsBuilder) -> Result<(String, String), Error> {
        let mut stream = builder.events()?;
        let mut leaves = Box::pin(self.watch_requests()).fuse();
        let end = loop {
            let item = match select(stream.next(), &mut leaves).await {
                Either::Left((item, _)) => item,
                Either::Right(((), _)) if self.has_left.get() => break "closed",
                Either::Right(((), next)) => next.await,
            };
            match item {
                Some(Ok(event)) => {
                    self.note("event", event_line(&event));
                    if self.happened("event").is_some() {
                        break "closed";
                    }
                }
                Some(Err(error)) => {
                    self.note("error", self.error_line(&error));
                    assert!(stream.next().await.is_none(), "something came after the failure");
                    break connection(&error).code.as_str();
                }
                None => break "complete",
            }
        };
        Ok((end.into(), stream.last_event_id()))
    }

    async fn listen(self: &Rc<Self>, builder: SourceBuilder) -> Result<(String, String), Error> {
        let source = builder.connect()?;
        let closed = source.closed();
        let this = self.clone();
        let open = source.on_open(move |open| {
            this.note("open", format!("open {}", open.response.status()));
            this.expect_state(ReadyState::Open);
            this.act(this.happened("open"));
        });
        let this = self.clone();
        let any = source.on_any(move |event| {
            this.note("event", event_line(&event));
            this.expect_state(ReadyState::Open);
            this.expect_id(&event.last_event_id);
            this.act(this.happened("event"));
            this.expect_id(&event.last_event_id);
        });
        let this = self.clone();
        let error = source.on_error(move |error| {
            this.note("error", this.error_line(error));
            let reconnects = connection(error).will_reconnect();
            this.expect_state(if reconnects { ReadyState::Connecting } else { ReadyState::Closed });
            this.act(this.happened("error"));
        });
        *self.source.borrow_mut() = Some(source);
        self.act(self.happened("start"));
        let watching = self.clone();
        wasm_bindgen_futures::spawn_local(async move { watching.watch_requests().await });
        let end = closed.await;
        drop((open, any, error));
        self.expect_state(ReadyState::Closed);
        let id = self.source.take().map(|source| source.last_event_id()).unwrap_or_default();
        let end = match &end {
            End::Closed => "closed",
            End::Complete => "complete",
            End::Failed(error) => connection(error).code.as_str(),
            other => panic!("{other:?} is new: add it to the runner"),
        };
        Ok((end.into(), id))
    }

    /// Sets the options that only a source has.
    fn reconnecting(self: &Rc<Self>, mut builder: SourceBuilder, options: &mut Options) -> SourceBuilder {
        if let Some(numbers) = options.retry.take() {
            builder = builder.retry(policy(numbers));
        }
        if let Some(events) = options.dedupe {
            builder = builder.dedupe(events);
        }
        if let Some(answers) = options.retry_answers.take() {
            let (this, answers) = (self.clone(), RefCell::new(answers));
            builder = builder.retry_with(move |context| {
                this.push(format!("asks {}", asked_text(context)));
                match answers.borrow_mut().pop_front().expect("an answer for one more failure") {
                    Answer::Wait(time) => Decision::Wait(Duration::from_millis(time)),
                    Answer::WaitFrom { delay, last_event_id } => {
                        Decision::WaitFrom { delay: Duration::from_millis(delay), last_event_id }
                    }
                    Answer::Word(word) if word == "stop" => Decision::Stop,
                    Answer::Word(word) => {
                        assert_eq!(word, "close");
                        this.act(Some(Action::Close));
                        Decision::Wait(Duration::from_millis(10))
                    }
                }
            });
        }
        builder
    }

    /// Sets the options that both kinds of builder have.
    fn shared<K>(self: &Rc<Self>, mut builder: Builder<K>, url: &str, options: Options) -> Builder<K> {
        let milliseconds = Duration::from_millis;
        for (name, value) in &options.headers {
            builder = builder.header(name, value);
        }
        if let Some(method) = &options.method {
            builder = builder.method(method);
        }
        if let Some(body) = options.body {
            builder = builder.body(body);
        }
        if let Some(id) = &options.last_event_id {
            builder = builder.last_event_id(id);
        }
        if let Some(limit) = options.connect_timeout {
            builder = builder.connect_timeout(milliseconds(limit));
        }
        if let Some(limit) = options.idle_timeout {
            builder = builder.idle_timeout(milliseconds(limit));
        }
        if let Some(bytes) = options.max_event_size {
            builder = builder.max_event_size(bytes);
        }
        if let Some(limit) = options.event_timeout {
            builder = builder.event_timeout(milliseconds(limit));
        }
        if let Some(bytes) = options.max_error_body {
            builder = builder.max_error_body(bytes);
        }
        match &options.until {
            Some(Last::Data(data)) => builder = builder.until(data),
            Some(Last::Named { event }) => builder = builder.until_event(event),
            None => {}
        }
        builder = match options.fail_on {
            Some(Names::One(name)) => builder.fail_on(&name),
            Some(Names::Many(names)) => names.iter().fold(builder, |builder, name| builder.fail_on(name)),
            None => builder,
        };
        builder = match options.unfinished.as_deref() {
            None => builder,
            Some("discard") => builder.unfinished(Unfinished::Discard),
            Some("deliver") => builder.unfinished(Unfinished::Deliver),
            Some("error") => builder.unfinished(Unfinished::Error),
            Some(other) => panic!("{other:?} is no value of unfinished"),
        };
        if let Some(yes) = options.last_event_id_header {
            builder = builder.last_event_id_header(yes);
        }
        if let Some(UntilEvent { event, id }) = options.until_event {
            builder = builder.until_with(move |last| {
                Some(&last.event_type) == event.as_ref() || Some(&last.last_event_id) == id.as_ref()
            });
        }
        if let Some(answers) = options.headers_per_request {
            let (this, answers) = (self.clone(), RefCell::new(answers));
            builder = builder.headers_with(move |context| {
                this.push(format!("makes headers {}", context_text(&context)));
                let made = match answers.borrow_mut().pop_front().expect("headers for one more request") {
                    MadeHeaders::Headers(headers) => headers.into_iter().collect(),
                    MadeHeaders::Action(action) => {
                        this.act(Some(action));
                        Vec::new()
                    }
                };
                async move { made }
            });
        }
        if let Some(tokens) = options.tokens {
            let (this, tokens, url) = (self.clone(), RefCell::new(tokens), url.to_owned());
            builder = builder.url_with(move |context| {
                this.push(format!("makes url {}", context_text(&context)));
                let token = tokens.borrow_mut().pop_front().expect("a token for one more request");
                let made = format!("{url}&token={token}");
                async move { made }
            });
        }
        builder
    }

    fn push(&self, line: String) {
        self.lines.borrow_mut().push(line);
    }

    fn note(&self, kind: &'static str, line: String) {
        *self.counts.borrow_mut().entry(kind).or_default() += 1;
        self.push(line);
    }

    /// The user's action at this moment, if the row has one.
    fn happened(&self, kind: &'static str) -> Option<Action> {
        let moment = match self.counts.borrow().get(kind) {
            Some(count) => format!("{kind} {count}"),
            None => kind.into(),
        };
        self.user.get(&moment).copied()
    }

    fn act(&self, action: Option<Action>) {
        let source = self.source.borrow().clone();
        match (action, source) {
            (Some(Action::Close), Some(source)) => {
                source.close();
                self.expect_state(ReadyState::Closed);
            }
            (Some(Action::Reconnect), Some(source)) => {
                let was_closed = source.ready_state() == ReadyState::Closed;
                source.reconnect();
                self.expect_state(if was_closed { ReadyState::Closed } else { ReadyState::Connecting });
            }
            (Some(Action::Leave), source) => {
                drop(source);
                self.source.take();
                self.has_left.set(true);
            }
            _ => {}
        }
    }

    async fn watch_requests(&self) {
        for (moment, action) in &self.user {
            if let Some(count) = moment.strip_prefix("request ") {
                let count: usize = count.parse().expect("request and a number");
                let server = self.server.as_ref().expect("a server");
                while server.seen().await.requests.len() < count {
                    pause(10).await;
                }
                self.act(Some(*action));
            }
        }
    }

    fn expect_state(&self, expected: ReadyState) {
        let source = self.source.borrow().clone();
        if let Some(source) = source
            && source.ready_state() != expected
        {
            self.push(format!("but readyState is {:?}", source.ready_state()));
        }
    }

    fn expect_id(&self, expected: &str) {
        let source = self.source.borrow().clone();
        if let Some(source) = source
            && source.last_event_id() != expected
        {
            self.push(format!("but lastEventId is {:?}", source.last_event_id()));
        }
    }

    fn error_line(&self, error: &Error) -> String {
        let error = connection(error);
        let mut line = format!("error {}", error.code.as_str());
        if let Some(status) = error.status {
            line += &format!(" {status}");
        }
        line += &format!(" attempt={}", error.attempt);
        match error.delay {
            Some(delay) => line += &format!(" reconnects={}", delay.as_millis()),
            None => line += " closes",
        }
        if let Some(body) = &error.body_prefix {
            line += &format!(" body={}", text(body));
        }
        if let Some(event) = &error.event {
            line += &event_line(event).replacen("event ", " event=", 1);
        }
        if let Some(event) = &error.unfinished {
            line += &event_line(event).replacen("event ", " unfinished=", 1);
        }
        if let Some(id) = &error.unsent_last_event_id {
            line += &format!(" unsent={}", text(id));
        }
        if let Some(cause) = &error.cause {
            line += &format!(" cause={}", cause.name);
        }
        line + &shown(&self.shows, |name| error.header(name))
    }
}

fn connection(error: &Error) -> &EventSourceError {
    match error {
        Error::Connection(error) => error,
        other => panic!("{other}"),
    }
}

fn policy(Numbers { initial_delay, max_delay, factor, max_attempts }: Numbers) -> RetryPolicy {
    let mut policy = RetryPolicy::default();
    policy.initial_delay = initial_delay.map_or(policy.initial_delay, Duration::from_millis);
    policy.max_delay = max_delay.map_or(policy.max_delay, Duration::from_millis);
    policy.factor = factor.unwrap_or(policy.factor);
    policy.max_attempts = max_attempts;
    policy
}

fn event_line(RawEvent { event_type, data, last_event_id, .. }: &RawEvent) -> String {
    format!("event {event_type} {}{}", text(data), id_text(last_event_id))
}

fn id_text(id: &str) -> String {
    if id.is_empty() { String::new() } else { format!(" id={}", text(id)) }
}

fn request_line(request: &Request, shows: &[String]) -> String {
    let mut line = request.method.clone();
    if let Some(id) = &request.last_event_id {
        line += &format!(" id={}", text(id));
    }
    if let Some(body) = request.body.as_deref().filter(|body| !body.is_empty()) {
        line += &format!(" body={}", text(body));
    }
    if let Some((_, token)) = request.url.split_once("&token=") {
        line += &format!(" token={token}");
    }
    line + &shown(shows, |name| request.headers.get(name).map(|value| &**value))
}

fn shown<'a>(names: &[String], value_of: impl Fn(&str) -> Option<&'a str>) -> String {
    let pairs = names.iter().filter_map(|name| Some(format!(" {name}={}", value_of(name)?)));
    pairs.collect()
}

fn context_text(context: &RequestContext) -> String {
    let RequestContext { attempt, last_event_id, reason, status, .. } = context;
    let mut line = format!("attempt={attempt}");
    if let Some(reason) = reason {
        line += &format!(" reason={}", reason.as_str());
    }
    if let Some(status) = status {
        line += &format!(" {status}");
    }
    line + &id_text(last_event_id)
}

fn asked_text(context: &RetryContext) -> String {
    let mut line = code_text(context.code, context.status);
    line += &format!(" attempt={}", context.attempt);
    line += &format!(" reconnection-time={}", context.reconnection_time.as_millis());
    if let Some(time) = context.retry_after {
        line += &format!(" retry-after={}", time.as_millis());
    }
    line
}

fn code_text(code: ErrorCode, status: Option<u16>) -> String {
    status.map_or(code.as_str().into(), |status| format!("{} {status}", code.as_str()))
}

/// Shows readable text as it is, long text by its length, and other text as JSON.
fn text(text: &str) -> String {
    let length = text.encode_utf16().count();
    let is_readable = |char: char| !char.is_whitespace() && !char.is_control() && !matches!(char, '"' | '\\');
    if length > 100 {
        format!("<{length} characters>")
    } else if !text.is_empty() && text.chars().all(is_readable) {
        text.into()
    } else {
        serde_json::to_string(text).expect("text is JSON")
    }
}

fn equal(actual: &[String], expected: &[String]) -> Result<(), String> {
    if actual == expected { Ok(()) } else { Err(format!("{actual:#?}\ninstead of {expected:#?}")) }
}

/// Fails a row that does not end within the limit.
async fn within<T>(future: impl Future<Output = T>) -> Result<T, String> {
    match select(Box::pin(future), TimeoutFuture::new(LIMIT)).await {
        Either::Left((value, _)) => Ok(value),
        Either::Right(_) => Err(format!("within {LIMIT} ms")),
    }
}
