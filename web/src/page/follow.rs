//! Rows have other numbers now: what is shown and chosen is the same as before.

use carwatch_viewer::Ask;
use carwatch_viewer::say::{Moves, RowLine};

use super::app::{App, area};
use super::details;

impl App {
    /// Renumbers everything that names a row or an answer.
    pub(super) fn follow(&mut self, moves: &Moves) {
        let is_stepping = self.asked.contains_key("step");
        let held = self.held.take().or_else(|| self.in_sight()).filter(|_| !is_stepping);
        let held = held.and_then(|(row, below)| Some((moves.row(row)?, below)));
        // Answers that are on their way name rows as they were: it is asked again.
        let asked = std::mem::take(&mut self.asked);
        self.selected = self.selected.and_then(|row| moves.row(row));
        self.explained = self.explained.take().filter(|_| self.selected.is_some());
        if let Some(explained) = &mut self.explained
            && !renumber(&mut explained.row, moves)
        {
            self.explained = None;
        }
        // The table goes on with what it has until the new rows are there.
        if !self.rows.rows.iter_mut().all(|line| renumber(line, moves)) {
            self.rows.rows.clear();
        }
        self.table.is_stale = true;
        match moves.answer(self.hex.answer) {
            Some(answer) => {
                self.hex.answer = answer;
                self.hex.lines.answer = answer;
            }
            None => (self.hex.answer, self.hex.caret) = (0, None),
        }
        self.hex.scroll.is_stale = true;
        self.rejections.0 = usize::MAX;
        self.listed = Default::default();
        self.compared.clear();
        self.pair = None;
        for (kind, (_, ask)) in asked {
            if let Some(ask) = renumbered(ask, moves) {
                self.ask(kind, ask);
            }
        }
        self.held = held;
        if let Some((row, _)) = held {
            self.ask("held", Ask::Place { row });
        }
        if is_stepping {
            // The row that stands now where the keyboard went.
            self.place.inspect(|place| self.table.show(*place, self.rows.of));
        } else if let Some(row) = self.selected {
            self.ask("place", Ask::Place { row });
        } else {
            self.place = None;
        }
        details::ask_lines(self);
        self.mark(area::ALL);
    }

    /// A row that is in sight and shall stay where it is: the one that is chosen, or the first.
    /// At its top the list stays there.
    fn in_sight(&self) -> Option<(usize, f64)> {
        let first = self.table.first()?;
        let chosen = self.place.zip(self.selected);
        let chosen = chosen.and_then(|(place, row)| Some((row, self.table.below(place)?)));
        chosen.or_else(|| {
            let line = self.rows.rows.get(first.checked_sub(self.rows.from)?)?;
            Some((line.row, self.table.below(first)?))
        })
    }
}

/// The same question in the new numbers; nothing where what it is about is gone.
fn renumbered(ask: Ask, moves: &Moves) -> Option<Ask> {
    let answer = |answer| moves.answer(answer);
    Some(match ask {
        Ask::Rows { .. } | Ask::Alone => ask,
        Ask::Place { row } => Ask::Place { row: moves.row(row)? },
        Ask::Explain { row } => Ask::Explain { row: moves.row(row)? },
        Ask::NextRejected { from, back } => {
            Ask::NextRejected { from: from.and_then(|row| moves.row(row)), back }
        }
        Ask::ExplainAt { answer: of, offset } => Ask::ExplainAt { answer: answer(of)?, offset },
        Ask::Lines { answer: of, width, from, to } => {
            Ask::Lines { answer: answer(of)?, width, from, to }
        }
        Ask::LineOf { answer: of, width, offset } => {
            Ask::LineOf { answer: answer(of)?, width, offset }
        }
        Ask::Rejections { answer: of } => Ask::Rejections { answer: answer(of)? },
        Ask::Compare { old, new } => Ask::Compare { old: answer(old)?, new: answer(new)? },
    })
}

/// Whether it is still there.
fn renumber(line: &mut RowLine, moves: &Moves) -> bool {
    let (row, answer) = (moves.row(line.row), moves.answer(line.answer));
    if let Some((row, answer)) = row.zip(answer) {
        (line.row, line.answer) = (row, answer);
    }
    row.is_some() && answer.is_some()
}
