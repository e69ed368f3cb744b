//! Several IDs in one text, separated by line feeds.

/// The first of several IDs, and the remaining IDs, if there are any.
pub(super) fn cut(ids: &str) -> (&str, Option<&str>) {
    // `str::split` would add half a KiB.
    let end = ids.bytes().position(|byte| byte == b'\n').unwrap_or(ids.len());
    // `get`, as slicing would add another panic message.
    (ids.get(..end).unwrap_or_default(), ids.get(end + 1..))
}

pub(super) fn split(ids: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(ids);
    core::iter::from_fn(move || {
        let (first, others) = cut(rest?);
        rest = others;
        Some(first)
    })
}
