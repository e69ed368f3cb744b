//! The vocabulary of failure: codes, advice for people, errors as data. Both languages take their texts from here.

mod code;
#[allow(clippy::module_inception)]
mod error;
#[cfg(feature = "serde")]
mod serialize;

pub use code::{ErrorCode, UnknownErrorCode};
pub use error::{Cause, Error, EventSourceError};
