//! Text that would fool who reads it on a terminal, and how to see that it did.

/// What every piece of such text goes on with after its line end: were that printed as it
/// is, a line of somebody else's would begin so.
pub const FORGED: &str = "forged and all is well";

/// ESC, BEL, BS, CR, tab, DEL, C1, bidi and zero-width: none may reach a terminal.
pub const CONTROLS: [char; 15] = [
    '\u{1b}', '\u{7}', '\u{8}', '\r', '\t', '\u{7f}', '\u{85}', '\u{9b}', '\u{202e}', '\u{2066}',
    '\u{2069}', '\u{200b}', '\u{200d}', '\u{200f}', '\u{feff}',
];

/// How forged text begins: what echoes it holds this.
pub const START: &str = "start";

/// All of [`CONTROLS`] and a forged line, as an argument, a file's name or a value of the
/// environment may hold them; none of them holds NUL.
#[must_use]
pub fn argument() -> String {
    let mut text = one_line();
    text.push('\n');
    text.push_str(FORGED);
    text
}

/// The same and NUL, as a field of a record may hold them.
#[must_use]
pub fn field() -> String {
    argument() + "\0"
}

/// All of [`CONTROLS`], in one line.
#[must_use]
pub fn one_line() -> String {
    let mut text = String::from(START);
    for control in CONTROLS {
        text.push(control);
        text.push('x');
    }
    text
}

/// Panics if `text`, which is `what`, holds a control character or a forged line.
#[track_caller]
pub fn assert_safe(what: &str, text: &str) {
    let is_bad = |c: &char| CONTROLS.contains(c) || *c == '\0';
    let found: Vec<char> = text.chars().filter(is_bad).collect();
    assert!(found.is_empty(), "{what} holds {found:?}\n{text:?}");
    let forged = text.lines().find(|line| line.trim_start().starts_with(FORGED));
    assert_eq!(forged, None, "a line of {what} is forged\n{text}");
}
