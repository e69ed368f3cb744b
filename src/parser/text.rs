//! Text as it came over the wire: bytes that are meant to be UTF-8.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::simd;

/// A piece of a stream, not yet decoded.
///
/// The standard decodes the stream before it looks for lines. Lines and fields are cut at ASCII bytes, and no ASCII byte is
/// ever part of a longer UTF-8 sequence, well-formed or not. So decoding each piece on its own gives the same text.
///
/// ```
/// # use eventsource_wasm::parser::Parser;
/// let mut parser = Parser::new();
/// parser.feed(b"data: caf\xc3\n\n");
/// let text = parser.next_event()?.unwrap().data_text();
/// assert_eq!((text.as_bytes(), text.to_string_lossy()), (&b"caf\xc3"[..], "caf\u{fffd}".into()));
/// # Ok::<(), eventsource_wasm::parser::EventTooLarge>(())
/// ```
#[derive(Clone, Copy)]
pub struct Text<'a> {
    bytes: &'a [u8],
}

impl<'a> Text<'a> {
    /// Bytes as text.
    #[inline]
    pub fn new(bytes: &'a [u8]) -> Text<'a> {
        Text { bytes }
    }

    /// The bytes as they arrived.
    ///
    /// ```
    /// # use eventsource_wasm::parser::Parser;
    /// let mut parser = Parser::new();
    /// parser.feed(b"data: [1]\n\n");
    /// assert_eq!(parser.next_event()?.unwrap().data_text().as_bytes(), b"[1]");
    /// # Ok::<(), eventsource_wasm::parser::EventTooLarge>(())
    /// ```
    #[inline]
    pub fn as_bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// The text, with U+FFFD for bytes that are not UTF-8: one per maximal subpart, as in the Encoding standard. Borrows if
    /// the bytes are UTF-8.
    ///
    /// ```
    /// use eventsource_wasm::parser::{Item, Parser};
    ///
    /// let mut parser = Parser::new();
    /// parser.feed(b": caf\xc3\xa9\n");
    /// let Ok(Some(Item::Comment(text))) = parser.next_item() else { panic!() };
    /// assert_eq!(text.to_string_lossy(), "café");
    /// ```
    #[inline]
    pub fn to_string_lossy(self) -> Cow<'a, str> {
        lossy(self.bytes)
    }

    /// Whether all bytes are ASCII.
    ///
    /// ```
    /// # use eventsource_wasm::parser::Parser;
    /// let mut parser = Parser::new();
    /// parser.feed(b"data: [1]\n\n");
    /// assert!(parser.next_event()?.unwrap().data_text().is_ascii());
    /// # Ok::<(), eventsource_wasm::parser::EventTooLarge>(())
    /// ```
    pub fn is_ascii(self) -> bool {
        simd::is_ascii_text(self.bytes)
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for Text<'_> {}

impl core::fmt::Debug for Text<'_> {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.debug_tuple("Text").field(&self.to_string_lossy()).finish()
    }
}

/// Not inlined into loops over events.
#[inline(never)]
fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    // Nearly all text is valid. `valid` checks many bytes at a time; `from_utf8_lossy` goes byte by byte.
    valid(bytes).map_or_else(|| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// The bytes as UTF-8, with U+FFFD for bytes that are not UTF-8. Less code than `String::from_utf8_lossy`, for the size of
/// the engine.
#[inline(never)]
pub(crate) fn to_utf8(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.extend_from_slice(chunk.valid().as_bytes());
        if !chunk.invalid().is_empty() {
            text.extend_from_slice("\u{fffd}".as_bytes());
        }
    }
    text
}

#[cfg(feature = "simdutf8")]
fn valid(bytes: &[u8]) -> Option<&str> {
    simdutf8::basic::from_utf8(bytes).ok()
}

#[cfg(not(feature = "simdutf8"))]
fn valid(bytes: &[u8]) -> Option<&str> {
    core::str::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn is_ascii_finds_a_byte_that_is_not_ascii_at_every_position() {
        for length in 0..80 {
            let mut bytes = vec![0x7f; length];
            assert!(Text::new(&bytes).is_ascii());
            for index in 0..length {
                bytes[index] = 0x80;
                assert!(!Text::new(&bytes).is_ascii(), "{index} of {length}");
                bytes[index] = 0x7f;
            }
        }
    }
}
