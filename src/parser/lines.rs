//! Where lines end: `end-of-line = ( cr lf / cr / lf )`, as single CR and LF bytes. That a CR LF is one end is for the
//! parser, which may see the two in different chunks.

use super::simd::Bytes;
use super::text::is_ascii;
use super::work;
use crate::short;

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
    /// INVARIANT: set if any byte of the buffer before `scanned` is not ASCII.
    is_wide: bool,
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
        let mut seen = Bytes::zero();
        let mut at = self.scanned;
        while let Some(block) = buffer[at..].first_chunk::<BLOCK>() {
            let quarters @ [a, b, c, d] = Bytes::of_block(block);
            seen = seen.or(a.or(b).or(c.or(d)));
            // Blocks of long lines have no control characters at all.
            if a.min(b).min(c.min(d)).has_controls() {
                self.found = line_ends(quarters);
                if self.found != 0 {
                    work::scans(at + BLOCK - self.scanned);
                    self.block = at;
                    self.scanned = at + BLOCK;
                    self.is_wide |= !seen.is_ascii();
                    return true;
                }
            }
            at += BLOCK;
            at = skip_text(buffer, at, &mut seen);
        }
        work::scans(at - self.scanned);
        self.is_wide |= !seen.is_ascii();
        self.block = at;
        self.scanned = buffer.len();
        if at < buffer.len() {
            work::scans(BLOCK);
            self.look_at_last(buffer, &buffer[at..]);
        }
        self.found != 0
    }

    /// Looks at what is left of a buffer behind its last whole block.
    fn look_at_last(&mut self, buffer: &[u8], rest: &[u8]) {
        let mut copy = [0; BLOCK];
        // Once more what comes before it, if there is enough, which is cheaper than a copy.
        let (block, before) = match buffer.last_chunk::<BLOCK>() {
            Some(block) => (block, BLOCK - rest.len()),
            None => {
                short::fill(&mut copy, rest);
                (&copy, 0)
            }
        };
        let quarters @ [a, b, c, d] = Bytes::of_block(block);
        self.found = line_ends(quarters) >> before;
        self.is_wide |= !a.or(b).or(c.or(d)).is_ascii();
    }

    /// Whether all of the buffer was looked at, and what was found given out.
    pub(super) fn are_exhausted(&self, buffer: &[u8]) -> bool {
        self.found == 0 && self.scanned == buffer.len()
    }

    /// Whether all lines so far are known to be ASCII.
    pub(super) fn are_ascii(&self) -> bool {
        !self.is_wide
    }

    /// Forgets what was seen of bytes that are gone: this is what is left.
    pub(super) fn recheck(&mut self, buffer: &[u8]) {
        if self.is_wide {
            work::scans(buffer.len());
            self.is_wide = !is_ascii(buffer);
        }
    }

    /// What comes from here on has moved down by so many bytes. What was before is gone.
    pub(super) fn moved(&mut self, from: usize, by: usize) {
        // A block that began earlier has given out what it found up to here.
        let skipped = from.saturating_sub(self.block);
        self.found = if skipped < BLOCK { self.found >> skipped } else { 0 };
        self.block = self.block.max(from) - by;
        self.scanned = self.scanned.max(from) - by;
    }

    /// Starts over, from this position on: behind a BOM, which is not ASCII, or at the start.
    pub(super) fn restart(&mut self, position: usize) {
        *self = LineEnds { block: position, found: 0, scanned: position, is_wide: position > 0 };
    }
}

/// Goes on behind what has no control characters, by two blocks at a time: the inside of a long line.
#[inline]
fn skip_text(buffer: &[u8], mut at: usize, seen: &mut Bytes) -> usize {
    while let Some(blocks) = buffer[at..].first_chunk::<{ 2 * BLOCK }>() {
        let (blocks, _) = blocks.as_chunks::<BLOCK>();
        let ([a, b, c, d], [e, f, g, h]) = (Bytes::of_block(&blocks[0]), Bytes::of_block(&blocks[1]));
        let (first, second) = (a.min(b).min(c.min(d)), e.min(f).min(g.min(h)));
        if first.min(second).has_controls() {
            break;
        }
        *seen = seen.or(a.or(b).or(c.or(d))).or(e.or(f).or(g.or(h)));
        at += 2 * BLOCK;
        #[cfg(all(target_arch = "x86_64", feature = "std"))]
        if let Some(skipped) = wide::skip_text(buffer, at) {
            let (end, is_ascii) = skipped;
            if !is_ascii {
                *seen = Bytes::wide();
            }
            return end;
        }
    }
    at
}

/// The same with vectors of 32 bytes, where the processor has them.
#[cfg(all(target_arch = "x86_64", feature = "std"))]
mod wide {
    use core::arch::x86_64::*;

    use super::BLOCK;

    /// Where it ends, and whether what it has passed is ASCII.
    #[inline]
    pub(super) fn skip_text(buffer: &[u8], at: usize) -> Option<(usize, bool)> {
        // SAFETY: the processor has AVX2.
        std::arch::is_x86_feature_detected!("avx2").then(|| unsafe { skip(buffer, at) })
    }

    #[target_feature(enable = "avx2")]
    fn skip(buffer: &[u8], mut at: usize) -> (usize, bool) {
        let cr = _mm256_set1_epi8(b'\r' as i8);
        let mut seen = _mm256_setzero_si256();
        while let Some(blocks) = buffer[at..].first_chunk::<{ 2 * BLOCK }>() {
            // SAFETY: there are four times 32 bytes, and the load needs no alignment.
            let load =
                |quarter: usize| unsafe { _mm256_loadu_si256(blocks.as_ptr().add(quarter * 32).cast::<__m256i>()) };
            let (a, b, c, d) = (load(0), load(1), load(2), load(3));
            let least = _mm256_min_epu8(_mm256_min_epu8(a, b), _mm256_min_epu8(c, d));
            if _mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_min_epu8(least, cr), least)) != 0 {
                break;
            }
            seen = _mm256_or_si256(seen, _mm256_or_si256(_mm256_or_si256(a, b), _mm256_or_si256(c, d)));
            at += 2 * BLOCK;
        }
        (at, _mm256_movemask_epi8(seen) == 0)
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
        ends.moved(3, 3);
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
            assert_eq!(ends.are_ascii(), byte != 0xe9, "{byte} at {position}");
        }
    }
}
