//! Compares the compiler's messages about programs that must not compile. Messages differ between compilers, so only one
//! compiler version runs the test. `TRYBUILD=overwrite cargo test -p eventsource-wasm-misuse` updates the messages.
#![cfg(not(target_arch = "wasm32"))]

use std::process::Command;

/// The compiler whose messages are in `programs/`.
const COMPILER: &str = "rustc 1.95.";

#[test]
fn misuse_does_not_compile_and_the_message_names_the_reason() {
    let version = Command::new("rustc").arg("--version").output().expect("rustc runs").stdout;
    let version = String::from_utf8_lossy(&version).into_owned();
    if !version.starts_with(COMPILER) {
        eprintln!("skipped: the messages are those of {COMPILER}x, this is {version}");
        return;
    }
    trybuild::TestCases::new().compile_fail("programs/*.rs");
}
