//! The machine in virtual time: each row of the behaviour that the documentation promises. A line of a transcript is one
//! output; times are in milliseconds.
#![cfg(not(target_arch = "wasm32"))]

#[path = "../support/machine.rs"]
mod support;

mod batch;
mod end;
mod pace;
mod page;
mod refusal;
mod request;
mod retry;
mod stream;
mod time;
mod trace;
