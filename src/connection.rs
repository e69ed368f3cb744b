//! One source of events, over as many connections as it takes, as a state machine without I/O.
//!
//! The driver tells it what happened ([`Connection::handle`]) and carries out what it answers
//! ([`Connection::next_action`]); in between it takes the events ([`Connection::next_event`]). Time is an argument, so that
//! a test needs no clock. The steps are those of the standard's
//! [processing model](https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model), with the
//! additions that [`Config`] turns on.
//!
//! ```
//! use std::time::Duration;
//! use eventsource_wasm::connection::{Action, Config, Connection, Input, ResponseHead};
//!
//! let now = Duration::ZERO;
//! let mut connection = Connection::new(Config::default());
//! connection.handle(Input::Start, now);
//! assert!(matches!(connection.next_action(), Some(Action::Fetch(_))));
//! connection.handle(Input::Response(ResponseHead::new(200, Some("text/event-stream"))), now);
//! assert!(matches!(connection.next_action(), Some(Action::Open)));
//! connection.handle(Input::Chunk(b"data: hello\n\n"), now);
//! assert_eq!(connection.next_event().unwrap().data(), "hello");
//! ```

use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;
use core::time::Duration;

use crate::parser::{Event, Found, Parser};
use crate::retry::{Decision, ErrorCode, MAX_DELAY, MIN_DELAY, Retry, RetryContext};

/// A stream must have been open this long for the backoff to start anew, so that a server which accepts every connection
/// only to drop it is not hammered. One that ends cleanly after an event has done its work, and is asked again after the
/// delay that it wants.
const STABLE_AFTER: Duration = Duration::from_secs(1);

/// What a source is to do, fixed at its start.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Sent as `Last-Event-ID` with the first request. Default: empty, not sent.
    pub last_event_id: String,
    /// Who decides on reconnects. Default [`Retry::Standard`].
    pub retry: Retry,
    /// A response head must come within this time. Default: no limit.
    pub connect_timeout: Option<Duration>,
    /// A byte must come within this time of the last. Default: no limit.
    pub idle_timeout: Option<Duration>,
    /// Bytes that one event may take. Default 64 MiB.
    pub max_event_size: usize,
    /// Data that ends the stream; it is no event. Default: none.
    pub until: Option<String>,
    /// The request's headers are made anew each time: ask again, once, after a 401 or 403. Default false.
    pub renews_credentials: bool,
    /// A clean end completes the source. Default false: it is a loss, as the standard says.
    pub completes_at_end: bool,
    /// Seed of the jitter.
    pub seed: u64,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            last_event_id: String::new(),
            retry: Retry::Standard,
            connect_timeout: None,
            idle_timeout: None,
            max_event_size: 64 << 20,
            until: None,
            renews_credentials: false,
            completes_at_end: false,
            seed: 1,
        }
    }
}

/// The head of a response, as far as the machine decides on it.
#[derive(Clone, Copy, Debug)]
pub struct ResponseHead<'a> {
    /// The status code.
    pub status: u16,
    /// The `Content-Type` header.
    pub content_type: Option<&'a str>,
    /// What `Retry-After` asks for; see [`parse_retry_after`](crate::retry::parse_retry_after).
    pub retry_after: Option<Duration>,
}

impl<'a> ResponseHead<'a> {
    /// A head without `Retry-After`.
    pub fn new(status: u16, content_type: Option<&'a str>) -> ResponseHead<'a> {
        ResponseHead { status, content_type, retry_after: None }
    }

    /// Why the response is not an event stream; `None` when it is one: 200 and `text/event-stream` with any parameters.
    pub fn refusal(&self) -> Option<ErrorCode> {
        match self.status {
            200 if self.content_type.is_some_and(is_event_stream) => None,
            200 => Some(ErrorCode::ContentType),
            204 => Some(ErrorCode::NoContent),
            _ => Some(ErrorCode::Status),
        }
    }
}

/// Whether the [essence](https://mimesniff.spec.whatwg.org/#mime-type-essence) is `text/event-stream`. Of several types, as
/// of several headers, [the last counts](https://fetch.spec.whatwg.org/#concept-header-extract-mime-type).
fn is_event_stream(content_type: &str) -> bool {
    let essences = content_type.split(',').map(|one| one.split(';').next().unwrap_or_default());
    let last = essences.map(str::trim_ascii).rfind(|essence| essence.contains('/'));
    last.is_some_and(|essence| essence.eq_ignore_ascii_case("text/event-stream"))
}

/// What happened.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// Begin.
    Start,
    /// The response head arrived.
    Response(ResponseHead<'a>),
    /// Bytes of the body arrived.
    Chunk(&'a [u8]),
    /// The driver begins to read: time that its consumer has taken is not idle time of the server.
    Read,
    /// The body ended cleanly.
    End,
    /// The request or the body failed: [`ErrorCode::Network`] or [`ErrorCode::Request`].
    Failed(ErrorCode),
    /// The user's answer to [`Action::Decide`].
    Decided(Decision),
    /// The [`deadline`](Connection::deadline) has passed, or has not: an early call does nothing.
    Timer,
    /// Connect anew at once, whatever the state; once visible, if hidden. Nothing once closed.
    Reconnect,
    /// The network is back: ends a wait, unless a response made it necessary. Attempts go on counting.
    Online,
    /// The page is hidden, or goes into the back/forward cache: the connection is given up, and none is made before
    /// [`Input::Visible`]. This is no failure. Nothing under [`Retry::Never`], where no request may be sent again.
    Hidden,
    /// The page is there again: connect at once, if hiding gave up a connection or kept one from being made. A wait
    /// that goes on ends as by [`Input::Online`].
    Visible,
    /// Close for good.
    Close,
}

/// What the driver must do. It carries out all of them before the next [`Input`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Send a request.
    Fetch(Request),
    /// Abort the request and cancel its body, if there still is one.
    Abort,
    /// Announce that the connection is open.
    Open,
    /// Ask the user what follows this failure, and bring the answer as [`Input::Decided`].
    Decide(RetryContext),
    /// Announce a loss; the machine will connect again.
    Lost(Failure),
    /// Announce the end.
    Closed(End),
}

/// What the machine says of a request to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Failures in a row before this request.
    pub attempt: u32,
    /// The last event ID, as it came over the wire.
    pub last_event_id: Vec<u8>,
    /// What made the request necessary; `None` for the first.
    pub reason: Option<Failure>,
}

impl Request {
    /// The value of the `Last-Event-ID` header, in the byte-string form that `Headers` takes: each character stands for
    /// one byte of the ID's UTF-8. `None` when there is no ID, or one that no header can carry.
    pub fn last_event_id_header(&self) -> Option<String> {
        if self.last_event_id.is_empty() || !is_sendable(&self.last_event_id) {
            return None;
        }
        Some(self.last_event_id.iter().map(|byte| char::from(*byte)).collect())
    }
}

/// Whether a header can carry it.
fn is_sendable(id: &[u8]) -> bool {
    id.iter().all(|byte| *byte == b'\t' || (*byte >= b' ' && *byte != 0x7f))
}

/// A failure of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What happened.
    pub code: ErrorCode,
    /// The status of the response, if there was one.
    pub status: Option<u16>,
    /// Failures in a row, this one included.
    pub attempt: u32,
    /// When the next connection is tried; `None` when none is.
    pub delay: Option<Duration>,
    /// The last event ID is one that no header can carry: requests go out without it.
    pub is_id_unsendable: bool,
}

/// How a source ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It was closed.
    Closed,
    /// All of it arrived: the sentinel came, or the one request ended cleanly.
    Complete,
    /// It failed for good.
    Failed(Failure),
}

/// The standard's [`readyState`](https://html.spec.whatwg.org/multipage/server-sent-events.html#dom-eventsource-readystate).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadyState {
    /// 0: the connection has not been established, or it was lost and will be tried again.
    Connecting = 0,
    /// 1: events are dispatched as they arrive.
    Open = 1,
    /// 2: closed, or failed for good.
    Closed = 2,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Idle,
    Connecting {
        since: Duration,
    },
    Open {
        since: Duration,
        idle_since: Duration,
        delivered: bool,
    },
    Deciding {
        failure: Failure,
    },
    Waiting {
        until: Duration,
    },
    /// Until the page is visible.
    Paused,
    Closed,
}

/// What in a stream ends it.
#[derive(Clone, Copy, Debug)]
enum Ending {
    Sentinel,
    EventTooLarge,
}

/// The machine.
#[derive(Debug)]
pub struct Connection {
    config: Config,
    state: State,
    parser: Parser,
    server_retry: Option<Duration>,
    /// Failures in a row.
    attempt: u32,
    /// When the first of them was.
    failing_since: Duration,
    /// What made the request under way necessary, or the next one.
    reason: Option<Failure>,
    credentials_renewed: bool,
    is_hidden: bool,
    /// What the parser found behind the events that were handed out.
    ending: Option<Ending>,
    actions: VecDeque<Action>,
    now: Duration,
    random: u64,
}

impl Connection {
    /// A machine that waits for [`Input::Start`].
    pub fn new(config: Config) -> Connection {
        let parser = Parser::new().with_max_event_size(config.max_event_size).with_last_event_id(&config.last_event_id);
        Connection {
            random: splitmix64(config.seed) | 1,
            config,
            state: State::Idle,
            parser,
            server_retry: None,
            attempt: 0,
            failing_since: Duration::ZERO,
            reason: None,
            is_hidden: false,
            credentials_renewed: false,
            ending: None,
            actions: VecDeque::new(),
            now: Duration::ZERO,
        }
    }

    /// The state as the web sees it.
    pub fn ready_state(&self) -> ReadyState {
        match self.state {
            State::Open { .. } => ReadyState::Open,
            State::Closed => ReadyState::Closed,
            _ => ReadyState::Connecting,
        }
    }

    /// The reconnection time in force: the server's `retry`, else the policy's.
    pub fn reconnection_time(&self) -> Duration {
        self.config.retry.policy().reconnection_time(self.server_retry)
    }

    /// The parser, for its last event ID.
    pub fn parser(&self) -> &Parser {
        &self.parser
    }

    /// When the driver must call [`handle`](Connection::handle) with [`Input::Timer`], in the time that it passes there.
    pub fn deadline(&self) -> Option<Duration> {
        match self.state {
            State::Connecting { since } => self.config.connect_timeout.map(|limit| since.saturating_add(limit)),
            State::Open { idle_since, .. } => self.config.idle_timeout.map(|limit| idle_since.saturating_add(limit)),
            State::Waiting { until } => Some(until),
            State::Idle | State::Deciding { .. } | State::Paused | State::Closed => None,
        }
    }

    /// Takes in what happened at `now`, the time since any fixed moment. What does not fit the state is late news of a
    /// connection that is given up, and does nothing.
    pub fn handle(&mut self, input: Input<'_>, now: Duration) {
        self.now = now;
        match input {
            Input::Close | Input::Reconnect => self.ending = None,
            _ => self.settle(),
        }
        match (input, self.state) {
            (_, State::Closed) => {}
            (Input::Start, State::Idle) => self.connect(),
            (Input::Response(head), State::Connecting { .. }) => self.respond(head),
            (Input::Chunk(chunk), State::Open { .. }) => {
                self.feed_with(chunk.len(), now, |to| to.copy_from_slice(chunk))
            }
            (Input::Read, State::Open { .. }) => {
                if let State::Open { idle_since, .. } = &mut self.state {
                    *idle_since = now;
                }
            }
            (Input::End, State::Open { .. }) => self.end_of_body(),
            (Input::Failed(code), State::Connecting { .. } | State::Open { .. }) => self.fail(code, None, None),
            (Input::Timer, _) if self.deadline().is_some_and(|deadline| deadline <= now) => self.time_out(),
            (Input::Decided(decision), State::Deciding { failure }) => self.follow(decision, failure),
            (Input::Reconnect, _) => {
                self.actions.clear();
                self.abandon();
                self.attempt = 0;
                self.reason = None;
                self.credentials_renewed = false;
                self.connect();
            }
            (Input::Online, State::Waiting { .. }) => self.wake(),
            (Input::Hidden, _) if self.config.retry != Retry::Never => self.hide(),
            (Input::Visible, _) => self.show(),
            (Input::Close, _) => self.finish(End::Closed),
            _ => {}
        }
    }

    /// Like [`Input::Reconnect`], for a driver that takes events before it delivers them: `id` is that of the last which it
    /// has delivered.
    #[cfg(feature = "npm-client")]
    pub(crate) fn reconnect_from(&mut self, id: &str, now: Duration) {
        self.parser.set_last_event_id(id);
        self.handle(Input::Reconnect, now);
    }

    /// Like [`Input::Chunk`], for a driver that can write the bytes in place.
    pub fn feed_with(&mut self, length: usize, now: Duration, fill: impl FnOnce(&mut [u8])) {
        self.handle(Input::Read, now);
        if let State::Open { .. } = self.state {
            self.parser.feed_with(length, fill);
        }
    }

    /// What to do next, until there is nothing.
    pub fn next_action(&mut self) -> Option<Action> {
        self.settle();
        self.actions.pop_front()
    }

    /// The next event that has arrived. After the last there may be new actions.
    ///
    /// The bytes of an event stay where they are until the next action is asked for or the next input is handled.
    pub fn next_event(&mut self) -> Option<Event<'_>> {
        let data = self.next_found()?;
        Some(self.parser.dispatched(data))
    }

    /// The same, by its place in the parser.
    pub(crate) fn next_found(&mut self) -> Option<Range<usize>> {
        if self.ending.is_some() || !matches!(self.state, State::Open { .. }) {
            return None;
        }
        let found = loop {
            match self.parser.advance() {
                Ok(Some(Found::Retry(time))) => self.server_retry = Some(Duration::from_millis(time)),
                Ok(Some(Found::Comment(_) | Found::Id | Found::Ignored(_))) => {}
                other => break other,
            }
        };
        match found {
            Ok(Some(Found::Event(data))) => {
                if self.is_sentinel(&data) {
                    self.ending = Some(Ending::Sentinel);
                    return None;
                }
                if let State::Open { delivered, .. } = &mut self.state {
                    *delivered = true;
                }
                Some(data)
            }
            Ok(_) => None,
            Err(_) => {
                self.ending = Some(Ending::EventTooLarge);
                None
            }
        }
    }

    /// Acts on what ended the stream, once its last events have been taken.
    fn settle(&mut self) {
        match self.ending.take() {
            Some(Ending::Sentinel) => self.finish(End::Complete),
            Some(Ending::EventTooLarge) => self.fail(ErrorCode::EventTooLarge, None, None),
            None => {}
        }
    }

    // Once per connection, from many places: code that is small rather than quick, as of the others that are cold.
    #[cold]
    fn connect(&mut self) {
        if self.is_hidden {
            self.state = State::Paused;
            return;
        }
        self.state = State::Connecting { since: self.now };
        self.actions.push_back(Action::Fetch(Request {
            attempt: self.attempt,
            last_event_id: self.parser.last_event_id_text().as_bytes().to_vec(),
            reason: self.reason,
        }));
    }

    /// A request that is under way will be made again for the reason that it was made for, such as fresh credentials.
    fn hide(&mut self) {
        self.is_hidden = true;
        if !matches!(self.state, State::Connecting { .. } | State::Open { .. }) {
            return;
        }
        self.count_success(None);
        // A page may flicker faster than its requests are sent.
        self.actions.retain(|action| !matches!(action, Action::Fetch(_) | Action::Open));
        self.abandon();
        self.state = State::Paused;
    }

    fn show(&mut self) {
        self.is_hidden = false;
        match self.state {
            State::Paused => self.connect(),
            State::Waiting { .. } => self.wake(),
            _ => {}
        }
    }

    /// Ends a wait. A server that has answered was there, and the wait is for it.
    fn wake(&mut self) {
        if self.reason.is_none_or(|failure| failure.status.is_none()) {
            self.connect();
        }
    }

    fn respond(&mut self, head: ResponseHead<'_>) {
        let Some(code) = head.refusal() else {
            self.state = State::Open { since: self.now, idle_since: self.now, delivered: false };
            self.reason = None;
            self.credentials_renewed = false;
            self.actions.push_back(Action::Open);
            return;
        };
        if self.config.renews_credentials && !self.credentials_renewed && matches!(head.status, 401 | 403) {
            self.credentials_renewed = true;
            self.abandon();
            self.reason = Some(self.failure(code, Some(head.status)));
            self.connect();
            return;
        }
        self.fail(code, Some(head.status), head.retry_after);
    }

    fn end_of_body(&mut self) {
        if self.config.until.is_some() {
            self.fail(ErrorCode::Truncated, None, None);
        } else if self.config.completes_at_end {
            self.finish(End::Complete);
        } else {
            self.fail(ErrorCode::Ended, None, None);
        }
    }

    fn time_out(&mut self) {
        match self.state {
            State::Connecting { .. } => self.fail(ErrorCode::ConnectTimeout, None, None),
            State::Open { .. } => self.fail(ErrorCode::IdleTimeout, None, None),
            State::Waiting { .. } => self.connect(),
            State::Idle | State::Deciding { .. } | State::Paused | State::Closed => {}
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
            elapsed: self.now.saturating_sub(self.failing_since),
        };
        let failure = self.failure(code, status);
        self.abandon();
        let random = self.next_random();
        match self.config.retry.decide(&context, random) {
            Some(decision) => self.follow(decision, failure),
            None => {
                self.state = State::Deciding { failure };
                self.actions.push_back(Action::Decide(context));
            }
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
        let is_id_unsendable = !is_sendable(self.parser.last_event_id_text().as_bytes());
        Failure { code, status, attempt: self.attempt, delay: None, is_id_unsendable }
    }

    fn follow(&mut self, decision: Decision, mut failure: Failure) {
        match decision {
            Decision::Wait(delay) => {
                let delay = delay.clamp(MIN_DELAY, MAX_DELAY);
                failure.delay = Some(delay);
                self.reason = Some(failure);
                self.state = State::Waiting { until: self.now.saturating_add(delay) };
                self.actions.push_back(Action::Lost(failure));
            }
            Decision::Stop => self.finish(End::Failed(failure)),
        }
    }

    #[cold]
    fn finish(&mut self, end: End) {
        self.actions.clear();
        self.abandon();
        self.state = State::Closed;
        self.actions.push_back(Action::Closed(end));
    }

    /// Gives up the connection, with what its body left in the parser.
    #[cold]
    fn abandon(&mut self) {
        self.parser.reset();
        self.actions.push_back(Action::Abort);
    }

    fn is_sentinel(&self, data: &Range<usize>) -> bool {
        self.config
            .until
            .as_ref()
            .is_some_and(|until| self.parser.dispatched(data.clone()).data_text().as_bytes() == until.as_bytes())
    }

    /// Uniform in `0.0..1.0` (xorshift64).
    fn next_random(&mut self) -> f64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Spreads a seed over all bits, so that the first number drawn is uniform too.
fn splitmix64(seed: u64) -> u64 {
    let mut mixed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
