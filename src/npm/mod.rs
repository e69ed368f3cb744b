//! The engine of the npm package: what `npm/*.ts` calls, and no more.

#![allow(missing_debug_implementations)]

mod batch;
mod client;
mod parser;
mod utf16;
