//! From an offset in a text to the line and the column that an editor shows.

use std::cell::Cell;

/// A line and a column, in characters, both from 1. It reads `3:14`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column within it.
    pub column: usize,
}

/// The places of a text. Asked in the order of the text, each costs no more than the way from
/// the one before: a file may have a hundred thousand values, all on one line.
#[derive(Debug)]
pub(super) struct Places<'t> {
    text: &'t str,
    last: Cell<(usize, Place)>,
}

impl<'t> Places<'t> {
    pub(super) const fn of(text: &'t str) -> Self {
        Self { text, last: Cell::new(BEGIN) }
    }

    /// The place of `offset`, in bytes; the end, if that is no place between characters.
    pub(super) fn at(&self, offset: usize) -> Place {
        let offset = if self.text.is_char_boundary(offset) { offset } else { self.text.len() };
        let (from, mut place) = Some(self.last.get()).filter(|l| l.0 <= offset).unwrap_or(BEGIN);
        let way = &self.text[from..offset];
        match way.rsplit_once('\n') {
            Some((lines, last)) => {
                place.line += 1 + lines.bytes().filter(|byte| *byte == b'\n').count();
                place.column = 1 + last.chars().count();
            }
            None => place.column += way.chars().count(),
        }
        self.last.set((offset, place));
        place
    }
}

const BEGIN: (usize, Place) = (0, Place { line: 1, column: 1 });
