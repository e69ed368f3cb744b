//! Where a source has its time from.

use std::cell::Cell;
use std::time::Duration;

use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;

use super::sys;

#[derive(Default)]
pub(crate) struct Clock {
    /// How far time has been put forward; see [`Clock::reach`].
    ahead: Cell<Duration>,
}

/// A timeout that was set. Dropping it clears it.
pub(crate) struct Timeout {
    id: JsValue,
    _callback: Closure<dyn FnMut()>,
}

impl Clock {
    /// The longest that `setTimeout` can wait.
    pub(crate) const LONGEST: Duration = Duration::from_millis(i32::MAX as u64);

    /// Since a fixed moment; never goes back.
    pub(crate) fn now(&self) -> Duration {
        Duration::from_secs_f64(sys::performance_now() / 1000.0) + self.ahead.get()
    }

    /// For a timer that rang at this time: it has come, even if `performance.now` disagrees. Browsers make that coarse, and
    /// test runners may fake `setTimeout` alone.
    pub(crate) fn reach(&self, time: Duration) {
        self.ahead.set(self.ahead.get() + time.saturating_sub(self.now()));
    }

    /// Calls back after `wait`, which is no longer than [`Clock::LONGEST`].
    pub(crate) fn timeout(&self, wait: Duration, callback: Closure<dyn FnMut()>) -> Timeout {
        let delay = (wait.as_secs_f64() * 1000.0).ceil() as u32;
        Timeout { id: sys::set_timeout(&callback, delay), _callback: callback }
    }
}

impl Drop for Timeout {
    fn drop(&mut self) {
        sys::clear_timeout(&self.id);
    }
}
