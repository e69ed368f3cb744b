//! Text as it came over the wire: bytes that are meant to be UTF-8.

use std::borrow::Cow;

/// A piece of a stream, not yet decoded.
///
/// The standard decodes the stream before it looks for lines. Lines and fields are cut at ASCII bytes, and no ASCII byte
/// is ever part of a longer UTF-8 sequence, well-formed or not, so that decoding each piece on its own gives the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text<'a>(pub(super) &'a [u8]);

impl<'a> Text<'a> {
    #[cfg(feature = "npm")]
    pub(crate) fn of(bytes: &'a [u8]) -> Text<'a> {
        Text(bytes)
    }

    /// The bytes as they arrived.
    pub fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// The text, with U+FFFD for what is not UTF-8, one per maximal subpart as the Encoding standard says. Borrows when
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
    pub fn to_string_lossy(self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.0)
    }

    /// Whether all of it is ASCII.
    pub fn is_ascii(self) -> bool {
        is_ascii(self.0)
    }

    /// Length of the decoded text in UTF-16 code units, which are what JavaScript counts in.
    pub fn utf16_len(self) -> usize {
        if self.is_ascii() {
            return self.0.len();
        }
        match std::str::from_utf8(self.0) {
            Ok(text) => utf16_len(text),
            Err(_) => {
                let chunks = self.0.utf8_chunks();
                chunks.map(|chunk| utf16_len(chunk.valid()) + usize::from(!chunk.invalid().is_empty())).sum()
            }
        }
    }
}

/// The standard library looks at one machine word at a time here.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
fn is_ascii(bytes: &[u8]) -> bool {
    use core::arch::wasm32::{i8x16_bitmask, u8x16_splat, v128, v128_load, v128_or};

    let Some(last) = bytes.last_chunk::<16>() else {
        return bytes.iter().fold(0, |any, byte| any | byte) < 0x80;
    };
    // SAFETY: a chunk has 16 bytes, and the load needs no alignment.
    let load = |chunk: &[u8; 16]| unsafe { v128_load(chunk.as_ptr().cast::<v128>()) };
    let (chunks, _) = bytes.as_chunks::<16>();
    let any = chunks.iter().fold(u8x16_splat(0), |any, chunk| v128_or(any, load(chunk)));
    i8x16_bitmask(v128_or(any, load(last))) == 0
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
fn is_ascii(bytes: &[u8]) -> bool {
    bytes.is_ascii()
}

/// One unit for each byte that begins a character, one more for those outside the basic plane.
fn utf16_len(text: &str) -> usize {
    let units = |byte: &u8| u8::from((byte & 0xc0) != 0x80) + u8::from(*byte >= 0xf0);
    // Sums that fit into a byte, so that they compile to SIMD on bytes.
    text.as_bytes().chunks(127).map(|part| usize::from(part.iter().map(units).sum::<u8>())).sum()
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn utf16_length_is_that_of_the_decoded_text() {
        let pieces: [&[u8]; 12] = [
            b"sixteen bytes...",
            b"more than sixteen bytes of it",
            "more than sixteen bytes, the first: \u{e9}, and more than sixteen after it".as_bytes(),
            b"",
            b"ascii",
            "caf\u{e9} \u{65e5}\u{672c} \u{1f980}".as_bytes(),
            b"\xff",
            b"a\xe2\x82",
            b"\xe2\x82\xff\xe2\x82\xac",
            b"\xf0\x9f\xa6",
            b"\xed\xa0\x80",
            b"\xc0\xaf\xf8\x88\x80\x80\x80",
        ];
        for piece in pieces {
            let text = Text(piece);
            assert_eq!(text.is_ascii(), piece.is_ascii(), "{piece:x?}");
            assert_eq!(text.utf16_len(), text.to_string_lossy().encode_utf16().count(), "{piece:x?}");
        }
    }
}
