//! A look at a capture that is still being read. Its answers are in the order of the report at
//! every look, so that one which is longer now moves the rows behind it: [`Moves`] says where to.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;

use carwatch_capture::inspect::{Inspected, names::Names};
use carwatch_index::Mark;

use crate::Session;
use crate::file::{self, Answer, Incoming};
use crate::say::{Moved, Moves};

/// How everything was before the capture that is being read.
#[derive(Debug)]
pub(crate) struct Before {
    index: Mark,
    answers: usize,
    names: Names,
}

impl Session {
    /// Shows what has come so far of a capture, and applies the filter to it; it takes as long
    /// as what has come is long, so whoever feeds should look now and then. Raw answers show
    /// without it.
    pub fn look(&mut self) {
        if let Some(Incoming::Capture(inspection)) = &self.incoming {
            let inspected = inspection.so_far();
            self.put(inspected, false);
        }
    }

    /// Whether a [`look`](Self::look) would show something.
    #[must_use]
    pub const fn can_look(&self) -> bool {
        matches!(self.incoming, Some(Incoming::Capture(_)))
    }

    /// How many bytes were read of the file that is being read.
    #[must_use]
    pub fn read(&self) -> u64 {
        self.files.last().map_or(0, |file| file.read)
    }

    /// Where rows went since this was last asked, one step after the other.
    pub fn moves(&mut self) -> Vec<Moves> {
        std::mem::take(&mut self.moves)
    }

    /// A capture begins.
    pub(super) fn remember(&mut self) {
        self.before = Some(Before {
            index: self.index.mark(),
            answers: self.answers.len(),
            names: self.names.clone(),
        });
    }

    /// Puts what a capture came to in place of what an earlier look showed of it.
    pub(super) fn put(&mut self, inspected: Inspected, is_over: bool) {
        let Some(before) = &self.before else { return };
        let first = before.answers;
        let old: Vec<(Same, Range<usize>)> = (first..self.answers.len())
            .map(|nth| (same(&self.answers[nth]), self.index.answers()[nth].rows.clone()))
            .collect();
        self.index.back_to(&before.index);
        self.answers.truncate(first);
        self.names = before.names.clone();
        let first_row = self.index.len();

        let names = &mut self.names;
        let mut name = |name: String| names.take(&name.clone(), name);
        let file = self.files.len() - 1;
        let (index, limits) = (&mut self.index, &self.limits);
        let all = file::captured(inspected, file, limits, index, &mut name, is_over);
        self.files[file].answers = first..first + all.len();
        self.answers.extend(all);
        if is_over {
            self.before = None;
            if old.is_empty() {
                return;
            }
        }
        let moves = self.moved(first_row, first, old);
        if moves.has_any() {
            self.moves.push(moves);
        }
        // What passes was said of the rows as they were.
        self.refresh();
        while self.work() {}
    }

    fn moved(&self, first_row: usize, first: usize, old: Vec<(Same, Range<usize>)>) -> Moves {
        let mut new: HashMap<Same, VecDeque<usize>> = HashMap::new();
        for nth in first..self.answers.len() {
            let same = same(&self.answers[nth]);
            // Also without the time, for what has no other.
            new.entry((same.0.clone(), None, same.2.clone())).or_default().push_back(nth);
            new.entry(same).or_default().push_back(nth);
        }
        let mut found = vec![false; self.answers.len() - first];
        let mut find = |same: &Same| {
            let all = new.get_mut(same)?;
            let nth = std::iter::from_fn(|| all.pop_front()).find(|nth| !found[nth - first])?;
            found[nth - first] = true;
            Some(nth)
        };
        let rows_of = |answer: usize| self.index.answers()[answer].rows.clone();
        let mut answers: Vec<Moved> = Vec::with_capacity(old.len());
        for (same, rows) in &old {
            let answer = find(same);
            let now = answer.map(rows_of).unwrap_or_default();
            answers.push(Moved { rows: rows.clone(), answer, now });
        }
        // A station that was asked again has another answer, without any of those rows.
        for (moved, (same, _)) in answers.iter_mut().zip(&old) {
            if moved.answer.is_none() {
                moved.answer = find(&(same.0.clone(), None, same.2.clone()));
            }
        }
        Moves { first_row, first_answer: first, answers }
    }
}

/// By what an answer is known from one look to the next: its address, when it was connected,
/// and its name in the capture. What it is called here may change with how many there are.
type Same = (String, Option<u64>, String);

fn same(answer: &Answer) -> Same {
    let Answer { report, detail, .. } = answer;
    (report.address.clone(), detail.connected_at, detail.station.clone())
}
