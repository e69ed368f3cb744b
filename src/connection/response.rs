use core::time::Duration;

use crate::retry::ErrorCode;

/// The head of a response, as far as the machine decides on it.
///
/// ```
/// use eventsource_wasm::connection::ResponseHead;
///
/// let retry_after = Some(std::time::Duration::from_secs(5));
/// let head = ResponseHead { retry_after, ..ResponseHead::new(503, None) };
/// assert!(head.refusal().is_some());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ResponseHead<'a> {
    /// The status code.
    pub status: u16,
    /// The `Content-Type` header.
    pub content_type: Option<&'a str>,
    /// What `Retry-After` asks for; see [`parse_retry_after`](crate::retry::parse_retry_after).
    pub retry_after: Option<Duration>,
}

impl<'a> ResponseHead<'a> {
    /// A head without `Retry-After`.
    ///
    /// ```
    /// # use eventsource_wasm::connection::ResponseHead;
    /// let head = ResponseHead::new(200, Some("text/event-stream; charset=utf-8"));
    /// assert!(head.refusal().is_none());
    /// ```
    pub fn new(status: u16, content_type: Option<&'a str>) -> ResponseHead<'a> {
        ResponseHead { status, content_type, retry_after: None }
    }

    /// Why the response is not an event stream; `None` when it is one: 200 and `text/event-stream` with any parameters.
    ///
    /// ```
    /// # use eventsource_wasm::connection::ResponseHead;
    /// use eventsource_wasm::ErrorCode;
    ///
    /// assert_eq!(ResponseHead::new(404, None).refusal(), Some(ErrorCode::Status));
    /// assert_eq!(ResponseHead::new(200, Some("text/html")).refusal(), Some(ErrorCode::ContentType));
    /// ```
    pub fn refusal(&self) -> Option<ErrorCode> {
        match self.status {
            200 if self.content_type.is_some_and(is_event_stream) => None,
            200 => Some(ErrorCode::ContentType),
            204 => Some(ErrorCode::NoContent),
            _ => Some(ErrorCode::Status),
        }
    }
}

/// Whether the [essence](https://mimesniff.spec.whatwg.org/#mime-type-essence) is `text/event-stream`. Of several types, as
/// of several headers, [the last counts](https://fetch.spec.whatwg.org/#concept-header-extract-mime-type).
fn is_event_stream(content_type: &str) -> bool {
    // In bytes, as all searches here: those of `str` take a kilobyte more of the engine.
    let types = content_type.as_bytes().rsplit(|byte| *byte == b',');
    let mut essences = types.filter_map(|one| one.split(|byte| *byte == b';').next()).map(<[u8]>::trim_ascii);
    let last = essences.find(|essence| essence.contains(&b'/'));
    last.is_some_and(|essence| essence.eq_ignore_ascii_case(b"text/event-stream"))
}
