//! One source over many requests, as a state machine without I/O.
//!
//! A shell carries out what the machine says, and decides nothing. This loop is the whole contract between the two:
//!
//! ```text
//! machine.handle(Input::Start, now());
//! loop {
//!     match machine.poll(now()) {
//!         Output::Send(request)  => send the request, with the URL, headers and body of the user
//!         Output::Read           => ask the body for a chunk
//!         Output::Cancel         => abort the request, cancel the body
//!         Output::Yield          => let the event loop turn
//!         Output::Open           => notify the user
//!         Output::Event(event)   => deliver it
//!         Output::Retry(time)    => nothing, or notify
//!         Output::Lost(failure)  => notify the user
//!         Output::Ask(context)   => machine.handle(Input::Decided(ask the user), now())
//!         Output::Closed(end)    => notify the user; break
//!         Output::Wait(deadline) => wait for one thing, the response, a chunk, the deadline, a call of the user or an
//!                                   event of the page; machine.handle(input, now())
//!     }
//! }
//! ```
//!
//! - `Wait` is the only way out of the loop: everything else comes before it, so no output can be forgotten.
//! - One request lives at a time, and one read. `Send` and `Read` start something; its answer is an input.
//! - Time is an argument, from any clock that does not go back, so tests need none. Deadlines that have passed are acted on
//!   by `poll`: handle what has arrived first. A call that comes early, twice or late does nothing.
//! - An event borrows the machine until the next call. A shell that delivers many events at once takes the events of a chunk
//!   by [`Machine::poll_stream`], and calls `poll` after it has delivered them.
//! - Calls of the user may come in the midst of delivering: `handle` them at once. Where the shell cannot poll at once,
//!   as in a `pagehide` listener after which the page may run no more code, [`Machine::take_cancel`] tells whether to
//!   abort.
//!
//! The steps are those of the standard's
//! [processing model](https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model), with the
//! additions that [`Config`] turns on:
//!
//! ```text
//!           Start                 response accepted
//!   Idle ─────────▶ Connecting ─────────────────────▶ Open
//!                    ▲  ▲  │ response refused          │
//!          visible   │  │  ▼                           │ end of the body,
//!   Paused ──────────┘  │ Refused: reads the body      │ failure, time-out
//!     ▲                 │  │ as evidence               │
//!     │ hidden, in any  │  ▼                           ▼
//!     │ state with a    │ failed: the retry policy decides ──────▶ Closed
//!     │ request         │  │        ▲                              ▲
//!     │                 │  ▼        │ the user's answer            │ close, until,
//!   (its request is     │ Asking ───┘                              │ a failure for
//!    cancelled)         │  │                                       │ good
//!                       │  ▼                                       │
//!                       └─ Waiting                          any state
//! ```
//!
//! ```
//! use std::time::Duration;
//! use eventsource_wasm::http::ResponseHead;
//! use eventsource_wasm::machine::{Config, Input, Machine, Output};
//!
//! let now = Duration::ZERO;
//! let mut machine = Machine::new(Config::default());
//! machine.handle(Input::Start, now);
//! assert!(matches!(machine.poll(now), Output::Send(_)));
//! machine.handle(Input::Response(ResponseHead::new(200, Some("text/event-stream"))), now);
//! assert!(matches!(machine.poll(now), Output::Open));
//! assert!(matches!(machine.poll(now), Output::Read));
//! machine.handle(Input::Chunk(b"data: hello\n\n"), now);
//! assert!(matches!(machine.poll(now), Output::Event(event) if event.data() == "hello"));
//! assert!(matches!(machine.poll(now), Output::Read));
//! ```

mod config;
mod input;
mod output;
mod pace;
mod random;
mod retry;
mod trace;

pub use config::{Config, Until, WhenHidden};
pub use input::{Fault, Input, PageEvent};
pub use output::{End, Failure, Output, ReadyState, Request};
pub use pace::Pace;
pub use retry::{Decision, MAX_DELAY, MIN_DELAY, Retry, RetryContext, RetryPolicy};

use alloc::string::String;
use alloc::vec::Vec;
use core::mem;
use core::ops::Range;
use core::time::Duration;

use crate::error::ErrorCode;
use crate::http::{self, ResponseHead};
use crate::parser::{self, Item, Parser};
use random::Random;
use trace::Trace;

/// A stream must have been open this long for the backoff to start anew, so that a server which accepts every connection
/// only to drop it is not hammered. A stream that ends cleanly after an event has done its work: the server is asked again
/// after the delay that it wants.
const STABLE_AFTER: Micros = 1_000_000;

/// The body of a refused response is evidence: so much of it is kept for the error, in bytes, and reading it may take this
/// long.
const EVIDENCE: usize = 1024;
const EVIDENCE_TIME: Micros = 1_000_000;

/// A deadline that is further away than a timer can wait is announced in parts. A second less than that: a shell rounds up to
/// whole milliseconds, and a timer that is set for one too many rings at once.
const LONGEST_TIMER: Micros = (MAX_DELAY.as_millis() as u64 - 1000) * 1000;

/// Time, inside of the machine: one number is smaller code than a `Duration`, by half a KiB of the npm package.
type Micros = u64;

#[derive(Debug)]
enum State {
    Idle,
    Connecting {
        since: Micros,
        is_sent: bool,
    },
    Open {
        since: Micros,
        is_announced: bool,
        /// While the shell waits for a chunk. The time that the user takes for events is no idle time of the server.
        reading_since: Option<Micros>,
        delivered: bool,
    },
    Refused {
        refusal: Refusal,
        since: Micros,
        is_reading: bool,
    },
    Asking {
        failure: Failure,
        context: RetryContext,
        is_asked: bool,
    },
    Waiting {
        until: Micros,
    },
    /// Until the page is visible and out of the back/forward cache.
    Paused,
    Closed {
        end: End<Failure>,
        is_announced: bool,
    },
}

/// Why a response is no event stream.
#[derive(Clone, Copy, Debug)]
struct Refusal {
    code: ErrorCode,
    status: u16,
    retry_after: Option<Duration>,
}

/// What in a stream ends it.
#[derive(Clone, Copy, Debug)]
enum Ending {
    Sentinel,
    EventTooLarge,
}

/// What a shell wants out of a stream: an event by the place of its data in the parser, which is free to be borrowed again.
enum Found {
    Event(Range<usize>),
    Retry(Duration),
}

/// A source without I/O. The [module](self) has the loop that drives it.
#[derive(Debug)]
pub struct Machine {
    config: Config,
    method: String,
    retry: Retry,
    state: State,
    parser: Parser,
    server_retry: Option<Duration>,
    /// Failures in a row.
    attempt: u32,
    /// The time of the first of them.
    failing_since: Micros,
    /// The failure that made the request under way necessary, or the next one.
    reason: Option<Failure>,
    credentials_renewed: bool,
    /// The start of the body of the response that was refused, until another failure.
    evidence: Vec<u8>,
    /// The end of the stream that the parser found behind the events that were given out. It is acted on once those events
    /// are delivered.
    ending: Option<Ending>,
    /// A request is under way that is not wanted any more.
    is_cancelled: bool,
    /// A loss of which the user is not yet notified.
    lost: Option<Failure>,
    is_hidden: bool,
    is_cached: bool,
    /// Whether the last output was to wait.
    has_waited: bool,
    /// Whether the last thing that was due for delivery was put off: it then comes first, however busy other sources are.
    has_yielded: bool,
    now: Micros,
    /// The time by which the machine's clock is ahead of the shell's: see [`Input::Timer`].
    ahead: Micros,
    /// The deadline of the last [`Output::Wait`], until its timer rings.
    announced: Option<Micros>,
    random: Random,
    trace: Trace,
}

impl Machine {
    /// A machine that waits for [`Input::Start`].
    pub fn new(config: Config) -> Machine {
        let parser = Parser::new().with_max_event_size(config.max_event_size).with_last_event_id(&config.last_event_id);
        let method = config.method.clone().unwrap_or_else(|| http::default_method(config.has_body).into());
        let retry = match config.retry {
            _ if config.once || config.given => Retry::Never,
            Some(retry) => retry,
            None => Retry::by_default(&method),
        };
        Machine {
            random: Random::new(config.seed),
            trace: Trace::new(),
            config,
            method,
            retry,
            state: State::Idle,
            parser,
            server_retry: None,
            attempt: 0,
            failing_since: 0,
            reason: None,
            credentials_renewed: false,
            evidence: Vec::new(),
            ending: None,
            is_cancelled: false,
            lost: None,
            is_hidden: false,
            is_cached: false,
            has_waited: true,
            has_yielded: false,
            now: 0,
            ahead: 0,
            announced: None,
        }
    }

    /// Takes in what happened at `now`, the time since any fixed moment. Poll afterwards.
    pub fn handle(&mut self, input: Input<'_>, now: Duration) {
        self.trace.input(&input, now);
        self.set_now(now);
        match input {
            Input::Reconnect { .. } if self.config.given => return,
            // They are earlier than the end that the parser found behind the events that were given out.
            Input::Close | Input::Complete | Input::Reconnect { .. } | Input::Fail { .. } => self.ending = None,
            _ => self.settle(),
        }
        match (input, &mut self.state) {
            (_, State::Closed { .. }) => {}
            (Input::Start, State::Idle) => self.start(),
            // Before a request is sent, an answer is that of the one before.
            (Input::Response(head), State::Connecting { is_sent: true, .. }) => self.respond(head),
            (Input::Body, State::Connecting { is_sent: true, .. }) => self.open(),
            (Input::Chunk(chunk), State::Open { .. } | State::Refused { .. }) => {
                self.parser.room(chunk.len())[..chunk.len()].copy_from_slice(chunk);
                self.take_chunk(chunk.len());
            }
            (Input::Filled(length), _) => self.take_chunk(length),
            (Input::End, State::Open { .. }) => self.end_of_body(),
            (Input::End | Input::Failed(_), State::Refused { .. }) => self.refuse(),
            (Input::Failed(fault), State::Connecting { is_sent: true, .. } | State::Open { .. }) => {
                self.fail(code_of(fault), None, None);
            }
            (Input::Timer(deadline), _) => self.reach(deadline, now),
            (Input::Decided(decision), State::Asking { failure, is_asked: true, .. }) => {
                let failure = *failure;
                self.follow(decision, failure);
            }
            (Input::Page(event), _) => self.follow_page(event),
            (Input::Complete, State::Open { .. }) => self.finish(End::Complete),
            (Input::Reconnect { last_event_id }, _) => self.reconnect(last_event_id),
            (Input::Fail { last_event_id }, _) => {
                self.set_last_event_id(last_event_id);
                self.lost = None;
                self.fail(ErrorCode::Request, None, None);
            }
            (Input::Reset, _) => self.parser.reset(),
            (Input::Close, _) => self.finish(End::Closed),
            _ => {}
        }
    }

    /// What to do next. The [module](self) says what each output asks for.
    pub fn poll(&mut self, now: Duration) -> Output<'_> {
        let trace = self.trace;
        let output = self.next_output(now);
        trace.output(&output, now);
        output
    }

    fn next_output(&mut self, now: Duration) -> Output<'_> {
        self.set_now(now);
        self.settle();
        if self.deadline().is_some_and(|deadline| deadline <= self.now) {
            self.time_out();
        }
        let found = loop {
            if mem::take(&mut self.is_cancelled) {
                return Output::Cancel;
            }
            if let Some(failure) = self.lost.take() {
                return Output::Lost(failure);
            }
            match &mut self.state {
                State::Connecting { is_sent: is_sent @ false, .. } => {
                    *is_sent = true;
                    return Output::Send(self.request());
                }
                State::Open { is_announced: is_announced @ false, .. } => {
                    *is_announced = true;
                    return Output::Open;
                }
                State::Refused { is_reading: is_reading @ false, .. } => {
                    *is_reading = true;
                    return Output::Read;
                }
                State::Asking { context, is_asked: is_asked @ false, .. } => {
                    *is_asked = true;
                    return Output::Ask(*context);
                }
                State::Closed { end, is_announced: is_announced @ false } => {
                    *is_announced = true;
                    return Output::Closed(*end);
                }
                State::Open { reading_since: None, .. } => {}
                _ => return self.wait(),
            }
            // The stream is open, and no read is under way.
            if self.is_pace_spent() {
                return Output::Yield;
            }
            if let Some(found) = self.next_found() {
                break found;
            }
            if self.ending.is_none() {
                if let State::Open { reading_since, .. } = &mut self.state {
                    *reading_since = Some(self.now);
                }
                return Output::Read;
            }
            self.settle();
        };
        self.output(found)
    }

    /// The next event, or reconnection time, of the chunk that has arrived, for a shell that takes them all before it
    /// delivers them; `None` after the last. Such a shell gives the ID of the event that it delivered last with
    /// [`Input::Reconnect`] and [`Input::Fail`].
    pub fn poll_stream(&mut self, now: Duration) -> Option<Output<'_>> {
        self.set_now(now);
        let found = self.next_found()?;
        self.resume_pace();
        let output = self.output(found);
        self.trace.output(&output, now);
        Some(output)
    }

    /// Gives each input and output to `sink` as a line. Until then they are printed to stderr if the environment variable
    /// `EVENTSOURCE_TRACE` is set, with the feature `std` and outside of WebAssembly.
    #[cfg(feature = "trace")]
    pub fn trace_to(&mut self, sink: fn(&str)) {
        self.trace.set_sink(sink);
    }

    /// Whether the next output is [`Output::Cancel`], which is then done with: for a shell that cannot poll now, as in a
    /// `pagehide` listener.
    pub fn take_cancel(&mut self) -> bool {
        mem::take(&mut self.is_cancelled)
    }

    /// Room for a chunk of at least `length` bytes, to be written before [`Input::Filled`].
    pub fn room(&mut self, length: usize) -> &mut [u8] {
        self.parser.room(length)
    }

    /// The state as the web sees it.
    pub fn ready_state(&self) -> ReadyState {
        match self.state {
            State::Open { .. } => ReadyState::Open,
            State::Closed { .. } => ReadyState::Closed,
            _ => ReadyState::Connecting,
        }
    }

    /// How the source ended; `None` while it goes on.
    pub fn end(&self) -> Option<End<Failure>> {
        match self.state {
            State::Closed { end, .. } => Some(end),
            _ => None,
        }
    }

    /// The reconnection time in force: the server's `retry`, else the policy's.
    pub fn reconnection_time(&self) -> Duration {
        self.retry.policy().reconnection_time(self.server_retry)
    }

    /// The start of the body that came with the status of the last failure: evidence for [`Output::Lost`], [`Output::Ask`]
    /// and [`Output::Closed`]. At most 1 KiB, without a byte order mark; empty for a failure that is no refused response.
    pub fn evidence(&self) -> &[u8] {
        self.evidence.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.evidence)
    }

    /// The parser, for the last event ID and the places of events.
    pub fn parser(&self) -> &Parser {
        &self.parser
    }

    /// Whether [`Input::Page`] may change anything: then the shell listens to the page. Sources that never send a second
    /// request do not follow their page.
    pub fn watches_page(&self) -> bool {
        self.config.follows_page && self.retry != Retry::Never
    }

    fn start(&mut self) {
        self.connect();
        if let State::Connecting { is_sent, .. } = &mut self.state {
            *is_sent = self.config.given;
        }
    }

    /// Sends a request, or has it wait for the page.
    ///
    /// `#[cold]`, as on the other functions: it runs once a connection and has many callers; out of line it is smaller.
    #[cold]
    fn connect(&mut self) {
        self.state =
            if self.is_paused() { State::Paused } else { State::Connecting { since: self.now, is_sent: false } };
    }

    fn request(&self) -> Request<'_> {
        Request {
            method: &self.method,
            attempt: self.attempt,
            last_event_id: self.parser.last_event_id_text().as_bytes(),
            reason: self.reason,
        }
    }

    fn respond(&mut self, head: ResponseHead<'_>) {
        let Some(code) = head.refusal() else { return self.open() };
        let refusal = Refusal { code, status: head.status, retry_after: head.retry_after() };
        self.evidence.clear();
        self.state = State::Refused { refusal, since: self.now, is_reading: false };
    }

    fn open(&mut self) {
        self.state = State::Open { since: self.now, is_announced: false, reading_since: None, delivered: false };
        self.reason = None;
        self.credentials_renewed = false;
    }

    /// Takes in so many bytes that were written to the room.
    fn take_chunk(&mut self, length: usize) {
        match &mut self.state {
            State::Open { reading_since, .. } => {
                *reading_since = None;
                self.parser.fed(length);
            }
            State::Refused { is_reading, .. } => {
                *is_reading = false;
                let kept = length.min(EVIDENCE - self.evidence.len());
                self.evidence.extend_from_slice(&self.parser.room(length)[..kept]);
                if self.evidence.len() == EVIDENCE {
                    self.refuse();
                }
            }
            _ => {}
        }
    }

    /// The evidence is there, as much as came in time.
    fn refuse(&mut self) {
        let State::Refused { refusal, .. } = self.state else { return };
        let Refusal { code, status, retry_after } = refusal;
        let may_renew = self.config.renews_credentials && !self.config.given && !self.credentials_renewed;
        if may_renew && matches!(status, 401 | 403) {
            self.credentials_renewed = true;
            self.abandon();
            self.reason = Some(self.failure(code, Some(status)));
            return self.connect();
        }
        self.fail(code, Some(status), retry_after);
    }

    fn end_of_body(&mut self) {
        if self.config.until.is_some() {
            self.fail(ErrorCode::Truncated, None, None);
        } else if self.config.once {
            self.finish(End::Complete);
        } else {
            self.fail(ErrorCode::Ended, None, None);
        }
    }

    fn deadline(&self) -> Option<Micros> {
        let (since, limit) = match self.state {
            State::Connecting { since, .. } => (since, micros(self.config.connect_timeout?)),
            State::Open { reading_since: Some(since), .. } => (since, micros(self.config.idle_timeout?)),
            State::Refused { since, .. } => (since, EVIDENCE_TIME),
            State::Waiting { until } => return Some(until),
            _ => return None,
        };
        (limit > 0).then(|| since.saturating_add(limit))
    }

    fn time_out(&mut self) {
        match self.state {
            State::Connecting { .. } => self.fail(ErrorCode::ConnectTimeout, None, None),
            State::Open { .. } => self.fail(ErrorCode::IdleTimeout, None, None),
            State::Refused { .. } => self.refuse(),
            State::Waiting { .. } => self.connect(),
            _ => {}
        }
    }

    /// Believes the timer of the last wait, once: one that rings again, or for an earlier wait, would put the machine ahead
    /// by time that has not passed. Shells may round deadlines, to less than a millisecond.
    fn reach(&mut self, deadline: Duration, now: Duration) {
        let is_of_last = |announced: &mut Micros| announced.abs_diff(micros(deadline)) < 1000;
        if let Some(announced) = self.announced.take_if(is_of_last) {
            self.ahead = self.ahead.saturating_add(announced.saturating_sub(micros(now)));
            self.set_now(now);
        }
    }

    fn wait(&mut self) -> Output<'static> {
        // A wait that follows a wait, as for a response, ends no run: it must not prolong the one before.
        let was_running = !mem::replace(&mut self.has_waited, true);
        if was_running && let Some(pace) = self.config.pace {
            pace.pause(self.shell_time());
        }
        let latest = self.now.saturating_add(LONGEST_TIMER);
        self.announced = self.deadline().map(|deadline| deadline.min(latest).saturating_sub(self.ahead));
        Output::Wait(self.announced.map(Duration::from_micros))
    }

    /// Now, on the clock that all machines of a shell share.
    fn shell_time(&self) -> Duration {
        Duration::from_micros(self.now.saturating_sub(self.ahead))
    }

    fn set_now(&mut self, now: Duration) {
        self.now = micros(now).saturating_add(self.ahead);
    }

    /// A run begins with the first delivery after a wait.
    fn resume_pace(&mut self) {
        if mem::take(&mut self.has_waited)
            && let Some(pace) = self.config.pace
        {
            pace.resume(self.shell_time());
        }
    }

    fn is_pace_spent(&mut self) -> bool {
        self.resume_pace();
        let Some(pace) = self.config.pace else { return false };
        let now = self.shell_time();
        let is_spent = pace.is_spent(now) && !self.has_yielded;
        self.has_yielded = is_spent;
        if is_spent {
            // The next call comes after the event loop has turned, however quickly that was.
            pace.restart(now);
            self.has_waited = true;
        }
        is_spent
    }

    /// Takes the next thing that a shell wants out of the parser.
    fn next_found(&mut self) -> Option<Found> {
        if self.ending.is_some() {
            return None;
        }
        let State::Open { delivered, .. } = &mut self.state else { return None };
        loop {
            match self.parser.next_item() {
                Ok(Some(Item::Event(event))) => {
                    if is_sentinel(&self.config, event.data_text().as_bytes()) {
                        self.ending = Some(Ending::Sentinel);
                        return None;
                    }
                    *delivered = true;
                    return Some(Found::Event(event.data_range()));
                }
                Ok(Some(Item::Retry(time))) => {
                    let time = Duration::from_millis(time);
                    self.server_retry = Some(time);
                    return Some(Found::Retry(time));
                }
                Ok(Some(_)) => {}
                Ok(None) => return None,
                Err(_) => {
                    self.ending = Some(Ending::EventTooLarge);
                    return None;
                }
            }
        }
    }

    fn output(&self, found: Found) -> Output<'_> {
        match found {
            Found::Event(data) => Output::Event(self.parser.dispatched(data)),
            Found::Retry(time) => Output::Retry(time),
        }
    }

    /// Acts on what ended the stream, once its last events have been delivered.
    fn settle(&mut self) {
        match self.ending.take() {
            Some(Ending::Sentinel) => self.finish(End::Complete),
            Some(Ending::EventTooLarge) => self.fail(ErrorCode::EventTooLarge, None, None),
            None => {}
        }
    }

    /// The standard's "reestablish the connection", or its "fail the connection".
    #[cold]
    fn fail(&mut self, code: ErrorCode, status: Option<u16>, retry_after: Option<Duration>) {
        self.count_success(Some(code));
        if self.attempt == 0 {
            self.failing_since = self.now;
        }
        self.attempt = self.attempt.saturating_add(1);
        let context = RetryContext {
            code,
            attempt: self.attempt,
            status,
            retry_after,
            server_retry: self.server_retry,
            reconnection_time: RetryPolicy::default()
                .reconnection_time(self.server_retry.or(self.config.reconnection_time)),
            elapsed: Duration::from_micros(self.now.saturating_sub(self.failing_since)),
        };
        if status.is_none() {
            self.evidence.clear();
        }
        let failure = self.failure(code, status);
        self.abandon();
        let random = self.random.next();
        match self.retry.decide(&context, random) {
            Some(decision) => self.follow(decision, failure),
            None => self.state = State::Asking { failure, context, is_asked: false },
        }
    }

    /// Failures count anew after a stream that was stable. `code` is what ended it, unless that was no failure.
    fn count_success(&mut self, code: Option<ErrorCode>) {
        if let State::Open { since, delivered, .. } = self.state
            && (self.now.saturating_sub(since) >= STABLE_AFTER || delivered && code == Some(ErrorCode::Ended))
        {
            self.attempt = 0;
        }
    }

    fn failure(&self, code: ErrorCode, status: Option<u16>) -> Failure {
        let is_id_unsendable = !http::is_sendable(self.parser.last_event_id_text().as_bytes());
        Failure { code, status, attempt: self.attempt, delay: None, is_id_unsendable }
    }

    fn follow(&mut self, decision: Decision, mut failure: Failure) {
        match decision {
            Decision::Wait(delay) => {
                let delay = delay.clamp(MIN_DELAY, MAX_DELAY);
                failure.delay = Some(delay);
                self.reason = Some(failure);
                self.state = State::Waiting { until: self.now.saturating_add(micros(delay)) };
                self.lost = Some(failure);
            }
            Decision::Stop => self.finish(End::Failed(failure)),
        }
    }

    fn reconnect(&mut self, last_event_id: Option<&str>) {
        self.set_last_event_id(last_event_id);
        self.lost = None;
        self.abandon();
        self.attempt = 0;
        self.reason = None;
        self.credentials_renewed = false;
        self.connect();
    }

    fn set_last_event_id(&mut self, id: Option<&str>) {
        if let Some(id) = id {
            self.parser.set_last_event_id(id);
        }
    }

    fn is_paused(&self) -> bool {
        self.is_cached || self.is_hidden && self.config.when_hidden == WhenHidden::Pause
    }

    /// A page in the back/forward cache has no connection, whatever its sources do when hidden: browsers would not keep it
    /// there.
    fn follow_page(&mut self, event: PageEvent) {
        if !self.watches_page() {
            return;
        }
        match event {
            PageEvent::Online => {
                if let State::Waiting { .. } = self.state {
                    self.wake();
                }
                return;
            }
            PageEvent::Hidden | PageEvent::Visible if self.config.when_hidden == WhenHidden::Keep => return,
            PageEvent::Hidden => self.is_hidden = true,
            PageEvent::Visible => self.is_hidden = false,
            PageEvent::Cached => self.is_cached = true,
            PageEvent::Restored => self.is_cached = false,
        }
        if self.is_paused() {
            self.pause();
        } else {
            match self.state {
                State::Paused => self.connect(),
                State::Waiting { .. } => self.wake(),
                _ => {}
            }
        }
    }

    /// Gives up the request under way. It will be made again for the same reason, such as fresh credentials.
    fn pause(&mut self) {
        if let State::Connecting { .. } | State::Refused { .. } | State::Open { .. } = self.state {
            self.count_success(None);
            self.abandon();
            self.state = State::Paused;
        }
    }

    /// Ends a wait. A server that has answered was there, and the wait is for it.
    fn wake(&mut self) {
        if self.reason.is_none_or(|failure| failure.status.is_none()) {
            self.connect();
        }
    }

    #[cold]
    fn finish(&mut self, end: End<Failure>) {
        self.lost = None;
        self.abandon();
        self.state = State::Closed { end, is_announced: false };
    }

    /// Gives up the request, with what its body left in the parser.
    #[cold]
    fn abandon(&mut self) {
        self.parser.reset();
        self.is_cancelled |=
            matches!(self.state, State::Connecting { is_sent: true, .. } | State::Open { .. } | State::Refused { .. });
    }
}

/// The code of a failure before or in a stream. Which failures another connection could mend is decided here.
fn code_of(fault: Fault<'_>) -> ErrorCode {
    match fault {
        Fault::Unusable => ErrorCode::Request,
        Fault::Rejected { url: Some(url) } if !http::is_http(url) => ErrorCode::Request,
        Fault::Rejected { .. } | Fault::Body => ErrorCode::Network,
    }
}

fn is_sentinel(config: &Config, data: &[u8]) -> bool {
    let Some(Until::Data(sentinel)) = &config.until else { return false };
    // U+FFFD is no shorter than the bytes that it stands for: data that is longer is not the sentinel. Most data is.
    data.len() <= sentinel.len() && parser::to_utf8(data) == sentinel.as_bytes()
}

/// Saturates, without the 128 bits of `Duration::as_micros`.
fn micros(time: Duration) -> Micros {
    time.as_secs().saturating_mul(1_000_000).saturating_add(time.subsec_micros().into())
}
