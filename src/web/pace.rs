//! The budget of the page for delivering events, which its sources and streams share.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::clock::now;
use super::task::task;
use crate::machine::Pace;

pub(crate) static PAGE: Pace = Pace::new();

/// Has the consumer of a stream, which takes one item after the other while there are any, let the event loop turn.
#[derive(Default)]
pub(crate) struct StreamPace {
    has_waited: bool,
    rest: Option<Pin<Box<dyn Future<Output = ()>>>>,
}

impl StreamPace {
    /// What `poll_next` gives, once the budget allows for it.
    pub(crate) fn poll<T>(
        &mut self,
        context: &mut Context<'_>,
        poll_next: impl FnOnce(&mut Context<'_>) -> Poll<Option<T>>,
    ) -> Poll<Option<T>> {
        if let Some(rest) = &mut self.rest {
            ready!(rest.as_mut().poll(context));
            self.rest = None;
            PAGE.restart(now());
        }
        let next = poll_next(context);
        if next.is_pending() {
            self.has_waited = true;
            PAGE.pause(now());
        } else {
            if std::mem::take(&mut self.has_waited) {
                PAGE.resume(now());
            }
            // The end is no item: whoever asks again is answered at once.
            if PAGE.is_spent(now()) && !matches!(next, Poll::Ready(None)) {
                self.rest = Some(Box::pin(task()));
            }
        }
        next
    }
}
