//! The value of a field that outlives its line: an event's name, an ID.

use alloc::vec::Vec;
use core::ops::Range;

use super::{KEEP_CAPACITY, work};

/// Where a value is in the parser's buffer, or a copy of it once the buffer moves on.
#[derive(Debug, Default)]
pub(super) struct Value {
    /// INVARIANT: within the buffer, unless there is a copy.
    place: Range<usize>,
    copy: Vec<u8>,
    is_copied: bool,
}

impl Value {
    pub(super) fn copied(bytes: &[u8]) -> Value {
        Value { place: 0..0, copy: bytes.to_vec(), is_copied: true }
    }

    #[inline]
    pub(super) fn set(&mut self, place: Range<usize>) {
        self.place = place;
        self.is_copied = false;
    }

    /// Takes over the other value, which must not be used afterwards.
    ///
    /// Field by field: a copy of the whole struct would read fields that were written separately a moment ago, which stalls
    /// processors.
    #[inline]
    pub(super) fn take(&mut self, other: &mut Value) {
        self.set(other.place.start..other.place.end);
        if other.is_copied {
            core::mem::swap(&mut self.copy, &mut other.copy);
            self.is_copied = true;
        }
    }

    #[inline]
    pub(super) fn clear(&mut self) {
        self.set(0..0);
    }

    /// Clears the value, and frees the memory of a large copy.
    #[inline]
    pub(super) fn forget(&mut self) {
        self.clear();
        self.give_back();
    }

    /// Frees the memory of a large copy that is no longer used.
    #[inline]
    fn give_back(&mut self) {
        if self.copy.capacity() > KEEP_CAPACITY {
            self.copy = Vec::new();
        }
    }

    /// The range in the buffer, if the value is still there.
    #[inline]
    pub(super) fn place(&self) -> Option<Range<usize>> {
        (!self.is_copied).then(|| self.place.clone())
    }

    #[inline]
    pub(super) fn of<'a>(&'a self, buffer: &'a [u8]) -> &'a [u8] {
        if self.is_copied { &self.copy } else { &buffer[self.place.clone()] }
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        if self.is_copied { self.copy.len() } else { self.place.len() }
    }

    /// Copies the value. Call it before the bytes of the buffer move.
    #[inline]
    pub(super) fn keep(&mut self, buffer: &[u8]) {
        if self.is_copied {
            return;
        }
        self.give_back();
        if self.place.is_empty() {
            self.place = 0..0;
            return;
        }
        work::copies(self.place.len());
        self.copy.clear();
        self.copy.extend_from_slice(&buffer[self.place.clone()]);
        self.is_copied = true;
    }

    /// Copies the value, if it lies after this position.
    #[inline]
    pub(super) fn keep_if_behind(&mut self, position: usize, buffer: &[u8]) {
        if self.place.start > position {
            self.keep(buffer);
        }
    }
}
