//! Text in aligned columns: one idea of width for the table and for the report.
//!
//! On a terminal a row keeps to its width where it can: long texts go on below. Elsewhere a row is
//! one line, and a cell that is longer than its column pushes the rest to the right.
//!
//! Not a table library (`comfy-table` and the like): those hold every row before the first is
//! written. Here the cars are gone over twice and none is held.

use unicode_width::UnicodeWidthChar;

use crate::look::Style;

/// On which side of its column a cell stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
}

/// Columns, and how wide each is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grid<const N: usize> {
    sides: [Side; N],
    widths: [usize; N],
    /// How wide the longest word of each is.
    words: [usize; N],
    /// Whether cells go on below where they are too long.
    wraps: bool,
}

impl<const N: usize> Grid<N> {
    /// Columns as wide as their titles. Everything that will be written is to be
    /// [measured](Self::measure), then all of it [fitted](Self::fit), then written.
    pub(crate) fn new(sides: [Side; N], titles: &[impl AsRef<str>; N]) -> Self {
        let mut grid = Self { sides, widths: [0; N], words: [0; N], wraps: false };
        grid.measure(titles);
        grid
    }

    /// Widens the columns for these cells.
    pub(crate) fn measure(&mut self, cells: &[impl AsRef<str>; N]) {
        for ((width, word), cell) in self.widths.iter_mut().zip(&mut self.words).zip(cells) {
            *width = (*width).max(columns(cell.as_ref()));
            *word = cell.as_ref().split(' ').map(columns).fold(*word, usize::max);
        }
    }

    /// Whether, [fitted](Self::fit), it is so narrow that words are torn which nobody would
    /// call long.
    pub(crate) fn is_torn(&self) -> bool {
        let texts = self.widths.iter().zip(self.words).zip(self.sides);
        let mut texts = texts.filter(|(_, side)| *side == Side::Left);
        texts.any(|((width, word), _)| *width < word.min(LONG))
    }

    /// Narrows the widest columns of text until a row has room on a terminal of `terminal`
    /// columns, if it can be; without a terminal, only such that one huge cell does not widen every row.
    pub(crate) fn fit(&mut self, terminal: Option<u16>) {
        self.wraps = terminal.is_some();
        let Some(terminal) = terminal else {
            self.widths = self.widths.map(|width| width.min(WIDEST));
            return;
        };
        let room = usize::from(terminal).saturating_sub(GAP * (N - 1));
        // At once to what could ever have room, so that the loop is short.
        for (width, _) in self.texts() {
            *width = (*width).min(room.max(NARROWEST));
        }
        while self.widths.iter().sum::<usize>() > room {
            match self.texts().map(|(width, _)| width).max() {
                Some(widest) if *widest > NARROWEST => *widest -= 1,
                _ => break,
            }
        }
    }

    /// The widths of the columns that hold text; a number is never cut.
    fn texts(&mut self) -> impl Iterator<Item = (&mut usize, Side)> {
        self.widths.iter_mut().zip(self.sides).filter(|(_, side)| *side == Side::Left)
    }

    /// Appends a row, and its line end.
    pub(crate) fn row(&self, cells: &[impl AsRef<str>; N], out: &mut String) {
        self.styled_row(cells, [Style::Plain; N], out);
    }

    /// Appends a row of cells in these styles, and its line end. Returns how many columns it
    /// takes, or none if it takes more than one line.
    pub(crate) fn styled_row(
        &self,
        cells: &[impl AsRef<str>; N],
        styles: [Style; N],
        out: &mut String,
    ) -> Option<usize> {
        let mut rests = cells.each_ref().map(AsRef::as_ref);
        let mut lines = 0;
        loop {
            let (mut used, mut blanks) = (0, 0);
            for (nth, rest) in rests.iter_mut().enumerate() {
                let wraps = self.wraps && self.sides[nth] == Side::Left;
                let room = if wraps { self.widths[nth] } else { usize::MAX };
                let (cell, more) = cut(rest, room);
                *rest = more;
                let taken = columns(cell);
                let padding = self.widths[nth].saturating_sub(taken);
                let before = if self.sides[nth] == Side::Right { padding } else { 0 };
                blanks += before + if nth == 0 { 0 } else { GAP };
                // Nothing stands to the right of the last cell: blanks wait for one.
                let text = cell.trim_end_matches(' ');
                if !text.is_empty() {
                    out.extend(std::iter::repeat_n(' ', blanks));
                    styles[nth].append(text, out);
                    used += blanks + columns(text);
                    blanks = 0;
                }
                blanks += padding - before + (cell.len() - text.len());
            }
            out.push('\n');
            lines += 1;
            if rests.iter().all(|rest| rest.is_empty()) {
                return (lines == 1).then_some(used);
            }
        }
    }

    /// Appends a line under the titles, and its line end.
    pub(crate) fn rule(&self, out: &mut String) {
        for (nth, width) in self.widths.iter().enumerate() {
            out.extend(std::iter::repeat_n(' ', if nth == 0 { 0 } else { GAP }));
            out.extend(std::iter::repeat_n('─', *width));
        }
        out.truncate(out.trim_end_matches(' ').len());
        out.push('\n');
    }
}

/// How many columns `text` takes on a terminal. The sum of its characters, so that it
/// can be cut between any two.
pub(crate) fn columns(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or_default()).sum()
}

/// As much of the begin of `text` as has room, at least one character, and what goes on
/// below. Words stay whole where they can; blanks at the cut are dropped.
pub(crate) fn cut(text: &str, room: usize) -> (&str, &str) {
    let mut used = 0;
    let mut blank = None;
    for (at, c) in text.char_indices() {
        used += c.width().unwrap_or_default();
        if c == ' ' {
            blank = Some(at);
        }
        if used > room && at > 0 {
            let (head, rest) = text.split_at(blank.unwrap_or(at));
            return (head.trim_end_matches(' '), rest.trim_start_matches(' '));
        }
    }
    (text, "")
}

/// Blanks between two columns.
const GAP: usize = 2;

/// The widest column where there is no terminal.
const WIDEST: usize = 60;

/// Columns of a word that may be torn.
const LONG: usize = 16;

/// The narrowest column on a terminal, however small that is.
const NARROWEST: usize = 6;
