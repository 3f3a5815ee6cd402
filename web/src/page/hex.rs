//! Lines of bytes, in hexadecimal and as text.

use std::fmt::Write as _;
use std::ops::Range;

use carwatch_viewer::say::{Byte, Line, Lines};

use super::dom::{E, e};

pub(crate) fn legend() -> E {
    let kinds =
        [("f-time", "time"), ("f-brand", "brand"), ("f-color", "colour"), ("bad", "rejected")];
    let kind = |(class, word): (&str, &str)| e("span").class(class).text(word);
    e("div").class("legend narrow").kids(kinds.into_iter().map(kind)).kid(e("span").text("| chunk"))
}

/// The lines, as elements: a span for each run of equal bytes.
pub(crate) fn hex_lines(
    lines: &Lines,
    from: usize,
    y: f64,
    row: &Range<u64>,
    caret: Option<u64>,
    is_hexadecimal: bool,
) -> E {
    let mut inner = e("div").class("inner").attr("role", "rowgroup");
    // As many columns as the last offset needs.
    let last = lines.lines.iter().filter_map(start_of).next_back().unwrap_or(0);
    let columns = offset(last.max(0xffff), is_hexadecimal).len();
    for (nth, line) in lines.lines.iter().enumerate().skip(from) {
        let top = format!("top:{}px", y + nth as f64 * 20.0);
        let this = match line {
            Line::Bytes { start, bytes, runs, chunks } => {
                let parts = parts(*start, bytes, runs, chunks, row, caret);
                let numbers: Vec<String> =
                    chunks.iter().map(|(_, number)| number.to_string()).collect();
                let chunk = match &numbers[..] {
                    [] => String::new(),
                    [one] => format!("chunk {one}"),
                    [one, .., last] => format!("chunks {one} to {last}"),
                };
                let gap = gap(bytes.len(), lines.width);
                e("div")
                    .class("hl")
                    .attr("data-start", start.to_string())
                    .kid(
                        e("span")
                            .class("o")
                            .attr("role", "rowheader")
                            .text(format!("{:>columns$}", offset(*start, is_hexadecimal))),
                    )
                    .kid(
                        e("span")
                            .class("h")
                            .attr("role", "gridcell")
                            .kids(parts.iter().map(Part::hex))
                            .text(gap),
                    )
                    .kid(
                        e("span")
                            .class("a")
                            .attr("role", "gridcell")
                            .kids(parts.iter().map(Part::ascii)),
                    )
                    .kid(e("span").class("c wide").attr("role", "gridcell").text(chunk))
            }
            Line::Note { columns: (low, high), reason, start, end, row } => {
                let before = column(*low);
                // Over the gap that every eight bytes have, too.
                let last = high.saturating_sub(1).max(*low);
                let carets = column(last) + 2 - before;
                let words = format!("{reason} at {start}..{end}");
                let room = column(lines.width);
                // Left of the carets where there is no room behind them.
                let is_left = before + carets + 2 + words.len() > room + lines.width
                    && before > words.len() + 2;
                let pad = columns + 2;
                let carets = "^".repeat(carets);
                let cell = e("span").attr("role", "gridcell").act("row-at", row.to_string());
                let cell = if is_left {
                    let blank = " ".repeat(pad + before - words.len() - 1);
                    cell.text(blank).kid(e("span").text(words)).text(" ").kid(e("b").text(carets))
                } else {
                    let blank = " ".repeat(pad + before);
                    cell.text(blank).kid(e("b").text(carets)).text(" ").kid(e("span").text(words))
                };
                e("div").class("hl said").kid(cell)
            }
        };
        let index = (lines.from + nth + 1).to_string();
        inner = inner.kid(this.attr("role", "row").attr("aria-rowindex", index).style(top));
    }
    inner
}

const fn start_of(line: &Line) -> Option<u64> {
    match line {
        Line::Bytes { start, .. } => Some(*start),
        Line::Note { .. } => None,
    }
}

fn offset(at: u64, is_hexadecimal: bool) -> String {
    if is_hexadecimal { format!("{at:x}") } else { at.to_string() }
}

/// What a line lacks to the width of a whole one.
fn gap(bytes: usize, width: usize) -> String {
    " ".repeat(column(width).saturating_sub(column(bytes)))
}

/// Where a byte begins: each has two letters and a blank, and every eight have a gap.
const fn column(byte: usize) -> usize {
    byte * 3 + byte / 8
}

/// Bytes of one look.
struct Part {
    class: String,
    /// Their columns in the line.
    columns: Range<usize>,
    bytes: Vec<u8>,
}

/// Cuts a line where its look changes.
fn parts(
    start: u64,
    bytes: &[u8],
    runs: &[(usize, Byte)],
    chunks: &[(u64, usize)],
    row: &Range<u64>,
    caret: Option<u64>,
) -> Vec<Part> {
    let kinds = runs.iter().flat_map(|(length, kind)| std::iter::repeat_n(*kind, *length));
    let mut parts: Vec<Part> = Vec::new();
    for (nth, (byte, kind)) in bytes.iter().zip(kinds).enumerate() {
        let at = start + nth as u64;
        let mut class = match kind {
            Byte::Time => "k-time",
            Byte::Brand => "k-brand",
            Byte::Color => "k-color",
            Byte::Separator => "k-sep",
            Byte::TimeEscape => "k-time k-esc",
            Byte::BrandEscape => "k-brand k-esc",
            Byte::ColorEscape => "k-color k-esc",
            Byte::Rejected => "k-bad",
        }
        .to_owned();
        if row.contains(&at) {
            class += " on";
        }
        // Each begins a part of its own.
        let is_cut = chunks.iter().any(|(from, number)| *from == at && *number > 1);
        let is_caret = caret == Some(at);
        if is_cut {
            class += " cut";
        }
        if is_caret {
            class += " cur";
        }
        match parts.last_mut() {
            Some(last) if last.class == class && !is_cut && !is_caret => {
                last.columns.end = nth + 1;
                last.bytes.push(*byte);
            }
            _ => parts.push(Part { class, columns: nth..nth + 1, bytes: vec![*byte] }),
        }
    }
    parts
}

impl Part {
    fn hex(&self) -> E {
        let mut text = String::with_capacity(self.bytes.len() * 3);
        for (nth, byte) in self.columns.clone().zip(&self.bytes) {
            let gap = if nth % 8 == 7 { "  " } else { " " };
            let _ = write!(text, "{byte:02x}{gap}");
        }
        e("span").class(&self.class).text(text)
    }

    fn ascii(&self) -> E {
        let printable =
            |byte: &u8| if (b' '..=b'~').contains(byte) { char::from(*byte) } else { '·' };
        e("span").class(&self.class).text(self.bytes.iter().map(printable).collect::<String>())
    }
}

/// The byte at a place within a line, by columns of letters.
pub(crate) fn byte_at_column(column: f64, width: usize) -> usize {
    // 24 letters and a gap for every eight bytes.
    let (eights, rest) = ((column / 25.0) as usize, column % 25.0);
    (eights * 8 + (rest / 3.0) as usize).min(width.saturating_sub(1))
}
