//! Nothing: `misuse.rs` is what there is.
