//! Whatever happens in whatever order: the machine never panics, its deadlines can be kept, one request lives at a time,
//! each connection gives the events of the standard, and closed is final.
#![no_main]

#[path = "../../tests/support/items.rs"]
#[allow(dead_code)]
mod items;
#[path = "../../tests/support/reference.rs"]
#[allow(dead_code)]
mod reference;

use std::time::Duration;

use eventsource_wasm::connection::{Action, Config, Connection, End, Input, ReadyState, ResponseHead, Until};
use eventsource_wasm::parser::Item as ParserItem;
use eventsource_wasm::retry::{Decision, ErrorCode, MAX_DELAY, MIN_DELAY, Retry, RetryPolicy};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

use items::{Item, owned};
use reference::interpret_after;

#[derive(Arbitrary, Debug)]
struct Case<'a> {
    last_event_id: &'a str,
    retry: RetryKind,
    connect_timeout: Option<u16>,
    idle_timeout: Option<u16>,
    max_event_size: Option<u8>,
    until: Ending<'a>,
    renews_credentials: bool,
    completes_at_end: bool,
    seed: u64,
    steps: Vec<(Step<'a>, Pause)>,
}

#[derive(Arbitrary, Debug)]
enum RetryKind {
    Standard,
    Never,
    Policy { initial: u32, max: u32, factor: f64, jitter: bool, max_attempts: Option<u8> },
    Ask,
}

#[derive(Arbitrary, Debug)]
enum Ending<'a> {
    None,
    Data(&'a str),
    Told,
}

#[derive(Arbitrary, Debug)]
enum Step<'a> {
    Start,
    Accept,
    Response { status: u16, content_type: Option<&'a str>, retry_after: Option<u32> },
    Chunk(&'a [u8]),
    ChunkInPlace(&'a [u8]),
    Read,
    End,
    Failed { request: bool },
    Wait(u64),
    Stop,
    Timer,
    Reconnect,
    Online,
    Hidden,
    Visible,
    Complete,
    Reset,
    Close,
}

/// How much time passes before a step.
#[derive(Arbitrary, Debug)]
enum Pause {
    None,
    Milliseconds(u16),
    JustBeforeDeadline,
    UntilDeadline,
}

/// What must be true of the machine, from what it said so far.
#[derive(Default)]
struct Model {
    request: bool,
    closed: bool,
    /// The last event ID that the stream which is open, or what follows a reset, began with, its bytes, and what came of them.
    last_event_id: String,
    stream: Vec<u8>,
    items: Vec<Item>,
}

impl Model {
    fn begin_stream(&mut self, machine: &Connection) {
        self.last_event_id = machine.parser().last_event_id().into_owned();
        self.stream.clear();
        self.items.clear();
    }
}

fuzz_target!(|case: Case<'_>| {
    let config = config(&case);
    let mut machine = Connection::new(config.clone());
    let mut model = Model::default();
    let mut now = Duration::ZERO;
    for (step, pause) in &case.steps {
        now = after(pause, now, machine.deadline());
        let before = machine.ready_state();
        let deadline = machine.deadline();
        take_step(&mut machine, &mut model, step, now);

        if matches!(step, Step::Timer) && deadline.is_none_or(|deadline| deadline > now) {
            assert_eq!((machine.ready_state(), machine.deadline()), (before, deadline), "an early timer did something");
            assert_eq!(machine.next_action(), None);
        }
        obey(&mut machine, &mut model, now);
        while let Some(event) = machine.next_event() {
            model.items.push(owned(ParserItem::Event(event)));
            assert!(!model.closed && model.request, "an event without a connection");
        }
        let was_open = before == ReadyState::Open || machine.ready_state() == ReadyState::Open;
        if was_open {
            check_events(&model, &config);
        }
        obey(&mut machine, &mut model, now);
        check_state(&machine, &model, &config, now);
    }
});

fn take_step(machine: &mut Connection, model: &mut Model, step: &Step<'_>, now: Duration) {
    let is_open = machine.ready_state() == ReadyState::Open;
    let input = match *step {
        Step::Start => Input::Start,
        Step::Accept => Input::Response(ResponseHead::new(200, Some("text/event-stream"))),
        Step::Response { status, content_type, retry_after } => {
            let retry_after = retry_after.map(|seconds| Duration::from_secs(seconds.into()));
            Input::Response(ResponseHead { status, content_type, retry_after })
        }
        Step::Chunk(chunk) | Step::ChunkInPlace(chunk) => {
            if is_open {
                model.stream.extend_from_slice(chunk);
            }
            if let Step::ChunkInPlace(_) = step {
                return machine.feed_with(chunk.len(), now, |to| to.copy_from_slice(chunk));
            }
            Input::Chunk(chunk)
        }
        Step::Read => Input::Read,
        Step::End => Input::End,
        Step::Failed { request } => Input::Failed(if request { ErrorCode::Request } else { ErrorCode::Network }),
        Step::Wait(milliseconds) => Input::Decided(Decision::Wait(Duration::from_millis(milliseconds))),
        Step::Stop => Input::Decided(Decision::Stop),
        Step::Timer => Input::Timer,
        Step::Reconnect => Input::Reconnect,
        Step::Online => Input::Online,
        Step::Hidden => Input::Hidden,
        Step::Visible => Input::Visible,
        Step::Complete => Input::Complete,
        Step::Reset => {
            machine.reset();
            return model.begin_stream(machine);
        }
        Step::Close => Input::Close,
    };
    machine.handle(input, now);
    if matches!(step, Step::Close) || is_open && matches!(step, Step::Complete) {
        assert_eq!(machine.ready_state(), ReadyState::Closed);
    }
}

/// Carries out the actions, as a driver would.
fn obey(machine: &mut Connection, model: &mut Model, now: Duration) {
    while let Some(action) = machine.next_action() {
        assert!(!model.closed, "{action:?} after the end");
        match action {
            Action::Fetch(request) => {
                assert!(!model.request, "two requests at a time");
                assert_eq!(request.last_event_id, machine.parser().last_event_id_text().as_bytes());
                if let Some(header) = request.last_event_id_header() {
                    assert!(header.chars().all(|unit| u32::from(unit) < 0x100 && !matches!(unit, '\0' | '\r' | '\n')));
                }
                model.request = true;
            }
            Action::Abort => model.request = false,
            Action::Open => {
                assert!(model.request && machine.ready_state() == ReadyState::Open);
                model.begin_stream(machine);
            }
            Action::Decide(_) => assert!(!model.request),
            Action::Lost(failure) => {
                let delay = failure.delay.expect("a loss is retried");
                assert!((MIN_DELAY..=MAX_DELAY).contains(&delay));
                assert_eq!(machine.deadline(), Some(now.saturating_add(delay)));
                assert!(!model.request);
            }
            Action::Closed(end) => {
                assert!(!model.request && machine.ready_state() == ReadyState::Closed);
                assert!(!matches!(end, End::Failed(failure) if failure.delay.is_some()));
                model.closed = true;
            }
        }
    }
}

/// The events so far are those of the standard, or a beginning of them where a sentinel or the limit has ended it.
fn check_events(model: &Model, config: &Config) {
    let mut expected = interpret_after(&model.last_event_id, &model.stream).items;
    expected.retain(|item| matches!(item, Item::Event(_)));
    if let Some(Until::Data(until)) = &config.until {
        let is_sentinel = |item: &Item| matches!(item, Item::Event(event) if event.data == *until);
        expected.truncate(expected.iter().position(is_sentinel).unwrap_or(expected.len()));
    }
    if config.max_event_size < Config::default().max_event_size {
        assert!(expected.starts_with(&model.items), "{:?} is no beginning of {expected:?}", model.items);
    } else {
        assert_eq!(model.items, expected);
    }
}

fn check_state(machine: &Connection, model: &Model, config: &Config, now: Duration) {
    assert_eq!(machine.ready_state() == ReadyState::Closed, model.closed);
    assert!(!model.closed || machine.deadline().is_none(), "a deadline after the end");
    assert!((MIN_DELAY..=MAX_DELAY).contains(&machine.reconnection_time()));
    let latest = match machine.ready_state() {
        ReadyState::Open => config.idle_timeout,
        // A wait, or a connection that is awaited.
        _ => Some(config.connect_timeout.unwrap_or_default().max(MAX_DELAY)),
    };
    assert!(machine.deadline().is_none_or(|deadline| deadline <= now.saturating_add(latest.unwrap())));
}

fn after(pause: &Pause, now: Duration, deadline: Option<Duration>) -> Duration {
    let due = deadline.unwrap_or(now).max(now);
    match pause {
        Pause::None => now,
        Pause::Milliseconds(milliseconds) => now + Duration::from_millis(u64::from(*milliseconds)),
        Pause::JustBeforeDeadline => due.saturating_sub(Duration::from_nanos(1)).max(now),
        Pause::UntilDeadline => due,
    }
}

fn config(case: &Case<'_>) -> Config {
    let milliseconds = |limit: u16| Duration::from_millis(limit.into());
    Config {
        // An ID from a stream holds none of these.
        last_event_id: case.last_event_id.replace(['\0', '\r', '\n'], ""),
        retry: match case.retry {
            RetryKind::Standard => Retry::Standard,
            RetryKind::Never => Retry::Never,
            RetryKind::Policy { initial, max, factor, jitter, max_attempts } => Retry::Policy(RetryPolicy {
                initial_delay: Duration::from_millis(initial.into()),
                max_delay: Duration::from_millis(max.into()),
                factor,
                jitter,
                max_attempts: max_attempts.map(u32::from),
            }),
            RetryKind::Ask => Retry::Ask,
        },
        connect_timeout: case.connect_timeout.map(milliseconds),
        idle_timeout: case.idle_timeout.map(milliseconds),
        max_event_size: case.max_event_size.map_or(Config::default().max_event_size, usize::from),
        until: match case.until {
            Ending::None => None,
            Ending::Data(data) => Some(Until::from(data)),
            Ending::Told => Some(Until::Told),
        },
        renews_credentials: case.renews_credentials,
        completes_at_end: case.completes_at_end,
        seed: case.seed,
    }
}
