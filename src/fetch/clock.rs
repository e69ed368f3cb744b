//! Where a source has its time from: the globals, or a clock that a test gave it.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

use super::sys;

#[derive(Clone, Default)]
pub(crate) struct Clock {
    given: Option<sys::Clock>,
    /// How far time has been put forward; see [`Clock::timeout`].
    ahead: Rc<Cell<Duration>>,
}

/// A timeout that was set. Dropping it clears it.
pub(super) struct Timeout {
    clock: sys::Clock,
    id: JsValue,
    _callback: Closure<dyn FnMut()>,
}

impl Clock {
    #[cfg(feature = "npm")]
    pub(crate) fn new(given: Option<sys::Clock>) -> Clock {
        Clock { given, ..Clock::default() }
    }

    /// Since a fixed moment; never goes back.
    pub(super) fn now(&self) -> Duration {
        let now = match &self.given {
            None => sys::performance_now(),
            Some(clock) => clock.now(),
        };
        Duration::from_secs_f64(now / 1000.0) + self.ahead.get()
    }

    /// Calls back after `wait`, or as late as a timer can. By this clock that time has passed then, even if
    /// `performance.now` disagrees: browsers make it coarse, and test runners may fake `setTimeout` alone.
    pub(super) fn timeout(&self, wait: Duration, callback: Box<dyn FnOnce()>) -> Timeout {
        let delay = (wait.as_secs_f64() * 1000.0).ceil().min(f64::from(i32::MAX)) as u32;
        let due = self.now() + Duration::from_millis(delay.into());
        let told = self.clone();
        let callback = Closure::once(move || {
            told.ahead.set(told.ahead.get() + due.saturating_sub(told.now()));
            callback();
        });
        // The global object has timers of the same names, looked up each time, since a test may replace them.
        let clock = self.given.clone().unwrap_or_else(|| js_sys::global().unchecked_into());
        Timeout { id: clock.set_timeout(&callback, delay), clock, _callback: callback }
    }
}

impl Drop for Timeout {
    fn drop(&mut self) {
        self.clock.clear_timeout(&self.id);
    }
}
