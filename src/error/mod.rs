//! The vocabulary of failure: codes, and advice for people. Both languages take their texts from here.

mod code;

pub use code::ErrorCode;
