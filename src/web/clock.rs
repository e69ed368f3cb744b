//! Time in a browser.

use std::time::Duration;

use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;

use super::sys;

/// The time since a fixed moment; it never goes back.
pub(crate) fn now() -> Duration {
    Duration::from_secs_f64(sys::performance_now() / 1000.0)
}

/// The time of the wall clock, since the Unix epoch.
pub(crate) fn wall() -> Duration {
    Duration::from_millis(js_sys::Date::now() as u64)
}

/// A timeout that was set. Dropping it clears it.
pub(crate) struct Timer {
    deadline: Duration,
    id: JsValue,
    _ring: Closure<dyn FnMut()>,
}

impl Timer {
    /// Calls back at the deadline, which is no further away than `setTimeout` can wait.
    pub(crate) fn new(deadline: Duration, ring: Closure<dyn FnMut()>) -> Timer {
        let delay = (deadline.saturating_sub(now()).as_secs_f64() * 1000.0).ceil() as u32;
        Timer { deadline, id: sys::set_timeout(&ring, delay), _ring: ring }
    }

    pub(crate) fn deadline(&self) -> Duration {
        self.deadline
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        sys::clear_timeout(&self.id);
    }
}
