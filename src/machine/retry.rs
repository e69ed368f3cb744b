//! The decision to connect again: a pure function of the failure.

use alloc::string::String;
use core::time::Duration;

use crate::error::ErrorCode;
use crate::http;

/// The shortest delay before a reconnect, so that `retry: 0` cannot cause a tight loop.
///
/// ```
/// use eventsource_wasm::machine::{MIN_DELAY, RetryPolicy};
///
/// let wanted = RetryPolicy::default().reconnection_time(Some(std::time::Duration::ZERO)); // `retry: 0`
/// assert_eq!(wanted.max(MIN_DELAY).as_millis(), 10);
/// ```
pub const MIN_DELAY: Duration = Duration::from_millis(10);

/// The longest delay before a reconnect: timers of the web platform count milliseconds in 31 bits.
///
/// ```
/// use eventsource_wasm::machine::MAX_DELAY;
///
/// assert_eq!(MAX_DELAY.as_millis(), 2_147_483_647);
/// ```
pub const MAX_DELAY: Duration = Duration::from_millis(i32::MAX as u64);

/// The facts of a failure, for the decision to retry.
///
/// ```
/// use std::time::Duration;
/// use eventsource_wasm::machine::{Decision, RetryContext};
///
/// fn for_a_minute(context: &RetryContext) -> Decision {
///     if context.elapsed > Duration::from_secs(60) { Decision::Stop } else { Decision::Wait(Duration::from_secs(2)) }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryContext {
    /// The code of the failure.
    pub code: ErrorCode,
    /// Failures in a row, this one included. A stream that made progress starts the count anew. The count is 0 for a polling
    /// server: its stream made progress and ended cleanly, and the server had set `retry`.
    pub attempt: u32,
    /// The status of the response, if there was one.
    pub status: Option<u16>,
    /// The `Retry-After` of the response.
    pub retry_after: Option<Duration>,
    /// The server's `retry` field, if it sent one.
    pub server_retry: Option<Duration>,
    /// The reconnection time in force: the server's, else [`Config::reconnection_time`](super::Config::reconnection_time).
    pub reconnection_time: Duration,
    /// Time since the first failure in the row.
    pub elapsed: Duration,
    /// Whether a function of the user failed that makes a part of the request, such as one that fetches a token. The code is
    /// then [`ErrorCode::Request`].
    pub is_unprepared: bool,
}

impl RetryContext {
    /// The context of a first failure without a response, for tests of a retry function.
    ///
    /// ```
    /// use eventsource_wasm::ErrorCode;
    /// use eventsource_wasm::machine::{Decision, Retry, RetryContext, RetryPolicy};
    ///
    /// let mut refused = RetryContext::new(ErrorCode::Status);
    /// refused.status = Some(503);
    /// assert_eq!(Retry::Standard.decide(&refused, 0.5), Some(Decision::Stop));
    /// let policy = RetryPolicy::default();
    /// assert_eq!(Retry::Policy(policy).decide(&refused, 0.5), Some(Decision::Wait(policy.initial_delay)));
    /// ```
    pub fn new(code: ErrorCode) -> RetryContext {
        RetryContext {
            code,
            attempt: 1,
            status: None,
            retry_after: None,
            server_retry: None,
            reconnection_time: RetryPolicy::default().initial_delay,
            elapsed: Duration::ZERO,
            is_unprepared: false,
        }
    }
}

/// What to do after a failure.
///
/// ```
/// use std::time::Duration;
/// use eventsource_wasm::machine::{Decision, RetryContext};
///
/// /// Twice, then no more.
/// fn decide(context: &RetryContext) -> Decision {
///     if context.attempt > 2 { Decision::Stop } else { Decision::Wait(Duration::from_secs(1)) }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Decision {
    /// Connect again after this time.
    Wait(Duration),
    /// Connect again after this time, with another last event ID; an empty ID starts from the beginning.
    WaitFrom {
        /// The delay.
        delay: Duration,
        /// The last event ID.
        last_event_id: String,
    },
    /// Give up.
    Stop,
}

/// The parameters of a backoff.
///
/// ```
/// use std::time::Duration;
/// use eventsource_wasm::machine::RetryPolicy;
///
/// let policy = RetryPolicy::default().max_attempts(5).jitter(true);
/// assert_eq!(policy.initial_delay, Duration::from_secs(3));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// Delay before the first reconnect, until the server sends `retry`. Default 3 s.
    pub initial_delay: Duration,
    /// The delay at which the backoff stops growing. Default 30 s. A longer `retry` from the server still applies.
    pub max_delay: Duration,
    /// The factor by which the delay grows per failure. Default 2; 1 for no growth.
    pub factor: f64,
    /// Whether each delay is drawn uniformly between zero and its value ("full jitter"). A time that the server sets by
    /// `retry` or `Retry-After` is the lower bound; the upper bound is then the delay, or 1.5 times the lower bound if that
    /// is larger. Default false.
    pub jitter: bool,
    /// The number of failures in a row after which the source gives up. Default `None`: never.
    pub max_attempts: Option<u32>,
}

impl Default for RetryPolicy {
    fn default() -> RetryPolicy {
        RetryPolicy {
            initial_delay: Duration::from_secs(3),
            max_delay: Duration::from_secs(30),
            factor: 2.0,
            jitter: false,
            max_attempts: None,
        }
    }
}

impl RetryPolicy {
    /// The policy with another [`initial_delay`](RetryPolicy::initial_delay).
    #[must_use]
    pub fn initial_delay(mut self, delay: Duration) -> RetryPolicy {
        self.initial_delay = delay;
        self
    }

    /// The policy with another [`max_delay`](RetryPolicy::max_delay).
    #[must_use]
    pub fn max_delay(mut self, delay: Duration) -> RetryPolicy {
        self.max_delay = delay;
        self
    }

    /// The policy with another [`factor`](RetryPolicy::factor).
    #[must_use]
    pub fn factor(mut self, factor: f64) -> RetryPolicy {
        self.factor = factor;
        self
    }

    /// The policy with or without [`jitter`](RetryPolicy::jitter).
    #[must_use]
    pub fn jitter(mut self, yes: bool) -> RetryPolicy {
        self.jitter = yes;
        self
    }

    /// The policy that gives up after this number of failures in a row.
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> RetryPolicy {
        self.max_attempts = Some(attempts);
        self
    }

    /// The reconnection time in force: the server's, else the policy's, between [`MIN_DELAY`] and [`MAX_DELAY`].
    ///
    /// ```
    /// use std::time::Duration;
    /// use eventsource_wasm::machine::{MIN_DELAY, RetryPolicy};
    ///
    /// let policy = RetryPolicy::default();
    /// assert_eq!(policy.reconnection_time(None), policy.initial_delay);
    /// assert_eq!(policy.reconnection_time(Some(Duration::ZERO)), MIN_DELAY);
    /// ```
    pub fn reconnection_time(&self, server_retry: Option<Duration>) -> Duration {
        server_retry.unwrap_or(self.initial_delay).clamp(MIN_DELAY, MAX_DELAY)
    }

    /// The wait before the next attempt. `random` is uniform in `0.0..1.0`.
    fn delay(&self, context: &RetryContext, random: f64) -> Duration {
        let base = self.reconnection_time(context.server_retry);
        let ceiling = base.max(self.max_delay).min(MAX_DELAY).as_secs_f64();
        let growth = power(self.factor.max(1.0), context.attempt.saturating_sub(1));
        let mut delay = (base.as_secs_f64() * growth).min(ceiling);
        let retry_after = context.retry_after.unwrap_or_default();
        if self.jitter {
            // Never before the time that the server asks for.
            let floor = retry_after.max(context.server_retry.unwrap_or_default()).min(MAX_DELAY).as_secs_f64();
            let spread = (delay - floor).max((floor / 2.0).min(self.max_delay.as_secs_f64()));
            delay = floor + random * spread;
        }
        // Whole milliseconds, as timers take them. `round` is not in `core`.
        let delay = Duration::from_millis((delay * 1000.0 + 0.5) as u64);
        delay.max(retry_after).clamp(MIN_DELAY, MAX_DELAY)
    }
}

/// By squaring, as `powi` is not in `core`.
fn power(mut base: f64, mut exponent: u32) -> f64 {
    let mut power = 1.0;
    while exponent > 0 {
        if exponent & 1 == 1 {
            power *= base;
        }
        base *= base;
        exponent >>= 1;
    }
    power
}

/// How to decide whether to connect again.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Retry {
    /// As the standard does: network failures and clean ends are retried, refused responses are not.
    Standard,
    /// Send one request only: for `events()`, and by default for methods that are not idempotent.
    Never,
    /// Retry with the user's parameters: also after 408, 425, 429, 5xx, events that mean failure, and a function of the user
    /// that failed to make a part of the request.
    Policy(RetryPolicy),
    /// The user's function decides, after every failure that another request may fix.
    Ask,
}

impl Retry {
    /// The default for a method: a request is repeated automatically only if its method is idempotent ([RFC 9110,
    /// 9.2.2](https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2)).
    pub fn by_default(method: &str) -> Retry {
        if http::is_idempotent(method) { Retry::Standard } else { Retry::Never }
    }

    /// The backoff parameters in force.
    ///
    /// ```
    /// # use eventsource_wasm::machine::{Retry, RetryPolicy};
    /// assert_eq!(Retry::Standard.policy(), RetryPolicy::default());
    /// ```
    pub fn policy(&self) -> RetryPolicy {
        match self {
            Retry::Policy(policy) => *policy,
            _ => RetryPolicy::default(),
        }
    }

    /// Decides whether to retry after a failure; `None` if the user's function must decide. `random` is uniform in
    /// `0.0..1.0`.
    pub fn decide(&self, context: &RetryContext, random: f64) -> Option<Decision> {
        let policy = self.policy();
        let is_retried = match self {
            Retry::Never => false,
            Retry::Standard => context.code.is_loss(),
            Retry::Policy(_) => context.code.is_loss() || is_passing(context),
            Retry::Ask if is_final(context.code) => false,
            Retry::Ask => return None,
        };
        if !is_retried || policy.max_attempts.is_some_and(|most| context.attempt >= most) {
            return Some(Decision::Stop);
        }
        Some(Decision::Wait(policy.delay(context, random)))
    }
}

/// Failures that another request cannot fix: the server asks for none, `fetch` does not stream, or the page forbids it.
fn is_final(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::NoContent | ErrorCode::NotStreamed | ErrorCode::Policy)
}

/// Failures that may be temporary: some statuses, events that mean failure, and functions of the user, which may need the
/// network.
fn is_passing(context: &RetryContext) -> bool {
    match context.code {
        ErrorCode::Event => true,
        ErrorCode::Request => context.is_unprepared,
        ErrorCode::Status => matches!(context.status, Some(408 | 425 | 429 | 500..=599)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost(attempt: u32, server_retry: Option<u64>) -> RetryContext {
        let server_retry = server_retry.map(Duration::from_millis);
        RetryContext { attempt, server_retry, ..RetryContext::new(ErrorCode::Network) }
    }

    fn refused(status: u16) -> RetryContext {
        RetryContext { code: ErrorCode::Status, status: Some(status), ..lost(1, None) }
    }

    fn milliseconds(decision: Option<Decision>) -> u128 {
        match decision {
            Some(Decision::Wait(delay)) => delay.as_millis(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn delays_grow_from_the_reconnection_time_to_the_ceiling() {
        let delays: Vec<_> =
            (1..7).map(|attempt| milliseconds(Retry::Standard.decide(&lost(attempt, None), 0.5))).collect();
        assert_eq!(delays, [3000, 6000, 12_000, 24_000, 30_000, 30_000]);
        assert_eq!(milliseconds(Retry::Standard.decide(&lost(9, Some(45_000)), 0.5)), 45_000);
    }

    #[test]
    fn a_server_retry_stays_within_the_delay_limits() {
        assert_eq!(milliseconds(Retry::Standard.decide(&lost(1, Some(3_000_000_000)), 0.5)), i32::MAX as u128);
        assert_eq!(milliseconds(Retry::Standard.decide(&lost(u32::MAX, Some(u64::MAX)), 0.5)), i32::MAX as u128);
        assert_eq!(milliseconds(Retry::Standard.decide(&lost(1, Some(0)), 0.5)), 10);
        assert_eq!(milliseconds(Retry::Standard.decide(&lost(4, Some(0)), 0.5)), 80);
    }

    #[test]
    fn jitter_draws_from_zero_to_the_delay() {
        let retry = Retry::Policy(RetryPolicy::default().jitter(true));
        assert_eq!(milliseconds(retry.decide(&lost(1, None), 0.25)), 750);
        assert_eq!(milliseconds(retry.decide(&lost(1, None), 0.0)), 10);
    }

    #[test]
    fn the_standard_retries_losses_and_no_refusal() {
        assert!(matches!(Retry::Standard.decide(&lost(1, None), 0.5), Some(Decision::Wait(_))));
        for status in [400, 401, 404, 429, 500, 503] {
            assert_eq!(Retry::Standard.decide(&refused(status), 0.5), Some(Decision::Stop), "{status}");
        }
    }

    #[test]
    fn a_policy_retries_passing_statuses_and_obeys_retry_after() {
        let retry = Retry::Policy(RetryPolicy::default());
        for status in [408, 425, 429, 500, 503, 599] {
            assert_eq!(milliseconds(retry.decide(&refused(status), 0.5)), 3000, "{status}");
        }
        for status in [400, 401, 403, 404, 301] {
            assert_eq!(retry.decide(&refused(status), 0.5), Some(Decision::Stop), "{status}");
        }
        let told = RetryContext { retry_after: Some(Duration::from_secs(90)), ..refused(503) };
        assert_eq!(milliseconds(retry.decide(&told, 0.5)), 90_000);
    }

    #[test]
    fn a_policy_gives_up_at_its_last_attempt() {
        let retry = Retry::Policy(RetryPolicy::default().max_attempts(3));
        assert!(matches!(retry.decide(&lost(2, None), 0.5), Some(Decision::Wait(_))));
        assert_eq!(retry.decide(&lost(3, None), 0.5), Some(Decision::Stop));
    }

    #[test]
    fn the_retry_function_decides_after_all_but_204() {
        assert_eq!(Retry::Ask.decide(&refused(404), 0.5), None);
        let no_content = RetryContext { code: ErrorCode::NoContent, ..lost(1, None) };
        assert_eq!(Retry::Ask.decide(&no_content, 0.5), Some(Decision::Stop));
    }

    #[test]
    fn extreme_policy_values_do_not_panic() {
        for factor in [f64::NAN, f64::INFINITY, -1.0, 0.0] {
            for jitter in [false, true] {
                let policy = RetryPolicy::default()
                    .factor(factor)
                    .jitter(jitter)
                    .initial_delay(Duration::MAX)
                    .max_delay(Duration::MAX);
                milliseconds(Retry::Policy(policy).decide(&lost(u32::MAX, None), 0.0));
            }
        }
    }

    #[test]
    fn the_delay_of_a_huge_attempt_number_is_computed_quickly() {
        for factor in [1.0, 1.0 + f64::EPSILON] {
            let retry = Retry::Policy(RetryPolicy::default().factor(factor));
            assert_eq!(milliseconds(retry.decide(&lost(u32::MAX, None), 0.5)), 3000);
        }
    }

    #[test]
    fn jitter_is_uniform_at_the_ceiling_too() {
        let retry = Retry::Policy(RetryPolicy::default().jitter(true));
        assert_eq!(milliseconds(retry.decide(&lost(5, None), 0.5)), 15_000);
        assert_eq!(milliseconds(retry.decide(&lost(50, None), 0.5)), 15_000);
    }
}
