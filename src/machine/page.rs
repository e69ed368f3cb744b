//! How a source follows the lifecycle of its page.

use core::mem;

use super::{Machine, Micros, PageEvent, Retry, State, Stream, WhenHidden, micros};

/// The shortest time between two requests if an event of the page ends the wait.
const WAKES_AFTER: Micros = 1_000_000;

/// How long a network failure in a page is held back before the user is notified: WebKit aborts fetches before it fires any
/// event. On a busy machine the event came up to 180 ms later.
pub(super) const HOLD: Micros = 250_000;

/// How long a network failure after `beforeunload` is held back: the page lives until the next page responds. The page may
/// also stay, as for a download, so this is the usual delay of a reconnect.
const LEAVING: Micros = 3_000_000;

impl Machine {
    /// Whether [`Input::Page`](super::Input::Page) may have an effect. If so, the shell must listen to the page.
    pub fn watches_page(&self) -> bool {
        self.config.in_page || self.follows_page()
    }

    /// Sources that never send a second request do not follow their page.
    fn follows_page(&self) -> bool {
        self.config.follows_page && self.retry != Retry::Never
    }

    /// Whether the page or the user keeps the machine from sending a request.
    pub(super) fn is_put_off(&self) -> bool {
        self.is_paused || self.is_put_off_by_page()
    }

    fn is_put_off_by_page(&self) -> bool {
        self.is_cached || self.is_hidden && self.config.when_hidden == WhenHidden::Pause
    }

    /// A page in the back/forward cache has no connection, whatever `when_hidden` is: browsers would evict the page.
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

    /// Cancels the request under way. The next request keeps its reason, such as fresh credentials. A refusal counts as it
    /// stands; a failure that is held back may come from leaving the page.
    fn pause_for_page(&mut self) {
        match self.state {
            State::Refused { .. } => self.refuse(),
            State::Connecting { .. } | State::Open(_) | State::Held { .. } => {
                if let State::Held { failure, .. } = self.state {
                    // The user never learns of this failure, so the count of failures is again what it was before it.
                    self.attempt = failure.attempt - 1;
                } else if self.has_progressed() {
                    self.attempt = 0;
                }
                self.abandon();
                self.state = State::Paused;
            }
            _ => {}
        }
    }

    /// Ends a wait when the page becomes visible or the network is back, but not too often, and not before the server's
    /// `Retry-After`.
    fn wake(&mut self, event: PageEvent) {
        match &mut self.state {
            State::Paused => self.connect(),
            // A restored page has its connections at once.
            State::Waiting { until, asked, .. } if event == PageEvent::Restored => *until = (*until).min(*asked),
            State::Waiting { until, not_before, .. } => *until = (*until).min(*not_before),
            State::Held { .. } => self.is_woken = true,
            // The connection may turn out to be lost: then the reconnect should not wait.
            _ => self.is_woken |= self.is_overdue(),
        }
    }

    /// Pauses the source for the user.
    pub(super) fn pause(&mut self) {
        let now = self.time.now();
        self.begins_grace_if_late();
        match &mut self.state {
            State::Connecting { is_sent: false, .. } => self.state = State::Paused,
            State::Open(Stream { reading_since: Some(since), event_left, .. }) if !self.is_paused => {
                *event_left = event_left.saturating_sub(now.saturating_sub(*since));
            }
            _ => {}
        }
        self.is_paused = true;
    }

    /// Resumes the source for the user. Time limits do not count the pause.
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
        // A limit that was overdue before the pause.
        self.begins_grace(0);
    }

    /// The earliest ends of the wait after this failure: by frequent events of the page, and by any event.
    pub(super) fn wakes_after(&self, failed: Micros) -> (Micros, Micros) {
        let between = micros(self.retry.policy().initial_delay).max(WAKES_AFTER);
        let asked = self.retry_after.map_or(0, |time| failed.saturating_add(micros(time)));
        (self.requested.saturating_add(between).max(asked), asked)
    }
}
