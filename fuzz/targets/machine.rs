//! For any inputs in any order: the machine never panics, its deadlines fit a timer, at most one request and one read are
//! pending, each stream yields the events of the standard, and `Closed` is final. The `Bench` of the tests checks the contract.
#![no_main]

#[path = "../../tests/support/items.rs"]
#[allow(dead_code)]
mod items;
#[path = "../../tests/support/machine.rs"]
#[allow(dead_code)]
mod machine;
#[path = "../../tests/support/reference.rs"]
#[allow(dead_code)]
mod reference;

use std::time::Duration;

use eventsource_wasm::http::ResponseHead;
use eventsource_wasm::machine::{
    Config, Decision, Fault, Input, MAX_DELAY, MIN_DELAY, Pace, PageEvent, ReadyState, Retry, RetryPolicy, Status,
    WhenHidden,
};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

use items::{Event, Item};
use machine::{Bench, Record};
use reference::interpret_after;

static PACE: Pace = Pace::new();

#[derive(Arbitrary, Debug)]
struct Case<'a> {
    last_event_id: &'a str,
    method: Option<&'a str>,
    has_body: bool,
    once: bool,
    given: bool,
    retry: Option<RetryKind>,
    connect_timeout: Option<Limit>,
    idle_timeout: Option<Limit>,
    max_event_size: Option<u8>,
    event_timeout: Option<Limit>,
    until: bool,
    comments: bool,
    renews_credentials: bool,
    pauses_when_hidden: bool,
    follows_page: bool,
    reconnection_time: Option<u32>,
    is_paced: bool,
    seed: u64,
    steps: Vec<(Pause, Step<'a>, Then)>,
}

#[derive(Arbitrary, Debug)]
enum RetryKind {
    Standard,
    Never,
    Policy { initial: u32, max: u32, factor: f64, jitter: bool, max_attempts: Option<u8> },
    Ask,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Limit {
    Milliseconds(u16),
    /// From 25 days, longer than a timer can wait.
    Days(u8),
}

#[derive(Arbitrary, Debug)]
enum Step<'a> {
    Start,
    Accept,
    Response {
        status: u16,
        content_type: Option<&'a str>,
        retry_after: Option<u32>,
    },
    Body,
    Chunk(&'a [u8]),
    ChunkInPlace(&'a [u8]),
    End,
    Unusable,
    Unprepared,
    Rejected(Option<&'a str>),
    Broken,
    Wait(u64),
    Stop,
    /// The last timer fires, at any time.
    Timer,
    /// Another timer fires.
    StrayTimer(u32),
    Reconnect(Option<&'a str>),
    Fail(Option<&'a str>),
    Page(Page),
    Wall(u32),
    Complete,
    FailOn {
        last_event_id: Option<&'a str>,
        delivered: bool,
    },
    Pause,
    Resume,
    Forbidden,
    Reset,
    Close,
    TakeCancel,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Page {
    Hidden,
    Visible,
    Cached,
    Restored,
    Online,
    Leaving,
    Left,
}

/// The time that passes before a step.
#[derive(Arbitrary, Debug)]
enum Pause {
    None,
    Milliseconds(u16),
    JustBeforeDeadline,
    UntilDeadline,
}

/// The action of the shell after a step.
#[derive(Arbitrary, Debug)]
enum Then {
    /// The shell polls until it must wait.
    Poll,
    /// The shell polls until it must wait, and the user takes this number of milliseconds for each event.
    PollSlowly(u8),
    /// The shell takes the events and does not deliver them yet.
    Take,
    /// The shell does nothing.
    Nothing,
}

/// The open stream, or the stream after a reset: the last event ID at its start, its bytes, and its events so far.
#[derive(Default)]
struct Model {
    last_event_id: String,
    stream: Vec<u8>,
    items: Vec<Item>,
    has_yielded: bool,
}

impl Model {
    fn begin_stream(&mut self, bench: &Bench) {
        self.last_event_id = bench.machine.parser().last_event_id().into_owned();
        self.stream.clear();
        self.items.clear();
    }

    fn note(&mut self, record: Record) {
        let has_yielded = record == Record::Yield;
        assert!(!(self.has_yielded && has_yielded), "two yields in a row");
        self.has_yielded = has_yielded;
        if let Record::Event { event, data, id } = record {
            self.items.push(Item::Event(Event { event, data, id }));
        }
    }
}

fuzz_target!(|case: Case<'_>| {
    let config = config(&case);
    PACE.restart(Duration::ZERO);
    let mut bench = Bench::new(config);
    let mut model = Model::default();
    for (pause, step, then) in &case.steps {
        bench.now = after(pause, &bench);
        let before = bench.ready_state();
        take_step(&mut bench, &mut model, step);
        let is_open = bench.ready_state() == ReadyState::Open;
        if is_open && before != ReadyState::Open {
            model.begin_stream(&bench);
        }
        match then {
            Then::Poll => bench.run(|_, record| model.note(record)),
            Then::PollSlowly(time) => bench.run(|bench, record| {
                if let Record::Event { .. } = record {
                    bench.now += Duration::from_millis(u64::from(*time));
                }
                model.note(record);
            }),
            Then::Take => {
                while let Some(record) = bench.poll_stream() {
                    model.note(record);
                }
            }
            Then::Nothing => continue,
        }
        if is_open {
            // A shell that waits in an open stream has received all events of the stream, unless it is paused.
            let is_complete =
                matches!(then, Then::Poll | Then::PollSlowly(_)) && bench.machine.status() == Status::Open;
            check_events(&model, is_complete);
        }
        assert!((MIN_DELAY..=MAX_DELAY).contains(&bench.machine.reconnection_time()));
    }
});

fn take_step(bench: &mut Bench, model: &mut Model, step: &Step<'_>) {
    let is_open = bench.ready_state() == ReadyState::Open;
    let retry_after;
    let input = match *step {
        Step::Start => Input::Start,
        Step::Accept => Input::Response(ResponseHead::new(200, Some("text/event-stream"))),
        Step::Response { status, content_type, retry_after: seconds } => {
            let head = ResponseHead::new(status, content_type);
            Input::Response(match seconds {
                Some(seconds) => {
                    retry_after = seconds.to_string();
                    head.with_retry_after(&retry_after, Duration::ZERO)
                }
                None => head,
            })
        }
        Step::Body => Input::Body,
        Step::Chunk(chunk) | Step::ChunkInPlace(chunk) => {
            if is_open {
                model.stream.extend_from_slice(chunk);
            }
            if let Step::ChunkInPlace(_) = step {
                bench.machine.room(chunk.len())[..chunk.len()].copy_from_slice(chunk);
                Input::Filled(chunk.len())
            } else {
                Input::Chunk(chunk)
            }
        }
        Step::End => Input::End,
        Step::Unusable => Input::Failed(Fault::Unusable),
        Step::Unprepared => Input::Failed(Fault::Unprepared),
        Step::Rejected(url) => Input::Failed(Fault::Rejected { url }),
        Step::Broken => Input::Failed(Fault::Body),
        Step::Wait(milliseconds) => Input::Decided(Decision::Wait(Duration::from_millis(milliseconds))),
        Step::Stop => Input::Decided(Decision::Stop),
        Step::Timer => Input::Timer(bench.deadline.unwrap_or_default()),
        Step::StrayTimer(milliseconds) => Input::Timer(Duration::from_millis(milliseconds.into())),
        Step::Reconnect(last_event_id) => Input::Reconnect { last_event_id },
        Step::Fail(last_event_id) => Input::Fail { last_event_id },
        Step::Page(event) => Input::Page(match event {
            Page::Hidden => PageEvent::Hidden,
            Page::Visible => PageEvent::Visible,
            Page::Cached => PageEvent::Cached,
            Page::Restored => PageEvent::Restored,
            Page::Leaving => PageEvent::Leaving,
            Page::Online => PageEvent::Online,
            Page::Left => PageEvent::Left,
        }),
        Step::Wall(milliseconds) => Input::Wall(Duration::from_millis(milliseconds.into())),
        Step::FailOn { last_event_id, delivered } => Input::FailOn { last_event_id, delivered },
        Step::Pause => Input::Pause,
        Step::Resume => Input::Resume,
        Step::Forbidden => Input::Forbidden,
        Step::Complete => Input::Complete,
        Step::Reset => Input::Reset,
        Step::Close => Input::Close,
        Step::TakeCancel => {
            bench.take_cancel();
            return;
        }
    };
    bench.handle(input);
    match step {
        Step::Reset => model.begin_stream(bench),
        Step::Close => assert_eq!(bench.ready_state(), ReadyState::Closed),
        Step::Complete => assert!(!is_open || bench.ready_state() == ReadyState::Closed),
        _ => {}
    }
}

/// Checks that the events so far are the events of the standard, or a prefix of them if the limit or a call ended the stream.
fn check_events(model: &Model, is_complete: bool) {
    let mut expected = interpret_after(&model.last_event_id, &model.stream).items;
    expected.retain(|item| matches!(item, Item::Event(_)));
    if is_complete {
        assert_eq!(model.items, expected);
    } else {
        assert!(expected.starts_with(&model.items), "{:?} is not a prefix of {expected:?}", model.items);
    }
}

fn after(pause: &Pause, bench: &Bench) -> Duration {
    let now = bench.now;
    let due = bench.deadline.unwrap_or(now).max(now);
    match pause {
        Pause::None => now,
        Pause::Milliseconds(milliseconds) => now + Duration::from_millis(u64::from(*milliseconds)),
        Pause::JustBeforeDeadline => due.saturating_sub(Duration::from_nanos(1)).max(now),
        Pause::UntilDeadline => due,
    }
}

fn config(case: &Case<'_>) -> Config {
    let limit = |limit| match limit {
        Limit::Milliseconds(milliseconds) => Duration::from_millis(u64::from(milliseconds)),
        Limit::Days(days) => Duration::from_secs(u64::from(days) * 24 * 60 * 60),
    };
    Config::default().with(|config| {
        // An ID from a stream cannot contain these characters.
        config.last_event_id = case.last_event_id.replace(['\0', '\r', '\n'], "");
        config.method = case.method.map(str::to_owned);
        config.has_body = case.has_body;
        config.once = case.once;
        config.given = case.given;
        config.retry = case.retry.as_ref().map(|retry| match *retry {
            RetryKind::Standard => Retry::Standard,
            RetryKind::Never => Retry::Never,
            RetryKind::Policy { initial, max, factor, jitter, max_attempts } => {
                let mut policy = RetryPolicy::default().factor(factor).jitter(jitter);
                policy.initial_delay = Duration::from_millis(initial.into());
                policy.max_delay = Duration::from_millis(max.into());
                policy.max_attempts = max_attempts.map(u32::from);
                Retry::Policy(policy)
            }
            RetryKind::Ask => Retry::Ask,
        });
        config.connect_timeout = case.connect_timeout.map(limit);
        config.idle_timeout = case.idle_timeout.map(limit);
        config.max_event_size = case.max_event_size.map_or(config.max_event_size, usize::from);
        config.event_timeout = case.event_timeout.map(limit);
        config.until = case.until;
        config.comments = case.comments;
        config.renews_credentials = case.renews_credentials;
        config.when_hidden = if case.pauses_when_hidden { WhenHidden::Pause } else { WhenHidden::Keep };
        config.follows_page = case.follows_page;
        config.reconnection_time = case.reconnection_time.map(|time| Duration::from_millis(time.into()));
        config.pace = case.is_paced.then_some(&PACE);
        config.seed = case.seed;
    })
}
