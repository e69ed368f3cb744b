//! Error codes, advice for people, and errors as data. The texts in Rust and in TypeScript come from here.

mod code;
#[allow(clippy::module_inception)]
mod error;
#[cfg(feature = "serde")]
mod serialize;

pub use code::{ErrorCode, UnknownErrorCode};
pub use error::{Cause, Error, EventSourceError};
