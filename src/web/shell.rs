//! The machine of [`crate::connection`], driven by `fetch`, an `AbortController` and one timer.

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use web_sys::{AbortController, Response};

use super::clock::{Clock, Timeout};
use super::exchange::{Exchange, MakeRequest, News, Refused, with_head};
use super::page::{PageListener, WhenHidden};
use crate::connection::{Action, Config, Connection, End, Failure, Input, ReadyState, Request};
use crate::parser::Parser;
use crate::retry::{Decision, Retry, RetryContext};

/// What the driver brings its consumer.
pub(crate) enum Step {
    Open(Response),
    /// The sink was given events.
    Events,
    Lost(Failure, Evidence),
    Closed(End, Evidence),
}

/// What of a failure the machine does not need to know.
#[derive(Clone, Debug)]
pub(crate) struct Evidence {
    pub(crate) refused: Option<Refused>,
    /// What was thrown or rejected; `undefined` if nothing was.
    pub(crate) cause: JsValue,
}

impl Default for Evidence {
    fn default() -> Evidence {
        Evidence { refused: None, cause: JsValue::UNDEFINED }
    }
}

/// Pulled by its consumer: nothing is read from the network but while it is polled. Dropping it aborts what is under way.
pub(crate) struct Driver {
    connection: RefCell<Connection>,
    is_started: Cell<bool>,
    /// `None` if the one request must not be sent again.
    when_hidden: Option<WhenHidden>,
    /// Until the end.
    page: RefCell<Option<PageListener>>,
    make_request: MakeRequest,
    decide: Option<Decide>,
    clock: Clock,
    exchange: RefCell<Option<Exchange>>,
    /// Of the exchange, which is out of its cell while the user's code makes the parts of its request.
    controller: RefCell<Option<AbortController>>,
    /// The response that was accepted, until it is announced.
    response: RefCell<Option<Response>>,
    evidence: RefCell<Evidence>,
    alarm: RefCell<Option<Alarm>>,
    /// The alarm went off.
    alarm_rang: Cell<bool>,
    waker: RefCell<Option<Waker>>,
    this: Weak<Driver>,
}

/// Takes the events, by their place in the parser, which [`Parser::dispatched`] reads; whether it wants another.
pub(crate) type Sink<'a> = dyn FnMut(&Parser, Range<usize>) -> bool + 'a;

/// The user's retry function.
pub(crate) type Decide = Box<dyn Fn(&RetryContext) -> Decision>;

/// A timer that was set, for the deadline that it was set for.
struct Alarm {
    deadline: Duration,
    _timeout: Timeout,
}

impl Driver {
    /// Sends nothing before it is polled.
    pub(crate) fn new(
        config: Config,
        when_hidden: WhenHidden,
        make_request: MakeRequest,
        decide: Option<Decide>,
    ) -> Rc<Driver> {
        let when_hidden = (config.retry != Retry::Never).then_some(when_hidden);
        let connection = Connection::new(config);
        Rc::new_cyclic(|this| Driver {
            connection: RefCell::new(connection),
            is_started: Cell::new(false),
            when_hidden,
            page: RefCell::default(),
            make_request,
            decide,
            clock: Clock::default(),
            exchange: RefCell::new(None),
            controller: RefCell::new(None),
            response: RefCell::new(None),
            evidence: RefCell::default(),
            alarm: RefCell::new(None),
            alarm_rang: Cell::new(false),
            waker: RefCell::new(None),
            this: this.clone(),
        })
    }

    pub(crate) fn ready_state(&self) -> ReadyState {
        self.connection.borrow().ready_state()
    }

    pub(crate) fn last_event_id(&self) -> String {
        self.connection.borrow().parser().last_event_id().into_owned()
    }

    pub(crate) fn reconnection_time(&self) -> Duration {
        self.connection.borrow().reconnection_time()
    }

    /// Aborts what is under way, at once. The consumer gets [`Step::Closed`], and no event before it.
    pub(crate) fn close(&self) {
        self.tell(Input::Close);
        self.abort();
        self.page.take();
    }

    /// All has come, as the user says.
    pub(crate) fn complete(&self) {
        self.tell(Input::Complete);
    }

    /// Connects anew, at once.
    pub(crate) fn reconnect(&self) {
        self.tell(Input::Reconnect);
    }

    /// The next thing that happens. Events go to `sink`, which says whether it takes another; it must not call back into
    /// the driver. Not to be called after [`Step::Closed`].
    pub(crate) fn poll(&self, context: &mut Context<'_>, sink: &mut Sink<'_>) -> Poll<Step> {
        // Before any code of the user's runs, which may close the source.
        *self.waker.borrow_mut() = Some(context.waker().clone());
        if !self.is_started.replace(true) {
            self.listen();
            self.handle(Input::Start);
        }
        loop {
            if let Some(step) = self.act() {
                return Poll::Ready(step);
            }
            if self.take_events(sink) {
                return Poll::Ready(Step::Events);
            }
            // What the parser found may have ended the stream.
            if let Some(step) = self.act() {
                return Poll::Ready(step);
            }
            match self.poll_exchange(context) {
                Poll::Ready(news) => self.take_in(news),
                Poll::Pending if self.is_due() => self.handle(Input::Timer),
                Poll::Pending => {
                    self.set_alarm();
                    return Poll::Pending;
                }
            }
        }
    }

    fn listen(&self) {
        let Some(when_hidden) = self.when_hidden else {
            return;
        };
        let driver = self.this.clone();
        let listener = PageListener::new(when_hidden, move |input| {
            if let Some(driver) = driver.upgrade() {
                driver.tell(input);
                // Now: the page may run no more code.
                if let Input::Hidden = input {
                    driver.abort();
                }
            }
        });
        *self.page.borrow_mut() = Some(listener);
    }

    /// Carries out actions up to the first that the consumer is to know of.
    fn act(&self) -> Option<Step> {
        loop {
            let action = self.connection.borrow_mut().next_action()?;
            match action {
                Action::Fetch(request) => self.begin(request),
                Action::Abort => self.abort(),
                Action::Open => return self.response.take().map(Step::Open),
                Action::Decide(context) => {
                    let decision = self.decide.as_ref().map_or(Decision::Stop, |decide| decide(&context));
                    self.handle(Input::Decided(decision));
                }
                Action::Lost(failure) => return Some(Step::Lost(failure, self.evidence.take())),
                Action::Closed(end) => {
                    self.page.take();
                    return Some(Step::Closed(end, self.evidence.take()));
                }
            }
        }
    }

    fn begin(&self, request: Request) {
        self.evidence.take();
        let last_event_id = request.last_event_id_header();
        let parts = (self.make_request)(request);
        let exchange = Exchange::new(parts, last_event_id);
        *self.controller.borrow_mut() = Some(exchange.controller().clone());
        *self.exchange.borrow_mut() = Some(exchange);
    }

    fn abort(&self) {
        if let Some(controller) = self.controller.take() {
            controller.abort();
        }
        drop(self.exchange.take());
    }

    fn take_events(&self, sink: &mut Sink<'_>) -> bool {
        let mut connection = self.connection.borrow_mut();
        let mut taken = false;
        while let Some(found) = connection.next_found() {
            taken = true;
            if !sink(connection.parser(), found) {
                break;
            }
        }
        taken
    }

    /// The exchange is out of its cell meanwhile: what makes the request's parts may close the source.
    fn poll_exchange(&self, context: &mut Context<'_>) -> Poll<News> {
        let Some(mut exchange) = self.exchange.take() else {
            return Poll::Pending;
        };
        if exchange.begins_to_read() {
            self.handle(Input::Read);
        }
        let news = exchange.poll(context);
        *self.exchange.borrow_mut() = Some(exchange);
        news
    }

    fn take_in(&self, news: News) {
        match news {
            News::Open(response) => {
                with_head(&response, |head| self.handle(Input::Response(head)));
                *self.response.borrow_mut() = Some(response);
            }
            News::Refused(refused) => {
                with_head(&refused.response, |head| self.handle(Input::Response(head)));
                self.evidence.borrow_mut().refused = Some(refused);
            }
            News::Chunk(chunk) => {
                let length = chunk.length() as usize;
                self.connection.borrow_mut().feed_with(length, self.clock.now(), |to| chunk.copy_to(to));
            }
            News::End => self.handle(Input::End),
            News::Failed(code, cause) => {
                self.evidence.borrow_mut().cause = cause;
                self.handle(Input::Failed(code));
            }
        }
    }

    fn handle(&self, input: Input<'_>) {
        self.connection.borrow_mut().handle(input, self.clock.now());
    }

    /// Like `handle`, from outside of `poll`.
    fn tell(&self, input: Input<'_>) {
        self.handle(input);
        self.wake();
    }

    fn wake(&self) {
        let waker = self.waker.take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn is_due(&self) -> bool {
        self.deadline().is_some_and(|deadline| deadline <= self.clock.now())
    }

    fn deadline(&self) -> Option<Duration> {
        if self.exchange.borrow().as_ref().is_some_and(Exchange::is_refused) {
            return None;
        }
        self.connection.borrow().deadline()
    }

    /// Sees to it that the consumer is woken at the deadline, or earlier: an alarm that is set already stays, since the
    /// deadline moves with every chunk.
    fn set_alarm(&self) {
        let Some(deadline) = self.deadline() else {
            self.alarm.take();
            return;
        };
        let now = self.clock.now();
        let mut alarm = self.alarm.borrow_mut();
        let is_set = !self.alarm_rang.take();
        if is_set && alarm.as_ref().is_some_and(|alarm| alarm.deadline <= deadline) {
            return;
        }
        let deadline = deadline.min(now + Clock::LONGEST);
        let driver = self.this.clone();
        let ring = Closure::once(move || {
            if let Some(driver) = driver.upgrade() {
                driver.clock.reach(deadline);
                driver.alarm_rang.set(true);
                driver.wake();
            }
        });
        let timeout = self.clock.timeout(deadline.saturating_sub(now), ring);
        *alarm = Some(Alarm { deadline, _timeout: timeout });
    }
}
