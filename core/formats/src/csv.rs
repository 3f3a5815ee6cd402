//! Cars as CSV: RFC 4180 with CRLF and a header, and a guard against spreadsheets that
//! run what a station sent (limits.md).
//!
//! Not the `csv` crate's writer: dropped after an error it writes what it still holds once
//! more, to an output that has failed and is to be left alone. (The tests read with it.)

use crate::cars::{Merged, Options};

/// The header, with its line end.
pub(crate) fn header(options: &Options) -> Vec<u8> {
    let partial = if options.keep_partial { ",partial" } else { "" };
    format!("station,time,brand,color{partial}\r\n").into_bytes()
}

pub(crate) fn append_row(merged: Merged<'_>, options: &Options, out: &mut Vec<u8>) {
    let Merged { station, car, partial } = merged;
    for (nth, cell) in [station, &car.time, &car.brand, &car.color].into_iter().enumerate() {
        if nth > 0 {
            out.push(b',');
        }
        let guard = if !options.csv_raw && needs_guard(cell) { "'" } else { "" };
        append(guard, cell, out);
    }
    if options.keep_partial {
        out.extend_from_slice(if partial { b",true" } else { b",false" });
    }
    out.extend_from_slice(b"\r\n");
}

/// Appends a cell: in quotes, each quote doubled, if it holds what would end one.
fn append(guard: &str, cell: &str, out: &mut Vec<u8>) {
    if !cell.bytes().any(|byte| matches!(byte, b'"' | b',' | b'\r' | b'\n')) {
        out.extend_from_slice(guard.as_bytes());
        return out.extend_from_slice(cell.as_bytes());
    }
    out.push(b'"');
    out.extend_from_slice(guard.as_bytes());
    for (nth, part) in cell.split('"').enumerate() {
        out.extend_from_slice(if nth > 0 { b"\"\"" } else { b"" });
        out.extend_from_slice(part.as_bytes());
    }
    out.push(b'"');
}

/// Whether a spreadsheet would take `cell` for a formula.
fn needs_guard(cell: &str) -> bool {
    matches!(cell.as_bytes().first(), Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r'))
        && !is_plain_number(cell)
}

/// Whether `cell` is `[+-]?[0-9]+(\.[0-9]+)?`.
fn is_plain_number(cell: &str) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let unsigned = cell.strip_prefix(['+', '-']).unwrap_or(cell);
    match unsigned.split_once('.') {
        Some((whole, fraction)) => is_digits(whole) && is_digits(fraction),
        None => is_digits(unsigned),
    }
}

#[cfg(test)]
mod tests;
