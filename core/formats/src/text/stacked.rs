//! A station on a terminal that is too narrow for columns: its name and its outcome, below
//! them the rest in words.

use crate::grid::{columns, cut};
use crate::look::Style;

/// Appends the cells of a row, one below the other where they have to be.
pub(super) fn append(row: &[String; 8], styles: [Style; 8], width: usize, out: &mut String) {
    let [name, outcome, cars, rejected, bytes, first, total, tries] = row;
    let [_, of_outcome, _, of_rejected, ..] = styles;
    let tries = format!("{tries} {}", if tries == "1" { "try" } else { "tries" });
    let byte = if bytes == "1" { "byte" } else { "bytes" };
    let car = if cars == "1" { "car" } else { "cars" };
    let words = [
        (name.clone(), Style::Plain, true),
        (outcome.clone(), of_outcome, true),
        (format!("{cars} {car}"), Style::Plain, cars != "-"),
        (format!("{rejected} rejected"), of_rejected, rejected != "-"),
        (format!("{bytes} {byte}"), Style::Plain, true),
        (format!("first {first}"), Style::Plain, first != "-"),
        (format!("total {total}"), Style::Plain, total != "-"),
        (tries, Style::Plain, true),
    ];
    let mut used = 0;
    for (nth, (words, style, _)) in words.iter().filter(|(_, _, known)| *known).enumerate() {
        let gap = match nth {
            0 => "",
            1 => "  ",
            _ => ", ",
        };
        // The numbers begin a line of their own.
        let fits = used + columns(gap) + columns(words) < width.max(NARROW);
        if nth > 0 && nth != 2 && fits {
            out.push_str(gap);
            used += columns(gap);
        } else if nth > 0 {
            // What goes on below is a list, too.
            out.push_str(if nth > 2 { ",\n" } else { "\n" });
            out.push_str(INDENT);
            used = INDENT.len();
        }
        let mut rest = words.as_str();
        loop {
            let (head, more) = cut(rest, (width.max(NARROW) - 1).saturating_sub(used).max(1));
            style.append(head, out);
            used += columns(head);
            rest = more;
            if rest.is_empty() {
                break;
            }
            out.push('\n');
            out.push_str(INDENT);
            used = INDENT.len();
        }
    }
    out.push('\n');
}

const INDENT: &str = "    ";
/// Narrower than that, no text can be read whatever one does.
const NARROW: usize = 24;
