//! Where lines end: `end-of-line = ( cr lf / cr / lf )`, as single CR and LF bytes. That a CR LF is one end is for the
//! parser, which may see the two in different chunks.

/// Bytes that are looked at together; one bit of a mask each.
const BLOCK: usize = 64;

/// Finds the CR and LF bytes of a buffer one by one, looking at each byte of it once.
///
/// A search for the next of them would begin anew for every line, which costs more than a short line itself.
#[derive(Debug, Default)]
pub(super) struct LineEnds {
    /// Where the block that `found` is for begins.
    block: usize,
    /// The bytes of the block that end lines and were not given out.
    found: u64,
    /// How much of the buffer has been looked at.
    scanned: usize,
}

impl LineEnds {
    /// The position of the next CR or LF. After `None`, goes on once the buffer has grown.
    #[inline]
    pub(super) fn next(&mut self, buffer: &[u8]) -> Option<usize> {
        while self.found == 0 {
            let rest = &buffer[self.scanned..];
            if rest.is_empty() {
                return None;
            }
            self.block = self.scanned;
            if let Some(block) = rest.first_chunk::<BLOCK>() {
                self.found = line_ends(block);
                self.scanned += BLOCK;
            } else {
                let mut block = [0; BLOCK];
                block[..rest.len()].copy_from_slice(rest);
                self.found = line_ends(&block);
                self.scanned = buffer.len();
            }
        }
        let offset = self.found.trailing_zeros() as usize;
        self.found &= self.found - 1;
        Some(self.block + offset)
    }

    /// What comes from here on has moved down by so many bytes. What was before is gone.
    pub(super) fn moved(&mut self, from: usize, by: usize) {
        // A block that began earlier has given out what it found up to here.
        let skipped = from.saturating_sub(self.block);
        self.found = if skipped < BLOCK { self.found >> skipped } else { 0 };
        self.block = self.block.max(from) - by;
        self.scanned = self.scanned.max(from) - by;
    }

    /// Starts over, from this position on.
    pub(super) fn restart(&mut self, position: usize) {
        *self = LineEnds { block: position, found: 0, scanned: position };
    }
}

/// A bit for each CR and LF.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline]
fn line_ends(block: &[u8; BLOCK]) -> u64 {
    use core::arch::wasm32::{i8x16_bitmask, u8x16_eq, u8x16_splat, v128, v128_any_true, v128_load, v128_or};

    let (cr, lf) = (u8x16_splat(b'\r'), u8x16_splat(b'\n'));
    let ends = |quarter: usize| {
        // SAFETY: the block has four times 16 bytes, and the load needs no alignment.
        let bytes = unsafe { v128_load(block.as_ptr().add(quarter * 16).cast::<v128>()) };
        v128_or(u8x16_eq(bytes, cr), u8x16_eq(bytes, lf))
    };
    let quarters = [ends(0), ends(1), ends(2), ends(3)];
    // Most blocks of long lines have none.
    if !v128_any_true(v128_or(v128_or(quarters[0], quarters[1]), v128_or(quarters[2], quarters[3]))) {
        return 0;
    }
    quarters.iter().rev().fold(0, |mask, quarter| (mask << 16) | u64::from(i8x16_bitmask(*quarter)))
}

/// A bit for each CR and LF.
#[cfg(target_arch = "x86_64")]
#[inline]
fn line_ends(block: &[u8; BLOCK]) -> u64 {
    use core::arch::x86_64::{
        __m128i, _mm_cmpeq_epi8, _mm_loadu_si128, _mm_movemask_epi8, _mm_or_si128, _mm_set1_epi8,
    };

    // SAFETY: SSE2 is part of x86_64.
    let (cr, lf) = unsafe { (_mm_set1_epi8(b'\r' as i8), _mm_set1_epi8(b'\n' as i8)) };
    let ends = |quarter: usize| {
        // SAFETY: the block has four times 16 bytes, and the load needs no alignment.
        unsafe {
            let bytes = _mm_loadu_si128(block.as_ptr().add(quarter * 16).cast::<__m128i>());
            u64::from(_mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(bytes, cr), _mm_cmpeq_epi8(bytes, lf))) as u32)
        }
    };
    ends(0) | ends(1) << 16 | ends(2) << 32 | ends(3) << 48
}

/// A bit for each CR and LF.
#[cfg(not(any(target_arch = "x86_64", all(target_arch = "wasm32", target_feature = "simd128"))))]
fn line_ends(block: &[u8; BLOCK]) -> u64 {
    portable(block)
}

#[cfg(any(test, not(any(target_arch = "x86_64", all(target_arch = "wasm32", target_feature = "simd128")))))]
fn portable(block: &[u8; BLOCK]) -> u64 {
    let is_end = |byte: u8| u64::from(byte == b'\n' || byte == b'\r');
    block.iter().rev().fold(0, |mask, byte| (mask << 1) | is_end(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_end_is_found_once_wherever_it_is() {
        for length in [0, 1, 15, 16, 17, 63, 64, 65, 200] {
            for step in 1..70 {
                let buffer: Vec<u8> =
                    (0..length).map(|index| if index % step == 0 { b"\r\n"[index % 2] } else { b'x' }).collect();
                let mut ends = LineEnds::default();
                let found: Vec<_> = std::iter::from_fn(|| ends.next(&buffer)).collect();
                let expected: Vec<_> = (0..length).filter(|index| index % step == 0).collect();
                assert_eq!(found, expected, "{length} {step}");
            }
        }
    }

    #[test]
    fn the_search_goes_on_when_the_buffer_grows_or_moves() {
        let mut ends = LineEnds::default();
        assert_eq!(ends.next(b"ab\ncd\ref"), Some(2));
        ends.moved(3, 3);
        assert_eq!(ends.next(b"cd\ref"), Some(2));
        assert_eq!(ends.next(b"cd\ref"), None);
        assert_eq!(ends.next(b"cd\ref\n"), Some(5));
    }

    #[test]
    fn the_fast_mask_is_the_portable_one() {
        let mut random = 1u32;
        for _ in 0..1000 {
            let mut block = [0; BLOCK];
            for byte in &mut block {
                random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *byte = (random >> 24) as u8 & 0x1f;
            }
            assert_eq!(line_ends(&block), portable(&block));
        }
    }
}
