//! The WebAssembly modules behind the npm package: the crate's machine and parser as plain functions, so that no glue code is
//! needed.
//!
//! This crate is only the border and decides nothing. JavaScript holds clients and parsers by [handles](handles), [`border`]
//! defines numbers and offsets, and events cross as [batches](batch). The TypeScript constants are generated from [`border`];
//! see `tests/constants.rs`.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

pub mod batch;
pub mod border;
pub mod stream_parser;
mod utf16;

/// For the tests, and for `fuzz/`.
#[cfg(not(target_arch = "wasm32"))]
pub mod reader;

#[cfg(all(target_arch = "wasm32", feature = "client"))]
mod client;
#[cfg(target_arch = "wasm32")]
mod handles;
#[cfg(all(target_arch = "wasm32", feature = "parser"))]
mod parser;
#[cfg(all(target_arch = "wasm32", feature = "shared"))]
mod shared;
#[cfg(all(target_arch = "wasm32", feature = "client", feature = "trace"))]
mod trace;

/// A third of the size of the standard library's allocator, and faster. For one thread only, like these modules.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// Compiles in no message and no formatting. JavaScript gets a `RuntimeError`.
#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
