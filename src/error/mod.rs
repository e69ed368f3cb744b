//! The vocabulary of failure: codes, advice for people, errors as data. Both languages take their texts from here.

mod code;
#[allow(clippy::module_inception)]
mod error;

pub use code::ErrorCode;
pub use error::{Cause, Error, EventSourceError};
