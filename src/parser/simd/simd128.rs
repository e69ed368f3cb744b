//! Vectors of 16 bytes of WebAssembly.

use core::arch::wasm32::*;

use super::{Block, words, words_of};

/// A bit for each CR and LF.
#[inline]
pub(crate) fn line_ends(block: &Block) -> u64 {
    let [a, b, c, d] = vectors(block);
    // Most blocks of long lines have no control characters at all.
    let least = u8x16_min(u8x16_min(a, b), u8x16_min(c, d));
    if !v128_any_true(u8x16_le(least, u8x16_splat(b'\r'))) {
        return 0;
    }
    let ends = |bytes| {
        u64::from(i8x16_bitmask(v128_or(u8x16_eq(bytes, u8x16_splat(b'\r')), u8x16_eq(bytes, u8x16_splat(b'\n')))))
    };
    ends(a) | ends(b) << 16 | ends(c) << 32 | ends(d) << 48
}

/// Whether all bytes are ASCII and greater than CR: the inside of most long lines.
///
/// As signed numbers, bytes that are not ASCII are the smallest, so one minimum checks both. Gathering the bits of all bytes
/// would make each step wait for the step before.
#[inline]
pub(crate) fn is_plain(blocks: &[Block; 2]) -> bool {
    let least = |[a, b, c, d]: [v128; 4]| i8x16_min(i8x16_min(a, b), i8x16_min(c, d));
    let least = i8x16_min(least(vectors(&blocks[0])), least(vectors(&blocks[1])));
    !v128_any_true(i8x16_le(least, i8x16_splat(b'\r' as i8)))
}

#[inline]
pub(crate) fn is_ascii(block: &Block) -> bool {
    let [a, b, c, d] = vectors(block);
    i8x16_bitmask(v128_or(v128_or(a, b), v128_or(c, d))) == 0
}

/// Whether a text of any length is ASCII. The standard library checks one machine word at a time on this target.
pub(crate) fn is_ascii_text(text: &[u8]) -> bool {
    let Some(last) = text.last_chunk::<16>() else {
        return text.iter().fold(0, |any, byte| any | byte) < 0x80;
    };
    let (chunks, _) = text.as_chunks::<16>();
    let any = chunks.iter().fold(u8x16_splat(0), |any, chunk| v128_or(any, vector(chunk)));
    i8x16_bitmask(v128_or(any, vector(last))) == 0
}

#[inline(always)]
fn vector(bytes: &[u8; 16]) -> v128 {
    let [low, high] = words_of(bytes);
    u64x2(low, high)
}

/// Each vector by one load.
#[inline(always)]
fn vectors(block: &Block) -> [v128; 4] {
    words(block).map(|[low, high]| u64x2(low, high))
}
