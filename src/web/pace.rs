//! The budget of the page for delivering events, which its sources and streams share.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::clock::now;
use super::task::task;
use crate::machine::Pace;

pub(crate) static PAGE: Pace = Pace::new();

/// Yields to the event loop if the consumer of a stream takes available items without a pause.
#[derive(Default)]
pub(crate) struct StreamPace {
    has_waited: bool,
    rest: Option<Pin<Box<dyn Future<Output = ()>>>>,
}

impl StreamPace {
    /// Returns the result of `poll_next`, once the budget allows it.
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
            // After the end no item follows, so the next poll need not wait.
            if PAGE.is_spent(now()) && !matches!(next, Poll::Ready(None)) {
                self.rest = Some(Box::pin(task()));
            }
        }
        next
    }
}
