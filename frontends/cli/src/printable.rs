//! Text that is safe to print, whatever it was made of (limits.md).

use std::fmt::Write;

use carwatch_formats::visible::visible;

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
    if one_line(text) == text {
        return text.to_owned();
    }
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        let (mut utf8, mut utf16) = ([0; 4], [0; 2]);
        let as_is: &str = c.encode_utf8(&mut utf8);
        if one_line(as_is) == as_is {
            safe.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut utf16) {
            let _ = write!(safe, "\\u{unit:04x}");
        }
    }
    safe
}
