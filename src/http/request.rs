use alloc::string::String;
use alloc::vec::Vec;

use crate::parser;

/// The `Accept` header of a request, unless the user gives another.
pub const ACCEPT: &str = "text/event-stream";

/// The value of a `Last-Event-ID` header, in the byte-string form that the `Headers` of the web take: each character stands
/// for one byte of the ID's UTF-8. `None` if there is no ID, or if no header can carry it.
///
/// ```
/// use eventsource_wasm::http::last_event_id_header;
///
/// assert_eq!(last_event_id_header("é".as_bytes()).unwrap(), "\u{c3}\u{a9}");
/// assert_eq!(last_event_id_header(b"\x07"), None);
/// ```
pub fn last_event_id_header(id: &[u8]) -> Option<String> {
    Some(last_event_id_bytes(id)?.into_iter().map(char::from).collect())
}

/// The value of a `Last-Event-ID` header in bytes, for an HTTP client whose header values are bytes: the ID's UTF-8. `None`
/// if there is no ID, or if no header can carry it.
///
/// ```
/// use eventsource_wasm::http::last_event_id_bytes;
///
/// assert_eq!(last_event_id_bytes("é".as_bytes()).unwrap(), "é".as_bytes());
/// assert_eq!(last_event_id_bytes(b"\xff").unwrap(), "\u{fffd}".as_bytes()); // to the standard an ID is text
/// assert_eq!(last_event_id_bytes(b"\x07"), None);
/// ```
pub fn last_event_id_bytes(id: &[u8]) -> Option<Vec<u8>> {
    if id.is_empty() || !is_sendable(id) {
        return None;
    }
    Some(parser::to_utf8(id))
}

/// Whether a header can carry the ID. Out of line for size.
#[inline(never)]
pub(crate) fn is_sendable(id: &[u8]) -> bool {
    id.iter().all(|byte| *byte == b'\t' || (*byte >= b' ' && *byte != 0x7f))
}

/// Whether a request with this method may be repeated automatically
/// ([RFC 9110, 9.2.2](https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2)).
pub(crate) fn is_idempotent(method: &str) -> bool {
    let idempotent = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"];
    idempotent.iter().any(|known| known.eq_ignore_ascii_case(method))
}

/// The default method of a request.
pub(crate) fn default_method(has_body: bool) -> &'static str {
    if has_body { "POST" } else { "GET" }
}

/// Whether `fetch` sends a request for this absolute URL over the network, so that a failure may be a network failure.
pub(crate) fn is_http(url: &str) -> bool {
    let scheme = url.as_bytes().split(|byte| *byte == b':').next().unwrap_or_default();
    [&b"http"[..], b"https"].iter().any(|known| known.eq_ignore_ascii_case(scheme))
}
