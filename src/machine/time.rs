//! The machine's clock, its deadlines, and the budget of the page.

use core::mem;
use core::time::Duration;

use super::page::HOLD;
use super::{ErrorCode, MAX_DELAY, Machine, Micros, Output, State, Stream, micros};

/// The longest wait; a later deadline takes several waits. One second less than [`MAX_DELAY`]: a shell rounds up to whole
/// milliseconds, and a timer above the limit of the platform fires at once.
const LONGEST_TIMER: Micros = (MAX_DELAY.as_millis() as u64 - 1000) * 1000;

/// A time limit that is noticed this late was not watched: the thread was busy, or the page was frozen. `GRACE` is
/// then the time to read the bytes that have arrived meanwhile.
const LATE: Micros = 100_001;
const GRACE: Micros = 250_000;

/// A larger difference between the wall clock and the monotonic clock means that the computer slept.
const JUMP: Micros = 1_000_000;

/// The time of a machine. It never goes back.
#[derive(Debug)]
pub(super) struct Time {
    now: Micros,
    /// How far `now` is ahead of the shell's clock: by timers that fired early, and by sleep that the shell's clock did not
    /// count.
    ahead: Micros,
    /// The wall clock and `now` at their last comparison.
    compared: Option<(Micros, Micros)>,
    /// The deadline of the last [`Output::Wait`], until its timer fires.
    announced: Option<Micros>,
    /// No time limit ends before this time: the last one was noticed late.
    grace: Micros,
    has_waited: bool,
    /// Whether a yield postponed the last delivery: it then comes first, however busy other sources are.
    has_yielded: bool,
}

impl Time {
    pub(super) fn new() -> Time {
        Time { now: 0, ahead: 0, compared: None, announced: None, grace: 0, has_waited: true, has_yielded: false }
    }

    pub(super) fn now(&self) -> Micros {
        self.now
    }

    pub(super) fn set(&mut self, now: Duration) {
        self.now = micros(now).saturating_add(self.ahead);
    }

    /// Accepts the timer of the last wait, once: a timer that fires again, or for an earlier wait, would advance the machine
    /// by time that has not passed. Shells may round deadlines by less than a millisecond.
    pub(super) fn reach(&mut self, deadline: Duration, now: Duration) {
        let is_of_last = |announced: &mut Micros| announced.abs_diff(micros(deadline)) < 1000;
        if let Some(announced) = self.announced.take_if(is_of_last) {
            self.ahead = self.ahead.saturating_add(announced.saturating_sub(micros(now)));
            self.set(now);
        }
    }

    /// Returns how long the computer slept, by the wall clock.
    fn slept(&mut self, wall: Micros) -> Micros {
        let Some((last_wall, last)) = self.compared.replace((wall, self.now)) else { return 0 };
        let slept = wall.saturating_sub(last_wall).saturating_sub(self.now.saturating_sub(last));
        if slept < JUMP {
            return 0;
        }
        self.ahead = self.ahead.saturating_add(slept);
        self.now = self.now.saturating_add(slept);
        self.compared = Some((wall, self.now));
        slept
    }

    /// Converts to the clock that all machines of a shell share.
    pub(super) fn on_the_shells_clock(&self, moment: Micros) -> Duration {
        Duration::from_micros(moment.saturating_sub(self.ahead))
    }
}

impl Machine {
    fn deadline(&self) -> Option<Micros> {
        match &self.state {
            State::Waiting { until, .. } => Some(*until),
            State::Refused { since, sent, .. } => Some(self.evidence_deadline(*since, *sent)),
            // In a page that was left, no failure is reported.
            State::Held { since, .. } => (!self.is_left).then(|| since.saturating_add(HOLD).max(self.leaving_until)),
            _ => Some(self.limit()?.0.max(self.time.grace)),
        }
    }

    /// The time limit that ends first: its end, its length and its error code.
    fn limit(&self) -> Option<(Micros, Micros, ErrorCode)> {
        let limit = |since: Micros, limit: Option<Duration>, left: Option<Micros>, code| {
            let limit = micros(limit?);
            (limit > 0).then(|| (since.saturating_add(left.unwrap_or(limit)), limit, code))
        };
        match &self.state {
            _ if self.is_paused => None,
            State::Connecting { since, is_sent: true } => {
                limit(*since, self.config.connect_timeout, None, ErrorCode::ConnectTimeout)
            }
            State::Open(Stream { reading_since: Some(since), event_left, .. }) => {
                let idle = limit(*since, self.config.idle_timeout, None, ErrorCode::IdleTimeout);
                let event = limit(*since, self.config.event_timeout, Some(*event_left), ErrorCode::EventTimeout);
                match (idle, event) {
                    (Some(idle), Some(event)) if event.0 < idle.0 => Some(event),
                    (idle, event) => idle.or(event),
                }
            }
            _ => None,
        }
    }

    /// Acts on a deadline that has passed; false if there is none.
    pub(super) fn check_deadline(&mut self) -> bool {
        let now = self.time.now;
        if self.deadline().is_none_or(|deadline| deadline > now) {
            return false;
        }
        match self.state {
            State::Refused { .. } => self.refuse(),
            State::Waiting { .. } => self.connect(),
            State::Held { failure, since, .. } => self.decide(failure, since),
            _ => {
                let Some((.., code)) = self.limit() else { return false };
                if !self.begins_grace_if_late() {
                    self.keep_unfinished();
                    self.fail(code);
                }
            }
        }
        true
    }

    /// Begins the grace if the time limit is noticed late.
    pub(super) fn begins_grace_if_late(&mut self) -> bool {
        self.begins_grace(LATE)
    }

    /// Begins the grace if the time limit is overdue by `by`. One grace for each deadline.
    pub(super) fn begins_grace(&mut self, by: Micros) -> bool {
        let Some((deadline, limit, _)) = self.limit() else { return false };
        let begins = self.time.grace <= deadline && deadline.saturating_add(by) <= self.time.now;
        if begins {
            self.time.grace = self.time.now.saturating_add(limit.min(GRACE));
        }
        begins
    }

    /// Whether a time limit has passed unnoticed: after a sleep, or in a frozen page.
    pub(super) fn is_overdue(&self) -> bool {
        self.limit().is_some_and(|(deadline, ..)| deadline <= self.time.now)
    }

    /// Corrects the time limits after a sleep of the computer.
    pub(super) fn compare_clocks(&mut self, wall: Duration) {
        if self.time.slept(micros(wall)) == 0 {
            return;
        }
        // Even if the limit passed less than `LATE` ago: nothing watched it in the sleep.
        self.is_woken |= self.begins_grace(0);
    }

    pub(super) fn wait(&mut self) -> Output<'static> {
        // A wait directly after a wait, as for a response, ends no run of deliveries, so it must not extend the last run.
        let was_running = !mem::replace(&mut self.time.has_waited, true);
        if was_running && let Some(pace) = self.config.pace {
            pace.pause(self.time.on_the_shells_clock(self.time.now));
        }
        let latest = self.time.now.saturating_add(LONGEST_TIMER);
        let deadline = self.deadline().map(|deadline| deadline.min(latest).saturating_sub(self.time.ahead));
        self.time.announced = deadline;
        Output::Wait(deadline.map(Duration::from_micros))
    }

    /// Starts a run of deliveries with the first delivery after a wait.
    pub(super) fn resume_pace(&mut self) {
        if mem::take(&mut self.time.has_waited)
            && let Some(pace) = self.config.pace
        {
            pace.resume(self.time.on_the_shells_clock(self.time.now));
        }
    }

    pub(super) fn is_pace_spent(&mut self) -> bool {
        self.resume_pace();
        let Some(pace) = self.config.pace else { return false };
        let now = self.time.on_the_shells_clock(self.time.now);
        let is_spent = pace.is_spent(now) && !self.time.has_yielded;
        self.time.has_yielded = is_spent;
        if is_spent {
            // The next call comes after the event loop has turned, however quickly that was.
            pace.restart(now);
            self.time.has_waited = true;
        }
        is_spent
    }
}
