//! One source over many requests, as a state machine without I/O.
//!
//! A shell executes the outputs of the machine and decides nothing itself. This loop is the whole contract between them:
//!
//! ```text
//! machine.handle(Input::Start, now());
//! loop {
//!     match machine.poll(now()) {
//!         Output::Send(request)  => send the request, with the URL, headers and body of the user
//!         Output::Read           => ask the body for a chunk
//!         Output::Cancel         => abort the request, cancel the body
//!         Output::Yield          => let the event loop turn
//!         Output::Open(opened)   => notify the user
//!         Output::Event(event)   => deliver it
//!         Output::Unfinished(event) => ask the user's functions about it
//!         Output::Comment(text)  => give it to the user
//!         Output::Retry(time)    => nothing, or notify
//!         Output::Id(id)         => nothing; it is the ID before the next event
//!         Output::Lost(failure)  => notify the user
//!         Output::Ask(context)   => machine.handle(Input::Decided(ask the user), now())
//!         Output::Closed(end)    => notify the user; break
//!         Output::Wait(deadline) => wait for one thing, the response, a chunk, the deadline, a call of the user or an
//!                                   event of the page; machine.handle(input, now())
//!     }
//! }
//! ```
//!
//! - `Wait` comes only when no other output is left, so a shell cannot miss an output.
//! - At most one request and one read are under way at a time. `Send` and `Read` start them; an input brings the result.
//! - Time is an argument, from any monotonic clock, so tests need no real clock. `poll` acts on deadlines that have passed,
//!   so handle the inputs that have arrived before you poll. An early, late or repeated call does no harm.
//! - An event borrows the machine until the next call. To deliver many events at once, take the events of a chunk with
//!   [`Machine::poll_stream`], deliver them, and only then call `poll`.
//! - The user may call the source while the shell delivers events: `handle` such a call at once. Where the shell cannot poll,
//!   as in a `pagehide` listener (the page may run no more code after it), [`Machine::take_cancel`] returns whether to abort
//!   the request.
//!
//! The steps follow the
//! [processing model](https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model) of the standard,
//! with the additions that [`Config`] turns on:
//!
//! ```text
//!           Start                 response accepted
//!   Idle ─────────▶ Connecting ─────────────────────▶ Open
//!                    ▲  ▲  │ response refused          │
//!          visible   │  │  ▼                           │ end of the body,
//!   Paused ──────────┘  │ Refused: reads the body      │ failure, time limit
//!     ▲                 │  │ as evidence               │
//!     │ hidden, in any  │  │ Held: the network failed, │
//!     │ state with a    │  │ perhaps as the page goes  │
//!     │ request but     │  ▼                           ▼
//!     │ Refused         │ failed: the retry policy decides ──────▶ Closed
//!     │                 │  │        ▲                              ▲
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
//! assert!(matches!(machine.poll(now), Output::Open(_)));
//! assert!(matches!(machine.poll(now), Output::Read));
//! machine.handle(Input::Chunk(b"data: hello\n\n"), now);
//! assert!(matches!(machine.poll(now), Output::Event(event) if event.data() == "hello"));
//! assert!(matches!(machine.poll(now), Output::Read));
//! ```

mod config;
mod failure;
mod input;
mod output;
mod pace;
mod page;
mod random;
mod retry;
mod stream;
mod time;
mod trace;

pub use config::{Config, Unfinished, WhenHidden};
pub use input::{Fault, Input, PageEvent};
pub use output::{End, EventText, Failure, Opened, Output, ReadyState, Reason, Request, Status};
pub use pace::Pace;
pub use retry::{Decision, MAX_DELAY, MIN_DELAY, Retry, RetryContext, RetryPolicy};

use alloc::string::String;
use alloc::vec::Vec;
use core::mem;
use core::time::Duration;

use crate::error::ErrorCode;
use crate::http::{self, ResponseHead};
use crate::parser::{IdMark, Parser};
use failure::Refusal;
use random::Random;
use stream::{OwnedEvent, Recent, Stream};
use time::Time;
use trace::Trace;

/// A time inside the machine, in microseconds. One number instead of a `Duration` makes the npm package half a KiB smaller.
type Micros = u64;

#[derive(Debug)]
enum State {
    Idle,
    Connecting {
        since: Micros,
        is_sent: bool,
    },
    Open(Stream),
    Refused {
        refusal: Refusal,
        since: Micros,
        /// When the request was sent.
        sent: Micros,
        is_reading: bool,
    },
    /// The network failed. The user is notified a moment later: the page may be unloading, or its policy may forbid the
    /// connection.
    Held {
        failure: Failure,
        since: Micros,
        was_open: bool,
    },
    Asking {
        failure: Failure,
        context: RetryContext,
        /// When the failure happened.
        since: Micros,
        is_asked: bool,
    },
    Waiting {
        until: Micros,
        /// The earliest end of the wait by `visible` or `online`.
        not_before: Micros,
        /// The earliest end of the wait by a restored page: the server's `Retry-After`.
        asked: Micros,
    },
    /// Sends nothing while the user pauses the source, or while the page is hidden or in the back/forward cache.
    Paused,
    Closed {
        end: End<Failure>,
        is_announced: bool,
    },
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
    /// The time of the first failure in the row.
    failing_since: Micros,
    /// Why the current or the next request is made.
    reason: Option<Reason>,
    credentials_renewed: bool,
    /// The failure comes from a function of the user: [`Fault::Unprepared`].
    is_unprepared: bool,
    /// The `Retry-After` of the refused response.
    retry_after: Option<Duration>,
    /// The first bytes of the body of the refused response, until the next failure.
    evidence: Vec<u8>,
    /// The event that the end of the last stream cut off.
    unfinished: Option<OwnedEvent>,
    /// The last event ID that was sent.
    sent: IdMark,
    recent: Recent,
    /// When the last request was sent.
    requested: Micros,
    /// The number of requests since `trying_since`: the start of the source, or the end of its last stream.
    requests: u32,
    trying_since: Micros,
    has_opened: bool,
    /// The next event is too large. The machine fails once the events before it have been delivered.
    has_overflowed: bool,
    /// A request is under way that must be aborted.
    is_cancelled: bool,
    /// A loss whose [`Output::Lost`] is still to come.
    lost: Option<Failure>,
    is_hidden: bool,
    is_cached: bool,
    /// The page may unload, which aborts its fetches first. A network failure is reported no earlier than this time.
    leaving_until: Micros,
    /// The page was left, perhaps for the back/forward cache.
    is_left: bool,
    /// A time limit passed in a sleep or in a frozen page: the next wait ends as early as it may.
    is_woken: bool,
    /// The user paused the source.
    is_paused: bool,
    time: Time,
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
            recent: Recent::new(config.dedupe),
            trace: Trace::new(),
            server_retry: config.server_retry,
            config,
            method,
            retry,
            state: State::Idle,
            parser,
            attempt: 0,
            failing_since: 0,
            reason: None,
            credentials_renewed: false,
            is_unprepared: false,
            retry_after: None,
            evidence: Vec::new(),
            unfinished: None,
            sent: IdMark::default(),
            requested: 0,
            requests: 0,
            trying_since: 0,
            has_opened: false,
            has_overflowed: false,
            is_cancelled: false,
            lost: None,
            is_hidden: false,
            is_cached: false,
            leaving_until: 0,
            is_left: false,
            is_woken: false,
            is_paused: false,
            time: Time::new(),
        }
    }

    /// Handles an input that happened at `now`, the time since any fixed moment. Call [`poll`](Machine::poll) afterwards.
    pub fn handle(&mut self, input: Input<'_>, now: Duration) {
        self.trace.input(&input, now);
        self.time.set(now);
        match input {
            Input::Reconnect { .. } if self.config.given => return,
            // These inputs come before the event that is too large, so its failure is dropped.
            Input::Close | Input::Complete | Input::Reconnect { .. } | Input::Fail { .. } | Input::FailOn { .. } => {
                self.has_overflowed = false;
            }
            // The failure waits until the shell has delivered the events before it.
            Input::Pause | Input::Resume | Input::Timer(_) | Input::Wall(_) => {}
            _ => self.settle(),
        }
        let is_delivering = self.is_delivering();
        match (input, &mut self.state) {
            (_, State::Closed { .. }) => {}
            (Input::Start, State::Idle) => self.start(),
            // Before the request is sent, a response belongs to the request before it.
            (Input::Response(head), State::Connecting { is_sent: true, .. }) => self.respond(head),
            (Input::Body, State::Connecting { is_sent: true, .. }) => self.open(),
            (Input::Chunk(chunk), State::Open(_) | State::Refused { .. }) => {
                self.parser.room(chunk.len())[..chunk.len()].copy_from_slice(chunk);
                self.take_chunk(chunk.len());
            }
            (Input::Filled(length), _) => self.take_chunk(length),
            (Input::End, State::Open(_)) => self.end_of_body(),
            (Input::End | Input::Failed(_), State::Refused { .. }) => self.refuse(),
            (Input::Failed(fault), State::Connecting { is_sent: true, .. } | State::Open(_)) => self.fail_by(fault),
            (Input::Timer(deadline), _) => self.time.reach(deadline, now),
            (Input::Wall(wall), _) => self.compare_clocks(wall),
            (Input::Decided(decision), State::Asking { failure, since, is_asked: true, .. }) => {
                let (failure, since) = (*failure, *since);
                self.follow(decision, failure, since);
            }
            (Input::Page(event), _) => self.follow_page(event),
            (Input::Forbidden, State::Connecting { is_sent: true, .. } | State::Held { was_open: false, .. }) => {
                self.forbid();
            }
            (Input::Complete, _) if is_delivering => self.finish(End::Complete),
            (Input::FailOn { last_event_id, delivered }, _) if is_delivering => self.fail_on(last_event_id, delivered),
            (Input::Pause, _) => self.pause(),
            (Input::Resume, _) => self.resume(),
            (Input::Reconnect { last_event_id }, State::Idle) => self.set_last_event_id(last_event_id),
            (Input::Reconnect { last_event_id }, _) => self.reconnect(last_event_id),
            (Input::Fail { last_event_id }, _) => self.fail_by_listener(last_event_id),
            // Without a pending read, there may be whole events.
            (Input::Reset, State::Open(stream)) if stream.reading_since.is_none() && !self.is_paused => {
                stream.is_to_reset = true;
            }
            (Input::Reset, _) => self.parser.reset(),
            (Input::Close, _) => self.finish(End::Closed),
            _ => {}
        }
    }

    /// Returns what the shell must do next. The [module](self) explains each output.
    pub fn poll(&mut self, now: Duration) -> Output<'_> {
        let trace = self.trace;
        let output = self.next_output(now);
        trace.output(&output, now);
        output
    }

    fn next_output(&mut self, now: Duration) -> Output<'_> {
        self.time.set(now);
        self.settle();
        self.check_deadline();
        let found = loop {
            if mem::take(&mut self.is_cancelled) {
                return Output::Cancel;
            }
            if let Some(failure) = self.lost.take() {
                return Output::Lost(failure);
            }
            match &mut self.state {
                State::Connecting { is_sent: is_sent @ false, since } => {
                    *is_sent = true;
                    *since = self.time.now();
                    self.prepare_request();
                    return Output::Send(self.request());
                }
                State::Open(Stream { is_announced: is_announced @ false, .. }) => {
                    *is_announced = true;
                    let is_reopening = mem::replace(&mut self.has_opened, true);
                    return Output::Open(self.opened(is_reopening));
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
                State::Open(Stream { reading_since: None, .. } | Stream { is_to_read_again: true, .. })
                    if !self.is_paused => {}
                _ => {
                    if self.check_deadline() {
                        continue;
                    }
                    return self.wait();
                }
            }
            // The stream is open, and no read is under way.
            if self.is_pace_spent() {
                return Output::Yield;
            }
            if let Some(found) = self.next_found() {
                break found;
            }
            if !self.has_overflowed {
                let now = self.time.now();
                let State::Open(stream) = &mut self.state else { continue };
                if !stream.is_at_end {
                    stream.is_to_read_again = false;
                    stream.reading_since = stream.reading_since.or(Some(now));
                    return Output::Read;
                }
                if mem::take(&mut stream.has_unfinished) {
                    return self.unfinished_output();
                }
                self.finish_body();
            }
            self.settle();
        };
        self.output(found)
    }

    /// Returns the next event, comment or reconnection time of the chunk that has arrived; `None` after the last. For a shell
    /// that takes all events of a chunk before it delivers them: such a shell passes the ID of the last delivered event with
    /// [`Input::Reconnect`] and [`Input::Fail`].
    pub fn poll_stream(&mut self, now: Duration) -> Option<Output<'_>> {
        self.time.set(now);
        let found = self.next_found()?;
        self.resume_pace();
        let output = self.output(found);
        self.trace.output(&output, now);
        Some(output)
    }

    /// Writes each input and output to `sink`, as a line. Before this call, the lines go to stderr if the environment
    /// variable `EVENTSOURCE_TRACE` is set, with the feature `std` and outside of WebAssembly.
    #[cfg(feature = "trace")]
    pub fn trace_to(&mut self, sink: fn(&str)) {
        self.trace.set_sink(sink);
    }

    /// Takes a pending [`Output::Cancel`], and returns whether there was one: for a shell that cannot poll now, as in a
    /// `pagehide` listener.
    pub fn take_cancel(&mut self) -> bool {
        mem::take(&mut self.is_cancelled)
    }

    /// A buffer for a chunk of at least `length` bytes. Write the bytes, then handle [`Input::Filled`].
    pub fn room(&mut self, length: usize) -> &mut [u8] {
        self.parser.room(length)
    }

    /// The `readyState` of the standard.
    pub fn ready_state(&self) -> ReadyState {
        match self.state {
            State::Open(_) | State::Held { was_open: true, .. } => ReadyState::Open,
            State::Closed { .. } => ReadyState::Closed,
            _ => ReadyState::Connecting,
        }
    }

    /// The status of the source. Only `handle` and `poll` change it.
    pub fn status(&self) -> Status {
        match self.state {
            State::Closed { .. } => Status::Closed,
            _ if self.is_paused => Status::Paused,
            State::Paused => Status::Paused,
            State::Waiting { until, .. } => Status::Waiting { until: self.time.on_the_shells_clock(until) },
            _ if self.ready_state() == ReadyState::Open => Status::Open,
            _ => Status::Connecting,
        }
    }

    /// How the source ended; `None` before its end.
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

    /// The first bytes of the body of the last refused response, for [`Output::Lost`], [`Output::Ask`] and
    /// [`Output::Closed`]. At most [`Config::max_error_body`] bytes, without a byte order mark; empty if the last failure was
    /// no refused response.
    pub fn evidence(&self) -> &[u8] {
        self.evidence.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.evidence)
    }

    /// The event that the end of the last body cut off, if it had data. `until` may have accepted it as the last event.
    pub fn unfinished_event(&self) -> Option<EventText<'_>> {
        self.unfinished.as_ref().map(OwnedEvent::text)
    }

    /// The parser, which holds the last event ID and the offsets of events.
    pub fn parser(&self) -> &Parser {
        &self.parser
    }

    fn start(&mut self) {
        self.trying_since = self.time.now();
        if self.config.given {
            self.requests = 1;
            self.state = State::Connecting { since: self.trying_since, is_sent: true };
        } else {
            self.connect();
        }
    }

    /// Sends a request, or pauses until the page and the user allow one.
    ///
    /// `#[cold]`: runs once per connection and has many callers; kept out of line for size.
    #[cold]
    fn connect(&mut self) {
        self.state = if self.is_put_off() {
            State::Paused
        } else {
            State::Connecting { since: self.time.now(), is_sent: false }
        };
    }

    fn prepare_request(&mut self) {
        self.requested = self.time.now();
        self.requests = self.requests.saturating_add(1);
        self.sent = self.parser.mark_id();
        self.unfinished = None;
        self.recent.replay(&self.sent);
    }

    fn request(&self) -> Request<'_> {
        Request {
            method: &self.method,
            attempt: self.attempt,
            last_event_id: &self.sent.id,
            reason: self.reason,
            sends_id: self.config.sends_last_event_id,
        }
    }

    fn respond(&mut self, head: ResponseHead<'_>) {
        match head.refusal() {
            Some(code) => self.begin_refusal(code, &head),
            None => self.open(),
        }
    }

    /// Whether the shell may be delivering events of a stream: also of one that the page has closed meanwhile.
    fn is_delivering(&self) -> bool {
        match self.state {
            State::Open(_) => true,
            State::Paused | State::Connecting { .. } => self.has_opened,
            _ => false,
        }
    }

    /// Takes `length` bytes that were written to the room.
    fn take_chunk(&mut self, length: usize) {
        match self.state {
            State::Open(_) => self.take_bytes(length),
            State::Refused { .. } => self.take_evidence(length),
            _ => {}
        }
    }

    fn reconnect(&mut self, last_event_id: Option<&str>) {
        self.set_last_event_id(last_event_id);
        self.lost = None;
        self.abandon();
        self.attempt = 0;
        self.reason = Some(Reason::Reconnect);
        self.credentials_renewed = false;
        self.connect();
    }

    fn set_last_event_id(&mut self, id: Option<&str>) {
        let Some(id) = id else { return };
        self.recent.go_back_to(id.as_bytes());
        self.parser.set_last_event_id(id);
    }

    #[cold]
    fn finish(&mut self, end: End<Failure>) {
        self.lost = None;
        self.abandon();
        self.state = State::Closed { end, is_announced: false };
    }

    /// Cancels the request and discards the rest of its body in the parser.
    #[cold]
    fn abandon(&mut self) {
        self.parser.reset();
        self.is_cancelled |=
            matches!(self.state, State::Connecting { is_sent: true, .. } | State::Open(_) | State::Refused { .. });
        if let State::Open(_) = self.state {
            (self.requests, self.trying_since) = (0, self.time.now());
        }
    }
}

/// Saturates. Avoids the 128-bit arithmetic of `Duration::as_micros`, and of `saturating_mul` in WebAssembly.
fn micros(time: Duration) -> Micros {
    const MOST: u64 = Micros::MAX / 1_000_000 - 1;
    time.as_secs().min(MOST) * 1_000_000 + Micros::from(time.subsec_micros())
}
