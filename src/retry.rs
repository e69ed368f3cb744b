//! When to connect again: a pure function of what happened.

use core::time::Duration;

/// No wait is shorter, so that a `retry: 0` cannot make a loop.
///
/// ```
/// use eventsource_wasm::retry::{MIN_DELAY, RetryPolicy};
///
/// let wanted = RetryPolicy::default().reconnection_time(Some(std::time::Duration::ZERO)); // `retry: 0`
/// assert_eq!(wanted.max(MIN_DELAY).as_millis(), 10);
/// ```
pub const MIN_DELAY: Duration = Duration::from_millis(10);

/// No wait is longer: timers of the web platform count milliseconds in 31 bits.
///
/// ```
/// use eventsource_wasm::retry::MAX_DELAY;
///
/// assert_eq!(MAX_DELAY.as_millis(), 2_147_483_647);
/// ```
pub const MAX_DELAY: Duration = Duration::from_millis(i32::MAX as u64);

/// Why a connection was lost, refused or ended, and what to do.
///
/// ```
/// use eventsource_wasm::ErrorCode;
///
/// let is_for_the_user_to_mend = |code| matches!(code, ErrorCode::Network | ErrorCode::ConnectTimeout);
/// assert!(is_for_the_user_to_mend(ErrorCode::Network));
/// assert_eq!(ErrorCode::IdleTimeout.as_str(), "idle-timeout");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorCode {
    /// The request failed or the body broke off: no network, DNS, TLS, a CORS refusal, a reset; browsers do not say which.
    /// It is tried again. If it never succeeds, check the address and the certificate, and for another origin its CORS headers.
    Network,
    /// The server ended the stream cleanly. It is asked again, as the standard says. A server that has no more to say answers that
    /// with 204, or says in the stream that it is done: then close the source, or have a sentinel complete it.
    Ended,
    /// 204 No Content: the server asks the client to stop, and it is not asked again. If that is no news to the user, do nothing.
    NoContent,
    /// A status other than 200. The status, the headers and the start of the body say why. Sign in anew after a 401; a retry
    /// policy tries 408, 425, 429 and 5xx again.
    Status,
    /// 200, but not `text/event-stream`: often a page that a proxy or a login put in the way, which the start of the body shows.
    /// Otherwise have the server send `Content-Type: text/event-stream`.
    ContentType,
    /// No response within the connect timeout. It is tried again. If that is in vain, check the server, or raise the time.
    ConnectTimeout,
    /// No byte, not even a comment, within the idle timeout. It is tried again. Have the server send comments more often than that,
    /// or raise the time.
    IdleTimeout,
    /// One event was larger than the limit, and it would be again. Raise the limit, if such events are expected.
    EventTooLarge,
    /// The stream ended before its sentinel. Take what came as incomplete, and ask again, or have a retry policy do so.
    Truncated,
    /// The request could not be made: a callback that gives its parts failed, or `fetch` refused them. Mend what the cause names.
    Request,
}

impl ErrorCode {
    /// The code's name in JavaScript, such as `idle-timeout`; it stays, so that it may be logged.
    ///
    /// ```
    /// assert_eq!(eventsource_wasm::ErrorCode::NoContent.as_str(), "no-content");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            ErrorCode::Network => "network",
            ErrorCode::Ended => "ended",
            ErrorCode::NoContent => "no-content",
            ErrorCode::Status => "status",
            ErrorCode::ContentType => "content-type",
            ErrorCode::ConnectTimeout => "connect-timeout",
            ErrorCode::IdleTimeout => "idle-timeout",
            ErrorCode::EventTooLarge => "event-too-large",
            ErrorCode::Truncated => "truncated",
            ErrorCode::Request => "request",
        }
    }

    /// Whether the stream was lost on the way, so that the standard reestablishes the connection.
    fn is_loss(self) -> bool {
        matches!(
            self,
            ErrorCode::Network
                | ErrorCode::Ended
                | ErrorCode::ConnectTimeout
                | ErrorCode::IdleTimeout
                | ErrorCode::Truncated
        )
    }
}

/// What a decision rests on.
///
/// ```
/// use std::time::Duration;
/// use eventsource_wasm::retry::{Decision, RetryContext};
///
/// fn for_a_minute(context: &RetryContext) -> Decision {
///     if context.elapsed > Duration::from_secs(60) { Decision::Stop } else { Decision::Wait(Duration::from_secs(2)) }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryContext {
    /// What happened.
    pub code: ErrorCode,
    /// Failures in a row, this one included. A stream that was stable for a while starts the count anew.
    pub attempt: u32,
    /// The status of the response, if there was one.
    pub status: Option<u16>,
    /// What the response asked for with `Retry-After`.
    pub retry_after: Option<Duration>,
    /// The server's `retry` field, if it sent one.
    pub server_retry: Option<Duration>,
    /// Time since the first of these failures.
    pub elapsed: Duration,
}

/// What to do after a failure.
///
/// ```
/// use std::time::Duration;
/// use eventsource_wasm::retry::{Decision, RetryContext};
///
/// /// Twice, then no more.
/// fn decide(context: &RetryContext) -> Decision {
///     if context.attempt > 2 { Decision::Stop } else { Decision::Wait(Duration::from_secs(1)) }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Connect again after this time.
    Wait(Duration),
    /// Give up.
    Stop,
}

/// The numbers of a backoff.
///
/// ```
/// use std::time::Duration;
/// use eventsource_wasm::retry::RetryPolicy;
///
/// let policy = RetryPolicy { max_attempts: Some(5), jitter: true, ..RetryPolicy::default() };
/// assert_eq!(policy.initial_delay, Duration::from_secs(3));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetryPolicy {
    /// Delay before the first reconnect, until the server sends `retry`. Default 3 s.
    pub initial_delay: Duration,
    /// Backoff stops growing here. Default 30 s. A longer `retry` from the server still holds.
    pub max_delay: Duration,
    /// Growth per failure. Default 2; 1 for none.
    pub factor: f64,
    /// Draw each delay uniformly from zero to its value ("full jitter"). Default false.
    pub jitter: bool,
    /// Give up at so many failures in a row. Default `None`: never.
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
    /// The reconnection time in force: the server's, else the policy's, within what a timer can hold.
    ///
    /// ```
    /// use std::time::Duration;
    /// use eventsource_wasm::retry::{MIN_DELAY, RetryPolicy};
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
        if self.jitter {
            delay *= random;
        }
        // Whole milliseconds, which is what timers take and people read; rounded so, as `round` is not in `core`.
        let delay = Duration::from_millis((delay * 1000.0 + 0.5) as u64);
        delay.max(context.retry_after.unwrap_or_default()).clamp(MIN_DELAY, MAX_DELAY)
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

/// Who decides whether to connect again.
///
/// ```
/// use eventsource_wasm::ErrorCode;
/// use eventsource_wasm::retry::{Decision, Retry, RetryContext, RetryPolicy};
///
/// let refused = RetryContext {
///     code: ErrorCode::Status,
///     attempt: 1,
///     status: Some(503),
///     retry_after: None,
///     server_retry: None,
///     elapsed: Default::default(),
/// };
/// assert_eq!(Retry::Standard.decide(&refused, 0.5), Some(Decision::Stop));
/// let policy = RetryPolicy::default();
/// assert_eq!(Retry::Policy(policy).decide(&refused, 0.5), Some(Decision::Wait(policy.initial_delay)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Retry {
    /// What the standard says: lost networks and clean ends are retried, refused responses are not.
    Standard,
    /// One request and no other: `events()`, and by default whatever is not idempotent.
    Never,
    /// The user gave numbers: what `Standard` retries, and 408, 425, 429 and 5xx too.
    Policy(RetryPolicy),
    /// The user gave a function, which is asked after anything but a 204.
    Ask,
}

impl Retry {
    /// Where the user has given nothing: a request is repeated by itself only if its method is idempotent
    /// ([RFC 9110, 9.2.2](https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2)).
    #[cfg(any(feature = "web", feature = "npm-client"))]
    pub(crate) fn by_default(method: &str) -> Retry {
        let idempotent = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"];
        if idempotent.iter().any(|known| known.eq_ignore_ascii_case(method)) { Retry::Standard } else { Retry::Never }
    }

    /// The numbers in force.
    ///
    /// ```
    /// # use eventsource_wasm::retry::{Retry, RetryPolicy};
    /// assert_eq!(Retry::Standard.policy(), RetryPolicy::default());
    /// ```
    pub fn policy(&self) -> RetryPolicy {
        match self {
            Retry::Policy(policy) => *policy,
            _ => RetryPolicy::default(),
        }
    }

    /// Decides what follows a failure; `None` if the user is to be asked. `random` is uniform in `0.0..1.0`.
    ///
    /// ```
    /// # use eventsource_wasm::ErrorCode;
    /// # use eventsource_wasm::retry::{Decision, Retry, RetryContext};
    /// # let (attempt, elapsed) = (1, Default::default());
    /// let lost =
    ///     RetryContext { code: ErrorCode::Network, attempt, status: None, retry_after: None, server_retry: None, elapsed };
    /// assert!(matches!(Retry::Standard.decide(&lost, 0.5), Some(Decision::Wait(_))));
    /// assert_eq!(Retry::Never.decide(&lost, 0.5), Some(Decision::Stop));
    /// assert_eq!(Retry::Ask.decide(&lost, 0.5), None);
    /// ```
    pub fn decide(&self, context: &RetryContext, random: f64) -> Option<Decision> {
        let policy = self.policy();
        let is_retried = match self {
            Retry::Never => false,
            Retry::Standard => context.code.is_loss(),
            Retry::Policy(_) => context.code.is_loss() || is_passing(context),
            Retry::Ask if context.code == ErrorCode::NoContent => false,
            Retry::Ask => return None,
        };
        if !is_retried || policy.max_attempts.is_some_and(|most| context.attempt >= most) {
            return Some(Decision::Stop);
        }
        Some(Decision::Wait(policy.delay(context, random)))
    }
}

/// Statuses by which a server says that it may answer otherwise later.
fn is_passing(context: &RetryContext) -> bool {
    context.code == ErrorCode::Status && matches!(context.status, Some(408 | 425 | 429 | 500..=599))
}

/// Reads a `Retry-After` value ([RFC 9110, 10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3)): seconds, or a
/// date in any of its three forms. `now` is the time since the Unix epoch. A date that has passed is zero.
///
/// ```
/// use std::time::Duration;
/// use eventsource_wasm::retry::parse_retry_after;
///
/// assert_eq!(parse_retry_after("120", Duration::ZERO), Some(Duration::from_secs(120)));
/// let now = Duration::from_secs(784_111_700);
/// assert_eq!(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now), Some(Duration::from_secs(77)));
/// ```
pub fn parse_retry_after(value: &str, now: Duration) -> Option<Duration> {
    let value = value.as_bytes().trim_ascii();
    match number(value) {
        Some(seconds) => Some(Duration::from_secs(seconds)),
        None => Some(parse_http_date(value, now)?.saturating_sub(now)),
    }
}

/// An HTTP date ([RFC 9110, 5.6.7](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7)), since the Unix epoch:
///
/// - `Sun, 06 Nov 1994 08:49:37 GMT`, the preferred form;
/// - `Sunday, 06-Nov-94 08:49:37 GMT`, that of RFC 850;
/// - `Sun Nov  6 08:49:37 1994`, that of C's `asctime`.
///
/// What is between the parts is not looked at closely.
fn parse_http_date(value: &[u8], now: Duration) -> Option<Duration> {
    const MONTHS: &[u8; 36] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
    let mut parts = [&b""[..]; 8];
    let found = value.split(|byte| b" ,-:".contains(byte)).filter(|part| !part.is_empty());
    parts.iter_mut().zip(found).for_each(|(part, found)| *part = found);
    let (day, name, year, [hour, minute, second]) = match parts {
        [_, day, name, year, hour, minute, second, b"GMT"] => (day, name, year, [hour, minute, second]),
        [_, name, day, hour, minute, second, year, b""] => (day, name, year, [hour, minute, second]),
        _ => return None,
    };
    let day = number_within(day, 1, 31)?;
    let month = MONTHS.chunks_exact(3).position(|month| month == name)? as u64;
    let year = match year.len() {
        2 => full_year(number(year)?, now),
        _ => number_within(year, 1970, 9999)?,
    };
    let hour = number_within(hour, 0, 23)?;
    let minute = number_within(minute, 0, 59)?;
    let second = number_within(second, 0, 60)?;
    // Days from the civil calendar, with the year starting in March so that the leap day comes last.
    let march_year = if month < 2 { year - 1 } else { year };
    let march_month = (month + 10) % 12;
    let days =
        365 * march_year + march_year / 4 - march_year / 100 + march_year / 400 + (153 * march_month + 2) / 5 + day
            - 1
            - 719_468;
    Some(Duration::from_secs(((days * 24 + hour) * 60 + minute) * 60 + second))
}

/// "Recipients of a timestamp value in rfc850-date format, which uses a two-digit year, MUST interpret a timestamp that
/// appears to be more than 50 years in the future as representing the most recent year in the past that had the same last
/// two digits."
fn full_year(digits: u64, now: Duration) -> u64 {
    const AVERAGE_YEAR: u64 = 31_556_952;
    let last = 1970 + now.as_secs() / AVERAGE_YEAR + 50;
    // No date is before 1970, in the days of which the clock of a device may start.
    (last - (last - digits) % 100).max(1970)
}

fn number_within(digits: &[u8], least: u64, most: u64) -> Option<u64> {
    number(digits).filter(|number| (least..=most).contains(number))
}

/// Saturates.
fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(digits.iter().fold(0, |number: u64, digit| number.saturating_mul(10).saturating_add(u64::from(digit - b'0'))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost(attempt: u32, server_retry: Option<u64>) -> RetryContext {
        RetryContext {
            code: ErrorCode::Network,
            attempt,
            status: None,
            retry_after: None,
            server_retry: server_retry.map(Duration::from_millis),
            elapsed: Duration::ZERO,
        }
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
    fn no_server_value_wraps_or_hammers() {
        assert_eq!(milliseconds(Retry::Standard.decide(&lost(1, Some(3_000_000_000)), 0.5)), i32::MAX as u128);
        assert_eq!(milliseconds(Retry::Standard.decide(&lost(u32::MAX, Some(u64::MAX)), 0.5)), i32::MAX as u128);
        assert_eq!(milliseconds(Retry::Standard.decide(&lost(1, Some(0)), 0.5)), 10);
        assert_eq!(milliseconds(Retry::Standard.decide(&lost(4, Some(0)), 0.5)), 80);
    }

    #[test]
    fn jitter_draws_from_zero_to_the_delay() {
        let retry = Retry::Policy(RetryPolicy { jitter: true, ..RetryPolicy::default() });
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
        let retry = Retry::Policy(RetryPolicy { max_attempts: Some(3), ..RetryPolicy::default() });
        assert!(matches!(retry.decide(&lost(2, None), 0.5), Some(Decision::Wait(_))));
        assert_eq!(retry.decide(&lost(3, None), 0.5), Some(Decision::Stop));
    }

    #[test]
    fn the_user_is_asked_after_all_but_204() {
        assert_eq!(Retry::Ask.decide(&refused(404), 0.5), None);
        let no_content = RetryContext { code: ErrorCode::NoContent, ..lost(1, None) };
        assert_eq!(Retry::Ask.decide(&no_content, 0.5), Some(Decision::Stop));
    }

    #[test]
    fn absurd_numbers_do_not_panic() {
        for factor in [f64::NAN, f64::INFINITY, -1.0, 0.0] {
            for jitter in [false, true] {
                let policy = RetryPolicy {
                    factor,
                    jitter,
                    initial_delay: Duration::MAX,
                    max_delay: Duration::MAX,
                    ..RetryPolicy::default()
                };
                milliseconds(Retry::Policy(policy).decide(&lost(u32::MAX, None), 0.0));
            }
        }
    }

    #[test]
    fn retry_after_takes_seconds_and_dates() {
        let now = Duration::from_secs(1_000_000_000); // Sun, 09 Sep 2001 01:46:40 GMT
        let seconds = |value: &str| parse_retry_after(value, now).map(|delay| delay.as_secs());
        assert_eq!(seconds(" 7 "), Some(7));
        assert_eq!(seconds("Sun, 09 Sep 2001 01:47:40 GMT"), Some(60));
        assert_eq!(seconds("Fri, 29 Feb 2008 00:00:00 GMT"), Some(1_204_243_200 - 1_000_000_000));
        assert_eq!(seconds("Sun, 09 Sep 2001 01:46:39 GMT"), Some(0));
        for bad in ["", "-1", "1.5", "soon", "Sun, 00 Sep 2001 01:47:40 GMT", "Sun, 99999999999999999999 Sep 2001"] {
            assert_eq!(seconds(bad), None, "{bad}");
        }
    }

    #[test]
    fn retry_after_takes_the_obsolete_forms_of_dates() {
        let now = Duration::from_secs(1_000_000_000); // Sun, 09 Sep 2001 01:46:40 GMT
        let seconds = |value: &str| parse_retry_after(value, now).map(|delay| delay.as_secs());
        assert_eq!(seconds("Sunday, 09-Sep-01 01:47:40 GMT"), Some(60));
        assert_eq!(seconds("Friday, 29-Feb-08 00:00:00 GMT"), Some(1_204_243_200 - 1_000_000_000));
        assert_eq!(seconds("Sun Sep  9 01:47:40 2001"), Some(60));
        assert_eq!(seconds("Fri Feb 29 00:00:00 2008"), Some(1_204_243_200 - 1_000_000_000));
        // 50 years from now, and 49 years ago rather than 51 from now.
        assert_eq!(seconds("Saturday, 09-Sep-51 01:46:40 GMT"), Some(2_577_836_800 - 1_000_000_000));
        assert_eq!(seconds("Saturday, 09-Sep-52 01:46:40 GMT"), Some(0));
        assert_eq!(seconds("Saturday, 09-Sep-99 01:46:40 GMT"), Some(0));
        for bad in [
            "Sun Sep  9 01:47:40",
            "Sun Sep  9 01:47:40 2001 GMT",
            "Sunday, 09-Sep-01 01:47:40",
            "Sunday, 09-Sep-01 01:47:40 CET",
            "Sunday, 09-Sep-1 01:47:40 GMT",
            "Sun Sep 99 01:47:40 2001",
        ] {
            assert_eq!(seconds(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_attempt_beyond_counting_takes_no_time() {
        for factor in [1.0, 1.0 + f64::EPSILON] {
            let retry = Retry::Policy(RetryPolicy { factor, ..RetryPolicy::default() });
            assert_eq!(milliseconds(retry.decide(&lost(u32::MAX, None), 0.5)), 3000);
        }
    }

    #[test]
    fn jitter_is_uniform_at_the_ceiling_too() {
        let retry = Retry::Policy(RetryPolicy { jitter: true, ..RetryPolicy::default() });
        assert_eq!(milliseconds(retry.decide(&lost(5, None), 0.5)), 15_000);
        assert_eq!(milliseconds(retry.decide(&lost(50, None), 0.5)), 15_000);
    }
}
