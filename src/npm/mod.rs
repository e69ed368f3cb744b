//! The engines of the npm package: what `npm/*.ts` calls, and no more. Each is a WebAssembly module of its own.

#![allow(missing_debug_implementations)]

#[cfg_attr(not(feature = "npm-parser"), allow(dead_code, reason = "what is no event goes to the parser's users only"))]
mod batch;
#[cfg(all(any(test, fuzzing), feature = "npm-parser"))]
#[allow(unreachable_pub, reason = "it is public for `fuzz/`")]
mod reader;
mod utf16;

#[cfg(all(fuzzing, feature = "npm-parser"))]
pub use reader::batched_events;

/// The engine of the package's main entry.
#[cfg(feature = "npm-client")]
mod client;
#[cfg(feature = "npm-parser")]
mod parser;

/// A third of the size of the standard library's, and faster. For one thread only, as a module of ours is.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// Says nothing, so that no message and no formatting is compiled in. JavaScript gets a `RuntimeError`.
#[cfg(all(target_arch = "wasm32", not(feature = "std")))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
