//! The loop of [`crate::machine`] over `fetch`, a reader, one timer and the page's events.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use web_sys::{AbortController, Response};

use super::clock::{Timer, now};
use super::evidence::Evidence;
use super::exchange::{Exchange, MakeRequest, MakingRequest, News, with_head};
use super::page::PageListener;
use super::task::task;
use crate::event::RawEvent;
use crate::machine::{Config, Decision, End, Failure, Fault, Input, Machine, Output, ReadyState, RetryContext};

/// A notice for the consumer of a shell.
pub(crate) enum Notice {
    Open(Response),
    Event(RawEvent),
    Lost(Failure, Evidence),
    Closed(End<Failure>, Evidence),
}

/// The user's retry function.
pub(crate) type Decide = Box<dyn Fn(&RetryContext) -> Decision>;

/// The user's `until` function.
pub(crate) type IsComplete = Box<dyn Fn(&RawEvent) -> bool>;

/// A source that its consumer pulls: nothing is read from the network unless [`poll`](Shell::poll) is called. Dropping it
/// aborts the request.
pub(crate) struct Shell {
    machine: RefCell<Machine>,
    is_started: Cell<bool>,
    make_request: MakeRequest,
    decide: Option<Decide>,
    is_complete: Option<IsComplete>,
    /// Until the end.
    page: RefCell<Option<PageListener>>,
    exchange: RefCell<Option<Exchange>>,
    /// That of the exchange, which is out of its cell while code of the user's makes the parts of its request.
    controller: RefCell<Option<AbortController>>,
    /// The response of the exchange.
    response: RefCell<Option<Response>>,
    /// What the exchange failed with.
    cause: RefCell<JsValue>,
    timer: RefCell<Option<Timer>>,
    /// The deadline for which the timer rang.
    rang: Cell<Option<Duration>>,
    /// The turn of the event loop that the machine asked for.
    rest: RefCell<Option<Pin<Box<dyn Future<Output = ()>>>>>,
    waker: RefCell<Option<Waker>>,
    this: Weak<Shell>,
}

impl Shell {
    /// Sends nothing before it is polled.
    pub(crate) fn new(
        config: Config,
        make_request: MakeRequest,
        decide: Option<Decide>,
        is_complete: Option<IsComplete>,
    ) -> Rc<Shell> {
        let machine = Machine::new(config);
        #[cfg(feature = "trace")]
        let machine = traced(machine);
        Rc::new_cyclic(|this| Shell {
            machine: RefCell::new(machine),
            is_started: Cell::new(false),
            make_request,
            decide,
            is_complete,
            page: RefCell::default(),
            exchange: RefCell::new(None),
            controller: RefCell::new(None),
            response: RefCell::new(None),
            cause: RefCell::new(JsValue::UNDEFINED),
            timer: RefCell::new(None),
            rang: Cell::new(None),
            rest: RefCell::new(None),
            waker: RefCell::new(None),
            this: this.clone(),
        })
    }

    pub(crate) fn ready_state(&self) -> ReadyState {
        self.machine.borrow().ready_state()
    }

    pub(crate) fn last_event_id(&self) -> String {
        self.machine.borrow().parser().last_event_id().into_owned()
    }

    pub(crate) fn reconnection_time(&self) -> Duration {
        self.machine.borrow().reconnection_time()
    }

    /// Aborts what is under way, at once. The consumer gets [`Notice::Closed`], and no event before it.
    pub(crate) fn close(&self) {
        self.tell(Input::Close);
        self.page.take();
    }

    /// Connects anew, at once.
    pub(crate) fn reconnect(&self) {
        self.tell(Input::Reconnect { last_event_id: None });
    }

    /// The next notice. Not to be called after [`Notice::Closed`].
    pub(crate) fn poll(&self, context: &mut Context<'_>) -> Poll<Notice> {
        // Before any code of the user's runs, which may close the source.
        *self.waker.borrow_mut() = Some(context.waker().clone());
        if !self.is_started.replace(true) {
            self.listen();
            self.handle(Input::Start);
        }
        loop {
            let rest = self.rest.take();
            if let Some(mut rest) = rest
                && rest.as_mut().poll(context).is_pending()
            {
                *self.rest.borrow_mut() = Some(rest);
                return Poll::Pending;
            }
            // What has arrived goes before a deadline that has passed.
            if let Poll::Ready(news) = self.poll_exchange(context) {
                self.take_in(news);
            }
            if let Some(deadline) = self.rang.take() {
                self.timer.take();
                self.handle(Input::Timer(deadline));
            }
            if let Some(notice) = ready!(self.carry_out()) {
                return Poll::Ready(notice);
            }
        }
    }

    /// Carries out one output. The machine is not borrowed while code of the user's runs.
    fn carry_out(&self) -> Poll<Option<Notice>> {
        let mut machine = self.machine.borrow_mut();
        let notice = match machine.poll(now()) {
            Output::Send(request) => {
                // It calls no code of the user's yet.
                let parts = (self.make_request)(request);
                self.send(parts, request.last_event_id_header());
                return Poll::Ready(None);
            }
            Output::Ask(context) => {
                drop(machine);
                let decision = self.decide.as_ref().map_or(Decision::Stop, |decide| decide(&context));
                self.handle(Input::Decided(decision));
                return Poll::Ready(None);
            }
            Output::Event(event) => {
                let event = RawEvent::from(event);
                drop(machine);
                if self.is_complete.as_ref().is_some_and(|is_complete| is_complete(&event)) {
                    self.handle(Input::Complete);
                    return Poll::Ready(None);
                }
                Notice::Event(event)
            }
            Output::Read => {
                self.exchange.borrow_mut().as_mut().expect("a response is there").read();
                return Poll::Ready(None);
            }
            Output::Cancel => {
                self.cancel();
                return Poll::Ready(None);
            }
            Output::Yield => {
                *self.rest.borrow_mut() = Some(Box::pin(task()));
                return Poll::Ready(None);
            }
            Output::Wait(deadline) => {
                self.set_timer(deadline);
                return Poll::Pending;
            }
            Output::Open => Notice::Open(self.response.borrow().clone().expect("it was accepted")),
            Output::Lost(failure) => Notice::Lost(failure, self.evidence(failure, &machine)),
            Output::Closed(end) => {
                self.page.take();
                let evidence = match end {
                    End::Failed(failure) => self.evidence(failure, &machine),
                    _ => Evidence::none(),
                };
                Notice::Closed(end, evidence)
            }
            _ => return Poll::Ready(None),
        };
        Poll::Ready(Some(notice))
    }

    fn listen(&self) {
        if !self.machine.borrow().watches_page() {
            return;
        }
        let shell = self.this.clone();
        let listener = PageListener::new(move |event| {
            if let Some(shell) = shell.upgrade() {
                shell.tell(Input::Page(event));
            }
        });
        *self.page.borrow_mut() = Some(listener);
    }

    fn send(&self, parts: MakingRequest, last_event_id: Option<String>) {
        self.cause.replace(JsValue::UNDEFINED);
        self.response.take();
        let exchange = Exchange::new(parts, last_event_id);
        *self.controller.borrow_mut() = Some(exchange.controller().clone());
        *self.exchange.borrow_mut() = Some(exchange);
    }

    fn cancel(&self) {
        if let Some(controller) = self.controller.take() {
            controller.abort();
        }
        drop(self.exchange.take());
    }

    /// The exchange is out of its cell meanwhile: code of the user's that makes the request's parts may close the source.
    fn poll_exchange(&self, context: &mut Context<'_>) -> Poll<News> {
        let Some(mut exchange) = self.exchange.take() else {
            return Poll::Pending;
        };
        let news = exchange.poll(context);
        if self.controller.borrow().is_none() {
            return Poll::Pending;
        }
        *self.exchange.borrow_mut() = Some(exchange);
        news
    }

    fn take_in(&self, news: News) {
        match news {
            News::Response(response) => {
                with_head(&response, |head| self.handle(Input::Response(head)));
                *self.response.borrow_mut() = Some(response);
            }
            News::Chunk(chunk) => {
                let length = chunk.length() as usize;
                let mut machine = self.machine.borrow_mut();
                chunk.copy_to(&mut machine.room(length)[..length]);
                machine.handle(Input::Filled(length), now());
            }
            News::End => self.handle(Input::End),
            News::Unusable(cause) => self.fail(Fault::Unusable, cause),
            News::Rejected { url, cause } => self.fail(Fault::Rejected { url: Some(&url) }, cause),
            News::Broken(cause) => self.fail(Fault::Body, cause),
        }
    }

    fn fail(&self, fault: Fault<'_>, cause: JsValue) {
        self.cause.replace(cause);
        self.handle(Input::Failed(fault));
    }

    fn evidence(&self, failure: Failure, machine: &Machine) -> Evidence {
        let (response, body) = match failure.status {
            Some(_) => (self.response.borrow().clone(), machine.evidence().to_vec()),
            None => (None, Vec::new()),
        };
        Evidence { response, body, cause: self.cause.replace(JsValue::UNDEFINED) }
    }

    fn handle(&self, input: Input<'_>) {
        self.machine.borrow_mut().handle(input, now());
    }

    /// Like `handle`, from outside of `poll`. A request that is not wanted any more is aborted now: the page may run no more
    /// code.
    fn tell(&self, input: Input<'_>) {
        self.handle(input);
        let is_cancelled = self.machine.borrow_mut().take_cancel();
        if is_cancelled {
            self.cancel();
        }
        self.wake();
    }

    fn wake(&self) {
        let waker = self.waker.take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Sees to it that the consumer is woken at the deadline, or earlier: a timer that is set already stays, since the
    /// deadline moves with every chunk.
    fn set_timer(&self, deadline: Option<Duration>) {
        let mut timer = self.timer.borrow_mut();
        let Some(deadline) = deadline else {
            *timer = None;
            return;
        };
        if timer.as_ref().is_some_and(|timer| timer.deadline() <= deadline) {
            return;
        }
        let shell = self.this.clone();
        let ring = Closure::once(move || {
            if let Some(shell) = shell.upgrade() {
                shell.rang.set(Some(deadline));
                shell.wake();
            }
        });
        *timer = Some(Timer::new(deadline, ring));
    }
}

/// There are no environment variables in a page: the one of the build counts.
#[cfg(feature = "trace")]
fn traced(mut machine: Machine) -> Machine {
    if option_env!("EVENTSOURCE_TRACE").is_some_and(|value| !value.is_empty()) {
        machine.trace_to(super::sys::console_debug);
    }
    machine
}
