//! A flood of events must not keep the page from drawing: what arrives faster than it is handled is handled in one long run
//! of microtasks. After a while the run stops for a task of the event loop, as the browser's own class does after each event.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::MessageChannel;

use super::sys;

/// A run may last so long, in ms: half of what a frame has.
const BUDGET: f64 = 8.0;
/// A pause of more than this, in ms, ends a run.
const GAP: f64 = 1.0;
/// The clock is looked at once in so many events.
const STRIDE: u32 = 4;

#[derive(Default)]
pub(crate) struct Pace {
    began: f64,
    waits_since: Option<f64>,
    events: u32,
}

impl Pace {
    /// There is nothing to do for now.
    pub(crate) fn wait(&mut self) {
        self.waits_since.get_or_insert_with(sys::performance_now);
    }

    /// An event is about to be delivered.
    pub(crate) fn go_on(&mut self) {
        if let Some(since) = self.waits_since.take() {
            let now = sys::performance_now();
            if now - since > GAP {
                self.began = now;
            }
        }
    }

    /// Lets the event loop turn, when it is time for that after an event.
    pub(crate) async fn rest(&mut self) {
        if self.is_over() {
            task().await;
            self.began = sys::performance_now();
        }
    }

    /// Whether the run has lasted long enough, after an event.
    fn is_over(&mut self) -> bool {
        self.events = self.events.wrapping_add(1);
        self.events.is_multiple_of(STRIDE) && sys::performance_now() - self.began > BUDGET
    }
}

/// The same for a stream, whose consumer takes one item after the other while there are any.
#[derive(Default)]
pub(crate) struct StreamPace {
    pace: Pace,
    rest: Option<Pin<Box<dyn Future<Output = ()>>>>,
}

impl StreamPace {
    /// What `poll_next` gives, when it is time for that.
    pub(crate) fn poll<T>(
        &mut self,
        context: &mut Context<'_>,
        poll_next: impl FnOnce(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        if let Some(rest) = &mut self.rest {
            ready!(rest.as_mut().poll(context));
            self.rest = None;
            self.pace.began = sys::performance_now();
        }
        let next = poll_next(context);
        if next.is_pending() {
            self.pace.wait();
        } else {
            self.pace.go_on();
            if self.pace.is_over() {
                self.rest = Some(Box::pin(task()));
            }
        }
        next
    }
}

/// A task of the event loop: not a timer's, which browsers delay in hidden pages.
async fn task() {
    let Ok(channel) = MessageChannel::new() else {
        return;
    };
    let (here, there) = (channel.port1(), channel.port2());
    let told = Promise::new(&mut |resolve, _| here.set_onmessage(Some(&resolve)));
    if there.post_message(&JsValue::UNDEFINED).is_ok() {
        // It does not reject.
        let _ = JsFuture::from(told).await;
    }
    here.close();
}
