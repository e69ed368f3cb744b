use core::time::Duration;

use crate::parser::digits;

/// Reads a `Retry-After` value ([RFC 9110, 10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3)): seconds, or a
/// date in any of its three forms; of two numbers of seconds, the larger. `now` is the time since the Unix epoch. A date that
/// has passed is zero.
///
/// ```
/// use std::time::Duration;
/// use eventsource_wasm::http::parse_retry_after;
///
/// assert_eq!(parse_retry_after("120", Duration::ZERO), Some(Duration::from_secs(120)));
/// let now = Duration::from_secs(784_111_700);
/// assert_eq!(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now), Some(Duration::from_secs(77)));
/// ```
pub fn parse_retry_after(value: &str, now: Duration) -> Option<Duration> {
    let value = value.as_bytes().trim_ascii();
    match digits(value) {
        Some(seconds) => Some(Duration::from_secs(seconds)),
        None => Some(parse_http_date(value, now)?.saturating_sub(now)),
    }
}

/// An HTTP date ([RFC 9110, 5.6.7](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7)), since the Unix epoch:
///
/// - `Sun, 06 Nov 1994 08:49:37 GMT`, the preferred form;
/// - `Sunday, 06-Nov-94 08:49:37 GMT`, the form of RFC 850;
/// - `Sun Nov  6 08:49:37 1994`, the form of C's `asctime`.
///
/// The separators between the parts are not checked closely.
fn parse_http_date(value: &[u8], now: Duration) -> Option<Duration> {
    const MONTHS: &[u8; 36] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
    let mut parts = [&b""[..]; 8];
    let found = value.split(|byte| matches!(byte, b' ' | b',' | b'-' | b':')).filter(|part| !part.is_empty());
    parts.iter_mut().zip(found).for_each(|(part, found)| *part = found);
    let (day, name, year, [hour, minute, second]) = match parts {
        // Not a date: browsers join two headers by a comma. The longer time honours both.
        [first, second, b"", ..] => {
            return Some(now.saturating_add(Duration::from_secs(digits(first)?.max(digits(second)?))));
        }
        [_, day, name, year, hour, minute, second, b"GMT"] => (day, name, year, [hour, minute, second]),
        [_, name, day, hour, minute, second, year, b""] => (day, name, year, [hour, minute, second]),
        _ => return None,
    };
    let day = number_within(day, 1, 31)?;
    let month = MONTHS.chunks_exact(3).position(|month| month == name)? as u64;
    let year = match year.len() {
        2 => full_year(digits(year)?, now),
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
fn full_year(two_digits: u64, now: Duration) -> u64 {
    const AVERAGE_YEAR: u64 = 31_556_952;
    let last = 1970 + now.as_secs() / AVERAGE_YEAR + 50;
    // Not before 1970: the clock of a device may start in that year.
    (last - (last - two_digits) % 100).max(1970)
}

fn number_within(text: &[u8], least: u64, most: u64) -> Option<u64> {
    digits(text).filter(|number| (least..=most).contains(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_takes_seconds_and_dates() {
        let now = Duration::from_secs(1_000_000_000); // Sun, 09 Sep 2001 01:46:40 GMT
        let seconds = |value: &str| parse_retry_after(value, now).map(|delay| delay.as_secs());
        assert_eq!(seconds(" 7 "), Some(7));
        assert_eq!(seconds("5, 10"), Some(10));
        assert_eq!(seconds("10,5"), Some(10));
        assert_eq!(seconds("5, 99999999999999999999"), Some(u64::MAX - now.as_secs()));
        assert_eq!(seconds("Sun, 09 Sep 2001 01:47:40 GMT"), Some(60));
        assert_eq!(seconds("Fri, 29 Feb 2008 00:00:00 GMT"), Some(1_204_243_200 - 1_000_000_000));
        assert_eq!(seconds("Sun, 09 Sep 2001 01:46:39 GMT"), Some(0));
        for bad in [
            "",
            "-1",
            "5, soon",
            "5, 10, 7",
            "1.5",
            "soon",
            "Sun, 00 Sep 2001 01:47:40 GMT",
            "Sun, 99999999999999999999 Sep 2001",
        ] {
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
}
