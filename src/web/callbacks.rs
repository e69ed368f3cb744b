//! The user's functions, and their answers about events.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use web_sys::Response;

use super::exchange::{Fetch, MakeRequest};
use crate::event::RawEvent;
use crate::machine::{Decision, Input, RetryContext};

/// The user's functions.
pub(crate) struct Callbacks {
    pub(crate) make_request: MakeRequest,
    pub(crate) fetch: Option<Fetch>,
    pub(crate) decide: Option<Decide>,
    pub(crate) accept: Option<Accept>,
    pub(crate) comment: Option<OnComment>,
    pub(crate) judge: Judge,
}

/// The retry function. It also gets the last event ID, and the head of the last response that opened a stream.
pub(crate) type Decide = Rc<dyn Fn(&RetryContext, String, Option<Response>) -> Decision>;

/// Whether a response with this content type counts as an event stream.
pub(crate) type Accept = Rc<dyn Fn(Option<&str>) -> bool>;

pub(crate) type OnComment = Rc<dyn Fn(&str)>;

pub(crate) type Predicate = Rc<dyn Fn(&RawEvent) -> bool>;

/// Asks the user's predicates whether an event means failure, or completes the stream.
pub(crate) struct Judge {
    is_failure: Option<Predicate>,
    is_complete: Option<Predicate>,
    /// The last event ID before the current event.
    id_before: RefCell<String>,
    /// Whether an event of this stream was delivered.
    has_delivered: Cell<bool>,
    /// The event that means failure.
    failed: RefCell<Option<RawEvent>>,
}

impl Judge {
    pub(crate) fn new(is_failure: Option<Predicate>, is_complete: Option<Predicate>) -> Judge {
        Judge {
            is_failure,
            is_complete,
            id_before: RefCell::default(),
            has_delivered: Cell::new(false),
            failed: RefCell::default(),
        }
    }

    /// Begins a stream, whose request had this last event ID.
    pub(crate) fn begin(&self, last_event_id: &[u8]) {
        self.has_delivered.set(false);
        self.id_before.replace(String::from_utf8_lossy(last_event_id).into_owned());
    }

    /// The server changed the last event ID without an event.
    pub(crate) fn set_id(&self, id: &str) {
        self.id_before.replace(id.to_owned());
    }

    /// Whether the event ends the stream. If so, calls `handle` with the input for the machine; otherwise the event must be
    /// delivered.
    pub(crate) fn is_ending(&self, event: &RawEvent, handle: impl FnOnce(Input<'_>)) -> bool {
        let means = |predicate: &Option<Predicate>| predicate.as_ref().is_some_and(|predicate| predicate(event));
        if means(&self.is_failure) {
            self.failed.replace(Some(event.clone()));
            let id = self.id_before.borrow().clone();
            handle(Input::FailOn { last_event_id: Some(&id), delivered: self.has_delivered.get() });
            return true;
        }
        if means(&self.is_complete) {
            handle(Input::Complete);
            return true;
        }
        if self.is_failure.is_some() {
            self.id_before.replace(event.last_event_id.clone());
        }
        self.has_delivered.set(true);
        false
    }

    /// The event that meant failure.
    pub(crate) fn take_failed(&self) -> Option<RawEvent> {
        self.failed.take()
    }
}
