//! The engine of the package's main entry: the machine of [`crate::connection`] behind plain functions, so that it comes
//! without glue. `npm/client.ts` carries out what it says.
//!
//! JavaScript holds a [`Client`] by its address, from `client_new` to `client_free`. All of it runs in one thread. Times are
//! in milliseconds; those that are `now` are since any fixed moment.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::mem::ManuallyDrop;
use core::time::Duration;

use super::batch::Batch;
use super::utf16;
use crate::connection::{Action, Config, Connection, End, Failure, Input, ReadyState, Request, ResponseHead, Until};
use crate::retry::{Decision, ErrorCode, Retry, RetryContext, RetryPolicy, parse_retry_after};

/// Flags of `config_new`: this is one request that is read once; the user gave a retry function; the request's parts are
/// made anew each time; the user says when the stream is complete.
const ONCE: u32 = 1;
const ASKS: u32 = 2;
const RENEWS: u32 = 4;
const TOLD: u32 = 8;

/// What `client_handle` is told, by number.
const INPUTS: [Input<'static>; 9] = [
    Input::Start,
    Input::Read,
    Input::End,
    Input::Failed(ErrorCode::Network),
    Input::Failed(ErrorCode::Request),
    Input::Timer,
    Input::Online,
    Input::Hidden,
    Input::Visible,
];

/// Kinds of [`Step`].
const WAIT: u32 = 0;
const EVENTS: u32 = 1;
const FETCH: u32 = 2;
const ABORT: u32 = 3;
const OPEN: u32 = 4;
const DECIDE: u32 = 5;
const LOST: u32 = 6;
const FAILED: u32 = 7;
const ENDED: u32 = 8;

/// For "none", where a time could be.
const NO_TIME: f64 = -1.0;

/// What to do next, for JavaScript to read.
#[repr(C)]
#[derive(Default)]
struct Step {
    kind: u32,
    /// Address of the batch's header.
    batch: u32,
    attempt: u32,
    /// 0 for none.
    status: u32,
    is_id_unsendable: u32,
    /// Address and length of a name in ASCII: an [`ErrorCode`], or how a source ended. None if the address is 0.
    name: [u32; 2],
    /// Address of the last event ID in UTF-16, and its units.
    text: [u32; 2],
    /// The delay of [`LOST`]; for [`DECIDE`] what `Retry-After` asks for, the reconnection time and how long it has failed.
    times: [f64; 3],
}

struct Client {
    connection: Connection,
    /// For a retry function.
    reconnection_time: Option<Duration>,
    batch: Batch,
    head: Head,
    /// Text that JavaScript reads at once.
    text: Vec<u16>,
    step: Step,
}

/// The head of a response, until it is taken in.
#[derive(Default)]
struct Head {
    status: u16,
    content_type: Option<String>,
    retry_after: Option<String>,
}

/// Makes room for a text, which JavaScript writes as UTF-8 before it gives it to a function that takes one.
#[unsafe(no_mangle)]
extern "C" fn text_new(length: usize) -> *mut u8 {
    ManuallyDrop::new(alloc::vec![0; length]).as_mut_ptr()
}

/// Takes a text. `None` if the address is 0.
///
/// # Safety
///
/// The address must be one that `text_new` gave for this length, is good for one use, and has UTF-8.
unsafe fn take_text(address: *mut u8, length: usize) -> Option<String> {
    if address.is_null() {
        return None;
    }
    // SAFETY: the caller's promise. It comes out of a `TextEncoder`; to look at it again would take half a kilobyte.
    Some(unsafe { String::from_utf8_unchecked(Vec::from_raw_parts(address, length, length)) })
}

/// Whether a request with this method may be sent again unasked.
///
/// # Safety
///
/// As for [`take_text`].
#[unsafe(no_mangle)]
unsafe extern "C" fn may_resend(method: *mut u8, method_length: usize) -> bool {
    // SAFETY: the caller's promise.
    let method = unsafe { take_text(method, method_length) };
    Retry::by_default(&method.unwrap_or_default()) != Retry::Never
}

/// Begins a configuration, which goes into `client_new`. Timeouts of 0 are none.
///
/// # Safety
///
/// As for [`take_text`].
#[unsafe(no_mangle)]
unsafe extern "C" fn config_new(
    flags: u32,
    method: *mut u8,
    method_length: usize,
    connect_timeout: f64,
    idle_timeout: f64,
    max_event_size: usize,
    seed: u32,
) -> *mut Config {
    // SAFETY: the caller's promise.
    let method = unsafe { take_text(method, method_length) };
    let limit = |time: f64| (time > 0.0).then(|| duration(time));
    Box::into_raw(Box::new(Config {
        retry: match flags {
            flags if flags & ONCE != 0 => Retry::Never,
            flags if flags & ASKS != 0 => Retry::Ask,
            _ => Retry::by_default(&method.unwrap_or_default()),
        },
        connect_timeout: limit(connect_timeout),
        idle_timeout: limit(idle_timeout),
        max_event_size,
        until: (flags & TOLD != 0).then_some(Until::Told),
        renews_credentials: flags & RENEWS != 0,
        completes_at_end: flags & ONCE != 0,
        seed: seed.into(),
        ..Config::default()
    }))
}

/// Sets the numbers of the retry policy; a NaN leaves the default.
///
/// # Safety
///
/// The address is one that `config_new` gave and that is not used up.
#[unsafe(no_mangle)]
unsafe extern "C" fn config_retry(
    config: *mut Config,
    initial_delay: f64,
    max_delay: f64,
    factor: f64,
    jitter: bool,
    max_attempts: f64,
) {
    let given = |number: f64| (!number.is_nan()).then_some(number);
    let default = RetryPolicy::default();
    let policy = RetryPolicy {
        initial_delay: given(initial_delay).map_or(default.initial_delay, duration),
        max_delay: given(max_delay).map_or(default.max_delay, duration),
        factor: given(factor).unwrap_or(default.factor),
        jitter,
        max_attempts: given(max_attempts).map(|most| most as u32),
    };
    // SAFETY: the caller's promise.
    unsafe { (*config).retry = Retry::Policy(policy) };
}

/// Makes a client, which waits for [`Input::Start`]. The reconnection time is for a retry function, until the server says
/// otherwise; 0 for the standard's.
///
/// # Safety
///
/// As for `config_retry`, after which the address is used up, and for [`take_text`].
#[unsafe(no_mangle)]
unsafe extern "C" fn client_new(
    config: *mut Config,
    last_event_id: *mut u8,
    last_event_id_length: usize,
    until: *mut u8,
    until_length: usize,
    reconnection_time: f64,
) -> *mut Client {
    // SAFETY: the caller's promise, three times.
    let (mut config, last_event_id, until) = unsafe {
        (Box::from_raw(config), take_text(last_event_id, last_event_id_length), take_text(until, until_length))
    };
    config.last_event_id = last_event_id.unwrap_or_default();
    if let Some(sentinel) = until {
        config.until = Some(Until::Data(sentinel));
    }
    Box::into_raw(Box::new(Client {
        connection: Connection::new(*config),
        reconnection_time: (reconnection_time > 0.0).then(|| duration(reconnection_time)),
        batch: Batch::default(),
        head: Head::default(),
        text: Vec::new(),
        step: Step::default(),
    }))
}

/// # Safety
///
/// As for all that follow: the address is one that `client_new` gave and that was not freed.
#[unsafe(no_mangle)]
unsafe extern "C" fn client_free(client: *mut Client) {
    // SAFETY: the caller's promise.
    drop(unsafe { Box::from_raw(client) });
}

/// Whether it may ever send a second request: then the page's life matters to it.
///
/// # Safety
///
/// As for `client_free`.
#[unsafe(no_mangle)]
unsafe extern "C" fn client_reconnects(client: *const Client) -> bool {
    // SAFETY: the caller's promise.
    unsafe { &*client }.connection.reconnects()
}

/// Whether events are dispatched as they arrive.
///
/// # Safety
///
/// As for `client_free`.
#[unsafe(no_mangle)]
unsafe extern "C" fn client_is_open(client: *const Client) -> bool {
    // SAFETY: the caller's promise.
    unsafe { &*client }.connection.ready_state() == ReadyState::Open
}

/// # Safety
///
/// As for `client_free`.
#[unsafe(no_mangle)]
unsafe extern "C" fn client_reconnection_time(client: *const Client) -> f64 {
    // SAFETY: the caller's promise.
    milliseconds(unsafe { &*client }.connection.reconnection_time())
}

/// The last event ID, where a [`Step`] has it: returns the address of such words.
///
/// # Safety
///
/// As for `client_free`.
#[unsafe(no_mangle)]
unsafe extern "C" fn client_last_event_id(client: *mut Client) -> *const u32 {
    // SAFETY: the caller's promise.
    let Client { connection, text, step, .. } = unsafe { &mut *client };
    step.put_text(text, connection.parser().last_event_id_text().as_bytes());
    step.text.as_ptr()
}

/// Takes in one of [`INPUTS`].
///
/// # Safety
///
/// As for `client_free`.
#[unsafe(no_mangle)]
unsafe extern "C" fn client_handle(client: *mut Client, input: usize, now: f64) {
    // SAFETY: the caller's promise.
    unsafe { &mut *client }.connection.handle(INPUTS[input], moment(now));
}

/// Connects anew, at once, after the event with this ID.
///
/// # Safety
///
/// As for `client_free`, and for [`take_text`].
#[unsafe(no_mangle)]
unsafe extern "C" fn client_reconnect(client: *mut Client, id: *mut u8, id_length: usize, now: f64) {
    // SAFETY: the caller's promise, twice.
    let (client, id) = unsafe { (&mut *client, take_text(id, id_length)) };
    client.connection.reconnect_from(&id.unwrap_or_default(), moment(now));
}

/// Gives up the connection, as its consumer failed at the event with this ID.
///
/// # Safety
///
/// As for `client_free`, and for [`take_text`].
#[unsafe(no_mangle)]
unsafe extern "C" fn client_fail(client: *mut Client, id: *mut u8, id_length: usize, now: f64) {
    // SAFETY: the caller's promise, twice.
    let (client, id) = unsafe { (&mut *client, take_text(id, id_length)) };
    client.connection.fail_from(&id.unwrap_or_default(), moment(now));
}

/// Discards what has come of an unfinished event: the rest of the body is another stream.
///
/// # Safety
///
/// As for `client_free`.
#[unsafe(no_mangle)]
unsafe extern "C" fn client_reset(client: *mut Client) {
    // SAFETY: the caller's promise.
    unsafe { &mut *client }.connection.reset();
}

/// Takes in the user's answer to [`DECIDE`]: how long to wait, or less than 0 to stop.
///
/// # Safety
///
/// As for `client_free`.
#[unsafe(no_mangle)]
unsafe extern "C" fn client_decide(client: *mut Client, wait: f64, now: f64) {
    let decision = if wait >= 0.0 { Decision::Wait(duration(wait)) } else { Decision::Stop };
    // SAFETY: the caller's promise.
    unsafe { &mut *client }.connection.handle(Input::Decided(decision), moment(now));
}

/// Looks at the head of a response: whether it is refused, so that its body is evidence and no event stream.
///
/// # Safety
///
/// As for `client_free`, and for [`take_text`].
#[unsafe(no_mangle)]
unsafe extern "C" fn client_refuses(
    client: *mut Client,
    status: u32,
    content_type: *mut u8,
    content_type_length: usize,
    retry_after: *mut u8,
    retry_after_length: usize,
) -> bool {
    // SAFETY: the caller's promise, three times.
    let (client, content_type, retry_after) = unsafe {
        (&mut *client, take_text(content_type, content_type_length), take_text(retry_after, retry_after_length))
    };
    // A `fetch` of the user's may say anything; no number beyond is a status.
    let status = u16::try_from(status).unwrap_or_default();
    client.head = Head { status, content_type, retry_after };
    ResponseHead::new(status, client.head.content_type.as_deref()).refusal().is_some()
}

/// Takes in the head that was looked at last.
///
/// # Safety
///
/// As for `client_free`.
#[unsafe(no_mangle)]
unsafe extern "C" fn client_respond(client: *mut Client, since_epoch: f64, now: f64) {
    // SAFETY: the caller's promise.
    let Client { connection, head, .. } = unsafe { &mut *client };
    let Head { status, content_type, retry_after } = core::mem::take(head);
    let retry_after = retry_after.and_then(|value| parse_retry_after(&value, duration(since_epoch)));
    let head = ResponseHead { status, content_type: content_type.as_deref(), retry_after };
    connection.handle(Input::Response(head), moment(now));
}

/// Makes room for a chunk of the body; the address that JavaScript writes it to before it calls `client_feed`.
///
/// # Safety
///
/// As for `client_free`.
#[unsafe(no_mangle)]
unsafe extern "C" fn client_room(client: *mut Client, length: usize) -> *mut u8 {
    // SAFETY: the caller's promise.
    unsafe { &mut *client }.connection.room(length).as_mut_ptr()
}

/// Takes in a chunk that was written where there is room.
///
/// # Safety
///
/// As for `client_free`.
#[unsafe(no_mangle)]
unsafe extern "C" fn client_feed(client: *mut Client, length: usize, now: f64) {
    // SAFETY: the caller's promise.
    unsafe { &mut *client }.connection.fed(length, moment(now));
}

/// How long the machine wants to wait for [`Input::Timer`]: 0 if its time has come, less if it wants none.
///
/// # Safety
///
/// As for `client_free`.
#[unsafe(no_mangle)]
unsafe extern "C" fn client_wait(client: *const Client, now: f64) -> f64 {
    // SAFETY: the caller's promise.
    let deadline = unsafe { &*client }.connection.deadline();
    deadline.map_or(NO_TIME, |deadline| milliseconds(deadline.saturating_sub(moment(now))))
}

/// What to do next. All of it is to be done before the next input, but for waiting. What this points to, and the batch, are
/// good until the next call.
///
/// # Safety
///
/// As for `client_free`.
#[unsafe(no_mangle)]
unsafe extern "C" fn client_next(client: *mut Client) -> *const Step {
    // SAFETY: the caller's promise.
    let client = unsafe { &mut *client };
    client.next();
    &raw const client.step
}

impl Client {
    fn next(&mut self) {
        let Client { connection, reconnection_time, batch, text, step, .. } = self;
        *step = Step { kind: WAIT, ..Step::default() };
        if let Some(action) = connection.next_action() {
            return step.put(text, action, *reconnection_time);
        }
        batch.clear();
        while let Some(found) = connection.next_found() {
            if let Some(time) = connection.take_retry() {
                batch.push_retry(time.as_millis() as u64);
            }
            batch.push_event(connection.parser().dispatched(found));
        }
        if !batch.operations.is_empty() {
            step.kind = EVENTS;
            step.batch = batch.header() as u32;
            return;
        }
        // What the parser found may have ended the stream.
        if let Some(action) = connection.next_action() {
            step.put(text, action, *reconnection_time);
        }
    }
}

impl Step {
    fn put(&mut self, text: &mut Vec<u16>, action: Action, reconnection_time: Option<Duration>) {
        self.kind = match action {
            Action::Fetch(request) => {
                self.put_request(text, &request);
                FETCH
            }
            Action::Abort => ABORT,
            Action::Open => OPEN,
            Action::Decide(context) => {
                self.put_context(&context, reconnection_time);
                DECIDE
            }
            Action::Lost(failure) => {
                self.put_failure(&failure);
                LOST
            }
            Action::Closed(End::Failed(failure)) => {
                self.put_failure(&failure);
                FAILED
            }
            Action::Closed(End::Closed) => {
                self.put_name("closed");
                ENDED
            }
            Action::Closed(End::Complete) => {
                self.put_name("complete");
                ENDED
            }
        };
    }

    fn put_request(&mut self, text: &mut Vec<u16>, request: &Request) {
        if let Some(reason) = &request.reason {
            self.put_failure(reason);
        }
        self.attempt = request.attempt;
        self.is_id_unsendable = (!request.is_id_sendable()).into();
        self.put_text(text, &request.last_event_id);
    }

    fn put_context(&mut self, context: &RetryContext, reconnection_time: Option<Duration>) {
        self.put_name(context.code.as_str());
        self.attempt = context.attempt;
        self.status = context.status.unwrap_or_default().into();
        self.times = [
            context.retry_after.map_or(NO_TIME, milliseconds),
            milliseconds(RetryPolicy::default().reconnection_time(context.server_retry.or(reconnection_time))),
            milliseconds(context.elapsed),
        ];
    }

    fn put_failure(&mut self, failure: &Failure) {
        self.put_name(failure.code.as_str());
        self.attempt = failure.attempt;
        self.status = failure.status.unwrap_or_default().into();
        self.is_id_unsendable = failure.is_id_unsendable.into();
        self.times[0] = failure.delay.map_or(NO_TIME, milliseconds);
    }

    fn put_name(&mut self, name: &'static str) {
        self.name = [name.as_ptr() as u32, name.len() as u32];
    }

    fn put_text(&mut self, text: &mut Vec<u16>, id: &[u8]) {
        text.clear();
        utf16::append(text, id);
        self.text = [text.as_ptr() as u32, text.len() as u32];
    }
}

/// Saturates: whatever is not a time is none, and no time is longer than a timer can hold.
fn duration(time: f64) -> Duration {
    Duration::from_millis(time as u64)
}

/// Finer than a duration that users give, as clocks are.
fn moment(now: f64) -> Duration {
    Duration::from_micros((now * 1000.0 + 0.5) as u64)
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs() as f64 * 1000.0 + f64::from(duration.subsec_micros()) / 1000.0
}
