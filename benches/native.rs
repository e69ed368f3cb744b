//! `cargo bench`: compares the native parser with other crates. The benchmark is a separate package, so that `cargo test` does
//! not build the other crates.

use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/native/Cargo.toml");
    // Cargo adds `--bench` to this command, and adds it again to the inner command.
    let arguments = std::env::args_os().skip(1).filter(|argument| argument != "--bench");
    let status = Command::new(env!("CARGO"))
        .args(["bench", "--manifest-path", manifest, "--"])
        .args(arguments)
        .status()
        .expect("cargo can be started");
    if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
