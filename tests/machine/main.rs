//! Tests of the machine in virtual time: each row of the behaviour table. A line of a transcript is one output, and times
//! are in milliseconds.
#![cfg(not(target_arch = "wasm32"))]

#[path = "../support/machine.rs"]
mod support;

mod batch;
mod contract;
mod dedupe;
mod end;
mod fail_on;
mod jitter;
mod late;
mod leave;
mod opened;
mod pace;
mod page;
mod pause;
mod progress;
mod refusal;
mod request;
mod retry;
mod stream;
mod time;
mod trace;
mod unfinished;
mod wake;
