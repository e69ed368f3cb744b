//! The fields of a line, as in the standard's grammar:
//!
//! ```text
//! comment = colon *any-char end-of-line
//! field   = 1*name-char [ colon [ space ] *any-char ] end-of-line
//! ```

/// The field of a line without its line end. The number is where the value starts in the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Data(usize),
    Event(usize),
    Id(usize),
    Retry(usize),
    Comment(usize),
    /// A name that the standard does not define: the line is ignored.
    Unknown,
}

impl Field {
    /// Reads a line that is not empty. Names are compared literally, without case folding.
    #[inline]
    pub(super) fn of(line: &[u8]) -> Field {
        // One comparison of four bytes: not every target compiles a slice comparison to that.
        match line.first_chunk().copied().map(u32::from_le_bytes) {
            Some(DATA) => value(line, 4).map_or(Field::Unknown, Field::Data),
            Some(EVEN) if line.get(4) == Some(&b't') => value(line, 5).map_or(Field::Unknown, Field::Event),
            Some(RETR) if line.get(4) == Some(&b'y') => value(line, 5).map_or(Field::Unknown, Field::Retry),
            _ => match line {
                [b'i', b'd', ..] => value(line, 2).map_or(Field::Unknown, Field::Id),
                [b':', ..] => Field::Comment(after_colon(line, 0)),
                _ => Field::Unknown,
            },
        }
    }
}

const DATA: u32 = u32::from_le_bytes(*b"data");
const EVEN: u32 = u32::from_le_bytes(*b"even");
const RETR: u32 = u32::from_le_bytes(*b"retr");

/// Where the value starts, for a name of this length. A colon follows the name, or nothing: then the value is the empty
/// string at the end of the line.
#[inline]
fn value(line: &[u8], name: usize) -> Option<usize> {
    match line.get(name) {
        None => Some(line.len()),
        Some(b':') => Some(after_colon(line, name)),
        Some(_) => None,
    }
}

/// "If value starts with a U+0020 SPACE character, remove it": one, not all.
fn after_colon(line: &[u8], colon: usize) -> usize {
    let value = colon + 1;
    value + usize::from(line.get(value) == Some(&b' '))
}

/// The number in a `retry` value or `Retry-After`: ASCII digits only, at least one; a number that does not fit saturates.
#[inline(never)]
pub(crate) fn digits(value: &[u8]) -> Option<u64> {
    let is_number = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
    is_number.then(|| {
        value.iter().fold(0, |number: u64, byte| {
            let digit = u64::from(byte - b'0');
            // `saturating_mul` would use a 128-bit multiplication in WebAssembly.
            if number > (u64::MAX - digit) / 10 { u64::MAX } else { number * 10 + digit }
        })
    })
}
