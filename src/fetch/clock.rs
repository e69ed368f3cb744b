//! Where a source has its time from: the globals, or a clock that a test gave it.

use std::cell::Cell;
use std::time::Duration;

use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

use super::sys;

#[derive(Default)]
pub(crate) struct Clock {
    given: Option<sys::Clock>,
    /// How far time has been put forward; see [`Clock::reach`].
    ahead: Cell<Duration>,
}

/// A timeout that was set. Dropping it clears it.
pub(super) struct Timeout {
    clock: sys::Clock,
    id: JsValue,
    _callback: Closure<dyn FnMut()>,
}

impl Clock {
    /// The longest that `setTimeout` can wait.
    pub(super) const LONGEST: Duration = Duration::from_millis(i32::MAX as u64);

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

    /// For a timer that rang at this time: it has come, even if `performance.now` disagrees. Browsers make that coarse, and
    /// test runners may fake `setTimeout` alone.
    pub(super) fn reach(&self, time: Duration) {
        self.ahead.set(self.ahead.get() + time.saturating_sub(self.now()));
    }

    /// Calls back after `wait`, which is no longer than [`Clock::LONGEST`].
    pub(super) fn timeout(&self, wait: Duration, callback: Closure<dyn FnMut()>) -> Timeout {
        let delay = (wait.as_secs_f64() * 1000.0).ceil() as u32;
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
