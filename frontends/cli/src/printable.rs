//! Text that is safe to print, whatever it was made of (limits.md).

use std::fmt::Write;

use carwatch_formats::visible::{is_dangerous, visible};

/// `text` with every character that a terminal might obey as `\u{1b}`, line ends included.
pub(crate) fn one_line(text: &str) -> String {
    visible(text).to_string()
}

/// Text of several lines without any such character but their ends.
pub(crate) fn lines(text: &str) -> String {
    let safe: Vec<_> = text.split('\n').map(one_line).collect();
    safe.join("\n")
}

/// The line of JSON `text` with those characters in its strings as `\u001b`.
pub(crate) fn json(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(is_dangerous) {
        safe.push_str(&rest[..at]);
        let mut chars = rest[at..].chars();
        if let Some(c) = chars.next() {
            // Two of them, a surrogate pair, beyond the basic plane.
            for unit in c.encode_utf16(&mut [0; 2]) {
                // A string takes anything.
                let _ = write!(safe, "\\u{unit:04x}");
            }
        }
        rest = chars.as_str();
    }
    safe.push_str(rest);
    safe
}
