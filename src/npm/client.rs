use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Function, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise, spawn_local};
use web_sys::{Headers, RequestInit, Response};

use super::batch::Batch;
use crate::connection::{Config, End, Failure, ReadyState, Until};
use crate::fetch::{
    Clock, Decide, Driver, Evidence, GivenClock, MakeRequest, RequestParts, Step, WhenHidden, retry_by_default,
};
use crate::retry::{Decision, Retry, RetryPolicy};

#[wasm_bindgen]
extern "C" {
    /// What the TypeScript face was asked for, with its types checked and its defaults filled in. Times are in
    /// milliseconds, 0 for none.
    pub type Options;

    #[wasm_bindgen(method, getter)]
    fn method(this: &Options) -> String;
    #[wasm_bindgen(method, getter, js_name = lastEventId)]
    fn last_event_id(this: &Options) -> String;
    /// Whether this is one request that is read once.
    #[wasm_bindgen(method, getter)]
    fn once(this: &Options) -> bool;
    /// Numbers, a function, or nothing.
    #[wasm_bindgen(method, getter)]
    fn retry(this: &Options) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = connectTimeout)]
    fn connect_timeout(this: &Options) -> f64;
    #[wasm_bindgen(method, getter, js_name = idleTimeout)]
    fn idle_timeout(this: &Options) -> f64;
    #[wasm_bindgen(method, getter, js_name = maxEventSize)]
    fn max_event_size(this: &Options) -> f64;
    /// Data, a function that the face calls, or nothing.
    #[wasm_bindgen(method, getter)]
    fn until(this: &Options) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = pausesWhenHidden)]
    fn pauses_when_hidden(this: &Options) -> bool;
    #[wasm_bindgen(method, getter, js_name = renewsCredentials)]
    fn renews_credentials(this: &Options) -> bool;
    #[wasm_bindgen(method, getter)]
    fn fetch(this: &Options) -> Option<Function>;
    #[wasm_bindgen(method, getter)]
    fn clock(this: &Options) -> Option<GivenClock>;

    type RetryNumbers;

    #[wasm_bindgen(method, getter, js_name = initialDelay)]
    fn initial_delay(this: &RetryNumbers) -> Option<f64>;
    #[wasm_bindgen(method, getter, js_name = maxDelay)]
    fn max_delay(this: &RetryNumbers) -> Option<f64>;
    #[wasm_bindgen(method, getter)]
    fn factor(this: &RetryNumbers) -> Option<f64>;
    #[wasm_bindgen(method, getter)]
    fn jitter(this: &RetryNumbers) -> Option<bool>;
    #[wasm_bindgen(method, getter, js_name = maxAttempts)]
    fn max_attempts(this: &RetryNumbers) -> Option<f64>;

    /// What the client calls. None of these throws, but `request` may reject.
    #[derive(Clone)]
    pub type Hooks;

    /// Makes the parts of a request: a promise for `{ url, init, headers }`.
    #[wasm_bindgen(method, catch)]
    fn request(
        this: &Hooks,
        attempt: u32,
        last_event_id: &str,
        reason: Option<&str>,
        status: Option<u16>,
    ) -> Result<Promise, JsValue>;
    /// Milliseconds to wait, or less than zero to stop.
    #[wasm_bindgen(method)]
    fn retry(
        this: &Hooks,
        code: &str,
        attempt: u32,
        status: Option<u16>,
        retry_after: Option<f64>,
        reconnection_time: f64,
        elapsed: f64,
    ) -> f64;
    #[wasm_bindgen(method)]
    fn open(this: &Hooks, response: &Response);
    /// A batch of events, by the address of its header: a promise if not all of them could be delivered at once.
    #[wasm_bindgen(method)]
    fn events(this: &Hooks, header: *const u32) -> Option<Promise>;
    #[wasm_bindgen(method)]
    fn lost(
        this: &Hooks,
        code: &str,
        attempt: u32,
        delay: Option<f64>,
        response: Option<Response>,
        body_prefix: Option<Uint8Array>,
        is_id_unsendable: bool,
        cause: JsValue,
    );
    /// `closed`, `complete`, or the code of the failure that `lost` has just told of.
    #[wasm_bindgen(method)]
    fn closed(this: &Hooks, code: &str);

    type Parts;

    #[wasm_bindgen(method, getter)]
    fn url(this: &Parts) -> String;
    #[wasm_bindgen(method, getter)]
    fn init(this: &Parts) -> RequestInit;
    #[wasm_bindgen(method, getter)]
    fn headers(this: &Parts) -> Headers;
}

/// The source behind `FetchEventSource` and `events()`.
#[wasm_bindgen]
pub struct Client {
    driver: Rc<Driver>,
    delivery: Rc<Delivery>,
}

struct Delivery {
    hooks: Hooks,
    batch: RefCell<Batch>,
}

#[wasm_bindgen]
impl Client {
    /// Sends nothing before `run` or `pull`.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &Options, hooks: Hooks) -> Client {
        let once = options.once();
        let config = Config {
            last_event_id: options.last_event_id(),
            retry: if once { Retry::Never } else { retry(options) },
            connect_timeout: limit(options.connect_timeout()),
            idle_timeout: limit(options.idle_timeout()),
            max_event_size: options.max_event_size() as usize,
            until: until(&options.until()),
            renews_credentials: options.renews_credentials(),
            completes_at_end: once,
            seed: (js_sys::Math::random() * f64::from(u32::MAX)) as u64,
        };
        let when_hidden = if options.pauses_when_hidden() { WhenHidden::Pause } else { WhenHidden::Keep };
        let clock = Clock::new(options.clock());
        let (make_request, decide) = (make_request(hooks.clone()), decide(hooks.clone()));
        let driver = Driver::new(config, when_hidden, make_request, Some(decide), options.fetch(), clock);
        Client { driver, delivery: Rc::new(Delivery { hooks, batch: RefCell::default() }) }
    }

    /// Delivers everything as it comes, until the source is closed.
    pub fn run(&self) {
        let (driver, delivery) = (self.driver.clone(), self.delivery.clone());
        spawn_local(async move { while delivery.next(&driver).await {} });
    }

    /// Delivers what comes next. Nothing is read from the network meanwhile.
    pub fn pull(&self) -> Promise {
        let (driver, delivery) = (self.driver.clone(), self.delivery.clone());
        future_to_promise(async move { Ok(JsValue::from_bool(delivery.next(&driver).await)) })
    }

    #[wasm_bindgen(getter, js_name = isOpen)]
    pub fn is_open(&self) -> bool {
        self.driver.ready_state() == ReadyState::Open
    }

    /// Connects anew, at once, after the event with this ID. While a batch is delivered, that is not its last.
    pub fn reconnect(&self, id: &str) {
        self.driver.reconnect_from(id);
    }

    /// Discards what has come of an unfinished event: the rest of the body is another stream.
    pub fn reset(&self) {
        self.driver.reset();
    }

    /// Aborts what is under way and frees the client.
    pub fn close(self) {
        self.driver.close();
    }

    /// The ID that the next request sends. While a batch is delivered, that of its last event.
    #[wasm_bindgen(getter, js_name = lastEventId)]
    pub fn last_event_id(&self) -> String {
        self.driver.last_event_id()
    }

    /// Milliseconds.
    #[wasm_bindgen(getter, js_name = reconnectionTime)]
    pub fn reconnection_time(&self) -> f64 {
        milliseconds(self.driver.reconnection_time())
    }
}

impl Delivery {
    /// Waits for one step and delivers it; false after the last.
    async fn next(&self, driver: &Driver) -> bool {
        self.batch.borrow_mut().clear();
        let step = poll_fn(|context| {
            driver.poll(context, &mut |parser, data| {
                self.batch.borrow_mut().push_event(parser, data);
                true
            })
        });
        match step.await {
            Step::Open(response) => self.hooks.open(&response),
            Step::Events => {
                let header = self.batch.borrow_mut().header();
                if let Some(delivered) = self.hooks.events(header) {
                    // It does not reject.
                    let _ = JsFuture::from(delivered).await;
                }
            }
            Step::Lost(failure, evidence) => self.lost(failure, evidence),
            Step::Closed(end, evidence) => {
                let code = match end {
                    End::Closed => "closed",
                    End::Complete => "complete",
                    End::Failed(failure) => {
                        self.lost(failure, evidence);
                        failure.code.as_str()
                    }
                };
                self.hooks.closed(code);
                return false;
            }
        }
        true
    }

    fn lost(&self, failure: Failure, evidence: Evidence) {
        let (response, body_prefix) = match evidence.refused {
            Some(refused) => (Some(refused.response), Some(Uint8Array::from(refused.body_prefix.as_slice()))),
            None => (None, None),
        };
        let delay = failure.delay.map(milliseconds);
        let (code, is_id_unsendable) = (failure.code.as_str(), failure.is_id_unsendable);
        self.hooks.lost(code, failure.attempt, delay, response, body_prefix, is_id_unsendable, evidence.cause);
    }
}

fn make_request(hooks: Hooks) -> MakeRequest {
    Box::new(move |request| {
        let id = String::from_utf8_lossy(&request.last_event_id).into_owned();
        let reason = request.reason;
        let hooks = hooks.clone();
        Box::pin(async move {
            let code = reason.map(|failure| failure.code.as_str());
            let status = reason.and_then(|failure| failure.status);
            let parts = hooks.request(request.attempt, &id, code, status)?;
            let parts: Parts = JsFuture::from(parts).await?.unchecked_into();
            Ok(RequestParts { url: parts.url(), init: parts.init(), headers: parts.headers() })
        })
    })
}

fn until(given: &JsValue) -> Option<Until> {
    match given.as_string() {
        Some(data) => Some(Until::Data(data)),
        None => given.is_function().then_some(Until::Told),
    }
}

fn retry(options: &Options) -> Retry {
    let retry = options.retry();
    if retry.is_function() {
        return Retry::Ask;
    }
    if retry.is_undefined() {
        return retry_by_default(&options.method());
    }
    let numbers: RetryNumbers = retry.unchecked_into();
    let default = RetryPolicy::default();
    Retry::Policy(RetryPolicy {
        initial_delay: numbers.initial_delay().map_or(default.initial_delay, duration),
        max_delay: numbers.max_delay().map_or(default.max_delay, duration),
        factor: numbers.factor().unwrap_or(default.factor),
        jitter: numbers.jitter().unwrap_or(default.jitter),
        max_attempts: numbers.max_attempts().map(|most| most as u32),
    })
}

fn decide(hooks: Hooks) -> Decide {
    Box::new(move |context| {
        let wait = hooks.retry(
            context.code.as_str(),
            context.attempt,
            context.status,
            context.retry_after.map(milliseconds),
            milliseconds(RetryPolicy::default().reconnection_time(context.server_retry)),
            milliseconds(context.elapsed),
        );
        if wait >= 0.0 { Decision::Wait(duration(wait)) } else { Decision::Stop }
    })
}

fn limit(time: f64) -> Option<Duration> {
    (time > 0.0).then(|| duration(time))
}

/// Saturates: whatever is not a time is none, and no time is longer than a timer can hold.
fn duration(time: f64) -> Duration {
    Duration::from_millis(time as u64)
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
