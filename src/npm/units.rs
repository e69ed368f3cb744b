//! Places in a text, counted in UTF-16 units, which are what JavaScript counts in.

use crate::parser::Text;

/// Counts from the start of a text to places that are asked for in order, looking at each byte once.
pub(super) struct Units<'a> {
    text: &'a [u8],
    is_valid: bool,
    byte: usize,
    units: usize,
}

impl<'a> Units<'a> {
    pub(super) fn new(text: &'a [u8]) -> Units<'a> {
        Units { text, is_valid: simdutf8::basic::from_utf8(text).is_ok(), byte: 0, units: 0 }
    }

    /// The units before this byte, which is ASCII or the first of a piece, and not before one that was asked for.
    pub(super) fn at(&mut self, byte: u32) -> u32 {
        let next = byte as usize;
        self.units += if self.is_valid {
            count(self.text, self.byte, next)
        } else {
            Text::of(&self.text[self.byte..next]).utf16_len()
        };
        self.byte = next;
        self.units as u32
    }
}

/// The units of a part of a valid text: one for each byte that begins a character, one more for those outside the basic
/// plane.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
fn count(text: &[u8], from: usize, to: usize) -> usize {
    use core::arch::wasm32::{i8x16_bitmask, i8x16_lt, i8x16_splat, u8x16_ge, u8x16_splat, v128, v128_load};

    let mut units = 0;
    let mut at = from;
    while at < to {
        let Some(block) = text[at..].first_chunk::<16>() else {
            return units + count_each(&text[at..to]);
        };
        // Of what is beyond the part, nothing counts.
        let mask = if to - at < 16 { (1u32 << (to - at)) - 1 } else { 0xffff };
        // SAFETY: the block has 16 bytes, and the load needs no alignment.
        let bytes = unsafe { v128_load(block.as_ptr().cast::<v128>()) };
        // As signed bytes, those that go on with a character are the least.
        let going_on = u32::from(i8x16_bitmask(i8x16_lt(bytes, i8x16_splat(-64))));
        let outside = u32::from(i8x16_bitmask(u8x16_ge(bytes, u8x16_splat(0xf0))));
        units += ((!going_on & mask).count_ones() + (outside & mask).count_ones()) as usize;
        at += 16;
    }
    units
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
fn count(text: &[u8], from: usize, to: usize) -> usize {
    count_each(&text[from..to])
}

fn count_each(part: &[u8]) -> usize {
    part.iter().map(|byte| usize::from((byte & 0xc0) != 0x80) + usize::from(*byte >= 0xf0)).sum()
}
