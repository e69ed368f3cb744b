//! The fields of a line, as in the standard's grammar:
//!
//! ```text
//! comment = colon *any-char end-of-line
//! field   = 1*name-char [ colon [ space ] *any-char ] end-of-line
//! ```

/// What one line, without its end, says. The number is where the value starts in the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Data(usize),
    Event(usize),
    Id(usize),
    Retry(usize),
    Comment(usize),
    /// A name that the standard does not know: the line is ignored.
    Unknown,
}

impl Field {
    /// Reads a line that is not empty. Names are compared literally, without case folding.
    pub(super) fn of(line: &[u8]) -> Field {
        match line[0] {
            b'd' => known(line, b"data").map_or(Field::Unknown, Field::Data),
            b'e' => known(line, b"event").map_or(Field::Unknown, Field::Event),
            b'i' => known(line, b"id").map_or(Field::Unknown, Field::Id),
            b'r' => known(line, b"retry").map_or(Field::Unknown, Field::Retry),
            b':' => Field::Comment(after_colon(line, 0)),
            _ => Field::Unknown,
        }
    }
}

/// Where the value starts, when the line has just this name: behind it comes a colon, or nothing (then the value is the
/// empty string at the end of the line).
fn known(line: &[u8], name: &[u8]) -> Option<usize> {
    match line.strip_prefix(name)?.first() {
        None => Some(line.len()),
        Some(b':') => Some(after_colon(line, name.len())),
        Some(_) => None,
    }
}

/// "If value starts with a U+0020 SPACE character, remove it": one, not all.
fn after_colon(line: &[u8], colon: usize) -> usize {
    let value = colon + 1;
    value + usize::from(line.get(value) == Some(&b' '))
}

/// A `retry` value: ASCII digits only, at least one; more than fits saturates.
pub(super) fn digits(value: &[u8]) -> Option<u64> {
    if value.is_empty() {
        return None;
    }
    value.iter().try_fold(0u64, |number, byte| {
        byte.is_ascii_digit().then(|| number.saturating_mul(10).saturating_add(u64::from(byte - b'0')))
    })
}
