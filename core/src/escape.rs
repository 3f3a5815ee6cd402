//! The one extension to the tutorial's wire: `.`, `:` and `%` inside a field
//! (protocol.md, Escaping). Invisible where it is not needed.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

/// Appends `field` with its reserved bytes as `%2E`, `%3A` and `%25`.
pub(crate) fn escape_into(field: &str, out: &mut Vec<u8>) {
    let mut rest = field.as_bytes();
    while let Some(at) = memchr::memchr3(b'.', b':', b'%', rest) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(match rest[at] {
            b'.' => b"%2E",
            b':' => b"%3A",
            _ => planted!("the escape of % is forgotten" => &b"%"[..], else b"%25"),
        });
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
}

/// How many bytes [`escape_into`] appends.
pub(crate) fn escaped_len(field: &str) -> usize {
    field.len() + 2 * memchr::memchr3_iter(b'.', b':', b'%', field.as_bytes()).count()
}

/// Turns exactly the three escapes back, hex digits in either case; every other `%` stays.
pub(crate) fn unescape(field: &str) -> Cow<'_, str> {
    let mut owned = String::new();
    let mut copied = 0;
    for at in memchr::memchr_iter(b'%', field.as_bytes()) {
        let Some(meant) = escape_at(field, at) else { continue };
        owned.push_str(&field[copied..at]);
        owned.push(meant);
        copied = at + 3;
    }
    if copied == 0 {
        return Cow::Borrowed(field);
    }
    owned.push_str(&field[copied..]);
    Cow::Owned(owned)
}

fn escape_at(field: &str, at: usize) -> Option<char> {
    let code = field.as_bytes().get(at + 1..at + 3)?;
    planted!("an escape in small letters is not undone" => if code == b"2e" { return None });
    match code {
        b"2E" | b"2e" => Some('.'),
        b"3A" | b"3a" => Some(':'),
        b"25" => Some('%'),
        _ => None,
    }
}
