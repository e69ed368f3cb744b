//! Handles: the numbers by which JavaScript holds objects of the engine.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cell::UnsafeCell;

/// A value for the exported functions. It is never borrowed twice: each function borrows it once, one thread runs the module,
/// and the module imports no function that could call back into it. A `RefCell` would stay borrowed after a panic.
pub(crate) struct Single<T>(UnsafeCell<T>);

// SAFETY: a WebAssembly module without shared memory is run by one thread.
unsafe impl<T> Sync for Single<T> {}

impl<T> Single<T> {
    pub(crate) const fn new(value: T) -> Single<T> {
        Single(UnsafeCell::new(value))
    }

    /// Call this from exported functions only, and do not nest the calls.
    pub(crate) fn with<R>(&self, act: impl FnOnce(&mut T) -> R) -> R {
        // SAFETY: nobody else has a borrow, as above.
        act(unsafe { &mut *self.0.get() })
    }
}

/// Objects by handle. 0 is no handle. A handle is valid until it is removed. An invalid handle traps; it is not undefined
/// behavior.
pub(crate) struct Handles<T>(Vec<Option<Box<T>>>);

impl<T> Handles<T> {
    pub(crate) const fn new() -> Handles<T> {
        Handles(Vec::new())
    }

    pub(crate) fn add(&mut self, object: T) -> usize {
        let object = Some(Box::new(object));
        match self.0.iter().position(Option::is_none) {
            Some(free) => {
                self.0[free] = object;
                free + 1
            }
            None => {
                self.0.push(object);
                self.0.len()
            }
        }
    }

    /// Out of line, as every exported function calls it.
    #[inline(never)]
    pub(crate) fn get(&mut self, handle: usize) -> &mut T {
        // `unwrap` would compile in a message that nobody reads.
        self.0[handle - 1].as_mut().unwrap_or_else(|| core::arch::wasm32::unreachable())
    }

    pub(crate) fn remove(&mut self, handle: usize) {
        self.0[handle - 1] = None;
    }
}
