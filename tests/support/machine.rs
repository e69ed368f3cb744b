//! A test bench for the machine: a clock that only the test moves, and each output as a short line, so that a scenario reads
//! from top to bottom. The bench plays the shell, and checks at every output that the machine keeps its contract.

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use eventsource_wasm::http::ResponseHead;
use eventsource_wasm::machine::{
    Config, Decision, End, Failure, Fault, Input, MAX_DELAY, MIN_DELAY, Machine, Opened, Output, PageEvent, ReadyState,
    Reason, RetryContext,
};

pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// The fault of a network that breaks.
pub(crate) const CUT: Fault<'static> = Fault::Body;

/// With more outputs than this and no wait, the machine is in an endless loop.
const MOST_OUTPUTS: usize = 10_000;

pub(crate) fn config(change: impl FnOnce(&mut Config)) -> Config {
    Config::default().with(change)
}

pub(crate) fn milliseconds(number: u64) -> Duration {
    Duration::from_millis(number)
}

/// A request of the machine, without its borrow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) method: String,
    pub(crate) attempt: u32,
    pub(crate) last_event_id: Vec<u8>,
    pub(crate) header: Option<String>,
    pub(crate) reason: Option<Reason>,
}

/// An [`Opened`] without its borrow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Connected {
    pub(crate) is_reopening: bool,
    pub(crate) attempts: u32,
    pub(crate) elapsed: Duration,
    pub(crate) last_event_id: Vec<u8>,
}

/// An [`Output`] without its borrow.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Record {
    Send(Sent),
    Read,
    Cancel,
    Yield,
    Open(Connected),
    Event {
        event: String,
        data: String,
        id: String,
    },
    Unfinished {
        event: String,
        data: String,
    },
    Comment(String),
    Retry(Duration),
    Id(String),
    Lost(Failure),
    Ask(RetryContext),
    Closed(End<Failure>),
    /// The time from now to the deadline.
    Wait(Option<Duration>),
}

#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) machine: Machine,
    pub(crate) now: Duration,
    /// The request that was sent last.
    pub(crate) request: Option<Sent>,
    /// The connection that opened last.
    pub(crate) opened: Option<Connected>,
    /// The failure of which the user was notified last.
    pub(crate) failure: Option<Failure>,
    /// The question that the user was asked last.
    pub(crate) context: Option<RetryContext>,
    /// The deadline of the last `Wait`.
    pub(crate) deadline: Option<Duration>,
    is_given: bool,
    is_started: bool,
    has_request: bool,
    is_reading: bool,
    is_paused: bool,
    is_closed: bool,
}

impl Bench {
    /// A machine before its start.
    pub(crate) fn new(config: Config) -> Bench {
        let is_given = config.given;
        Bench {
            machine: Machine::new(config),
            now: Duration::from_secs(1000),
            request: None,
            opened: None,
            failure: None,
            context: None,
            deadline: None,
            is_given,
            is_started: false,
            has_request: false,
            is_reading: false,
            is_paused: false,
            is_closed: false,
        }
    }

    /// A machine whose first request has been sent.
    pub(crate) fn sent(config: Config) -> Bench {
        let mut bench = Bench::new(config);
        bench.start();
        bench
    }

    /// A machine whose stream is open and waits for the first chunk.
    pub(crate) fn open(config: Config) -> Bench {
        let mut bench = Bench::sent(config);
        assert_eq!(bench.accept()[..2], ["open", "read"]);
        bench
    }

    /// Handles an input without a poll, for tests of several inputs in a row.
    pub(crate) fn handle(&mut self, input: Input<'_>) {
        match input {
            Input::Start if self.is_given && !self.is_started => {
                self.has_request = self.ready_state() != ReadyState::Closed;
                self.is_started = true;
            }
            Input::Chunk(_) | Input::Filled(_) | Input::End | Input::Failed(_) => self.is_reading = false,
            Input::Pause => self.is_paused = true,
            Input::Resume => self.is_paused = false,
            _ => {}
        }
        self.machine.handle(input, self.now);
    }

    /// Handles several inputs.
    pub(crate) fn handle_all<'a>(&mut self, inputs: impl IntoIterator<Item = Input<'a>>) {
        inputs.into_iter().for_each(|input| self.handle(input));
    }

    /// The next output.
    pub(crate) fn poll(&mut self) -> Record {
        let record = owned(self.machine.poll(self.now), self.now);
        self.check(&record);
        record
    }

    /// Gives all outputs up to a wait to `each`, and asserts that the wait is the last output.
    pub(crate) fn run(&mut self, mut each: impl FnMut(&mut Bench, Record)) {
        for _ in 0..MOST_OUTPUTS {
            let record = self.poll();
            if let Record::Wait(_) = record {
                assert_eq!(self.poll(), record, "an output came after a wait");
                return each(self, record);
            }
            each(self, record);
        }
        panic!("the machine never waits");
    }

    /// All outputs up to a wait, as lines.
    pub(crate) fn drain(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        self.run(|_, record| lines.push(record.to_string()));
        lines
    }

    /// Handles an input, and returns all outputs up to a wait.
    pub(crate) fn tell(&mut self, input: Input<'_>) -> Vec<String> {
        self.handle(input);
        self.drain()
    }

    pub(crate) fn start(&mut self) -> Vec<String> {
        self.tell(Input::Start)
    }

    /// Responds with an event stream.
    pub(crate) fn accept(&mut self) -> Vec<String> {
        self.respond(200, Some("text/event-stream"))
    }

    pub(crate) fn respond(&mut self, status: u16, content_type: Option<&str>) -> Vec<String> {
        self.tell(Input::Response(ResponseHead::new(status, content_type)))
    }

    /// Responds with this status and no body.
    pub(crate) fn refuse(&mut self, status: u16) -> Vec<String> {
        assert_eq!(self.respond(status, None), ["read", "wait 5000"]);
        self.end()
    }

    pub(crate) fn chunk(&mut self, chunk: impl AsRef<[u8]>) -> Vec<String> {
        self.tell(Input::Chunk(chunk.as_ref()))
    }

    pub(crate) fn end(&mut self) -> Vec<String> {
        self.tell(Input::End)
    }

    pub(crate) fn fail(&mut self, fault: Fault<'_>) -> Vec<String> {
        self.tell(Input::Failed(fault))
    }

    /// Breaks the network.
    pub(crate) fn lose(&mut self) -> Vec<String> {
        self.fail(Fault::Body)
    }

    pub(crate) fn decide(&mut self, decision: Decision) -> Vec<String> {
        self.tell(Input::Decided(decision))
    }

    pub(crate) fn page(&mut self, event: PageEvent) -> Vec<String> {
        self.tell(Input::Page(event))
    }

    pub(crate) fn reconnect(&mut self) -> Vec<String> {
        self.tell(Input::Reconnect { last_event_id: None })
    }

    pub(crate) fn pause(&mut self) -> Vec<String> {
        self.tell(Input::Pause)
    }

    pub(crate) fn resume(&mut self) -> Vec<String> {
        self.tell(Input::Resume)
    }

    /// The user's `failOn` accepts the event that was polled last.
    pub(crate) fn fail_on(&mut self, last_event_id: &str, delivered: bool) -> Vec<String> {
        self.tell(Input::FailOn { last_event_id: Some(last_event_id), delivered })
    }

    pub(crate) fn close(&mut self) -> Vec<String> {
        self.tell(Input::Close)
    }

    /// Advances the clock, then polls.
    pub(crate) fn pass(&mut self, time: Duration) -> Vec<String> {
        self.now += time;
        self.drain()
    }

    /// Advances the clock to the deadline, and rings the timer.
    pub(crate) fn ring(&mut self) -> Vec<String> {
        let deadline = self.deadline.expect("a wait with a deadline");
        self.now = deadline;
        self.tell(Input::Timer(deadline))
    }

    /// The next output of [`Machine::poll_stream`].
    pub(crate) fn poll_stream(&mut self) -> Option<Record> {
        let record = owned(self.machine.poll_stream(self.now)?, self.now);
        self.check(&record);
        Some(record)
    }

    /// All outputs of [`Machine::poll_stream`], as lines.
    pub(crate) fn take_batch(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.poll_stream()).map(|record| record.to_string()).collect()
    }

    /// Handles a chunk, and takes its events as a batch without delivering them.
    pub(crate) fn batch(&mut self, chunk: impl AsRef<[u8]>) -> Vec<String> {
        self.handle(Input::Chunk(chunk.as_ref()));
        self.take_batch()
    }

    pub(crate) fn take_cancel(&mut self) -> bool {
        let is_cancelled = self.machine.take_cancel();
        if is_cancelled {
            self.check(&Record::Cancel);
        }
        is_cancelled
    }

    /// The event that the end of the body cut off: its type, data and last event ID.
    pub(crate) fn unfinished_event(&self) -> Option<[String; 3]> {
        let event = self.machine.unfinished_event()?;
        Some([event.event_type, event.data, event.last_event_id].map(|text| text.to_string_lossy().into_owned()))
    }

    /// Whether a read is pending.
    pub(crate) fn is_reading(&self) -> bool {
        self.is_reading
    }

    pub(crate) fn ready_state(&self) -> ReadyState {
        self.machine.ready_state()
    }

    /// Asserts that the machine keeps its contract.
    fn check(&mut self, record: &Record) {
        let state = self.machine.ready_state();
        assert!(!self.is_closed || *record == Record::Wait(None), "{record:?} after the end");
        assert_eq!(state == ReadyState::Closed, self.machine.end().is_some());
        match record {
            Record::Send(request) => {
                assert!(!self.has_request, "a request before the last one was cancelled");
                assert!(!self.is_given, "a request for a body that is given");
                assert!(!self.is_paused, "a request in a pause");
                assert_eq!(request.last_event_id, self.machine.parser().last_event_id_text().as_bytes());
                self.has_request = true;
                self.request = Some(request.clone());
            }
            Record::Read => {
                assert!(self.has_request, "a read without a request");
                assert!(!self.is_reading, "two reads at a time");
                assert!(!self.is_paused || state != ReadyState::Open, "a read in a pause");
                self.is_reading = true;
            }
            Record::Cancel => {
                assert!(self.has_request, "nothing is there to cancel");
                (self.has_request, self.is_reading) = (false, false);
            }
            Record::Open(_)
            | Record::Yield
            | Record::Event { .. }
            | Record::Unfinished { .. }
            | Record::Comment(_)
            | Record::Retry(_)
            | Record::Id(_) => {
                assert!(self.has_request && !self.is_reading && state == ReadyState::Open, "{record:?} in no stream");
                match record {
                    Record::Open(opened) => self.opened = Some(opened.clone()),
                    _ => assert!(!self.is_paused, "{record:?} in a pause"),
                }
            }
            Record::Lost(failure) => {
                assert!(!self.has_request, "a loss before the request was cancelled");
                let delay = failure.delay.expect("a loss is retried");
                assert!((MIN_DELAY..=MAX_DELAY).contains(&delay), "{delay:?}");
                self.failure = Some(*failure);
            }
            Record::Ask(context) => {
                assert!(!self.has_request, "a question before the request was cancelled");
                self.context = Some(*context);
            }
            Record::Closed(end) => {
                assert!(!self.has_request, "an end before the request was cancelled");
                assert_eq!(self.machine.end(), Some(*end));
                if let End::Failed(failure) = end {
                    assert_eq!(failure.delay, None);
                    self.failure = Some(*failure);
                }
                self.is_closed = true;
            }
            Record::Wait(time) => {
                assert!(time.is_none_or(|time| !time.is_zero()), "a deadline that has already passed");
                // Shells round waits up, so the machine stays below the limit of a timer.
                assert!(time.is_none_or(|time| time < MAX_DELAY), "{time:?} is longer than a timer can wait");
                self.deadline = time.map(|time| self.now + time);
            }
        }
    }
}

fn owned(output: Output<'_>, now: Duration) -> Record {
    match output {
        Output::Send(request) => Record::Send(Sent {
            method: request.method.to_owned(),
            attempt: request.attempt,
            last_event_id: request.last_event_id.to_vec(),
            header: request.last_event_id_header(),
            reason: request.reason,
        }),
        Output::Read => Record::Read,
        Output::Cancel => Record::Cancel,
        Output::Yield => Record::Yield,
        Output::Open(Opened { is_reopening, attempts, elapsed, last_event_id, .. }) => {
            Record::Open(Connected { is_reopening, attempts, elapsed, last_event_id: last_event_id.to_vec() })
        }
        Output::Unfinished(event) => Record::Unfinished {
            event: event.event_type.to_string_lossy().into_owned(),
            data: event.data.to_string_lossy().into_owned(),
        },
        Output::Comment(text) => Record::Comment(text.to_string_lossy().into_owned()),
        Output::Event(event) => Record::Event {
            event: event.event_type().into_owned(),
            data: event.data().into_owned(),
            id: event.last_event_id().into_owned(),
        },
        Output::Retry(time) => Record::Retry(time),
        Output::Id(id) => Record::Id(id.to_string_lossy().into_owned()),
        Output::Lost(failure) => Record::Lost(failure),
        Output::Ask(context) => Record::Ask(context),
        Output::Closed(end) => Record::Closed(end),
        Output::Wait(deadline) => Record::Wait(deadline.map(|deadline| deadline.saturating_sub(now))),
        other => panic!("{other:?} is new: add it to the bench"),
    }
}

impl Display for Record {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Record::Send(Sent { method, attempt, last_event_id, reason, .. }) => {
                write!(f, "send {method} attempt={attempt}")?;
                if !last_event_id.is_empty() {
                    write!(f, " id={}", last_event_id.escape_ascii())?;
                }
                match reason {
                    Some(Reason::Failed(failure)) => write!(f, " after {}", code(failure)),
                    Some(_) => f.write_str(" to reconnect"),
                    None => Ok(()),
                }
            }
            Record::Read => f.write_str("read"),
            Record::Cancel => f.write_str("cancel"),
            Record::Yield => f.write_str("yield"),
            Record::Open(_) => f.write_str("open"),
            Record::Unfinished { event, data } => write!(f, "unfinished {event} {data:?}"),
            Record::Comment(text) => write!(f, "comment {text:?}"),
            Record::Event { event, data, id } => {
                write!(f, "event {event} {data:?}")?;
                if id.is_empty() { Ok(()) } else { write!(f, " id={id}") }
            }
            Record::Retry(time) => write!(f, "retry {}", number(*time)),
            Record::Id(id) => write!(f, "id {id:?}"),
            Record::Lost(failure) => {
                write!(f, "lost {} attempt={}", code(failure), failure.attempt)?;
                write!(f, " delay={}", number(failure.delay.unwrap_or_default()))
            }
            Record::Ask(context) => write!(f, "ask {} attempt={}", context.code.as_str(), context.attempt),
            Record::Closed(End::Closed) => f.write_str("closed by the user"),
            Record::Closed(End::Complete) => f.write_str("closed complete"),
            Record::Closed(End::Failed(failure)) => write!(f, "failed {} attempt={}", code(failure), failure.attempt),
            Record::Closed(other) => write!(f, "closed {other:?}"),
            Record::Wait(Some(time)) => write!(f, "wait {}", number(*time)),
            Record::Wait(None) => f.write_str("wait"),
        }
    }
}

/// The code of a failure and its status, if any: `network`, or `status 503`.
fn code(failure: &Failure) -> String {
    let name = failure.code.as_str();
    failure.status.map_or(name.into(), |status| format!("{name} {status}"))
}

/// The time in milliseconds.
fn number(time: Duration) -> f64 {
    time.as_nanos() as f64 / 1e6
}
