//! What a terminal may be shown (limits.md, What leaves the program is safe where it arrives).

use std::fmt::{self, Display};

/// `text` for people: every character that a terminal would obey, or that would hide or
/// reorder others, as `\u{1b}` and the like.
///
/// ```
/// use carwatch_formats::visible::visible;
/// assert_eq!(visible("red\u{1b}[2J").to_string(), r"red\u{1b}[2J");
/// ```
pub fn visible(text: &str) -> impl Display {
    Visible(text)
}

/// Whether `c` goes out escaped, to a terminal as `\u{…}` and in JSON as `\uXXXX`.
///
/// That is C0, DEL and C1, the line and paragraph separators, the interlinear annotations,
/// and what Unicode calls default ignorable: what reorders or joins (bidi, zero width), and
/// what has no shape of its own and so could hide in a name (soft hyphen, fillers, tags).
/// Of the latter the selectors U+FE00 to U+FE0F stay, which pictographs are written with.
///
/// ```
/// use carwatch_formats::visible::is_dangerous;
/// assert!(is_dangerous('\u{1b}') && is_dangerous('\n') && is_dangerous('\u{202e}'));
/// assert!(!is_dangerous('é') && !is_dangerous(' '));
/// ```
#[must_use]
pub const fn is_dangerous(c: char) -> bool {
    matches!(c,
        '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}'
        | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

struct Visible<'a>(&'a str);

impl Display for Visible<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(at) = rest.find(is_dangerous) {
            f.write_str(&rest[..at])?;
            let mut chars = rest[at..].chars();
            if let Some(c) = chars.next() {
                write!(f, "\\u{{{:x}}}", u32::from(c))?;
            }
            rest = chars.as_str();
        }
        f.write_str(rest)
    }
}

#[cfg(test)]
mod tests;
