//! Converts UTF-8 to UTF-16, the form of JavaScript's strings. The offsets of substrings are then known, and engines decode
//! UTF-16 two to six times as fast as UTF-8 that is not ASCII.

use alloc::vec::Vec;

/// Appends the text, with U+FFFD for bytes that are not UTF-8, one per
/// [maximal subpart](https://encoding.spec.whatwg.org/#utf-8-decoder).
pub(super) fn append(units: &mut Vec<u16>, text: &[u8]) {
    // No text has more units than bytes; the last block may write 16 units more.
    units.reserve(text.len() + 16);
    let mut at = 0;
    while at < text.len() {
        at += fast::append(units, &text[at..]);
        if let Some(rest) = text.get(at..)
            && !rest.is_empty()
        {
            let (character, length) = decode(rest);
            units.extend_from_slice(character.encode_utf16(&mut [0; 2]));
            at += length;
        }
    }
}

/// The first character of a text that is not empty, and its length in bytes.
fn decode(text: &[u8]) -> (char, usize) {
    let first = text[0];
    // The range of the second byte excludes overlong forms, surrogates, and characters beyond U+10FFFF.
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

/// Converts many characters at once: the kinds that most texts consist of.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod fast {
    use alloc::vec::Vec;
    use core::arch::wasm32::*;

    /// Appends the start of the text, up to the first rare character, and returns its length in bytes. There must be room for
    /// 16 units more than the text has bytes.
    pub(super) fn append(units: &mut Vec<u16>, text: &[u8]) -> usize {
        let mut at = 0;
        let mut end = units.len();
        while at < text.len() {
            let rest = &text[at..];
            let mut copy = [0; 16];
            let block = rest.first_chunk::<16>().map_or_else(
                || {
                    copy[..rest.len()].copy_from_slice(rest);
                    copy.as_ptr()
                },
                |block| block.as_ptr(),
            );
            // SAFETY: both have 16 bytes, and the load needs no alignment.
            let bytes = unsafe { v128_load(block.cast::<v128>()) };
            // SAFETY: there is room for a unit for each byte so far, and for 16 more.
            let to = unsafe { units.as_mut_ptr().add(end).cast::<v128>() };
            let ascii = rest.len().min(i8x16_bitmask(bytes).trailing_zeros().min(16) as usize);
            if ascii > 0 {
                // SAFETY: see above.
                unsafe {
                    v128_store(to, u16x8_extend_low_u8x16(bytes));
                    v128_store(to.add(1), u16x8_extend_high_u8x16(bytes));
                }
                at += ascii;
                end += ascii;
                continue;
            }
            let (converted, count) = three_bytes_each(bytes);
            // SAFETY: see above.
            unsafe { v128_store(to, converted) };
            // The count is nearly always 5. With a constant, the next block need not wait for the count.
            if count == 5 {
                at += 15;
                end += 5;
            } else if count > 0 {
                at += 3 * count;
                end += count;
            } else {
                break;
            }
        }
        // SAFETY: all units up to `end` were written, and there was room.
        unsafe { units.set_len(end) };
        at
    }

    /// Converts up to five characters of three bytes at the start of the bytes, and returns how many.
    #[inline]
    fn three_bytes_each(bytes: v128) -> (v128, usize) {
        let bits = u8x16(0xf0, 0xc0, 0xc0, 0xf0, 0xc0, 0xc0, 0xf0, 0xc0, 0xc0, 0xf0, 0xc0, 0xc0, 0xf0, 0xc0, 0xc0, 0);
        let marks = u8x16(0xe0, 0x80, 0x80, 0xe0, 0x80, 0x80, 0xe0, 0x80, 0x80, 0xe0, 0x80, 0x80, 0xe0, 0x80, 0x80, 1);
        let as_marked = i8x16_bitmask(u8x16_eq(v128_and(bytes, bits), marks));
        // After the fifth character comes the first again.
        let first_and_second = i8x16_shuffle::<1, 0, 4, 3, 7, 6, 10, 9, 13, 12, 1, 0, 1, 0, 1, 0>(bytes, bytes);
        let third = u8x16_swizzle(bytes, u8x16(2, 99, 5, 99, 8, 99, 11, 99, 14, 99, 2, 99, 2, 99, 2, 99));
        let low = u16x8_splat(0x3f);
        let units = v128_or(
            v128_and(u16x8_shl(first_and_second, 4), u16x8_splat(0xf000)),
            v128_or(u16x8_shl(v128_and(first_and_second, low), 6), v128_and(third, low)),
        );
        // Overlong forms and surrogates.
        let start = v128_and(units, u16x8_splat(0xf800));
        let invalid = v128_or(u16x8_eq(start, u16x8_splat(0)), u16x8_eq(start, u16x8_splat(0xd800)));
        if as_marked == 0x7fff && !v128_any_true(invalid) {
            return (units, 5);
        }
        let marked = as_marked.trailing_ones() as usize / 3;
        let valid = u16x8_bitmask(invalid).trailing_zeros() as usize;
        (units, marked.min(valid))
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod fast {
    use alloc::vec::Vec;

    pub(super) fn append(_: &mut Vec<u16>, _: &[u8]) -> usize {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::append;

    #[test]
    fn the_text_equals_that_of_the_standard_decoder() {
        let mut texts: Vec<Vec<u8>> = [
            "plain ASCII, more than sixteen bytes of it",
            "\u{65e5}\u{672c}\u{8a9e}\u{65e5}\u{672c}\u{8a9e}, \u{e9}, \u{1f980} and sixteen bytes of plain text",
            "\u{feff}\u{ffff}\u{10ffff}\u{800}\u{7ff}\u{d7ff}\u{e000}\0",
        ]
        .map(|text| text.as_bytes().to_vec())
        .to_vec();
        // Every pair of bytes, between other text.
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
