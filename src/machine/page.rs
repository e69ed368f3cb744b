//! What the life of a page does to its sources.

use core::mem;

use super::{Machine, Micros, PageEvent, Retry, State, Stream, WhenHidden, micros};

/// What wakes a source ends a wait this long after the last request, or later.
const WAKES_AFTER: Micros = 1_000_000;

/// Nobody is notified of a network failure in a page for so long: WebKit breaks fetches before it fires anything. On a busy machine
/// it took up to 180 ms.
pub(super) const HOLD: Micros = 250_000;

/// A page that is about to be left lives on until the next one answers. Nobody is notified of a network failure for so long: the
/// usual delay of a reconnect, as the page may also stay, with a download.
const LEAVING: Micros = 3_000_000;

impl Machine {
    /// Whether [`Input::Page`](super::Input::Page) may change anything: then the shell listens to the page.
    pub fn watches_page(&self) -> bool {
        self.config.in_page || self.follows_page()
    }

    /// Sources that never send a second request do not follow their page.
    fn follows_page(&self) -> bool {
        self.config.follows_page && self.retry != Retry::Never
    }

    /// Whether nothing may be sent: for the page, or for the user.
    pub(super) fn is_put_off(&self) -> bool {
        self.is_paused || self.is_put_off_by_page()
    }

    fn is_put_off_by_page(&self) -> bool {
        self.is_cached || self.is_hidden && self.config.when_hidden == WhenHidden::Pause
    }

    /// A page in the back/forward cache has no connection, whatever its sources do when hidden: browsers would not keep it
    /// there.
    pub(super) fn follow_page(&mut self, event: PageEvent) {
        match event {
            PageEvent::Leaving => self.leaving_until = self.time.now().saturating_add(LEAVING),
            PageEvent::Left | PageEvent::Cached => self.is_left = true,
            PageEvent::Restored => self.is_left = false,
            _ => {}
        }
        if !self.follows_page() {
            return;
        }
        match event {
            PageEvent::Hidden => self.is_hidden = true,
            PageEvent::Visible => self.is_hidden = false,
            PageEvent::Cached => self.is_cached = true,
            PageEvent::Restored => self.is_cached = false,
            PageEvent::Leaving | PageEvent::Left | PageEvent::Online => {}
        }
        if self.is_put_off_by_page() {
            self.pause_for_page();
        } else if let PageEvent::Visible | PageEvent::Restored | PageEvent::Online = event {
            self.wake(event);
        }
    }

    /// Gives up the request under way. It will be made again for the same reason, such as fresh credentials.
    fn pause_for_page(&mut self) {
        match self.state {
            State::Connecting { .. } | State::Refused { .. } | State::Open(_) | State::Held { .. } => {
                if self.has_progressed() {
                    self.attempt = 0;
                }
                self.abandon();
                self.state = State::Paused;
            }
            _ => {}
        }
    }

    /// The page shows itself, or the network is back: ends a wait, but not more often than the server should be asked, and not
    /// before it wants to be.
    fn wake(&mut self, event: PageEvent) {
        match &mut self.state {
            State::Paused => self.connect(),
            // A page that comes back has its connections at once.
            State::Waiting { until, asked, .. } if event == PageEvent::Restored => *until = (*until).min(*asked),
            State::Waiting { until, not_before, .. } => *until = (*until).min(*not_before),
            State::Held { .. } => self.is_woken = true,
            // If it is lost, as will be seen, nobody is to wait for it once more.
            _ => self.is_woken |= self.is_overdue(),
        }
    }

    /// The user wants no events.
    pub(super) fn pause(&mut self) {
        let now = self.time.now();
        match &mut self.state {
            State::Connecting { is_sent: false, .. } => self.state = State::Paused,
            State::Open(Stream { reading_since: Some(since), event_left, .. }) if !self.is_paused => {
                *event_left = event_left.saturating_sub(now.saturating_sub(*since));
            }
            _ => {}
        }
        self.is_paused = true;
    }

    /// The user wants events again. Time in which nobody wanted any does not count.
    pub(super) fn resume(&mut self) {
        let now = self.time.now();
        if !mem::take(&mut self.is_paused) {
            return;
        }
        match &mut self.state {
            State::Paused => self.connect(),
            State::Connecting { since, .. } => *since = now,
            State::Open(stream) => stream.reading_since = stream.reading_since.map(|_| now),
            _ => {}
        }
    }

    /// The times before which nothing wakes a source that failed at this moment: what is not to come often, and anything.
    pub(super) fn wakes_after(&self, failed: Micros) -> (Micros, Micros) {
        let between = micros(self.retry.policy().initial_delay).max(WAKES_AFTER);
        let asked = self.retry_after.map_or(0, |time| failed.saturating_add(micros(time)));
        (self.requested.saturating_add(between).max(asked), asked)
    }
}
