//! Refused responses, failures, and the decision to retry.

use core::mem;
use core::time::Duration;

use super::{
    Decision, End, ErrorCode, Failure, Fault, MAX_DELAY, MIN_DELAY, Machine, Micros, Reason, RetryContext, RetryPolicy,
    State, micros,
};
use crate::http::{self, ResponseHead};

/// The time limit for reading the body of a refused response, unless the connect timeout ends first.
const EVIDENCE_TIME: Micros = 5_000_000;

/// Why a response is not an event stream.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refusal {
    code: ErrorCode,
    status: u16,
}

impl Machine {
    /// Reads the body of a refused response as evidence, before the failure.
    pub(super) fn begin_refusal(&mut self, code: ErrorCode, head: &ResponseHead<'_>) {
        let State::Connecting { since, .. } = self.state else { return };
        // No time limit runs in a pause.
        let sent = if self.is_paused { self.time.now() } else { since };
        let refusal = Refusal { code, status: head.status };
        self.retry_after = head.retry_after();
        self.evidence.clear();
        // The network works again.
        self.is_woken = false;
        self.state = State::Refused { refusal, since: self.time.now(), sent, is_reading: false };
        if self.config.max_error_body == 0 {
            self.refuse();
        }
    }

    pub(super) fn evidence_deadline(&self, since: Micros, sent: Micros) -> Micros {
        let latest = since.saturating_add(EVIDENCE_TIME);
        match self.config.connect_timeout.map(micros) {
            None | Some(0) => latest,
            Some(limit) => latest.min(sent.saturating_add(limit)),
        }
    }

    pub(super) fn take_evidence(&mut self, length: usize) {
        let State::Refused { is_reading, .. } = &mut self.state else { return };
        *is_reading = false;
        let most = self.config.max_error_body;
        let kept = length.min(most - self.evidence.len());
        let start = self.parser.buffer().len();
        self.parser.fed(length);
        self.evidence.extend_from_slice(&self.parser.buffer()[start..start + kept]);
        self.parser.reset();
        if self.evidence.len() == most {
            self.refuse();
        }
    }

    /// Fails with the evidence that has arrived, or repeats the request with fresh credentials.
    pub(super) fn refuse(&mut self) {
        let State::Refused { refusal, .. } = self.state else { return };
        let Refusal { code, status } = refusal;
        let may_renew = self.config.renews_credentials && !self.config.given && !self.credentials_renewed;
        if may_renew && matches!(status, 401 | 403) {
            self.credentials_renewed = true;
            self.abandon();
            self.reason = Some(Reason::Failed(self.failure(code, Some(status), false)));
            return self.connect();
        }
        self.fail_with(code, Some(status));
    }

    /// Maps a fault to its error code.
    pub(super) fn fail_by(&mut self, fault: Fault<'_>) {
        let code = match fault {
            Fault::Aborted if self.config.given => return self.finish(End::Closed),
            Fault::Unusable | Fault::Unprepared => ErrorCode::Request,
            Fault::NotStreamed => ErrorCode::NotStreamed,
            Fault::Rejected { url: Some(url) } if !http::is_http(url) => ErrorCode::Request,
            Fault::Rejected { .. } | Fault::Body | Fault::Aborted => ErrorCode::Network,
        };
        self.is_unprepared = fault == Fault::Unprepared;
        self.keep_unfinished();
        self.fail(code);
    }

    pub(super) fn fail_by_listener(&mut self, last_event_id: Option<&str>) {
        self.set_last_event_id(last_event_id);
        self.lost = None;
        self.fail(ErrorCode::Request);
    }

    pub(super) fn fail_on(&mut self, last_event_id: Option<&str>, delivered: bool) {
        self.set_last_event_id(last_event_id);
        self.set_delivered(delivered);
        self.fail(ErrorCode::Event);
    }

    pub(super) fn fail(&mut self, code: ErrorCode) {
        self.fail_with(code, None);
    }

    /// Runs "reestablish the connection" or "fail the connection" of the standard.
    #[cold]
    fn fail_with(&mut self, code: ErrorCode, status: Option<u16>) {
        let was_open = matches!(self.state, State::Open(_));
        let has_progressed = code != ErrorCode::Event && self.has_progressed_until(code);
        if has_progressed {
            self.attempt = 0;
        }
        let now = self.time.now();
        if self.attempt == 0 {
            self.failing_since = now;
        }
        // A server that sets `retry` and ends its stream after new events means polling: its end is no failure.
        if !has_progressed || code != ErrorCode::Ended || self.server_retry.is_none() {
            self.attempt = self.attempt.saturating_add(1);
        }
        if status.is_none() {
            self.evidence.clear();
            self.retry_after = None;
        }
        let failure = self.failure(code, status, self.has_delivered());
        self.abandon();
        if code == ErrorCode::Network && self.config.in_page {
            self.state = State::Held { failure, since: now, was_open };
        } else {
            self.decide(failure, now);
        }
    }

    pub(super) fn failure(&self, code: ErrorCode, status: Option<u16>, delivered: bool) -> Failure {
        let is_id_unsendable = !http::is_sendable(self.parser.last_event_id_text().as_bytes());
        Failure { code, status, attempt: self.attempt, delay: None, delivered, is_id_unsendable }
    }

    /// Fails because the page's policy forbids the request, which has failed or is about to fail.
    pub(super) fn forbid(&mut self) {
        if let State::Held { mut failure, since, .. } = self.state {
            failure.code = ErrorCode::Policy;
            return self.decide(failure, since);
        }
        self.fail(ErrorCode::Policy);
    }

    /// Lets the retry policy decide about a failure that happened at `since`.
    pub(super) fn decide(&mut self, failure: Failure, since: Micros) {
        let context = RetryContext {
            code: failure.code,
            attempt: failure.attempt,
            status: failure.status,
            retry_after: self.retry_after,
            server_retry: self.server_retry,
            reconnection_time: RetryPolicy::default()
                .reconnection_time(self.server_retry.or(self.config.reconnection_time)),
            elapsed: Duration::from_micros(since.saturating_sub(self.failing_since)),
            is_unprepared: mem::take(&mut self.is_unprepared),
        };
        let random = self.random.next();
        match self.retry.decide(&context, random) {
            Some(decision) => self.follow(decision, failure, since),
            None => self.state = State::Asking { failure, context, since, is_asked: false },
        }
    }

    pub(super) fn follow(&mut self, decision: Decision, failure: Failure, since: Micros) {
        match decision {
            Decision::Wait(delay) => self.wait_for(delay, failure, since),
            Decision::WaitFrom { delay, last_event_id } => {
                self.set_last_event_id(Some(&last_event_id));
                self.wait_for(delay, failure, since);
            }
            Decision::Stop => self.finish(End::Failed(failure)),
        }
    }

    fn wait_for(&mut self, delay: Duration, mut failure: Failure, since: Micros) {
        let delay = delay.clamp(MIN_DELAY, MAX_DELAY);
        failure.delay = Some(delay);
        self.reason = Some(Reason::Failed(failure));
        let mut until = since.saturating_add(micros(delay));
        let (not_before, asked) = self.wakes_after(since);
        if mem::take(&mut self.is_woken) {
            until = until.min(not_before);
        }
        self.state = State::Waiting { until, not_before, asked };
        self.lost = Some(failure);
    }
}
