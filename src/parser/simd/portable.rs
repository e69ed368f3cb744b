//! Words of 8 bytes, which compilers turn into vectors where they can.

use super::{BLOCK, Block};

/// A word in which every byte is `byte`.
const fn every(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

const HIGH: u64 = every(0x80);

#[inline(always)]
fn words(block: &Block) -> impl Iterator<Item = u64> {
    super::words(block).into_iter().flatten()
}

/// A bit for each CR and LF.
#[inline]
pub(crate) fn line_ends(block: &Block) -> u64 {
    // Most blocks of long lines have no control characters at all.
    let controls = words(block).fold(0, |found, word| found | (word.wrapping_sub(every(b'\r' + 1)) & !word));
    if controls & HIGH == 0 {
        return 0;
    }
    words(block).enumerate().fold(0, |ends, (index, word)| {
        let found = equal(word, b'\r') | equal(word, b'\n');
        // The highest byte of the product collects the high bits of the bytes.
        ends | ((found >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * index)
    })
}

/// The high bit of each byte that equals `byte`.
#[inline(always)]
fn equal(word: u64, byte: u8) -> u64 {
    let difference = word ^ every(byte);
    // The addition carries into the high bit if a low bit is set, and never into the next byte.
    !(((difference & !HIGH) + !HIGH) | difference) & HIGH
}

/// Whether all bytes are ASCII and greater than CR: the inside of most long lines.
#[inline]
pub(crate) fn is_plain(blocks: &[Block; 2]) -> bool {
    // A byte that is not greater borrows and sets its high bit. A borrow from the next byte comes only with such a byte.
    let found = |block| words(block).fold(0, |found, word| found | word.wrapping_sub(every(b'\r' + 1)) | word);
    (found(&blocks[0]) | found(&blocks[1])) & HIGH == 0
}

#[inline]
pub(crate) fn is_ascii(block: &Block) -> bool {
    words(block).fold(0, |any, word| any | word) & HIGH == 0
}

const _: () = assert!(BLOCK == 64, "one bit of a u64 each");

pub(crate) fn is_ascii_text(text: &[u8]) -> bool {
    text.is_ascii()
}
