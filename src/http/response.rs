use core::time::Duration;

use super::retry_after::parse_retry_after;
use crate::error::ErrorCode;

/// The parts of a response head that decide about an event stream.
///
/// ```
/// use std::time::Duration;
/// use eventsource_wasm::http::ResponseHead;
///
/// let head = ResponseHead::new(503, None).with_retry_after("5", Duration::ZERO);
/// assert!(head.refusal().is_some());
/// assert_eq!(head.retry_after(), Some(Duration::from_secs(5)));
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ResponseHead<'a> {
    /// The status code.
    pub status: u16,
    /// The `Content-Type` header. Several headers are joined by commas.
    pub content_type: Option<&'a str>,
    retry_after: Option<(&'a str, Duration)>,
    is_accepted: bool,
}

impl<'a> ResponseHead<'a> {
    /// A head without `Retry-After`.
    pub fn new(status: u16, content_type: Option<&'a str>) -> ResponseHead<'a> {
        ResponseHead { status, content_type, retry_after: None, is_accepted: false }
    }

    /// The head with a `Retry-After` header. `now` is the time since the Unix epoch, as the header may be a date.
    #[must_use]
    pub fn with_retry_after(mut self, value: &'a str, now: Duration) -> ResponseHead<'a> {
        self.retry_after = Some((value, now));
        self
    }

    /// Whether the user may accept the response as an event stream despite its content type: only with status 200, and not
    /// for HTML, which may be a login page.
    pub fn may_be_accepted(&self) -> bool {
        self.refusal() == Some(ErrorCode::ContentType)
            && !self.content_type.is_some_and(|value| has_essence(value, b"text/html"))
    }

    /// The head of a response that the user accepts as an event stream.
    #[must_use]
    pub fn accepted(mut self) -> ResponseHead<'a> {
        self.is_accepted = self.may_be_accepted();
        self
    }

    /// The time that `Retry-After` asks for; `None` without the header, or if it is malformed.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after.and_then(|(value, now)| parse_retry_after(value, now))
    }

    /// The reason why the response is not an event stream; `None` when it is one: 200 and `text/event-stream` with any
    /// parameters.
    pub fn refusal(&self) -> Option<ErrorCode> {
        match self.status {
            200 if self.is_accepted => None,
            200 if self.content_type.is_some_and(|value| has_essence(value, b"text/event-stream")) => None,
            200 => Some(ErrorCode::ContentType),
            204 => Some(ErrorCode::NoContent),
            _ => Some(ErrorCode::Status),
        }
    }
}

/// Whether the content type has this [essence](https://mimesniff.spec.whatwg.org/#mime-type-essence). Of several types or
/// headers, [the last counts](https://fetch.spec.whatwg.org/#concept-header-extract-mime-type) that is a type, and not `*/*`.
fn has_essence(content_type: &str, wanted: &[u8]) -> bool {
    let bytes = content_type.as_bytes();
    let (mut has, mut start, mut at, mut is_quoted) = (false, 0, 0, false);
    loop {
        let byte = bytes.get(at).copied();
        if byte.is_none() || byte == Some(b',') && !is_quoted {
            let essence = essence_of(&bytes[start..at.min(bytes.len())]);
            if is_type(essence) {
                has = essence.eq_ignore_ascii_case(wanted);
            }
            start = at + 1;
        }
        match byte {
            None => return has,
            Some(b'"') => is_quoted = !is_quoted,
            Some(b'\\') if is_quoted => at += 1,
            _ => {}
        }
        at += 1;
    }
}

/// The part before the parameters.
fn essence_of(one: &[u8]) -> &[u8] {
    let end = one.iter().position(|byte| *byte == b';').unwrap_or(one.len());
    one[..end].trim_ascii()
}

/// Whether the essence is a type that a response can have: two [tokens](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2)
/// around a slash, but not `*/*`.
fn is_type(essence: &[u8]) -> bool {
    let is_part = |byte: &u8| {
        byte.is_ascii_graphic()
            && !matches!(byte, b'"' | b'(' | b')' | b',' | b'/' | b':'..=b'@' | b'['..=b']' | b'{' | b'}')
    };
    let is_token = |part: &[u8]| !part.is_empty() && part.iter().all(is_part);
    let slash = essence.iter().position(|byte| *byte == b'/');
    slash.is_some_and(|at| is_token(&essence[..at]) && is_token(&essence[at + 1..])) && essence != b"*/*"
}
