//! Finds line ends, `end-of-line = ( cr lf / cr / lf )`, as single CR and LF bytes. The parser treats CR LF as one end, as
//! the two bytes may come in different chunks.

use super::simd::{self, BLOCK};
use super::work;

/// Finds the CR and LF bytes of a buffer one by one, and scans each byte once.
///
/// A new search for each line would cost more than a short line itself.
#[derive(Debug, Default)]
pub(super) struct LineEnds {
    /// The start of the block that `found` describes.
    block: usize,
    /// The line ends of the block that were not yet returned, one bit per byte.
    found: u64,
    /// How many bytes of the buffer were scanned.
    scanned: usize,
    /// INVARIANT: the scanned bytes from here on are ASCII.
    ascii_from: usize,
}

impl LineEnds {
    /// The position of the next CR or LF. After `None`, call it again when the buffer has grown.
    #[inline]
    pub(super) fn next(&mut self, buffer: &[u8]) -> Option<usize> {
        if self.found == 0 && !self.search(buffer) {
            return None;
        }
        let offset = self.found.trailing_zeros() as usize;
        self.found &= self.found - 1;
        Some(self.block + offset)
    }

    /// Finds the next block with line ends; false if there is none.
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

    /// Whether a buffer of this length is completely scanned, and all its line ends are returned.
    pub(super) fn are_exhausted(&self, length: usize) -> bool {
        self.found == 0 && self.scanned == length
    }

    /// The position from which on the lines so far are known to be ASCII.
    #[inline]
    pub(super) fn ascii_from(&self) -> usize {
        self.ascii_from
    }

    /// Follows a move of the buffer: the bytes from `line` on are now at `to`. Only bytes that were at `kept` and after it
    /// are now before `to`.
    pub(super) fn moved(&mut self, kept: usize, line: usize, to: usize) {
        let by = line - to;
        // A block that began before `line` has returned its line ends up to `line`.
        let skipped = line.saturating_sub(self.block);
        self.found = if skipped < BLOCK { self.found >> skipped } else { 0 };
        self.block = self.block.max(line) - by;
        self.scanned = self.scanned.max(line) - by;
        self.ascii_from = if self.ascii_from <= kept { 0 } else { self.ascii_from.max(line) - by };
    }

    pub(super) fn restart(&mut self, position: usize) {
        *self = LineEnds { block: position, found: 0, scanned: position, ascii_from: position };
    }
}

/// Returns the first block from this position on that has a line end, or the rest after the last whole block, and its line
/// ends. Sets whether all scanned bytes are ASCII.
///
/// `are_ascii` is not part of the result, which would be read back as a vector: that stalls processors.
#[inline]
fn search(buffer: &[u8], mut at: usize, are_ascii: &mut bool) -> (usize, u64) {
    let (mut found, mut is_ascii) = (0, true);
    while let Some(block) = buffer[at..].first_chunk::<BLOCK>() {
        found = simd::line_ends(block);
        is_ascii &= simd::is_ascii(block);
        if found != 0 {
            break;
        }
        at += BLOCK;
        // The inside of a long line: two blocks at a time.
        while let Some(blocks) = buffer[at..].as_chunks::<BLOCK>().0.first_chunk::<2>() {
            if !simd::is_plain(blocks) {
                break;
            }
            at += 2 * BLOCK;
        }
    }
    let rest = buffer.len() - at;
    if found == 0 && rest > 0 {
        let mut copy = [0; BLOCK];
        // If there are enough bytes before the rest, scanning these again is cheaper than a copy.
        let (block, before) = match buffer.last_chunk() {
            Some(block) => (block, BLOCK - rest),
            None => {
                copy[..rest].copy_from_slice(&buffer[at..]);
                (&copy, 0)
            }
        };
        found = simd::line_ends(block) >> before;
        is_ascii &= simd::is_ascii(block);
    }
    *are_ascii = is_ascii;
    (at, found)
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
    fn line_ends_and_bytes_that_are_not_ascii_are_found_in_long_lines() {
        for (position, byte) in (0..700).flat_map(|position| [(position, b'\n'), (position, b'\r'), (position, 0xe9)]) {
            let mut buffer = vec![b'x'; 700];
            buffer[position] = byte;
            let mut ends = LineEnds::default();
            let found = ends.next(&buffer);
            assert_eq!(found, (byte != 0xe9).then_some(position), "{byte} at {position}");
            assert_eq!(ends.ascii_from() <= position, byte != 0xe9, "{byte} at {position}");
        }
    }

    #[test]
    fn a_search_finds_all_line_ends_and_bytes_that_are_not_ascii() {
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
