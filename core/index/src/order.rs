//! Selected rows by what they say.

use std::ops::Range;

use crate::index::is_rejected;
use crate::{Dictionary, Index, Selection};

/// What rows are sorted by. Rows that are equal in it stay in the order in which they came; those
/// that have no such thing come last, whether it rises or falls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum By {
    /// The name of the station.
    Station,
    /// The time; what has none comes last.
    Time,
    /// The brand; what was rejected comes last.
    Brand,
    /// The colour; what was rejected comes last.
    Color,
    /// Where it stands in its answer.
    Bytes,
    /// Rejected records first.
    Rejected,
}

/// A selection in order.
#[derive(Clone, Debug)]
pub struct Order {
    rows: Vec<u32>,
}

impl Order {
    /// The rows of `selection` by `by`, the greatest first if `is_falling`.
    #[must_use]
    pub fn new(index: &Index, selection: &Selection, by: By, is_falling: bool) -> Self {
        let key = Keys::new(index, by);
        let (mut rows, mut keys, mut without) = (Vec::new(), Vec::new(), Vec::new());
        for row in selection.iter_from(0) {
            match key.of(index, row) {
                Some(key) => {
                    rows.push(row as u32);
                    keys.push(key);
                }
                None => without.push(row as u32),
            }
        }
        let mut rows = sorted(rows, keys, is_falling);
        rows.append(&mut without);
        Self { rows }
    }

    /// The rows at these places; fewer at the end.
    #[must_use]
    pub fn rows(&self, places: Range<usize>) -> &[u32] {
        let end = places.end.min(self.rows.len());
        &self.rows[places.start.min(end)..end]
    }

    /// The place of a row.
    #[must_use]
    pub fn place(&self, row: usize) -> Option<usize> {
        self.rows.iter().position(|other| *other as usize == row)
    }
}

/// The number by which a row is sorted.
struct Keys {
    by: By,
    /// The places of texts in their alphabet.
    ranks: Vec<u32>,
}

impl Keys {
    fn new(index: &Index, by: By) -> Self {
        let ranks = match by {
            By::Brand => ranks(index.brands()),
            By::Color => ranks(index.colors()),
            By::Station => places(index.answers().iter().map(|answer| answer.name.as_str())),
            By::Time | By::Bytes | By::Rejected => Vec::new(),
        };
        Self { by, ranks }
    }

    /// Nothing where the row has no such thing.
    fn of(&self, index: &Index, row: usize) -> Option<u64> {
        let rejected = || is_rejected(index.marks.get(row));
        let rank = |number: u64| u64::from(self.ranks[number as usize]);
        match self.by {
            By::Station => Some(rank(index.answer_of(row) as u64)),
            By::Time => index.clock(row).map(|_| index.seconds.get(row)),
            By::Brand => (!rejected()).then(|| rank(index.brand.get(row))),
            By::Color => (!rejected()).then(|| rank(index.color.get(row))),
            By::Bytes => Some(index.start.get(row)),
            By::Rejected => Some(u64::from(!rejected())),
        }
    }
}

fn ranks(of: &Dictionary) -> Vec<u32> {
    places(of.iter())
}

/// For each text how many come before it, without regard to case; equal ones share a place.
fn places<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<u32> {
    let mut all: Vec<(String, usize)> =
        texts.enumerate().map(|(nth, text)| (text.to_lowercase(), nth)).collect();
    all.sort();
    let mut places = vec![0; all.len()];
    let mut place = 0;
    for nth in 0..all.len() {
        if nth > 0 && all[nth].0 != all[nth - 1].0 {
            place = nth as u32;
        }
        places[all[nth].1] = place;
    }
    places
}

/// A radix sort by 16 bits at a time: it keeps the order of equals, and takes as many passes
/// as the keys differ in.
fn sorted(mut rows: Vec<u32>, mut keys: Vec<u64>, is_falling: bool) -> Vec<u32> {
    let Some(least) = keys.iter().copied().min() else { return rows };
    let most = keys.iter().copied().max().unwrap_or(least) - least;
    keys.iter_mut().for_each(|key| {
        let key_of = *key - least;
        *key = if is_falling { most - key_of } else { key_of };
    });
    let (mut next_rows, mut next_keys) = (vec![0; rows.len()], vec![0; keys.len()]);
    let mut shift = 0;
    while shift < 64 && most >> shift > 0 {
        let digit = |key: u64| (key >> shift & 0xffff) as usize;
        let mut places = vec![0_usize; 1 << 16];
        keys.iter().for_each(|key| places[digit(*key)] += 1);
        let mut sum = 0;
        for place in &mut places {
            sum += std::mem::replace(place, sum);
        }
        for (row, key) in rows.iter().zip(&keys) {
            let place = &mut places[digit(*key)];
            (next_rows[*place], next_keys[*place]) = (*row, *key);
            *place += 1;
        }
        std::mem::swap(&mut rows, &mut next_rows);
        std::mem::swap(&mut keys, &mut next_keys);
        shift += 16;
    }
    rows
}
