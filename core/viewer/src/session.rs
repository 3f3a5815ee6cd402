//! Everything that is open: the filter and the order over it, and what is asked of it.

mod looking;
mod reading;

use std::ops::Range;

use carwatch_capture::inspect::{self, names::Names};
use carwatch_index::{By, Index, Order, Selection};
use carwatch_query::Query;

use crate::ask::{Answered, Ask, Need};
use crate::file::{Answer, File, Incoming, Source};
use crate::say::{Counts, Moves, Overview};
use crate::{bytes, changes, charts, explain, rows, stations};

/// What a session puts up with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// What `inspect` puts up with: the same for captures.
    pub inspect: inspect::Limits,
    /// How much memory the rows may take, in bytes.
    pub rows: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { inspect: inspect::Limits::default(), rows: 1536 * 1024 * 1024 }
    }
}

/// Bytes of an answer, from somewhere on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part<'a> {
    pub(crate) start: u64,
    pub(crate) bytes: &'a [u8],
}

/// What is open, and how it is looked at. See the [crate](crate) for an example.
#[derive(Debug)]
pub struct Session {
    pub(crate) limits: Limits,
    pub(crate) index: Index,
    pub(crate) files: Vec<File>,
    pub(crate) answers: Vec<Answer>,
    incoming: Option<Incoming>,
    names: Names,
    before: Option<looking::Before>,
    moves: Vec<Moves>,
    pub(crate) query: Query,
    pub(crate) selection: Selection,
    /// The one that is being made, while the last one is still shown.
    next: Option<Selection>,
    sort: Option<(By, bool)>,
    pub(crate) order: Option<Order>,
}

impl Session {
    /// Nothing is open.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        let index = Index::default();
        let selection = Selection::new(&index, &Query::default().filter(index.day()));
        Self {
            limits,
            index,
            files: Vec::new(),
            answers: Vec::new(),
            incoming: None,
            names: Names::default(),
            before: None,
            moves: Vec::new(),
            query: Query::default(),
            selection,
            next: None,
            sort: None,
            order: None,
        }
    }

    /// Shows what passes `text`.
    pub fn set_query(&mut self, text: &str) {
        self.query = Query::parse(text);
        self.refresh();
    }

    /// Sorts by something, the greatest first if the flag is set; or as it came.
    pub fn set_sort(&mut self, sort: Option<(By, bool)>) {
        self.sort = sort;
        self.sort();
    }

    /// Begins to filter anew, with the rows that have come since.
    pub fn refresh(&mut self) {
        let filter = self.query.filter(self.index.day());
        self.next = Some(Selection::new(&self.index, &filter));
    }

    /// Filters another 65,536 rows, and says whether there is more to do. What was there before
    /// is shown until it is done.
    pub fn work(&mut self) -> bool {
        let Some(next) = &mut self.next else { return false };
        if next.more(&self.index) {
            return true;
        }
        if let Some(done) = self.next.take() {
            self.selection = done;
        }
        self.sort();
        false
    }

    /// Everything that is open.
    #[must_use]
    pub fn overview(&self) -> Overview {
        stations::overview(self)
    }

    /// What passes the filter, as far as that is known.
    #[must_use]
    pub fn counts(&self) -> Counts {
        charts::counts(self)
    }

    /// How many rows there are.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.index.len()
    }

    /// How many rows the filter was last applied to.
    #[must_use]
    pub const fn filtered(&self) -> usize {
        self.selection.seen()
    }

    /// Which bytes of which files an answer needs.
    #[must_use]
    pub fn needs(&self, ask: &Ask) -> Vec<Need> {
        let wanted = self.wanted(ask).into_iter();
        let need = |(answer, bytes): (usize, Range<u64>)| {
            let answer = &self.answers[answer];
            matches!(answer.bytes, Source::File).then_some(Need { file: answer.file, bytes })
        };
        wanted.filter_map(need).collect()
    }

    /// The answer to a question; `given` are the bytes that it [`needs`](Self::needs), in that
    /// order.
    #[must_use]
    pub fn ask(&self, ask: &Ask, given: &[Vec<u8>]) -> Answered {
        let mut given = given.iter();
        let parts: Vec<Part<'_>> = self
            .wanted(ask)
            .into_iter()
            .map(|(answer, range)| self.part(answer, range, &mut given))
            .collect();
        match (ask, &parts[..]) {
            (Ask::Rows { from, to }, _) => Answered::Rows(rows::rows(self, *from, *to)),
            (Ask::Place { row }, _) => {
                Answered::Place { row: Some(*row), place: rows::place(self, *row) }
            }
            (Ask::NextRejected { from, back }, _) => {
                let row = self.index.next_rejected(*from, *back);
                Answered::Place { row, place: row.and_then(|row| rows::place(self, row)) }
            }
            (Ask::Explain { row }, [part]) => explain::explained(self, *row, part),
            (Ask::ExplainAt { answer, offset }, [part]) => {
                match self.index.row_at(*answer, *offset) {
                    Some(row) => explain::explained(self, row, part),
                    None => Answered::Nothing,
                }
            }
            (Ask::Lines { answer, width, from, to }, [part]) => {
                Answered::Lines(bytes::lines(&self.index, *answer, *width, *from..*to, part))
            }
            (Ask::LineOf { answer, width, offset }, _) => {
                bytes::line_of(&self.index, *answer, *width, *offset)
                    .map_or(Answered::Nothing, Answered::Line)
            }
            (Ask::Rejections { answer }, _) => {
                Answered::Rejections(rows::rejections(self, *answer))
            }
            (Ask::Alone, _) => Answered::Alone(charts::alone(self)),
            (Ask::Compare { old, new }, [before, after]) => {
                Answered::Compared(Box::new(changes::compared(self, (*old, before), (*new, after))))
            }
            _ => Answered::Nothing,
        }
    }

    /// The bytes of an answer that are held; nothing of one that is the file itself.
    #[must_use]
    pub fn held(&self, answer: usize) -> Option<&[u8]> {
        match &self.answers.get(answer)?.bytes {
            Source::File => None,
            Source::Held(bytes) => Some(bytes),
        }
    }

    /// The number of the file that an answer is of.
    #[must_use]
    pub fn file_of(&self, answer: usize) -> Option<usize> {
        Some(self.answers.get(answer)?.file)
    }

    /// Which bytes of which answers a question is about.
    fn wanted(&self, ask: &Ask) -> Vec<(usize, Range<u64>)> {
        let wanted = match *ask {
            Ask::Explain { row } => explain::needs(&self.index, row),
            Ask::ExplainAt { answer, offset } => {
                self.index.row_at(answer, offset).and_then(|row| explain::needs(&self.index, row))
            }
            Ask::Lines { answer, width, from, to } => {
                bytes::needs(&self.index, answer, width, from..to).map(|bytes| (answer, bytes))
            }
            Ask::Compare { old, new } => return changes::needs(&self.index, old, new),
            _ => None,
        };
        wanted.into_iter().collect()
    }

    fn part<'a>(
        &'a self,
        answer: usize,
        range: Range<u64>,
        given: &mut std::slice::Iter<'a, Vec<u8>>,
    ) -> Part<'a> {
        let bytes = match self.held(answer) {
            Some(held) => {
                let end = (range.end as usize).min(held.len());
                &held[(range.start as usize).min(end)..end]
            }
            None => given.next().map_or(&[][..], |bytes| bytes),
        };
        Part { start: range.start, bytes }
    }

    fn sort(&mut self) {
        self.order = self
            .sort
            .map(|(by, is_falling)| Order::new(&self.index, &self.selection, by, is_falling));
    }
}
