//! The module of the package's main entry: the machine of the crate as plain functions. `npm/shell/` executes its steps.
//!
//! Times are in milliseconds; `now` is the time since any fixed moment.

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use eventsource_wasm::ErrorCode;
use eventsource_wasm::http::ResponseHead;
use eventsource_wasm::machine::{
    Config, Decision, End, EventText, Failure, Fault, Input, Machine, Opened, Output, Pace, PageEvent, Reason, Request,
    Retry, RetryContext, RetryPolicy, Status, Unfinished, WhenHidden,
};

use crate::batch::Batch;
use crate::border::{NO_TIME, Step, flag, input, kind, option, reason, retry, status, text, unfinished};
use crate::handles::{Handles, Single};
use crate::utf16;

/// The budget of the page.
static PACE: Pace = Pace::new();

static ENGINE: Single<Engine> = Single::new(Engine {
    clients: Handles::new(),
    options: [0.0; option::COUNT as usize],
    texts: [const { None }; text::COUNT as usize],
});

struct Engine {
    clients: Handles<Client>,
    options: [f64; option::COUNT as usize],
    texts: [Option<Vec<u8>>; text::COUNT as usize],
}

struct Client {
    machine: Machine,
    batch: Batch,
    /// Text that JavaScript reads at once.
    text: Vec<u16>,
    step: Step,
}

impl Engine {
    /// Takes a text out of its slot. A `TextEncoder` wrote it, so it is valid UTF-8.
    fn take(&mut self, slot: u32) -> Option<String> {
        let text = self.texts[slot as usize].take()?;
        Some(text.utf8_chunks().map(|chunk| chunk.valid()).collect())
    }

    /// An option; `None` for its default.
    #[inline(never)]
    fn given(&self, place: u32) -> Option<f64> {
        Some(self.options[place as usize]).filter(|number| !number.is_nan())
    }

    #[inline(never)]
    fn flag(&self, place: u32) -> bool {
        self.given(place).is_some_and(|number| number != 0.0)
    }

    #[inline(never)]
    fn time(&self, place: u32) -> Option<Duration> {
        self.given(place).map(duration)
    }

    #[inline(never)]
    fn policy(&self) -> RetryPolicy {
        let mut policy = RetryPolicy::default().jitter(self.flag(option::RETRY_JITTER));
        policy.initial_delay = self.time(option::RETRY_INITIAL_DELAY).unwrap_or(policy.initial_delay);
        policy.max_delay = self.time(option::RETRY_MAX_DELAY).unwrap_or(policy.max_delay);
        policy.factor = self.given(option::RETRY_FACTOR).unwrap_or(policy.factor);
        policy.max_attempts = self.given(option::RETRY_MAX_ATTEMPTS).map(|most| most as u32);
        policy
    }

    #[inline(never)]
    fn config(&mut self) -> Config {
        let (method, id) = (self.take(text::METHOD), self.take(text::ID));
        Config::default().with(|config| {
            config.method = method;
            config.has_body = self.flag(option::HAS_BODY);
            config.once = self.flag(option::ONCE);
            config.given = self.flag(option::GIVEN);
            config.last_event_id = id.unwrap_or_default();
            config.retry = match self.given(option::RETRY) {
                Some(kind) if kind as u32 == retry::POLICY => Some(Retry::Policy(self.policy())),
                Some(kind) if kind as u32 == retry::FUNCTION => Some(Retry::Ask),
                _ => None,
            };
            config.connect_timeout = self.time(option::CONNECT_TIMEOUT);
            config.idle_timeout = self.time(option::IDLE_TIMEOUT);
            if let Some(size) = self.given(option::MAX_EVENT_SIZE) {
                config.max_event_size = size as usize;
            }
            if let Some(size) = self.given(option::MAX_ERROR_BODY) {
                config.max_error_body = size as usize;
            }
            config.event_timeout = self.time(option::EVENT_TIMEOUT);
            config.until = self.flag(option::UNTIL);
            config.unfinished = match self.given(option::UNFINISHED).map(|how| how as u32) {
                Some(unfinished::DISCARD) => Some(Unfinished::Discard),
                Some(unfinished::DELIVER) => Some(Unfinished::Deliver),
                Some(_) => Some(Unfinished::Error),
                None => None,
            };
            config.dedupe = self.given(option::DEDUPE).unwrap_or_default() as usize;
            config.comments = self.flag(option::COMMENTS);
            config.sends_last_event_id = !self.flag(option::HIDES_LAST_EVENT_ID);
            config.in_page = self.flag(option::IN_PAGE);
            config.renews_credentials = self.flag(option::RENEWS_CREDENTIALS);
            if self.flag(option::PAUSES_WHEN_HIDDEN) {
                config.when_hidden = WhenHidden::Pause;
            }
            config.follows_page = !self.flag(option::IGNORES_PAGE);
            config.reconnection_time = self.time(option::RECONNECTION_TIME);
            config.server_retry = self.time(option::SERVER_RETRY);
            config.seed = self.given(option::SEED).unwrap_or_default() as u64;
            config.pace = Some(&PACE);
        })
    }
}

fn with<R>(client: usize, act: impl FnOnce(&mut Client) -> R) -> R {
    ENGINE.with(|engine| act(engine.clients.get(client)))
}

/// One function for all inputs, out of line: it is large and has many callers.
#[inline(never)]
fn handle(client: usize, input: Input<'_>, now: f64) {
    with(client, |client| client.machine.handle(input, moment(now)));
}

fn take(slot: u32) -> Option<String> {
    ENGINE.with(|engine| engine.take(slot))
}

/// Makes room for a text in its slot; returns the address. JavaScript writes the text there as UTF-8.
#[unsafe(no_mangle)]
extern "C" fn text_room(slot: usize, length: usize) -> *mut u8 {
    ENGINE.with(|engine| engine.texts[slot].insert(alloc::vec![0; length]).as_mut_ptr())
}

/// The address of the options that `client_new` takes: JavaScript writes all of them first.
#[unsafe(no_mangle)]
extern "C" fn options() -> *mut f64 {
    ENGINE.with(|engine| engine.options.as_mut_ptr())
}

/// Makes a client, which waits for the input `START`; returns its handle.
#[unsafe(no_mangle)]
extern "C" fn client_new() -> usize {
    ENGINE.with(|engine| {
        let machine = Machine::new(engine.config());
        #[cfg(feature = "trace")]
        let machine = crate::trace::traced(machine);
        engine.clients.add(Client { machine, batch: Batch::default(), text: Vec::new(), step: Step::default() })
    })
}

#[unsafe(no_mangle)]
extern "C" fn client_free(client: usize) {
    ENGINE.with(|engine| engine.clients.remove(client));
}

/// Handles an input of [`input`].
#[unsafe(no_mangle)]
extern "C" fn client_handle(client: usize, number: u32, now: f64) {
    let id = take(text::ID);
    let last_event_id = id.as_deref();
    let input = match number {
        input::START => Input::Start,
        input::BODY => Input::Body,
        input::END => Input::End,
        input::UNUSABLE => Input::Failed(Fault::Unusable),
        input::UNPREPARED => Input::Failed(Fault::Unprepared),
        input::BODY_FAILED => Input::Failed(Fault::Body),
        input::NOT_STREAMED => Input::Failed(Fault::NotStreamed),
        input::ABORTED => Input::Failed(Fault::Aborted),
        input::HIDDEN => Input::Page(PageEvent::Hidden),
        input::VISIBLE => Input::Page(PageEvent::Visible),
        input::CACHED => Input::Page(PageEvent::Cached),
        input::RESTORED => Input::Page(PageEvent::Restored),
        input::ONLINE => Input::Page(PageEvent::Online),
        input::COMPLETE => Input::Complete,
        input::LEAVING => Input::Page(PageEvent::Leaving),
        input::LEFT => Input::Page(PageEvent::Left),
        input::FORBIDDEN => Input::Forbidden,
        input::PAUSE => Input::Pause,
        input::RESUME => Input::Resume,
        input::RECONNECT => Input::Reconnect { last_event_id },
        input::FAIL => Input::Fail { last_event_id },
        input::FAIL_ON_FIRST => Input::FailOn { last_event_id, delivered: false },
        input::FAIL_ON => Input::FailOn { last_event_id, delivered: true },
        _ => Input::Reset,
    };
    handle(client, input, now);
}

#[unsafe(no_mangle)]
extern "C" fn client_timer(client: usize, deadline: f64, now: f64) {
    handle(client, Input::Timer(moment(deadline)), now);
}

#[unsafe(no_mangle)]
extern "C" fn client_wall(client: usize, wall: f64, now: f64) {
    handle(client, Input::Wall(moment(wall)), now);
}

/// Handles the user's answer to `ASK`: the time to wait, or less than 0 to stop.
#[unsafe(no_mangle)]
extern "C" fn client_decide(client: usize, wait: f64, now: f64) {
    let delay = duration(wait);
    let decision = match take(text::ID) {
        _ if wait < 0.0 => Decision::Stop,
        Some(last_event_id) => Decision::WaitFrom { delay, last_event_id },
        None => Decision::Wait(delay),
    };
    handle(client, Input::Decided(decision), now);
}

#[unsafe(no_mangle)]
extern "C" fn client_respond(client: usize, status: u32, is_accepted: bool, since_epoch: f64, now: f64) {
    let (content_type, retry_after) = (take(text::CONTENT_TYPE), take(text::RETRY_AFTER));
    let mut head = ResponseHead::new(status_of(status), content_type.as_deref());
    if is_accepted {
        head = head.accepted();
    }
    if let Some(value) = &retry_after {
        head = head.with_retry_after(value, duration(since_epoch));
    }
    handle(client, Input::Response(head), now);
}

/// Whether the user may accept a response with this head as an event stream.
#[unsafe(no_mangle)]
extern "C" fn may_accept(status: u32) -> bool {
    let content_type = take(text::CONTENT_TYPE);
    ResponseHead::new(status_of(status), content_type.as_deref()).may_be_accepted()
}

/// The user's own `fetch` may give any number; a larger number is no status.
fn status_of(number: u32) -> u16 {
    u16::try_from(number).unwrap_or_default()
}

/// Handles the rejection of `fetch`. The user's own `fetch` has no URL.
#[unsafe(no_mangle)]
extern "C" fn client_reject(client: usize, now: f64) {
    let url = take(text::URL);
    handle(client, Input::Failed(Fault::Rejected { url: url.as_deref() }), now);
}

/// Makes room for a chunk of the body. Returns the address; JavaScript writes the chunk there and calls `client_feed`.
#[unsafe(no_mangle)]
extern "C" fn client_room(client: usize, length: usize) -> *mut u8 {
    with(client, |client| client.machine.room(length).as_mut_ptr())
}

/// Handles a chunk that was written to the room.
#[unsafe(no_mangle)]
extern "C" fn client_feed(client: usize, length: usize, now: f64) {
    handle(client, Input::Filled(length), now);
}

/// Returns the address of the next [`Step`] to execute. The step, its texts and the batch are valid until the next call for
/// this client.
#[unsafe(no_mangle)]
extern "C" fn client_poll(client: usize, now: f64) -> *const Step {
    with(client, |client| {
        client.poll(moment(now));
        &raw const client.step
    })
}

/// Takes a pending step `CANCEL`, and returns whether there was one: then abort the request.
#[unsafe(no_mangle)]
extern "C" fn client_take_cancel(client: usize) -> bool {
    with(client, |client| client.machine.take_cancel())
}

#[unsafe(no_mangle)]
extern "C" fn client_ready_state(client: usize) -> u32 {
    with(client, |client| client.machine.ready_state() as u32)
}

#[unsafe(no_mangle)]
extern "C" fn client_reconnection_time(client: usize) -> f64 {
    with(client, |client| milliseconds(client.machine.reconnection_time()))
}

/// Returns one of [`status`].
#[unsafe(no_mangle)]
extern "C" fn client_status(client: usize) -> u32 {
    with(client, |client| match client.machine.status() {
        Status::Open => status::OPEN,
        Status::Waiting { .. } => status::WAITING,
        Status::Paused => status::PAUSED,
        Status::Closed => status::CLOSED,
        _ => status::CONNECTING,
    })
}

/// The time of the next request of a client that waits for it.
#[unsafe(no_mangle)]
extern "C" fn client_waits_until(client: usize) -> f64 {
    with(client, |client| match client.machine.status() {
        Status::Waiting { until } => milliseconds(until),
        _ => NO_TIME,
    })
}

#[unsafe(no_mangle)]
extern "C" fn client_watches_page(client: usize) -> bool {
    with(client, |client| client.machine.watches_page())
}

#[unsafe(no_mangle)]
extern "C" fn pace_is_spent(now: f64) -> bool {
    PACE.is_spent(moment(now))
}

/// Starts the budget anew, after the event loop has turned.
#[unsafe(no_mangle)]
extern "C" fn pace_restart(now: f64) {
    PACE.restart(moment(now));
}

/// Whether a request with this method may be repeated automatically.
#[unsafe(no_mangle)]
extern "C" fn may_resend() -> bool {
    let method = take(text::METHOD);
    Retry::by_default(&method.unwrap_or_default()) != Retry::Never
}

impl Client {
    fn poll(&mut self, now: Duration) {
        let Client { machine, batch, text, step } = self;
        *step = Step::default();
        batch.clear();
        while let Some(output) = machine.poll_stream(now) {
            match output {
                Output::Event(event) => batch.push_event(event),
                Output::Retry(time) => batch.push_retry(time.as_millis() as u64),
                Output::Comment(text) => batch.push_comment(text),
                Output::Id(_) => batch.push_id(machine.parser()),
                _ => {}
            }
        }
        batch.push_id(machine.parser());
        if !batch.is_empty() {
            step.kind = kind::EVENTS;
            step.batch = batch.header() as u32;
            return;
        }
        let output = match machine.poll(now) {
            // All events have been taken above.
            Output::Event(_) | Output::Retry(_) | Output::Comment(_) => return,
            Output::Send(request) => return step.put_request(text, &request),
            Output::Read => kind::READ,
            Output::Cancel => kind::CANCEL,
            Output::Yield => kind::YIELD,
            Output::Open(opened) => return step.put_opened(text, &opened),
            Output::Unfinished(event) => {
                text.clear();
                step.put_event(text, event);
                kind::UNFINISHED
            }
            Output::Ask(context) => {
                step.put_context(&context);
                kind::ASK
            }
            Output::Lost(failure) => {
                step.put_failure(&failure);
                kind::LOST
            }
            Output::Closed(End::Failed(failure)) => {
                step.put_failure(&failure);
                kind::FAILED
            }
            Output::Closed(End::Complete) => kind::COMPLETE,
            // The shell frees a client that its user closes. Only an abort of a given response or body comes here.
            Output::Closed(End::Closed) => kind::ABORTED,
            Output::Wait(deadline) => {
                step.times[0] = deadline.map_or(NO_TIME, milliseconds);
                kind::WAIT
            }
            _ => kind::WAIT,
        };
        step.kind = output;
        if matches!(output, kind::ASK | kind::LOST | kind::FAILED) {
            text.clear();
            utf16::append(text, machine.evidence());
            let units = text.len();
            if let Some(event) = machine.unfinished_event() {
                step.flags |= flag::HAS_UNFINISHED;
                step.put_event(text, event);
            }
            step.text = place(&text[..units]);
        }
    }
}

impl Step {
    fn put_request(&mut self, text: &mut Vec<u16>, request: &Request<'_>) {
        self.kind = kind::SEND;
        match &request.reason {
            Some(Reason::Failed(failure)) => self.put_failure(failure),
            Some(_) => self.code = reason::RECONNECT,
            None => {}
        }
        self.attempt = request.attempt;
        self.method = [request.method.as_ptr() as u32, request.method.len() as u32];
        text.clear();
        utf16::append(text, request.last_event_id);
        let units = text.len();
        // A unit for each byte: the byte string that `Headers` takes.
        let header = request.last_event_id_bytes().unwrap_or_default();
        text.extend(header.iter().map(|byte| u16::from(*byte)));
        (self.text, self.header) = (place(&text[..units]), place(&text[units..]));
    }

    fn put_opened(&mut self, text: &mut Vec<u16>, opened: &Opened<'_>) {
        self.kind = kind::OPEN;
        self.attempt = opened.attempts;
        if opened.is_reopening {
            self.flags = flag::IS_REOPENING;
        }
        text.clear();
        utf16::append(text, opened.last_event_id);
        self.text = place(text);
        self.times[0] = milliseconds(opened.elapsed);
    }

    /// Appends the event to the text. The text may move, so the addresses of its earlier parts must be taken again.
    fn put_event(&mut self, text: &mut Vec<u16>, event: EventText<'_>) {
        let mut ends = [text.len(); 4];
        for (index, part) in [event.event_type, event.data, event.last_event_id].into_iter().enumerate() {
            utf16::append(text, part.as_bytes());
            ends[index + 1] = text.len();
        }
        self.event = [0, 1, 2].map(|index| place(&text[ends[index]..ends[index + 1]]));
    }

    fn put_context(&mut self, context: &RetryContext) {
        self.put_code(context.code, context.attempt, context.status);
        self.times = [
            context.retry_after.map_or(NO_TIME, milliseconds),
            milliseconds(context.reconnection_time),
            milliseconds(context.elapsed),
        ];
    }

    fn put_failure(&mut self, failure: &Failure) {
        self.put_code(failure.code, failure.attempt, failure.status);
        if failure.is_id_unsendable {
            self.flags |= flag::IS_ID_UNSENDABLE;
        }
        if failure.delivered {
            self.flags |= flag::HAS_DELIVERED;
        }
        self.times[0] = failure.delay.map_or(NO_TIME, milliseconds);
    }

    fn put_code(&mut self, code: ErrorCode, attempt: u32, status: Option<u16>) {
        self.code = code as u32 + 1;
        self.attempt = attempt;
        self.status = status.unwrap_or_default().into();
    }
}

fn place(text: &[u16]) -> [u32; 2] {
    [text.as_ptr() as u32, text.len() as u32]
}

/// Saturates: NaN and negative numbers become zero.
#[inline(never)]
fn duration(time: f64) -> Duration {
    Duration::from_millis(time as u64)
}

/// In microseconds, as clocks are finer than the durations that users give.
#[inline(never)]
fn moment(now: f64) -> Duration {
    Duration::from_micros((now * 1000.0 + 0.5) as u64)
}

#[inline(never)]
fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs() as f64 * 1000.0 + f64::from(duration.subsec_micros()) / 1000.0
}
