//! The loop of [`crate::machine`] over `fetch`, a reader, one timer and the page's events.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use wasm_bindgen::JsValue;
use web_sys::{AbortController, ReadableStream, Response};

use super::clock::{Clock, Timer};
use super::evidence::Evidence;
use super::exchange::{Exchange, Fetch, MakeRequest, MakingRequest, News, with_head};
use super::open::OpenEvent;
use super::page::{PageListener, PageNews};
use super::task::task;
use super::url::is_reported_as;
use crate::error::ErrorCode;
use crate::event::RawEvent;
use crate::machine::{
    Config, Decision, End, Failure, Fault, Input, Machine, Opened, Output, PageEvent, ReadyState, RetryContext, Status,
};

/// A notice for the consumer of a shell.
pub(crate) enum Notice {
    Open(OpenEvent),
    /// What the source is at has changed.
    Status,
    Event(RawEvent),
    Lost(Failure, Evidence),
    Closed(End<Failure>, Evidence),
}

/// The user's functions.
pub(crate) struct Callbacks {
    pub(crate) make_request: MakeRequest,
    pub(crate) fetch: Option<Fetch>,
    pub(crate) decide: Option<Decide>,
    pub(crate) is_complete: Option<Predicate>,
    pub(crate) is_failure: Option<Predicate>,
    pub(crate) accept: Option<Accept>,
    pub(crate) comment: Option<OnComment>,
}

/// What the user gave in place of a URL.
#[derive(Clone)]
pub(crate) enum Given {
    Response(Response),
    /// It counts as an event stream.
    Body(ReadableStream),
}

/// The retry function, which gets the last event ID and the head of the last response that opened a stream, too.
pub(crate) type Decide = Rc<dyn Fn(&RetryContext, String, Option<Response>) -> Decision>;

/// Whether a response with this content type is taken for an event stream.
pub(crate) type Accept = Rc<dyn Fn(Option<&str>) -> bool>;

pub(crate) type OnComment = Rc<dyn Fn(&str)>;

pub(crate) type Predicate = Rc<dyn Fn(&RawEvent) -> bool>;

/// A source that its consumer pulls: nothing is read from the network unless [`poll`](Shell::poll) is called. Dropping it
/// aborts the request.
pub(crate) struct Shell {
    machine: RefCell<Machine>,
    is_started: Cell<bool>,
    /// The status of which the consumer was notified.
    status: Cell<Status>,
    callbacks: Callbacks,
    given: Option<Given>,
    clock: Rc<dyn Clock>,
    /// Until the end.
    page: RefCell<Option<PageListener>>,
    exchange: RefCell<Option<Exchange>>,
    /// That of the exchange, which is out of its cell while code of the user's makes the parts of its request.
    controller: RefCell<Option<AbortController>>,
    /// The URL of the last request, once it is made.
    sent_to: RefCell<Rc<RefCell<String>>>,
    /// The response of the exchange.
    response: RefCell<Option<Response>>,
    /// The last response that opened a stream.
    opened: RefCell<Option<Response>>,
    /// Whether an event of this stream was delivered.
    delivered: Cell<bool>,
    /// The last event ID before the event that the user is asked about.
    id_before: RefCell<String>,
    /// The event that means failure.
    failed: RefCell<Option<RawEvent>>,
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
    pub(crate) fn new(config: Config, callbacks: Callbacks, given: Option<Given>, clock: Rc<dyn Clock>) -> Rc<Shell> {
        let machine = Machine::new(config);
        #[cfg(feature = "trace")]
        let machine = traced(machine);
        Rc::new_cyclic(|this| Shell {
            machine: RefCell::new(machine),
            is_started: Cell::new(false),
            status: Cell::new(Status::Connecting),
            callbacks,
            given,
            clock,
            page: RefCell::default(),
            exchange: RefCell::new(None),
            controller: RefCell::new(None),
            sent_to: RefCell::default(),
            response: RefCell::new(None),
            opened: RefCell::new(None),
            delivered: Cell::new(false),
            id_before: RefCell::default(),
            failed: RefCell::new(None),
            cause: RefCell::new(JsValue::UNDEFINED),
            timer: RefCell::new(None),
            rang: Cell::new(None),
            rest: RefCell::new(None),
            waker: RefCell::new(None),
            this: this.clone(),
        })
    }

    /// Whether it was polled, so that a request is under way or was.
    pub(crate) fn is_started(&self) -> bool {
        self.is_started.get()
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
    pub(crate) fn reconnect(&self, last_event_id: Option<&str>) {
        self.tell(Input::Reconnect { last_event_id });
    }

    /// Discards the unfinished event of a given body: the rest of it is another stream.
    pub(crate) fn reset(&self) {
        self.tell(Input::Reset);
    }

    /// Whether it reads what the user gave, and has no URL.
    pub(crate) fn is_given(&self) -> bool {
        self.given.is_some()
    }

    /// Wants no events until [`resume`](Shell::resume).
    pub(crate) fn pause(&self) {
        self.tell(Input::Pause);
    }

    /// Wants events again.
    pub(crate) fn resume(&self) {
        self.tell(Input::Resume);
    }

    /// What the source is at.
    pub(crate) fn status(&self) -> Status {
        self.machine.borrow().status()
    }

    /// The time on the clock of the machine.
    pub(crate) fn now(&self) -> Duration {
        self.clock.now()
    }

    /// The next notice. Not to be called after [`Notice::Closed`].
    pub(crate) fn poll(&self, context: &mut Context<'_>) -> Poll<Notice> {
        // Before any code of the user's runs, which may close the source.
        *self.waker.borrow_mut() = Some(context.waker().clone());
        if !self.is_started.replace(true) {
            self.listen();
            self.handle(Input::Wall(self.clock.wall()));
            self.handle(Input::Start);
            self.take_given();
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
                self.handle(Input::Wall(self.clock.wall()));
            }
            if let Some(notice) = ready!(self.carry_out()) {
                return Poll::Ready(notice);
            }
        }
    }

    /// Carries out one output. The machine is not borrowed while code of the user's runs.
    fn carry_out(&self) -> Poll<Option<Notice>> {
        let mut machine = self.machine.borrow_mut();
        let status = machine.status();
        if self.status.replace(status) != status && status != Status::Closed {
            return Poll::Ready(Some(Notice::Status));
        }
        let notice = match machine.poll(self.clock.now()) {
            Output::Send(request) => {
                // It calls no code of the user's yet.
                let parts = (self.callbacks.make_request)(request, self.opened.borrow().clone());
                self.send(parts, request.last_event_id_header());
                return Poll::Ready(None);
            }
            Output::Ask(context) => {
                let id = machine.parser().last_event_id().into_owned();
                drop(machine);
                let decide = self.callbacks.decide.as_ref();
                let decision =
                    decide.map_or(Decision::Stop, |decide| decide(&context, id, self.opened.borrow().clone()));
                self.handle(Input::Decided(decision));
                return Poll::Ready(None);
            }
            Output::Event(event) => {
                let event = RawEvent::from(event);
                drop(machine);
                if self.is_ending(&event) {
                    return Poll::Ready(None);
                }
                self.delivered.set(true);
                Notice::Event(event)
            }
            Output::Unfinished(event) => {
                let event = RawEvent::from(event);
                drop(machine);
                self.is_ending(&event);
                return Poll::Ready(None);
            }
            Output::Comment(text) => {
                let text = text.to_string_lossy().into_owned();
                drop(machine);
                if let Some(comment) = &self.callbacks.comment {
                    comment(&text);
                }
                return Poll::Ready(None);
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
            Output::Open(opened) => {
                self.delivered.set(false);
                self.id_before.replace(String::from_utf8_lossy(opened.last_event_id).into_owned());
                Notice::Open(self.opening(opened))
            }
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

    /// Asks the user whether this event means failure, or completes the stream.
    fn is_ending(&self, event: &RawEvent) -> bool {
        let Callbacks { is_failure, is_complete, .. } = &self.callbacks;
        if is_failure.as_ref().is_some_and(|is_failure| is_failure(event)) {
            self.failed.replace(Some(event.clone()));
            let (id, delivered) = (self.id_before.borrow().clone(), self.delivered.get());
            self.handle(Input::FailOn { last_event_id: Some(&id), delivered });
            return true;
        }
        if is_complete.as_ref().is_some_and(|is_complete| is_complete(event)) {
            self.handle(Input::Complete);
            return true;
        }
        if is_failure.is_some() {
            self.id_before.replace(event.last_event_id.clone());
        }
        false
    }

    fn opening(&self, opened: Opened<'_>) -> OpenEvent {
        let response: Response = Option::clone(&self.response.borrow()).expect("it was accepted");
        self.opened.replace(Some(Clone::clone(&response)));
        OpenEvent {
            response,
            is_reopening: opened.is_reopening,
            attempts: opened.attempts,
            elapsed: opened.elapsed,
            sent_last_event_id: String::from_utf8_lossy(opened.last_event_id).into_owned(),
        }
    }

    fn listen(&self) {
        if !self.machine.borrow().watches_page() {
            return;
        }
        let shell = self.this.clone();
        let listener = PageListener::new(move |event| {
            if let Some(shell) = shell.upgrade() {
                shell.take_page_news(event);
            }
        });
        *self.page.borrow_mut() = Some(listener);
    }

    fn take_page_news(&self, news: PageNews) {
        match news {
            PageNews::Page(event) => {
                if let PageEvent::Visible | PageEvent::Restored = event {
                    self.handle(Input::Wall(self.clock.wall()));
                }
                self.tell(Input::Page(event));
            }
            PageNews::Forbidden(url) => {
                // The request may have failed already.
                if is_reported_as(&self.sent_to.borrow().borrow(), &url) {
                    self.tell(Input::Forbidden);
                }
            }
        }
    }

    fn send(&self, parts: MakingRequest, last_event_id: Option<String>) {
        self.cause.replace(JsValue::UNDEFINED);
        self.response.take();
        let shell = self.this.clone();
        let parts = async move {
            let parts = parts.await;
            // Nothing is sent in a pause.
            let is_paused = || shell.upgrade().is_some_and(|shell| shell.status() == Status::Paused);
            poll_fn(|_| if is_paused() { Poll::Pending } else { Poll::Ready(()) }).await;
            parts
        };
        self.begin(Exchange::new(Box::pin(parts), last_event_id, self.callbacks.fetch.clone()));
    }

    fn take_given(&self) {
        let response = match &self.given {
            None => return,
            Some(Given::Response(response)) => Ok(Clone::clone(response)),
            Some(Given::Body(body)) => Response::new_with_opt_readable_stream(Some(body)),
        };
        self.begin(Exchange::of(response));
    }

    fn begin(&self, exchange: Exchange) {
        self.sent_to.replace(exchange.url().clone());
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
            News::Response { response, is_streamed } => {
                if let Some(Given::Body(_)) = self.given {
                    self.handle(Input::Body);
                } else {
                    with_head(&response, |head| {
                        let accept = self.callbacks.accept.as_ref().filter(|_| head.may_be_accepted());
                        let is_accepted = accept.is_some_and(|accept| accept(head.content_type));
                        self.handle(Input::Response(if is_accepted { head.accepted() } else { head }));
                    });
                }
                *self.response.borrow_mut() = Some(response);
                // It was accepted.
                if !is_streamed && self.ready_state() == ReadyState::Open {
                    self.handle(Input::Failed(Fault::NotStreamed));
                }
            }
            News::Chunk(chunk) => {
                let length = chunk.length() as usize;
                let mut machine = self.machine.borrow_mut();
                // A sleep before it is none of the wait behind it.
                machine.handle(Input::Wall(self.clock.wall()), self.clock.now());
                chunk.copy_to(&mut machine.room(length)[..length]);
                machine.handle(Input::Filled(length), self.clock.now());
            }
            News::End => self.handle(Input::End),
            News::Unusable(cause) => self.fail(Fault::Unusable, cause),
            News::Rejected { url, cause } => self.fail(Fault::Rejected { url: url.as_deref() }, cause),
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
        Evidence {
            response,
            body,
            event: self.failed.take().filter(|_| failure.code == ErrorCode::Event),
            unfinished: machine.unfinished_event().map(RawEvent::from),
            cause: self.cause.replace(JsValue::UNDEFINED),
        }
    }

    fn handle(&self, input: Input<'_>) {
        self.machine.borrow_mut().handle(input, self.clock.now());
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
        let ring = move || {
            if let Some(shell) = shell.upgrade() {
                shell.rang.set(Some(deadline));
                shell.wake();
            }
        };
        *timer = Some(Timer::new(&*self.clock, deadline, ring));
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
