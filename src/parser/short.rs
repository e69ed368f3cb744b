//! Copies of short byte strings. Most names, IDs and payloads are short, and `memcpy` by call, or `memory.copy` in
//! WebAssembly, takes longer than they do.

use alloc::vec::Vec;

/// Appends, like `extend_from_slice`.
#[inline(never)]
pub(crate) fn extend(to: &mut Vec<u8>, bytes: &[u8]) {
    let length = bytes.len();
    if length > 32 {
        to.extend_from_slice(bytes);
        return;
    }
    to.reserve(length);
    let end = to.len();
    // SAFETY: there is room for `length` bytes behind `end`, `copy` writes all of them, and no vector is within another.
    unsafe {
        copy(bytes.as_ptr(), to.as_mut_ptr().add(end), length);
        to.set_len(end + length);
    }
}

/// Replaces what there is.
#[inline]
pub(crate) fn replace(to: &mut Vec<u8>, bytes: &[u8]) {
    to.clear();
    extend(to, bytes);
}

/// Copies to the start of a block; what does not fit is left out.
#[inline]
pub(crate) fn fill(block: &mut [u8; 64], bytes: &[u8]) {
    // SAFETY: so many bytes can be read and written, and an exclusive borrow overlaps no other.
    unsafe { copy(bytes.as_ptr(), block.as_mut_ptr(), bytes.len().min(64)) };
}

/// Copies from both ends, with reads and writes that may overlap in the middle.
///
/// # Safety
///
/// `length` is at most 64, so many bytes can be read at `from` and written at `to`, and these do not overlap.
#[inline]
unsafe fn copy(from: *const u8, to: *mut u8, length: usize) {
    // SAFETY: each access lies within `length` bytes from its start, and none needs alignment.
    unsafe {
        match length {
            0 => {}
            1..=3 => {
                *to = *from;
                *to.add(length / 2) = *from.add(length / 2);
                *to.add(length - 1) = *from.add(length - 1);
            }
            4..=7 => both_ends::<u32>(from, to, length),
            8..=16 => both_ends::<u64>(from, to, length),
            17..=32 => both_ends::<u128>(from, to, length),
            _ => both_ends::<[u128; 2]>(from, to, length),
        }
    }
}

/// # Safety
///
/// As for [`copy`], with a length from one to two sizes of `T`.
#[inline]
unsafe fn both_ends<T>(from: *const u8, to: *mut u8, length: usize) {
    let last = length - size_of::<T>();
    // SAFETY: the caller's promise.
    unsafe {
        let (start, end) = (from.cast::<T>().read_unaligned(), from.add(last).cast::<T>().read_unaligned());
        to.cast::<T>().write_unaligned(start);
        to.add(last).cast::<T>().write_unaligned(end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_exact_at_every_length() {
        let bytes: Vec<u8> = (1..=80).collect();
        for start in 0..8 {
            for length in 0..=70 {
                let mut copied = b"before".to_vec();
                extend(&mut copied, &bytes[start..start + length]);
                assert_eq!(copied, [b"before", &bytes[start..start + length]].concat());
                replace(&mut copied, &bytes[..length]);
                assert_eq!(copied, &bytes[..length]);
                let mut block = [0; 64];
                fill(&mut block, &bytes[start..start + length]);
                assert_eq!(block[..length.min(64)], bytes[start..start + length.min(64)]);
                assert!(block[length.min(64)..].iter().all(|byte| *byte == 0));
            }
        }
    }
}
