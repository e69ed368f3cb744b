//! Whether bytes are UTF-8: short texts that are not ASCII, one for each event, which are too short for what general
//! validators set out with.

/// The text, if it is one.
pub(super) fn valid(bytes: &[u8]) -> Option<&str> {
    #[cfg(all(target_arch = "x86_64", feature = "std"))]
    if bytes.len() >= wide::LEAST && std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has it, and there are enough bytes; then, they are UTF-8.
        return unsafe { wide::is_valid(bytes).then(|| core::str::from_utf8_unchecked(bytes)) };
    }
    valid_otherwise(bytes)
}

#[cfg(feature = "simdutf8")]
fn valid_otherwise(bytes: &[u8]) -> Option<&str> {
    simdutf8::basic::from_utf8(bytes).ok()
}

#[cfg(not(feature = "simdutf8"))]
fn valid_otherwise(bytes: &[u8]) -> Option<&str> {
    core::str::from_utf8(bytes).ok()
}

/// By the method of John Keiser and Daniel Lemire, [Validating UTF-8 in less than one instruction per
/// byte](https://arxiv.org/abs/2010.03090): of two bytes that follow each other, three half-bytes tell by which rules they
/// are wrong.
#[cfg(all(target_arch = "x86_64", feature = "std"))]
mod wide {
    use core::arch::x86_64::*;

    const BLOCK: usize = 32;

    /// So that the last block, wherever it begins, has three bytes before it.
    pub(super) const LEAST: usize = BLOCK + 3;

    /// What can't be, by the bytes of table 3-7 of the Unicode standard: a bit for the rule, then the first and the last that
    /// a byte may be, and the same of the byte behind it. Rules that have a bit together are wrong in no pair of bytes that
    /// has the half-bytes of both.
    const RULES: [(u8, [u8; 2], [u8; 2]); 10] = [
        // A character goes on where none began, or does not where one did.
        (0, [0xc0, 0xff], [0x00, 0x7f]),
        (0, [0xc0, 0xff], [0xc0, 0xff]),
        (1, [0x00, 0x7f], [0x80, 0xbf]),
        // Longer than it has to be: of two bytes, three and four.
        (2, [0xc0, 0xc1], [0x80, 0xbf]),
        (3, [0xe0, 0xe0], [0x80, 0x9f]),
        (4, [0xf0, 0xf0], [0x80, 0x8f]),
        // Beyond U+10FFFF.
        (4, [0xf5, 0xff], [0x80, 0x8f]),
        (5, [0xf4, 0xff], [0x90, 0xbf]),
        // A surrogate.
        (6, [0xed, 0xed], [0xa0, 0xbf]),
        // Only as the end of a character of three bytes or four, which has to have it.
        (GOES_ON, [0x80, 0xbf], [0x80, 0xbf]),
    ];
    const GOES_ON: u8 = 7;

    /// The rules that a byte may break by its upper half, by its lower half, and that the next may by its upper half.
    static TABLES: [[u8; 16]; 3] = {
        let mut tables = [[0; 16]; 3];
        let mut rule = 0;
        while rule < RULES.len() {
            let (bit, first, second) = RULES[rule];
            let mut byte = 0;
            while byte < 256 {
                if first[0] as usize <= byte && byte <= first[1] as usize {
                    tables[0][byte >> 4] |= 1 << bit;
                    tables[1][byte & 15] |= 1 << bit;
                }
                if second[0] as usize <= byte && byte <= second[1] as usize {
                    tables[2][byte >> 4] |= 1 << bit;
                }
                byte += 1;
            }
            rule += 1;
        }
        tables
    };

    /// # Safety
    ///
    /// There must be [`LEAST`] bytes.
    #[target_feature(enable = "avx2")]
    pub(super) unsafe fn is_valid(bytes: &[u8]) -> bool {
        let [.., third, second, last] = bytes else { return true };
        // SAFETY: so many bytes there are from `at` on, and the load needs no alignment.
        let load = |at: usize| unsafe { _mm256_loadu_si256(bytes.as_ptr().add(at).cast()) };
        // SAFETY: a table has 16 bytes, and the load needs no alignment.
        let table = |of: usize| unsafe { _mm256_broadcastsi128_si256(_mm_loadu_si128(TABLES[of].as_ptr().cast())) };
        let tables = [table(0), table(1), table(2)];
        // Nothing comes before the first block.
        let block = load(0);
        let shifted = _mm256_permute2x128_si256::<0x08>(block, block);
        let before = [
            _mm256_alignr_epi8::<15>(block, shifted),
            _mm256_alignr_epi8::<14>(block, shifted),
            _mm256_alignr_epi8::<13>(block, shifted),
        ];
        let mut wrong = broken(tables, block, before);
        let end = bytes.len() - BLOCK;
        let mut at = BLOCK;
        while at < end + BLOCK {
            // The last block is a whole one, though some of it has been looked at.
            let start = at.min(end);
            let before = [load(start - 1), load(start - 2), load(start - 3)];
            wrong = _mm256_or_si256(wrong, broken(tables, load(start), before));
            at += BLOCK;
        }
        let is_cut = *last >= 0xc0 || *second >= 0xe0 || *third >= 0xf0;
        !is_cut && _mm256_testz_si256(wrong, wrong) == 1
    }

    /// The rules that are broken by each byte of a block with the one, two and three bytes before it.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn broken(tables: [__m256i; 3], block: __m256i, before: [__m256i; 3]) -> __m256i {
        let half = _mm256_set1_epi8(0x0f);
        let upper = |bytes| _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), half);
        let pairs = _mm256_and_si256(
            _mm256_and_si256(
                _mm256_shuffle_epi8(tables[0], upper(before[0])),
                _mm256_shuffle_epi8(tables[1], _mm256_and_si256(before[0], half)),
            ),
            _mm256_shuffle_epi8(tables[2], upper(block)),
        );
        // The upper bit for what is not below 0xe0, and 0xf0.
        let has_to_go_on = _mm256_or_si256(
            _mm256_subs_epu8(before[1], _mm256_set1_epi8((0xe0u8 - 0x80) as i8)),
            _mm256_subs_epu8(before[2], _mm256_set1_epi8((0xf0u8 - 0x80) as i8)),
        );
        _mm256_xor_si256(pairs, _mm256_and_si256(has_to_go_on, _mm256_set1_epi8((1u8 << GOES_ON) as i8)))
    }
}

#[cfg(test)]
mod tests {
    use super::valid;

    #[track_caller]
    fn check(bytes: &[u8]) {
        assert_eq!(valid(bytes), core::str::from_utf8(bytes).ok(), "{bytes:x?}");
    }

    /// At the edges of blocks and of the text, behind each of the bytes that may come before.
    #[test]
    fn all_that_four_bytes_may_be_is_as_the_standard_library_says() {
        let edges = [0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed];
        let edges: Vec<u8> =
            edges.into_iter().chain([0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf7, 0xf8, 0xff]).collect();
        for at in [0, 29, 31, 45, 60, 66] {
            let mut bytes = [b'x'; 70];
            for first in &edges {
                for second in &edges {
                    for third in &edges {
                        for fourth in [0x20, 0x80, 0xbf, 0xc2] {
                            bytes[at..at + 4].copy_from_slice(&[*first, *second, *third, fourth]);
                            check(&bytes);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn texts_are_as_the_standard_library_says_at_every_cut_and_with_every_byte_spoilt() {
        let text = "aé語𝄞 ".repeat(12);
        for end in 0..=text.len() {
            check(&text.as_bytes()[..end]);
            check(&text.as_bytes()[text.len() - end..]);
        }
        for at in 0..text.len() {
            for byte in 0..=255 {
                let mut bytes = text.clone().into_bytes();
                bytes[at] = byte;
                check(&bytes);
            }
        }
    }
}
