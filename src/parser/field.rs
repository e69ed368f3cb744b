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
    #[inline]
    pub(super) fn of(line: &[u8]) -> Field {
        // Four bytes at once, as not every target makes that of a comparison with four bytes.
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

/// Where the value starts, when the name is so long: behind it comes a colon, or nothing (then the value is the empty
/// string at the end of the line).
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

/// The number in a `retry` value or `Retry-After`: ASCII digits only, at least one; more than fits saturates.
#[inline(never)]
pub(crate) fn digits(value: &[u8]) -> Option<u64> {
    let is_number = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
    is_number.then(|| {
        value.iter().fold(0, |number: u64, byte| {
            let digit = u64::from(byte - b'0');
            // Not `saturating_mul`, which WebAssembly does by a multiplication of 128 bits.
            if number > (u64::MAX - digit) / 10 { u64::MAX } else { number * 10 + digit }
        })
    })
}
