//! Checks of whole blocks of bytes: a file for each instruction set, and a portable file for all other targets.
//!
//! `RUSTFLAGS="--cfg eventsource_wasm_disable_simd"` selects the portable file on every target. WebAssembly without
//! `-Ctarget-feature=+simd128` uses it too.

#[allow(dead_code, reason = "where the target has vectors, only the tests compare it with them")]
mod portable;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128", not(eventsource_wasm_disable_simd)))]
#[path = "simd128.rs"]
mod target;
#[cfg(all(target_arch = "x86_64", target_feature = "sse2", not(eventsource_wasm_disable_simd)))]
#[path = "sse2.rs"]
mod target;
#[cfg(any(
    eventsource_wasm_disable_simd,
    not(any(
        all(target_arch = "wasm32", target_feature = "simd128"),
        all(target_arch = "x86_64", target_feature = "sse2"),
    ))
))]
use portable as target;

pub(super) use target::{is_ascii, is_ascii_text, is_plain, line_ends};

/// Bytes of a block; one bit of a mask each.
pub(super) const BLOCK: usize = 64;

pub(super) type Block = [u8; BLOCK];

/// A block as pairs of words, which compilers turn into vectors without `unsafe`.
#[inline(always)]
fn words(block: &Block) -> [[u64; 2]; 4] {
    let (pairs, _) = block.as_chunks::<16>();
    [words_of(&pairs[0]), words_of(&pairs[1]), words_of(&pairs[2]), words_of(&pairs[3])]
}

#[inline(always)]
fn words_of(pair: &[u8; 16]) -> [u64; 2] {
    let pair = u128::from_le_bytes(*pair);
    [pair as u64, (pair >> 64) as u64]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn block_checks_agree_with_a_check_of_each_byte() {
        let mut random = 1u32;
        for round in 0..20_000u32 {
            let (mask, rare) = ([0x1f, 0x7f, 0xff, 0x8f][round as usize % 4], [1, 2, 16, 200][round as usize / 4 % 4]);
            let mut blocks = [[b'x'; BLOCK]; 2];
            for byte in blocks.as_flattened_mut() {
                random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                if (random >> 8).is_multiple_of(rare) {
                    *byte = (random >> 24) as u8 & mask;
                }
            }
            let ends = (0..BLOCK).fold(0, |ends, at| ends | u64::from(b"\r\n".contains(&blocks[0][at])) << at);
            let plain = blocks.as_flattened().iter().all(|byte| *byte > b'\r' && byte.is_ascii());
            assert_eq!(line_ends(&blocks[0]), ends, "{blocks:?}");
            assert_eq!(portable::line_ends(&blocks[0]), ends, "{blocks:?}");
            assert_eq!(is_plain(&blocks), plain, "{blocks:?}");
            assert_eq!(portable::is_plain(&blocks), plain, "{blocks:?}");
            assert_eq!(is_ascii(&blocks[0]), blocks[0].is_ascii(), "{blocks:?}");
            assert_eq!(portable::is_ascii(&blocks[0]), blocks[0].is_ascii(), "{blocks:?}");
        }
    }
}
