//! The loop of [`crate::machine`] over `fetch`, a reader, one timer and the page's events.

use std::cell::{Cell, Ref, RefCell};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker, ready};

use web_sys::Response;

use super::callbacks::Callbacks;
use super::clock::{Alarm, Clock};
use super::evidence::Evidence;
use super::exchange::{Exchange, Given};
use super::inputs::handle_news;
use super::open::OpenEvent;
use super::page::PageListener;
use super::task::task;
use crate::event::RawEvent;
use crate::machine::{Config, Decision, End, Failure, Input, Machine, Output, Request, Status};

/// A notice for the consumer of a shell.
pub(crate) enum Notice {
    Open(OpenEvent),
    /// The status of the source has changed.
    Status,
    Event(RawEvent),
    Lost(Failure, Evidence),
    /// The last notice. A failure comes with its evidence.
    Closed(End<(Failure, Evidence)>),
}

/// A source that its consumer polls: nothing is sent or read before [`poll`](Shell::poll). Dropping it aborts the request.
pub(crate) struct Shell {
    /// Never borrowed while user code runs, which may call any method.
    machine: RefCell<Machine>,
    callbacks: Callbacks,
    given: Option<Given>,
    clock: Rc<dyn Clock>,
    alarm: Rc<Alarm>,
    is_started: Cell<bool>,
    /// The status of which the consumer was notified last.
    status: Cell<Status>,
    /// The listener for the events of the page, until the end.
    page: RefCell<Option<PageListener>>,
    /// The current exchange, or the last one.
    exchange: RefCell<Option<Rc<Exchange>>>,
    /// The last response that opened a stream.
    opened: RefCell<Option<Response>>,
    /// The turn of the event loop that the machine asked for.
    turn: RefCell<Option<Pin<Box<dyn Future<Output = ()>>>>>,
    waker: RefCell<Option<Waker>>,
    this: Weak<Shell>,
}

impl Shell {
    pub(crate) fn new(config: Config, callbacks: Callbacks, given: Option<Given>, clock: Rc<dyn Clock>) -> Rc<Shell> {
        let machine = Machine::new(config);
        #[cfg(feature = "trace")]
        let machine = traced(machine);
        Rc::new_cyclic(|this| Shell {
            machine: RefCell::new(machine),
            callbacks,
            given,
            clock,
            alarm: Rc::default(),
            is_started: Cell::new(false),
            status: Cell::new(Status::Connecting),
            page: RefCell::default(),
            exchange: RefCell::default(),
            opened: RefCell::default(),
            turn: RefCell::default(),
            waker: RefCell::default(),
            this: this.clone(),
        })
    }

    /// The machine, for its state; inputs go through [`handle`](Shell::handle). Drop the
    /// borrow before user code runs.
    pub(crate) fn machine(&self) -> Ref<'_, Machine> {
        self.machine.borrow()
    }

    pub(crate) fn last_event_id(&self) -> String {
        self.machine().parser().last_event_id().into_owned()
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// Whether the user gave a response or a body, so that there is no URL.
    pub(crate) fn is_given(&self) -> bool {
        self.given.is_some()
    }

    /// Whether it was polled, so that a request is under way or was.
    pub(crate) fn is_started(&self) -> bool {
        self.is_started.get()
    }

    /// Handles an input from outside of the loop.
    pub(crate) fn handle(&self, input: Input<'_>) {
        self.input(input);
        // Aborts now, because the page may run no more code. The loop does the rest.
        let is_cancelled = self.machine.borrow_mut().take_cancel();
        if is_cancelled {
            self.cancel();
        }
        self.wake();
    }

    /// Aborts what is under way, at once. The consumer gets [`Notice::Closed`], and no event before it.
    pub(crate) fn close(&self) {
        self.handle(Input::Close);
        self.page.take();
    }

    /// The next notice. Must not be called after [`Notice::Closed`].
    pub(crate) fn poll(&self, context: &mut Context<'_>) -> Poll<Notice> {
        // Stored before any user code runs, which may close the source.
        *self.waker.borrow_mut() = Some(context.waker().clone());
        if !self.is_started.replace(true) {
            self.start();
        }
        loop {
            let turn = self.turn.take();
            if let Some(mut turn) = turn
                && turn.as_mut().poll(context).is_pending()
            {
                *self.turn.borrow_mut() = Some(turn);
                return Poll::Pending;
            }
            // A chunk that has arrived counts before a deadline that has passed.
            self.poll_exchange(context);
            if let Some(deadline) = self.alarm.take_rung() {
                self.input(Input::Timer(deadline));
                self.compare_clocks();
            }
            if let Some(notice) = ready!(self.carry_out()) {
                return Poll::Ready(notice);
            }
        }
    }

    /// Carries out one output of the machine.
    fn carry_out(&self) -> Poll<Option<Notice>> {
        let mut machine = self.machine.borrow_mut();
        let status = machine.status();
        if self.status.replace(status) != status && status != Status::Closed {
            return Poll::Ready(Some(Notice::Status));
        }
        let notice = match machine.poll(self.clock.now()) {
            Output::Send(request) => {
                self.send(request);
                None
            }
            Output::Read => {
                self.exchange().read();
                None
            }
            Output::Cancel => {
                // The user's `fetch` may listen to the signal.
                drop(machine);
                self.cancel();
                None
            }
            Output::Yield => {
                *self.turn.borrow_mut() = Some(Box::pin(task()));
                None
            }
            Output::Wait(deadline) => {
                let shell = self.this.clone();
                self.alarm.set(&*self.clock, deadline, move || {
                    if let Some(shell) = shell.upgrade() {
                        shell.wake();
                    }
                });
                return Poll::Pending;
            }
            Output::Open(opened) => {
                self.callbacks.judge.begin(opened.last_event_id);
                let response = self.exchange().response().expect("the response was accepted");
                self.opened.replace(Some(Clone::clone(&response)));
                Some(Notice::Open(OpenEvent::new(opened, response)))
            }
            Output::Event(event) => {
                let event = RawEvent::from(event);
                drop(machine);
                (!self.is_ending(&event)).then_some(Notice::Event(event))
            }
            Output::Unfinished(event) => {
                let event = RawEvent::from(event);
                drop(machine);
                self.is_ending(&event);
                None
            }
            Output::Id(id) => {
                self.callbacks.judge.set_id(&id.to_string_lossy());
                None
            }
            Output::Comment(text) => {
                let text = text.to_string_lossy().into_owned();
                drop(machine);
                if let Some(comment) = &self.callbacks.comment {
                    comment(&text);
                }
                None
            }
            Output::Ask(context) => {
                let (id, opened) = (machine.parser().last_event_id().into_owned(), self.opened.borrow().clone());
                drop(machine);
                let decide = self.callbacks.decide.as_ref();
                let decision = decide.map_or(Decision::Stop, |decide| decide(&context, id, opened));
                self.input(Input::Decided(decision));
                None
            }
            Output::Lost(failure) => Some(Notice::Lost(failure, self.evidence(failure, &machine))),
            Output::Closed(end) => {
                self.page.take();
                Some(Notice::Closed(end.map(|failure| (failure, self.evidence(failure, &machine)))))
            }
            _ => None,
        };
        Poll::Ready(notice)
    }

    fn start(&self) {
        if self.machine().watches_page() {
            let (shell, other) = (self.this.clone(), self.this.clone());
            let is_ours = move |url: &str| other.upgrade().is_some_and(|shell| shell.is_reported_as(url));
            *self.page.borrow_mut() = Some(PageListener::new(is_ours, move |input| {
                if let Some(shell) = shell.upgrade() {
                    shell.compare_clocks();
                    shell.handle(input);
                }
            }));
        }
        self.compare_clocks();
        self.input(Input::Start);
        if let Some(given) = &self.given {
            *self.exchange.borrow_mut() = Some(Rc::new(Exchange::of(given)));
        }
    }

    /// Begins an exchange, which sends its request at the first poll: no user code runs here.
    fn send(&self, request: Request<'_>) {
        let parts = (self.callbacks.make_request)(request, self.opened.borrow().clone());
        let shell = self.this.clone();
        let parts = async move {
            let parts = parts.await;
            // Nothing is sent in a pause.
            let is_paused = || shell.upgrade().is_some_and(|shell| shell.machine().status() == Status::Paused);
            poll_fn(|_| if is_paused() { Poll::Pending } else { Poll::Ready(()) }).await;
            parts
        };
        let exchange = Exchange::new(Box::pin(parts), request.last_event_id_header(), self.callbacks.fetch.clone());
        *self.exchange.borrow_mut() = Some(Rc::new(exchange));
    }

    fn poll_exchange(&self, context: &mut Context<'_>) {
        let exchange = self.exchange.borrow().clone();
        let Some(exchange) = exchange else { return };
        if let Poll::Ready(news) = exchange.poll(context) {
            if let Some(cause) = news.cause() {
                exchange.cause.replace(cause.clone());
            }
            let is_given_body = matches!(self.given, Some(Given::Body(_)));
            handle_news(&self.machine, news, is_given_body, self.callbacks.accept.as_ref(), &*self.clock);
        }
    }

    fn exchange(&self) -> Rc<Exchange> {
        self.exchange.borrow().clone().expect("a request was sent, or a response was given")
    }

    fn is_reported_as(&self, url: &str) -> bool {
        self.exchange.borrow().as_ref().is_some_and(|exchange| exchange.is_reported_as(url))
    }

    fn is_ending(&self, event: &RawEvent) -> bool {
        self.callbacks.judge.is_ending(event, |input| self.input(input))
    }

    fn evidence(&self, failure: Failure, machine: &Machine) -> Evidence {
        Evidence::of(failure, machine, self.exchange.borrow().as_deref(), self.callbacks.judge.take_failed())
    }

    fn cancel(&self) {
        let exchange = self.exchange.borrow().clone();
        if let Some(exchange) = exchange {
            exchange.abort();
        }
    }

    fn input(&self, input: Input<'_>) {
        self.machine.borrow_mut().handle(input, self.clock.now());
    }

    fn compare_clocks(&self) {
        self.input(Input::Wall(self.clock.wall()));
    }

    fn wake(&self) {
        let waker = self.waker.take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// Traces if the environment variable was set for the build: a page has no environment.
#[cfg(feature = "trace")]
fn traced(mut machine: Machine) -> Machine {
    if option_env!("EVENTSOURCE_TRACE").is_some_and(|value| !value.is_empty()) {
        machine.trace_to(super::sys::console_debug);
    }
    machine
}
