use core::sync::atomic::{AtomicU32, Ordering};
use core::time::Duration;

/// The longest time to deliver events without a break: half of the time of a frame.
const BUDGET: Duration = Duration::from_millis(8);
/// During a wait longer than this the event loop turns, so the budget starts anew.
const GAP: Duration = Duration::from_millis(1);

/// The time budget for delivering events before the event loop turns. All sources of a page share it.
///
/// Without the budget, events that arrive faster than the user handles them run in one long series of microtasks, and the
/// page cannot draw. The browser's own class lets the event loop turn after each event.
///
/// All sources must use the same clock. Times are kept in microseconds modulo 2³², which wrap after 71 minutes: a wrong
/// comparison then costs one turn of the event loop.
#[derive(Debug, Default)]
pub struct Pace {
    began: AtomicU32,
    active: AtomicU32,
}

impl Pace {
    /// A budget that is not spent.
    pub const fn new() -> Pace {
        Pace { began: AtomicU32::new(0), active: AtomicU32::new(0) }
    }

    /// Continues the delivery after a wait. After a long wait the budget starts anew.
    pub fn resume(&self, now: Duration) {
        if since(&self.active, now) > micros(GAP) {
            set(&self.began, now);
        }
        set(&self.active, now);
    }

    /// Marks that nothing is left to deliver.
    pub fn pause(&self, now: Duration) {
        set(&self.active, now);
    }

    /// Whether the budget is spent. If so, let the event loop turn, then call [`restart`](Pace::restart).
    pub fn is_spent(&self, now: Duration) -> bool {
        set(&self.active, now);
        since(&self.began, now) > micros(BUDGET)
    }

    /// Starts the budget anew, after the event loop has turned.
    pub fn restart(&self, now: Duration) {
        set(&self.began, now);
        set(&self.active, now);
    }
}

fn set(mark: &AtomicU32, now: Duration) {
    mark.store(micros(now), Ordering::Relaxed);
}

fn since(mark: &AtomicU32, now: Duration) -> u32 {
    micros(now).wrapping_sub(mark.load(Ordering::Relaxed))
}

/// Microseconds modulo 2³², without the 128-bit arithmetic of `Duration::as_micros`.
fn micros(time: Duration) -> u32 {
    (time.as_secs() as u32).wrapping_mul(1_000_000).wrapping_add(time.subsec_micros())
}
