use core::sync::atomic::{AtomicU32, Ordering};
use core::time::Duration;

/// Events are delivered for so long without a break: half of the time of a frame.
const BUDGET: Duration = Duration::from_millis(8);
/// A source that waited for longer than this lets the event loop turn: the budget starts anew.
const GAP: Duration = Duration::from_millis(1);

/// The time that the sources of a page spend on delivering events, one after the other, before the event loop turns.
///
/// What arrives faster than it is handled would otherwise be handled in one long run of microtasks, in which the page
/// cannot draw. The browser's own class lets the event loop turn after each event. One budget serves all sources of a page.
///
/// Times are any that the sources share. They are kept in microseconds modulo 2³², which wrap after 71 minutes: a run that
/// is told wrongly then costs one turn of the event loop.
#[derive(Debug, Default)]
pub struct Pace {
    began: AtomicU32,
    active: AtomicU32,
}

impl Pace {
    /// A budget of which nothing is spent.
    pub const fn new() -> Pace {
        Pace { began: AtomicU32::new(0), active: AtomicU32::new(0) }
    }

    /// Delivering goes on after a wait, which may have been long enough for the event loop to turn.
    pub fn resume(&self, now: Duration) {
        if since(&self.active, now) > micros(GAP) {
            set(&self.began, now);
        }
        set(&self.active, now);
    }

    /// Nothing is left to deliver.
    pub fn pause(&self, now: Duration) {
        set(&self.active, now);
    }

    /// Whether the budget is spent: then let the event loop turn, and [`restart`](Pace::restart).
    pub fn is_spent(&self, now: Duration) -> bool {
        set(&self.active, now);
        since(&self.began, now) > micros(BUDGET)
    }

    /// The event loop has turned.
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

/// Modulo 2³², without the 128 bits of `Duration::as_micros`.
fn micros(time: Duration) -> u32 {
    (time.as_secs() as u32).wrapping_mul(1_000_000).wrapping_add(time.subsec_micros())
}
