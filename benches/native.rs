//! `cargo bench`: the native parser against other crates. They are a package of their own, so that `cargo test` builds none
//! of them.

use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/native/Cargo.toml");
    // Cargo adds `--bench` here, and will there.
    let arguments = std::env::args_os().skip(1).filter(|argument| argument != "--bench");
    let status = Command::new(env!("CARGO"))
        .args(["bench", "--manifest-path", manifest, "--"])
        .args(arguments)
        .status()
        .expect("cargo can be started");
    if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
