use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};
use std::time::Duration;

use crate::web::clock::Clock;
use crate::web::task::task;

/// Turns of the event loop until a request and all that follows from it are handled: its headers, its response, its events.
const TURNS: u32 = 4;

/// A clock that stands still until the test advances it: delays and timeouts pass at once, and exactly. Clones share one
/// clock.
///
/// ```no_run
/// # async fn test() {
/// use std::time::Duration;
/// use eventsource_wasm::Clock;
/// use eventsource_wasm::testing::TestClock;
///
/// let clock = TestClock::new();
/// clock.advance(Duration::from_secs(3)).await;
/// assert_eq!(clock.now(), Duration::from_secs(3));
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct TestClock(Rc<State>);

#[derive(Default)]
struct State {
    now: Cell<Duration>,
    count: Cell<u64>,
    /// Timers by their due time, then in the order in which they were set.
    timers: RefCell<BTreeMap<Due, Box<dyn FnOnce()>>>,
}

type Due = (Duration, u64);

/// Removes its timer when it is dropped.
struct Set(Weak<State>, Due);

impl TestClock {
    /// A clock at zero.
    pub fn new() -> TestClock {
        TestClock::default()
    }

    /// The time until the next timer fires, for a reconnect or a timeout; `None` if no timer is set.
    pub fn next_timeout(&self) -> Option<Duration> {
        let timers = self.0.timers.borrow();
        timers.keys().next().map(|(due, _)| due.saturating_sub(self.now()))
    }

    /// Advances the clock. Timers that fall due meanwhile fire in order, each at its own time. Resolves when all work under
    /// way is done: the server's events are delivered, the next request is made. A time of zero only waits for that.
    pub async fn advance(&self, time: Duration) {
        settle().await;
        let until = self.now() + time;
        while let Some(callback) = self.take_due(until) {
            callback();
            settle().await;
        }
        self.0.now.set(until.max(self.now()));
    }

    /// Takes the first timer, if it is due by `until`, and sets the clock to its time.
    fn take_due(&self, until: Duration) -> Option<Box<dyn FnOnce()>> {
        let mut timers = self.0.timers.borrow_mut();
        let first = timers.first_entry().filter(|first| first.key().0 <= until)?;
        self.0.now.set(first.key().0.max(self.0.now.get()));
        Some(first.remove())
    }
}

async fn settle() {
    for _ in 0..TURNS {
        task().await;
    }
}

impl Clock for TestClock {
    fn now(&self) -> Duration {
        self.0.now.get()
    }

    fn call_after(&self, delay: Duration, callback: Box<dyn FnOnce()>) -> Box<dyn Any> {
        self.0.count.set(self.0.count.get() + 1);
        let due = (self.now() + delay, self.0.count.get());
        self.0.timers.borrow_mut().insert(due, callback);
        Box::new(Set(Rc::downgrade(&self.0), due))
    }
}

impl Drop for Set {
    fn drop(&mut self) {
        let Set(state, due) = self;
        // The callback may hold the last handle of a source that sets timers, so it is dropped outside of the borrow.
        let callback = state.upgrade().and_then(|state| state.timers.borrow_mut().remove(due));
        drop(callback);
    }
}

impl std::fmt::Debug for State {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let due: Vec<Duration> = self.timers.borrow().keys().map(|(due, _)| *due).collect();
        formatter.debug_struct("State").field("now", &self.now.get()).field("due", &due).finish()
    }
}
