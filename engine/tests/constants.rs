//! Compares the TypeScript constants with the constants of the crates. `UPDATE_CONSTANTS=1 cargo test -p
//! eventsource-wasm-engine --test constants` updates them.

use std::fmt::Write;
use std::path::Path;

use eventsource_wasm::ErrorCode;
use eventsource_wasm::http::ACCEPT;
use eventsource_wasm::machine::RetryPolicy;
use eventsource_wasm_engine::border::GROUPS;

const GENERATED: &str = "// Generated from Rust by engine/tests/constants.rs, which says how. Do not edit.\n";

#[test]
fn the_numbers_of_the_border_are_equal_in_typescript() {
    let mut text = String::from(GENERATED);
    for (prefix, doc, constants) in GROUPS {
        text.push('\n');
        for line in doc.lines() {
            writeln!(text, "//{line}").unwrap();
        }
        for (name, value) in *constants {
            writeln!(text, "export const {prefix}_{name} = {value};").unwrap();
        }
    }
    writeln!(text, "\n// The `Accept` header of a request.\nexport const ACCEPT = {ACCEPT:?};").unwrap();
    let delay = RetryPolicy::default().initial_delay.as_millis();
    let doc = "The first delay of a retry policy, in milliseconds, by default.";
    writeln!(text, "\n// {doc}\nexport const INITIAL_DELAY = {delay};").unwrap();
    compare("npm/engine/constants.ts", &text);
}

#[test]
fn the_advice_of_an_error_is_equal_in_typescript() {
    let mut text =
        format!("{GENERATED}\n// What to do about an error, by its code: for people.\nexport const ADVICE = {{\n");
    for (place, &code) in ErrorCode::ALL.iter().enumerate() {
        assert_eq!(code as usize, place, "the border encodes an error code as its index");
        let name = code.as_str();
        let key = if name.contains('-') { format!("{name:?}") } else { name.to_owned() };
        let line = format!("  {key}: {:?},", code.advice());
        // Breaks lines as the formatter of the TypeScript code does.
        if line.len() <= 120 {
            writeln!(text, "{line}").unwrap();
        } else {
            writeln!(text, "  {key}:\n    {:?},", code.advice()).unwrap();
        }
    }
    text.push_str("};\n");
    compare("npm/error/advice.ts", &text);
}

fn compare(path: &str, expected: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    if std::env::var_os("UPDATE_CONSTANTS").is_some() {
        return std::fs::write(file, expected).unwrap();
    }
    let found = std::fs::read_to_string(file).unwrap_or_default();
    assert!(
        found == expected,
        "{path} is out of date. Run: UPDATE_CONSTANTS=1 cargo test -p eventsource-wasm-engine --test constants"
    );
}
