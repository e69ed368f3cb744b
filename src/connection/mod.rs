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

mod action;
mod config;
mod input;
mod random;
mod response;
#[cfg(all(test, feature = "npm-client"))]
mod tests;

pub use action::{Action, End, Failure, ReadyState, Request};
pub use config::{Config, Until};
pub use input::Input;
pub use response::ResponseHead;

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;
use core::time::Duration;

use crate::parser::{Event, Item, Parser};
use crate::retry::{Decision, ErrorCode, MAX_DELAY, MIN_DELAY, Retry, RetryContext};
use action::is_sendable;
use random::Random;

/// A stream must have been open this long for the backoff to start anew, so that a server which accepts every connection
/// only to drop it is not hammered. One that ends cleanly after an event has done its work, and is asked again after the
/// delay that it wants.
const STABLE_AFTER: Duration = Duration::from_secs(1);

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
///
/// ```
/// # use std::time::Duration;
/// # use eventsource_wasm::connection::{Action, Config, Connection, Input, ReadyState, ResponseHead};
/// # let now = Duration::ZERO;
/// let mut connection = Connection::new(Config::default());
/// connection.handle(Input::Start, now);
/// assert!(matches!(connection.next_action(), Some(Action::Fetch(request)) if request.attempt == 0));
/// ```
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
    /// What a `retry` field said since the event before.
    #[cfg(feature = "npm-client")]
    found_retry: Option<Duration>,
    /// What the parser found behind the events that were handed out.
    ending: Option<Ending>,
    /// No more than a few, so that the first can be taken out of a list.
    actions: Vec<Action>,
    now: Duration,
    random: Random,
}

impl Connection {
    /// A machine that waits for [`Input::Start`].
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use eventsource_wasm::connection::{Config, Connection, ReadyState};
    /// let connection = Connection::new(Config { idle_timeout: Some(Duration::from_secs(60)), ..Config::default() });
    /// assert_eq!(connection.ready_state(), ReadyState::Connecting);
    /// ```
    pub fn new(config: Config) -> Connection {
        let parser = Parser::new().with_max_event_size(config.max_event_size).with_last_event_id(&config.last_event_id);
        Connection {
            random: Random::new(config.seed),
            config,
            state: State::Idle,
            parser,
            server_retry: None,
            #[cfg(feature = "npm-client")]
            found_retry: None,
            attempt: 0,
            failing_since: Duration::ZERO,
            reason: None,
            is_hidden: false,
            credentials_renewed: false,
            ending: None,
            actions: Vec::new(),
            now: Duration::ZERO,
        }
    }

    /// The state as the web sees it.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use eventsource_wasm::connection::{Config, Connection, Input, ReadyState};
    /// let mut connection = Connection::new(Config::default());
    /// connection.handle(Input::Close, Duration::ZERO);
    /// assert_eq!(connection.ready_state(), ReadyState::Closed);
    /// ```
    pub fn ready_state(&self) -> ReadyState {
        match self.state {
            State::Open { .. } => ReadyState::Open,
            State::Closed => ReadyState::Closed,
            _ => ReadyState::Connecting,
        }
    }

    /// The reconnection time in force: the server's `retry`, else the policy's.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use eventsource_wasm::connection::{Config, Connection};
    /// let connection = Connection::new(Config::default());
    /// assert_eq!(connection.reconnection_time(), Duration::from_secs(3));
    /// ```
    pub fn reconnection_time(&self) -> Duration {
        self.config.retry.policy().reconnection_time(self.server_retry)
    }

    /// The parser, for its last event ID.
    ///
    /// ```
    /// # use eventsource_wasm::connection::{Config, Connection};
    /// let connection = Connection::new(Config { last_event_id: "7".into(), ..Config::default() });
    /// assert_eq!(connection.parser().last_event_id(), "7");
    /// ```
    pub fn parser(&self) -> &Parser {
        &self.parser
    }

    /// When the driver must call [`handle`](Connection::handle) with [`Input::Timer`], in the time that it passes there.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use eventsource_wasm::connection::{Config, Connection, Input};
    /// # let now = Duration::ZERO;
    /// let limit = Duration::from_secs(10);
    /// let mut connection = Connection::new(Config { connect_timeout: Some(limit), ..Config::default() });
    /// connection.handle(Input::Start, now);
    /// assert_eq!(connection.deadline(), Some(now + limit));
    /// ```
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
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use eventsource_wasm::connection::{Config, Connection, Input, ReadyState, ResponseHead};
    /// # let now = Duration::ZERO;
    /// let mut connection = Connection::new(Config::default());
    /// connection.handle(Input::Start, now);
    /// connection.handle(Input::Response(ResponseHead::new(200, Some("text/event-stream"))), now);
    /// assert_eq!(connection.ready_state(), ReadyState::Open);
    /// ```
    pub fn handle(&mut self, input: Input<'_>, now: Duration) {
        self.now = now;
        match input {
            Input::Close | Input::Reconnect | Input::Complete => self.ending = None,
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
            (Input::Complete, State::Open { .. }) => self.finish(End::Complete),
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

    /// Discards what has come of an unfinished event: the next bytes are the start of another stream, over the same
    /// connection. The last event ID and the reconnection time stay.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use eventsource_wasm::connection::{Config, Connection, Input, ResponseHead};
    /// # let now = Duration::ZERO;
    /// # let mut connection = Connection::new(Config::default());
    /// # connection.handle(Input::Start, now);
    /// # connection.handle(Input::Response(ResponseHead::new(200, Some("text/event-stream"))), now);
    /// connection.handle(Input::Chunk(b"data: unfinished"), now);
    /// assert!(connection.next_event().is_none());
    /// connection.reset();
    /// connection.handle(Input::Chunk(b"data: hello\n\n"), now);
    /// assert_eq!(connection.next_event().unwrap().data(), "hello");
    /// ```
    pub fn reset(&mut self) {
        self.parser.reset();
    }

    /// For the same kind of driver: its consumer failed at the event with this ID, whatever has become of the connection
    /// meanwhile.
    #[cfg(feature = "npm-client")]
    pub(crate) fn fail_from(&mut self, id: &str, now: Duration) {
        if let State::Closed = self.state {
            return;
        }
        self.now = now;
        self.ending = None;
        self.parser.set_last_event_id(id);
        self.actions.clear();
        self.fail(ErrorCode::Request, None, None);
    }

    /// Like [`Input::Chunk`], for a driver that can write the bytes in place.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use eventsource_wasm::connection::{Config, Connection, Input, ResponseHead};
    /// # let now = Duration::ZERO;
    /// # let mut connection = Connection::new(Config::default());
    /// # connection.handle(Input::Start, now);
    /// # connection.handle(Input::Response(ResponseHead::new(200, Some("text/event-stream"))), now);
    /// let chunk = b"data: hello\n\n";
    /// connection.feed_with(chunk.len(), now, |to| to.copy_from_slice(chunk));
    /// assert_eq!(connection.next_event().unwrap().data(), "hello");
    /// ```
    pub fn feed_with(&mut self, length: usize, now: Duration, fill: impl FnOnce(&mut [u8])) {
        self.handle(Input::Read, now);
        if let State::Open { .. } = self.state {
            self.parser.feed_with(length, fill);
        }
    }

    /// Whether it may ever send a second request.
    #[cfg(feature = "npm-client")]
    pub(crate) fn reconnects(&self) -> bool {
        self.config.retry != Retry::Never
    }

    /// Room for a chunk of at least `length` bytes, for a driver that then calls [`fed`](Connection::fed).
    #[cfg(feature = "npm-client")]
    pub(crate) fn room(&mut self, length: usize) -> &mut [u8] {
        self.parser.room(length)
    }

    /// Like [`Input::Chunk`], of what was written to the [`room`](Connection::room).
    #[cfg(feature = "npm-client")]
    pub(crate) fn fed(&mut self, length: usize, now: Duration) {
        self.handle(Input::Read, now);
        if let State::Open { .. } = self.state {
            self.parser.fed(length);
        }
    }

    /// What to do next, until there is nothing.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use eventsource_wasm::connection::{Action, Config, Connection, Input};
    /// let mut connection = Connection::new(Config::default());
    /// connection.handle(Input::Start, Duration::ZERO);
    /// assert!(matches!(connection.next_action(), Some(Action::Fetch(_))));
    /// assert!(connection.next_action().is_none());
    /// ```
    pub fn next_action(&mut self) -> Option<Action> {
        self.settle();
        if self.actions.is_empty() { None } else { Some(self.actions.remove(0)) }
    }

    /// The next event that has arrived. After the last there may be new actions.
    ///
    /// The bytes of an event stay where they are until the next action is asked for or the next input is handled.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use eventsource_wasm::connection::{Config, Connection, Input, ResponseHead};
    /// # let now = Duration::ZERO;
    /// # let mut connection = Connection::new(Config::default());
    /// # connection.handle(Input::Start, now);
    /// # connection.handle(Input::Response(ResponseHead::new(200, Some("text/event-stream"))), now);
    /// connection.handle(Input::Chunk(b"data: one\n\ndata: two\n\n"), now);
    /// while let Some(event) = connection.next_event() {
    ///     println!("{}", event.data());
    /// }
    /// ```
    pub fn next_event(&mut self) -> Option<Event<'_>> {
        let data = self.next_found()?;
        Some(self.parser.dispatched(data))
    }

    /// The same, by its place in the parser.
    pub(crate) fn next_found(&mut self) -> Option<Range<usize>> {
        if self.ending.is_some() || !matches!(self.state, State::Open { .. }) {
            return None;
        }
        let data = loop {
            match self.parser.next_item() {
                Ok(Some(Item::Event(event))) => break event.data_range(),
                Ok(Some(Item::Retry(time))) => {
                    self.server_retry = Some(Duration::from_millis(time));
                    #[cfg(feature = "npm-client")]
                    (self.found_retry = self.server_retry);
                }
                Ok(Some(Item::Comment(_) | Item::Id(_) | Item::Ignored(_))) => {}
                Ok(None) => return None,
                Err(_) => {
                    self.ending = Some(Ending::EventTooLarge);
                    return None;
                }
            }
        };
        if self.is_sentinel(&data) {
            self.ending = Some(Ending::Sentinel);
            return None;
        }
        if let State::Open { delivered, .. } = &mut self.state {
            *delivered = true;
        }
        Some(data)
    }

    /// What a `retry` field said since it was last asked for.
    #[cfg(feature = "npm-client")]
    pub(crate) fn take_retry(&mut self) -> Option<Duration> {
        self.found_retry.take()
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
        self.actions.push(Action::Fetch(Request {
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
            self.actions.push(Action::Open);
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
        let random = self.random.next();
        match self.config.retry.decide(&context, random) {
            Some(decision) => self.follow(decision, failure),
            None => {
                self.state = State::Deciding { failure };
                self.actions.push(Action::Decide(context));
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
                self.actions.push(Action::Lost(failure));
            }
            Decision::Stop => self.finish(End::Failed(failure)),
        }
    }

    #[cold]
    fn finish(&mut self, end: End) {
        self.actions.clear();
        self.abandon();
        self.state = State::Closed;
        self.actions.push(Action::Closed(end));
    }

    /// Gives up the connection, with what its body left in the parser.
    #[cold]
    fn abandon(&mut self) {
        self.parser.reset();
        self.actions.push(Action::Abort);
    }

    fn is_sentinel(&self, data: &Range<usize>) -> bool {
        let Some(Until::Data(sentinel)) = &self.config.until else { return false };
        let (data, sentinel) = (self.parser.dispatched(data.clone()).data_text().as_bytes(), sentinel.as_bytes());
        // To its user the data has U+FFFD for what is not UTF-8, no piece of which is longer. Few events are so short.
        data.len() <= sentinel.len() && String::from_utf8_lossy(data).as_bytes() == sentinel
    }
}
