//! The clock of a source in a browser.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;

use super::sys;

/// The clock of a source: see [`Builder::clock`](crate::Builder::clock). Tests give a
/// [`TestClock`](crate::testing::TestClock).
///
/// ```
/// use std::any::Any;
/// use std::time::Duration;
/// use eventsource_wasm::Clock;
///
/// /// Time stands still, and nothing falls due.
/// struct Stopped;
///
/// impl Clock for Stopped {
///     fn now(&self) -> Duration { Duration::ZERO }
///     fn call_after(&self, _: Duration, _: Box<dyn FnOnce()>) -> Box<dyn Any> { Box::new(()) }
/// }
/// ```
pub trait Clock {
    /// The time since a fixed moment; it never goes back.
    fn now(&self) -> Duration;

    /// The time of the wall clock, since any fixed moment. It advances while a computer sleeps. Default: [`now`](Clock::now).
    fn wall(&self) -> Duration {
        self.now()
    }

    /// Calls back once after this delay, from the event loop, unless the returned value is dropped before.
    fn call_after(&self, delay: Duration, callback: Box<dyn FnOnce()>) -> Box<dyn Any>;
}

/// The time since a fixed moment; it never goes back.
pub(crate) fn now() -> Duration {
    Duration::from_secs_f64(sys::performance_now() / 1000.0)
}

pub(crate) struct PageClock;

impl Clock for PageClock {
    fn now(&self) -> Duration {
        now()
    }

    fn wall(&self) -> Duration {
        Duration::from_millis(js_sys::Date::now() as u64)
    }

    fn call_after(&self, delay: Duration, callback: Box<dyn FnOnce()>) -> Box<dyn Any> {
        let ring = Closure::once(callback);
        let milliseconds = (delay.as_secs_f64() * 1000.0).ceil() as u32;
        Box::new(Timeout { id: sys::set_timeout(&ring, milliseconds), _ring: ring })
    }
}

/// A timeout of the browser. Dropping it clears the timeout.
struct Timeout {
    id: JsValue,
    _ring: Closure<dyn FnMut()>,
}

impl Drop for Timeout {
    fn drop(&mut self) {
        sys::clear_timeout(&self.id);
    }
}

/// The one timer of a shell. Dropping it clears it.
#[derive(Default)]
pub(crate) struct Alarm {
    /// The deadline, and the callback that waits for it.
    set: RefCell<Option<(Duration, Box<dyn Any>)>>,
    /// The deadline for which the timer rang.
    rang: Cell<Option<Duration>>,
}

impl Alarm {
    /// Rings at the deadline, or earlier: an earlier timer stays, since the deadline moves with every chunk.
    /// Calls `wake` then. The deadline must be within the range of `setTimeout`.
    pub(crate) fn set(self: &Rc<Alarm>, clock: &dyn Clock, deadline: Option<Duration>, wake: impl FnOnce() + 'static) {
        let mut set = self.set.borrow_mut();
        let Some(deadline) = deadline else {
            *set = None;
            return;
        };
        if set.as_ref().is_some_and(|(earlier, _)| *earlier <= deadline) {
            return;
        }
        let alarm = Rc::downgrade(self);
        let ring = move || {
            if let Some(alarm) = alarm.upgrade() {
                alarm.rang.set(Some(deadline));
                wake();
            }
        };
        *set = Some((deadline, clock.call_after(deadline.saturating_sub(clock.now()), Box::new(ring))));
    }

    /// The deadline for which the timer rang, once.
    pub(crate) fn take_rung(&self) -> Option<Duration> {
        let deadline = self.rang.take()?;
        self.set.take();
        Some(deadline)
    }
}
