//! Hints for developers on the console, about code that compiles and has no effect. Release builds have none.

use crate::web::host;

/// Warns of a source that was dropped in the turn of the event loop in which it was made. Usually only the listener has a
/// name.
pub(super) fn dropped_at_once(kind: &str, url: &str) {
    host::warn(&format!(
        "eventsource-wasm: the {kind} of '{url}' was dropped as soon as it was made, which closes it; its listeners get nothing. \
         Give the source a name of its own, and keep it: `let source = {kind}::new(..)?; let _listener = source.on(..);`"
    ));
}

/// The names of events for which there was a hint.
#[derive(Default)]
pub(super) struct UnknownEvents(Vec<String>);

impl UnknownEvents {
    /// A server may send any number of names.
    const MOST: usize = 100;

    /// Writes a hint about a name that no variant takes, once for each name.
    pub(super) fn hint<T>(&mut self, name: &str, variants: impl FnOnce() -> &'static [&'static str]) {
        if self.0.len() == UnknownEvents::MOST || self.0.iter().any(|known| known == name) {
            return;
        }
        self.0.push(name.to_owned());
        let (short, variants) = (short_name::<T>(), variants());
        match variants.iter().find(|variant| is_close(variant, name)) {
            Some(close) => host::warn(&near(short, name, close)),
            None => host::debug(&unknown(short, name, variants)),
        }
    }
}

/// Warns if all names look like variants in Rust. The browser's `EventSource` delivers only events that have a listener for
/// their name, so an event with another name would be lost without a notice.
pub(super) fn named_as_in_rust<T>(variants: &[&str]) {
    if !variants.is_empty() && variants.iter().all(|name| name.starts_with(char::is_uppercase)) {
        host::warn(&format!(
            "eventsource-wasm: events::<{}>() of this EventSource takes the events '{}' and no others. If the server writes the \
             names in another way, add #[serde(rename_all = \"lowercase\")] or the like.",
            short_name::<T>(),
            variants.join("', '")
        ));
    }
}

fn short_name<T>() -> &'static str {
    let name = std::any::type_name::<T>();
    name.split('<').next().and_then(|path| path.rsplit("::").next()).unwrap_or(name)
}

/// Whether two names differ only in case and separators, probably by mistake.
fn is_close(variant: &str, name: &str) -> bool {
    let letters = |text: &str| -> Vec<char> {
        text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    letters(variant) == letters(name)
}

fn near(enum_name: &str, name: &str, variant: &str) -> String {
    format!(
        "eventsource-wasm: the event '{name}' is not delivered: the variant of {enum_name} is named '{variant}'. Rename it by \
         #[serde(rename = \"{name}\")], or all of them by #[serde(rename_all = \"lowercase\")] or the like."
    )
}

fn unknown(enum_name: &str, name: &str, variants: &[&str]) -> String {
    format!(
        "eventsource-wasm: no variant of {enum_name} takes the event '{name}', so it is not delivered. The variants are '{}'. \
         #[serde(other)] on a last variant without data takes the rest.",
        variants.join("', '")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_differs_in_case_and_separators_is_close() {
        for (variant, name, expected) in [
            ("Update", "update", true),
            ("AllDone", "all-done", true),
            ("AllDone", "all_done", true),
            ("allDone", "ALL_DONE", true),
            ("Update", "updated", false),
            ("Update", "", false),
        ] {
            assert_eq!(is_close(variant, name), expected, "{variant} {name}");
        }
    }
}
