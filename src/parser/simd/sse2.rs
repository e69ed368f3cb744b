//! Vectors of 16 bytes of x86_64.
//!
//! SAFETY, of each `unsafe` here: this file is compiled only for targets with SSE2, and needs nothing else.

use core::arch::x86_64::*;

pub(crate) use super::portable::is_ascii_text;
use super::{Block, words};

/// A bit for each CR and LF.
#[inline]
pub(crate) fn line_ends(block: &Block) -> u64 {
    #[inline]
    #[target_feature(enable = "sse2")]
    fn line_ends(block: &Block) -> u64 {
        let (cr, lf) = (_mm_set1_epi8(b'\r' as i8), _mm_set1_epi8(b'\n' as i8));
        let [a, b, c, d] = vectors(block).map(|bytes| {
            let are_ends = _mm_or_si128(_mm_cmpeq_epi8(bytes, cr), _mm_cmpeq_epi8(bytes, lf));
            u64::from(_mm_movemask_epi8(are_ends) as u16)
        });
        a | b << 16 | c << 32 | d << 48
    }
    // SAFETY: see above.
    unsafe { line_ends(block) }
}

/// Whether all bytes are ASCII and greater than CR: the inside of most long lines.
#[inline]
pub(crate) fn is_plain(blocks: &[Block; 2]) -> bool {
    #[inline]
    #[target_feature(enable = "sse2")]
    fn is_plain([first, second]: &[Block; 2]) -> bool {
        // As signed numbers, bytes that are not ASCII are less than CR.
        let cr = _mm_set1_epi8(b'\r' as i8);
        let [a, b, c, d] = vectors(first).map(|bytes| _mm_cmpgt_epi8(bytes, cr));
        let [e, f, g, h] = vectors(second).map(|bytes| _mm_cmpgt_epi8(bytes, cr));
        let (first, second) = (
            _mm_and_si128(_mm_and_si128(a, b), _mm_and_si128(c, d)),
            _mm_and_si128(_mm_and_si128(e, f), _mm_and_si128(g, h)),
        );
        _mm_movemask_epi8(_mm_and_si128(first, second)) == 0xffff
    }
    // SAFETY: see above.
    unsafe { is_plain(blocks) }
}

#[inline]
pub(crate) fn is_ascii(block: &Block) -> bool {
    #[inline]
    #[target_feature(enable = "sse2")]
    fn is_ascii(block: &Block) -> bool {
        let [a, b, c, d] = vectors(block);
        _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(a, b), _mm_or_si128(c, d))) == 0
    }
    // SAFETY: see above.
    unsafe { is_ascii(block) }
}

/// Each vector by one load.
#[inline]
#[target_feature(enable = "sse2")]
fn vectors(block: &Block) -> [__m128i; 4] {
    words(block).map(|[low, high]| _mm_set_epi64x(high as i64, low as i64))
}
