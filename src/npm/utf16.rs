//! UTF-8 to UTF-16, which is what JavaScript's strings are: the places of what is cut out of a text are then known, and
//! engines take UTF-16 two to six times as fast as UTF-8 that is not ASCII.

/// Appends the text, with U+FFFD for what is not UTF-8, one per
/// [maximal subpart](https://encoding.spec.whatwg.org/#utf-8-decoder).
pub(super) fn append(units: &mut Vec<u16>, text: &[u8]) {
    // No text has more units than bytes.
    units.reserve(text.len());
    let mut to = Target { units };
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        at += match fast::convert(rest, &mut to) {
            0 => {
                let (character, length) = decode(rest);
                to.push(character);
                length
            }
            length => length,
        };
    }
}

/// Room for as many units as there are bytes left to convert.
struct Target<'a> {
    units: &'a mut Vec<u16>,
}

impl Target<'_> {
    fn push(&mut self, character: char) {
        self.units.extend_from_slice(character.encode_utf16(&mut [0; 2]));
    }
}

/// The first character of a text that is not empty, and of how many bytes it is.
fn decode(text: &[u8]) -> (char, usize) {
    let first = text[0];
    // What the second byte may be: neither overlong, nor a surrogate, nor beyond U+10FFFF.
    let (length, second) = match first {
        0x00..=0x7f => return (char::from(first), 1),
        0xc2..=0xdf => (2, 0x80..=0xbf),
        0xe0 => (3, 0xa0..=0xbf),
        0xed => (3, 0x80..=0x9f),
        0xe1..=0xef => (3, 0x80..=0xbf),
        0xf0 => (4, 0x90..=0xbf),
        0xf4 => (4, 0x80..=0x8f),
        0xf1..=0xf3 => (4, 0x80..=0xbf),
        _ => return (char::REPLACEMENT_CHARACTER, 1),
    };
    let mut point = u32::from(first) & (0x7f >> length);
    for index in 1..length {
        let allowed = if index == 1 { second.clone() } else { 0x80..=0xbf };
        match text.get(index) {
            Some(byte) if allowed.contains(byte) => point = point << 6 | u32::from(byte & 0x3f),
            _ => return (char::REPLACEMENT_CHARACTER, index),
        }
    }
    (char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER), length)
}

/// Many characters at once, of those that are most of most texts.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod fast {
    use core::arch::wasm32::{
        i8x16_bitmask, i8x16_lt, i8x16_splat, u8x16, u8x16_eq, u8x16_splat, u8x16_swizzle, u16x8_bitmask, u16x8_eq,
        u16x8_extend_high_u8x16, u16x8_extend_low_u8x16, u16x8_lt, u16x8_shl, u16x8_splat, v128, v128_and, v128_load,
        v128_or, v128_store,
    };

    use super::Target;

    /// Converts some of the text, up to 16 bytes; how many. None if it begins with something rare.
    #[inline]
    pub(super) fn convert(text: &[u8], to: &mut Target<'_>) -> usize {
        let Some(block) = text.first_chunk::<16>() else {
            return 0;
        };
        // SAFETY: the block has 16 bytes, and the load needs no alignment.
        let bytes = unsafe { v128_load(block.as_ptr().cast::<v128>()) };
        let wide = i8x16_bitmask(bytes);
        let ascii = wide.trailing_zeros().min(16) as usize;
        if ascii > 0 {
            to.store([u16x8_extend_low_u8x16(bytes), u16x8_extend_high_u8x16(bytes)], ascii);
            return ascii;
        }
        // As signed bytes, those that go on with a character are the least.
        let going_on = i8x16_bitmask(i8x16_lt(bytes, i8x16_splat(-64)));
        let threes = i8x16_bitmask(u8x16_eq(v128_and(bytes, u8x16_splat(0xf0)), u8x16_splat(0xe0)));
        // Leading characters of three bytes each: a first byte, then two that go on.
        let firsts = threes & (going_on >> 1) & (going_on >> 2);
        let characters = match firsts {
            _ if firsts & 0x1249 == 0x1249 => 5,
            _ if firsts & 0x0249 == 0x0249 => 4,
            _ if firsts & 0x0049 == 0x0049 => 3,
            _ if firsts & 0x0009 == 0x0009 => 2,
            _ if firsts & 0x0001 == 0x0001 => 1,
            _ => return 0,
        };
        let first = u8x16_swizzle(bytes, u8x16(0, 99, 3, 99, 6, 99, 9, 99, 12, 99, 99, 99, 99, 99, 99, 99));
        let second = u8x16_swizzle(bytes, u8x16(1, 99, 4, 99, 7, 99, 10, 99, 13, 99, 99, 99, 99, 99, 99, 99));
        let third = u8x16_swizzle(bytes, u8x16(2, 99, 5, 99, 8, 99, 11, 99, 14, 99, 99, 99, 99, 99, 99, 99));
        let low = u16x8_splat(0x3f);
        let units = v128_or(u16x8_shl(first, 12), v128_or(u16x8_shl(v128_and(second, low), 6), v128_and(third, low)));
        // Overlong ones and surrogates.
        let invalid = v128_or(
            u16x8_lt(units, u16x8_splat(0x800)),
            u16x8_eq(v128_and(units, u16x8_splat(0xf800)), u16x8_splat(0xd800)),
        );
        let valid = characters.min(u16x8_bitmask(invalid).trailing_zeros() as usize);
        to.store([units, units], valid);
        3 * valid
    }

    impl Target<'_> {
        /// Appends the first of these units.
        #[inline]
        fn store(&mut self, units: [v128; 2], length: usize) {
            let end = self.units.len();
            // At most as many units as bytes have been converted, and those of the block are still to come.
            debug_assert!(self.units.capacity() - end >= 16);
            // SAFETY: there is room for 16 units, of which the first `length` are initialized and counted.
            unsafe {
                let to = self.units.as_mut_ptr().add(end).cast::<v128>();
                v128_store(to, units[0]);
                v128_store(to.add(1), units[1]);
                self.units.set_len(end + length);
            }
        }
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod fast {
    pub(super) fn convert(_: &[u8], _: &mut super::Target<'_>) -> usize {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::append;

    #[test]
    fn a_text_is_that_of_the_standard_decoder() {
        let mut texts: Vec<Vec<u8>> = [
            "plain ASCII, more than sixteen bytes of it",
            "\u{65e5}\u{672c}\u{8a9e}\u{65e5}\u{672c}\u{8a9e}, \u{e9}, \u{1f980} and sixteen bytes of plain text",
            "\u{feff}\u{ffff}\u{10ffff}\u{800}\u{7ff}\u{d7ff}\u{e000}\0",
        ]
        .map(|text| text.as_bytes().to_vec())
        .to_vec();
        // Every two bytes, with what follows, in the midst of others.
        for first in 0..=255 {
            for second in (0x7e..=0xff).step_by(1) {
                texts.push([&[b'a', first, second][..], b"\x80\xbf\xc3\xa9 and sixteen bytes"].concat());
                texts
                    .push([&b"\xe6\x97\xa5"[..], &[first, second, 0x90], b"\x80\xe6\x97\xa5\xe6\x97\xa5\xe6"].concat());
            }
        }
        for text in texts {
            for end in 0..=text.len() {
                let mut units = vec![7];
                append(&mut units, &text[..end]);
                let expected: Vec<u16> = String::from_utf8_lossy(&text[..end]).encode_utf16().collect();
                assert_eq!(units[1..], expected, "{:x?}", &text[..end]);
            }
        }
    }
}
