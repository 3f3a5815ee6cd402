//! What others sent, as text that is safe to show.

use std::fmt::Write;

use carwatch_formats::visible::visible;

/// How many bytes of a field or a piece a cell shows.
const CELL: usize = 256;

/// A text for a cell: nothing that hides or reorders, and cut where a cell can hold no more,
/// which it then says.
pub(crate) fn shown(text: &str) -> String {
    shown_bytes(text.as_bytes(), text.len() as u64)
}

/// The same of bytes that may not be UTF-8, of which there are `length` in all: what is not
/// stands as `\xff`.
pub(crate) fn shown_bytes(bytes: &[u8], length: u64) -> String {
    let head = &bytes[..bytes.len().min(CELL)];
    let is_cut = (head.len() as u64) < length;
    let mut text = String::with_capacity(head.len());
    for chunk in head.utf8_chunks() {
        let _ = write!(text, "{}", visible(chunk.valid()));
        // A character that the cell's end cut in two is not a bad byte.
        let is_cut_here = is_cut && chunk.invalid().as_ptr_range().end == head.as_ptr_range().end;
        if !is_cut_here {
            for byte in chunk.invalid() {
                let _ = write!(text, "\\x{byte:02x}");
            }
        }
    }
    if is_cut {
        let _ = write!(text, "… ({length} bytes)");
    }
    text
}

/// A number in groups of three digits: 4,725.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (nth, digit) in digits.chars().enumerate() {
        if nth > 0 && (digits.len() - nth).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number and what it counts: `1 car`, `4,725 cars`.
pub(crate) fn count(number: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(number), if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::{CELL, grouped, shown, shown_bytes};

    #[test]
    fn numbers_are_grouped() {
        let all = [0, 999, 1000, 4725, 1_234_567].map(grouped);
        assert_eq!(all, ["0", "999", "1,000", "4,725", "1,234,567"]);
    }

    #[test]
    fn cells_are_safe_and_short() {
        assert_eq!(shown("a\u{202e}b\n"), r"a\u{202e}b\u{a}");
        assert_eq!(shown_bytes(b"a\xff\xc3", 3), r"a\xff\xc3");
        let long = "é".repeat(CELL);
        assert_eq!(shown(&long), format!("{}… (512 bytes)", "é".repeat(CELL / 2)));
        let odd = format!("x{long}");
        assert_eq!(shown(&odd), format!("x{}… (513 bytes)", "é".repeat(CELL / 2 - 1)));
    }
}
