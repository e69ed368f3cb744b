//! Waiting for the end of a source.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures_channel::oneshot::{self, Receiver, Sender};

use crate::status::End;

/// A future that resolves with the [`End`] of a source. It does not keep the source open, and may be dropped at any time.
///
/// ```no_run
/// use eventsource_wasm::EventSource;
///
/// let source = EventSource::new("/events")?;
/// let closed = source.closed();
/// wasm_bindgen_futures::spawn_local(async move { log(&format!("{:?}", closed.await)) });
/// # fn log(_: &str) {}
/// # Ok::<(), eventsource_wasm::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "a future does nothing unless it is awaited"]
pub struct Closed(Receiver<End>);

impl Future for Closed {
    type Output = End;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<End> {
        // A source sets its end before it is dropped.
        Pin::new(&mut self.0).poll(context).map(|end| end.unwrap_or(End::Closed))
    }
}

/// The end of a source, shared by its handles, its task and its streams.
#[derive(Clone)]
pub(crate) struct Ending(Rc<RefCell<State>>);

enum State {
    Awaited(Vec<Sender<End>>),
    Over(End),
}

impl Ending {
    pub(crate) fn new() -> Ending {
        Ending(Rc::new(RefCell::new(State::Awaited(Vec::new()))))
    }

    /// Sets the end. Only the first call counts.
    pub(crate) fn set(&self, end: End) {
        let mut state = self.0.borrow_mut();
        let State::Awaited(waiting) = &mut *state else {
            return;
        };
        let waiting = std::mem::take(waiting);
        *state = State::Over(end.clone());
        // A waker may call this again.
        drop(state);
        for sender in waiting {
            let _ = sender.send(end.clone());
        }
    }

    /// The end, once it is set.
    pub(crate) fn get(&self) -> Option<End> {
        match &*self.0.borrow() {
            State::Awaited(_) => None,
            State::Over(end) => Some(end.clone()),
        }
    }

    /// Whether the user closed the source: nothing is delivered afterwards.
    pub(crate) fn is_closed(&self) -> bool {
        matches!(*self.0.borrow(), State::Over(End::Closed))
    }

    pub(crate) fn closed(&self) -> Closed {
        let (sender, receiver) = oneshot::channel();
        match &mut *self.0.borrow_mut() {
            State::Awaited(waiting) => {
                waiting.retain(|other| !other.is_canceled());
                waiting.push(sender);
            }
            State::Over(end) => {
                let _ = sender.send(end.clone());
            }
        }
        Closed(receiver)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn closed_resolves_with_the_first_end_for_early_and_late_callers() {
        let ending = Ending::new();
        let (mut one, other) = (ending.closed(), ending.closed());
        assert_eq!((&mut one).now_or_never(), None);
        assert!(!ending.is_closed());
        ending.set(End::Complete);
        ending.set(End::Closed);
        for closed in [one, other, ending.closed()] {
            assert_eq!(closed.now_or_never(), Some(End::Complete));
        }
        assert!(!ending.is_closed(), "events before the last event are still delivered");
    }

    #[test]
    fn dropped_futures_do_not_accumulate() {
        let ending = Ending::new();
        for _ in 0..100 {
            drop(ending.closed());
        }
        let State::Awaited(waiting) = &*ending.0.borrow() else { panic!("it has not ended") };
        assert_eq!(waiting.len(), 1);
    }
}
