//! Where lines end: `end-of-line = ( cr lf / cr / lf )`, as single CR and LF bytes. That a CR LF is one end is for the
//! parser, which may see the two in different chunks.

use super::short;
use super::simd::Bytes;
use super::work;

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
    /// INVARIANT: what is looked at and lies from here on is ASCII.
    ascii_from: usize,
}

impl LineEnds {
    /// The position of the next CR or LF. After `None`, goes on once the buffer has grown.
    #[inline]
    pub(super) fn next(&mut self, buffer: &[u8]) -> Option<usize> {
        if self.found == 0 && !self.search(buffer) {
            return None;
        }
        let offset = self.found.trailing_zeros() as usize;
        self.found &= self.found - 1;
        Some(self.block + offset)
    }

    /// Looks for a block with line ends; false if there is none.
    fn search(&mut self, buffer: &[u8]) -> bool {
        if self.scanned == buffer.len() {
            return false;
        }
        let mut are_ascii = true;
        (self.block, self.found) = search(buffer, self.scanned, &mut are_ascii);
        work::scans(self.block - self.scanned + if self.block < buffer.len() { BLOCK } else { 0 });
        self.scanned = buffer.len().min(self.block + BLOCK);
        if !are_ascii {
            self.ascii_from = self.scanned;
        }
        self.found != 0
    }

    /// Whether all of a buffer of this length was looked at, and what was found given out.
    pub(super) fn are_exhausted(&self, length: usize) -> bool {
        self.found == 0 && self.scanned == length
    }

    /// From where on the lines so far are known to be ASCII.
    #[inline]
    pub(super) fn ascii_from(&self) -> usize {
        self.ascii_from
    }

    /// What comes from `line` on has moved down to `to`. Before that is what was from `kept` on, and nothing else.
    pub(super) fn moved(&mut self, kept: usize, line: usize, to: usize) {
        let by = line - to;
        // A block that began earlier has given out what it found up to here.
        let skipped = line.saturating_sub(self.block);
        self.found = if skipped < BLOCK { self.found >> skipped } else { 0 };
        self.block = self.block.max(line) - by;
        self.scanned = self.scanned.max(line) - by;
        self.ascii_from = if self.ascii_from <= kept { 0 } else { self.ascii_from.max(line) - by };
    }

    /// Starts over, from this position on.
    pub(super) fn restart(&mut self, position: usize) {
        *self = LineEnds { block: position, found: 0, scanned: position, ascii_from: position };
    }
}

/// The first block from this position on in which a line ends, or what is left behind the last whole block; and the ends in
/// it. Tells whether all that it looked at is ASCII.
///
/// Not as part of what it returns: that would be read back as vectors, for which processors wait.
#[inline]
fn search(buffer: &[u8], at: usize, are_ascii: &mut bool) -> (usize, u64) {
    #[cfg(all(target_arch = "x86_64", feature = "std"))]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has it.
        return unsafe { wide::search(buffer, at, are_ascii) };
    }
    narrow_search(buffer, at, are_ascii)
}

/// By vectors of 16 bytes.
#[inline]
fn narrow_search(buffer: &[u8], mut at: usize, are_ascii: &mut bool) -> (usize, u64) {
    let mut seen = Bytes::zero();
    while let Some(block) = buffer[at..].first_chunk::<BLOCK>() {
        let quarters @ [a, b, c, d] = Bytes::of_block(block);
        seen = seen.or(a.or(b).or(c.or(d)));
        // Blocks of long lines have no control characters at all.
        if a.min(b).min(c.min(d)).has_controls() {
            let found = line_ends(quarters);
            if found != 0 {
                *are_ascii = seen.is_ascii();
                return (at, found);
            }
        }
        at = skip_text(buffer, at + BLOCK, &mut seen);
    }
    let mut found = 0;
    if at < buffer.len() {
        let mut copy = [0; BLOCK];
        let (block, before) = last_block(buffer, at, &mut copy);
        let quarters @ [a, b, c, d] = Bytes::of_block(block);
        seen = seen.or(a.or(b).or(c.or(d)));
        found = line_ends(quarters) >> before;
    }
    *are_ascii = seen.is_ascii();
    (at, found)
}

/// Goes on behind what has no control characters, by two blocks at a time: the inside of a long line.
///
/// As signed numbers, what is not ASCII is least of all: so one minimum tells of both, and of none in most long lines. To gather
/// their bits would have each step wait for the one before.
#[inline]
fn skip_text(buffer: &[u8], mut at: usize, seen: &mut Bytes) -> usize {
    while let Some(blocks) = buffer[at..].first_chunk::<{ 2 * BLOCK }>() {
        let (blocks, _) = blocks.as_chunks::<BLOCK>();
        let ([a, b, c, d], [e, f, g, h]) = (Bytes::of_block(&blocks[0]), Bytes::of_block(&blocks[1]));
        let (first, second) =
            (a.min_signed(b).min_signed(c.min_signed(d)), e.min_signed(f).min_signed(g.min_signed(h)));
        let least = first.min_signed(second);
        if !least.is_plain() {
            let (first, second) = (a.min(b).min(c.min(d)), e.min(f).min(g.min(h)));
            if first.min(second).has_controls() {
                break;
            }
            *seen = seen.or(least);
        }
        at += 2 * BLOCK;
    }
    at
}

/// What is left of a buffer behind its last whole block, as a block, and at which byte of that it begins.
#[inline]
fn last_block<'a>(buffer: &'a [u8], at: usize, copy: &'a mut [u8; BLOCK]) -> (&'a [u8; BLOCK], usize) {
    // Once more what comes before it, if there is enough, which is cheaper than a copy.
    if let Some(block) = buffer.last_chunk::<BLOCK>() {
        return (block, BLOCK - (buffer.len() - at));
    }
    short::fill(copy, &buffer[at..]);
    (copy, 0)
}

/// The same with vectors of 32 bytes, where the processor has them.
#[cfg(all(target_arch = "x86_64", feature = "std"))]
mod wide {
    use core::arch::x86_64::*;

    use super::{BLOCK, last_block};

    #[target_feature(enable = "avx2")]
    pub(super) fn search(buffer: &[u8], mut at: usize, are_ascii: &mut bool) -> (usize, u64) {
        let mut seen = _mm256_setzero_si256();
        while let Some(block) = buffer[at..].first_chunk::<BLOCK>() {
            let (a, b) = load(block);
            seen = _mm256_or_si256(seen, _mm256_or_si256(a, b));
            if has_controls(_mm256_min_epu8(a, b)) {
                let found = line_ends(a, b);
                if found != 0 {
                    *are_ascii = is_ascii(seen);
                    return (at, found);
                }
            }
            at += BLOCK;
            while let Some(blocks) = buffer[at..].first_chunk::<{ 2 * BLOCK }>() {
                let (blocks, _) = blocks.as_chunks::<BLOCK>();
                let ((a, b), (c, d)) = (load(&blocks[0]), load(&blocks[1]));
                let least = _mm256_min_epi8(_mm256_min_epi8(a, b), _mm256_min_epi8(c, d));
                if !is_plain(least) {
                    if has_controls(_mm256_min_epu8(_mm256_min_epu8(a, b), _mm256_min_epu8(c, d))) {
                        break;
                    }
                    seen = _mm256_or_si256(seen, least);
                }
                at += 2 * BLOCK;
            }
        }
        let mut found = 0;
        if at < buffer.len() {
            let mut copy = [0; BLOCK];
            let (block, before) = last_block(buffer, at, &mut copy);
            let (a, b) = load(block);
            seen = _mm256_or_si256(seen, _mm256_or_si256(a, b));
            found = line_ends(a, b) >> before;
        }
        *are_ascii = is_ascii(seen);
        (at, found)
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn load(block: &[u8; BLOCK]) -> (__m256i, __m256i) {
        let from = block.as_ptr().cast::<__m256i>();
        // SAFETY: there are twice 32 bytes, and the load needs no alignment.
        unsafe { (_mm256_loadu_si256(from), _mm256_loadu_si256(from.add(1))) }
    }

    /// Whether one of them is no greater than CR.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn has_controls(bytes: __m256i) -> bool {
        let cr = _mm256_set1_epi8(b'\r' as i8);
        _mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_min_epu8(bytes, cr), bytes)) != 0
    }

    /// Whether all of them are greater than CR as signed numbers: ASCII, and no control up to there.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn is_plain(bytes: __m256i) -> bool {
        _mm256_movemask_epi8(_mm256_cmpgt_epi8(bytes, _mm256_set1_epi8(b'\r' as i8))) == -1
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn line_ends(a: __m256i, b: __m256i) -> u64 {
        let (cr, lf) = (_mm256_set1_epi8(b'\r' as i8), _mm256_set1_epi8(b'\n' as i8));
        let (a, b) = (
            _mm256_or_si256(_mm256_cmpeq_epi8(a, cr), _mm256_cmpeq_epi8(a, lf)),
            _mm256_or_si256(_mm256_cmpeq_epi8(b, cr), _mm256_cmpeq_epi8(b, lf)),
        );
        u64::from(_mm256_movemask_epi8(a) as u32) | u64::from(_mm256_movemask_epi8(b) as u32) << 32
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn is_ascii(bytes: __m256i) -> bool {
        _mm256_movemask_epi8(bytes) == 0
    }
}

/// A bit for each CR and LF of a block.
#[inline]
fn line_ends(quarters: [Bytes; 4]) -> u64 {
    quarters.iter().rev().fold(0, |mask, bytes| (mask << 16) | u64::from(bytes.line_ends()))
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
        ends.moved(3, 3, 0);
        assert_eq!(ends.next(b"cd\ref"), Some(2));
        assert_eq!(ends.next(b"cd\ref"), None);
        assert_eq!(ends.next(b"cd\ref\n"), Some(5));
    }

    #[test]
    fn in_long_lines_no_end_is_missed_and_nothing_that_is_not_ascii() {
        for (position, byte) in (0..700).flat_map(|position| [(position, b'\n'), (position, b'\r'), (position, 0xe9)]) {
            let mut buffer = vec![b'x'; 700];
            buffer[position] = byte;
            let mut ends = LineEnds::default();
            let found = ends.next(&buffer);
            assert_eq!(found, (byte != 0xe9).then_some(position), "{byte} at {position}");
            assert_eq!(ends.ascii_from() <= position, byte != 0xe9, "{byte} at {position}");
        }
    }

    /// Both, as most machines that run this test would run the wide one only.
    #[test]
    fn either_search_finds_all_ends_and_tells_what_is_not_ascii() {
        let mut random = 1u32;
        let mut draw = |most: usize| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> 16) as usize % most
        };
        for round in 0..2000 {
            let (length, step) = (draw(500), 1 + draw([8, 500][round % 2]));
            let bytes = [b"\n\r\t", &b"\n\xff\0"[..]][round / 2 % 2];
            let buffer: Vec<u8> = (0..length).map(|at| if at % step == 0 { bytes[draw(3)] } else { b'x' }).collect();
            let expected: Vec<_> = (0..length).filter(|at| b"\r\n".contains(&buffer[*at])).collect();
            for search in [search, narrow_search] {
                let (mut at, mut ends) = (0, Vec::new());
                while at < length {
                    let mut are_ascii = true;
                    let (block, found) = search(&buffer, at, &mut are_ascii);
                    ends.extend((0..BLOCK).filter(|bit| found >> bit & 1 == 1).map(|bit| block + bit));
                    let seen = length.min(block + BLOCK);
                    assert!(!are_ascii || buffer[at..seen].is_ascii(), "{buffer:?} from {at}");
                    assert!(are_ascii || !buffer[..seen].is_ascii(), "{buffer:?} from {at}");
                    at = seen;
                }
                assert_eq!(ends, expected, "{buffer:?}");
            }
        }
    }
}
