//! The terms of a query, asked once for each text instead of once for each row.

use carwatch_query::{Filter, Key, Matcher, Record, Row};

use crate::index::{CLOCK, is_escaped, is_rejected, unturned};
use crate::{Dictionary, Index};

/// A query, made ready for one state of an index.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    terms: Vec<Term>,
}

#[derive(Clone, Debug)]
struct Term {
    is_time: bool,
    leaves_out: bool,
    test: Test,
}

#[derive(Clone, Debug)]
enum Test {
    /// By the number of a brand.
    Brand(Vec<bool>),
    Color(Vec<bool>),
    /// By the number of an answer.
    Station(Vec<bool>),
    Word(Box<Word>),
    /// By what is not a text.
    Other(Matcher),
}

#[derive(Clone, Debug)]
struct Word {
    station: Vec<bool>,
    brand: Vec<bool>,
    color: Vec<bool>,
    times: Vec<bool>,
    matcher: Matcher,
}

/// A row as its numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbers {
    pub(crate) row: usize,
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) seconds: u64,
    pub(crate) brand: u64,
    pub(crate) color: u64,
    pub(crate) odd: u64,
    pub(crate) marks: u64,
}

/// What holds of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Passes {
    /// Every term.
    pub(crate) all: bool,
    /// Every term but those of time.
    pub(crate) but_time: bool,
}

impl Terms {
    pub(crate) fn new(index: &Index, filter: &Filter) -> Self {
        let texts = |of: &Dictionary, matcher: &Matcher| -> Vec<bool> {
            of.iter().map(|text| matcher.finds_text(text)).collect()
        };
        let stations = |matcher: &Matcher| -> Vec<bool> {
            index.answers().iter().map(|answer| matcher.finds_text(&answer.name)).collect()
        };
        let term = |matcher: &Matcher| Term {
            is_time: matcher.key() == Some(Key::Time),
            leaves_out: matcher.leaves_out(),
            test: match matcher.key() {
                Some(Key::Brand) => Test::Brand(texts(index.brands(), matcher)),
                Some(Key::Color) => Test::Color(texts(index.colors(), matcher)),
                Some(Key::Station) => Test::Station(stations(matcher)),
                None => Test::Word(Box::new(Word {
                    station: stations(matcher),
                    brand: texts(index.brands(), matcher),
                    color: texts(index.colors(), matcher),
                    times: texts(&index.times, matcher),
                    matcher: matcher.clone(),
                })),
                Some(_) => Test::Other(matcher.clone()),
            },
        };
        Self { terms: filter.matchers().iter().map(term).collect() }
    }

    pub(crate) fn passes(&self, index: &Index, answer: usize, row: Numbers) -> Passes {
        let mut passes = Passes { all: true, but_time: true };
        for term in &self.terms {
            if term.test.finds(index, answer, row) == term.leaves_out {
                passes.all = false;
                if !term.is_time {
                    passes.but_time = false;
                    break;
                }
            }
        }
        passes
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }
}

impl Test {
    fn finds(&self, index: &Index, answer: usize, row: Numbers) -> bool {
        let is_car = !is_rejected(row.marks);
        match self {
            Self::Brand(found) => is_car && found[row.brand as usize],
            Self::Color(found) => is_car && found[row.color as usize],
            Self::Station(found) => found[answer],
            Self::Word(word) if word.station[answer] => true,
            Self::Word(word) if !is_car => word.matcher.finds_bytes(index.raw_of(row.row)),
            Self::Word(word) => {
                word.brand[row.brand as usize]
                    || word.color[row.color as usize]
                    || match row.odd.checked_sub(1) {
                        Some(odd) => word.times[odd as usize],
                        None => word.finds_number(unturned(row.seconds)),
                    }
            }
            Self::Other(matcher) => {
                let of = &index.answers()[answer];
                let none = Record::Car { time: "", brand: "", color: "" };
                let numbers = Row {
                    station: "",
                    record: if is_car { none } else { Record::Rejected(&[]) },
                    unix_seconds: (row.marks & CLOCK != 0).then(|| unturned(row.seconds)),
                    bytes: row.start..row.end,
                    chunk: of.chunk_at(row.start) as u64,
                    provisional: of.provisional == Some(row.row),
                    partial: of.is_partial,
                    escaped: is_escaped(row.marks),
                };
                matcher.matches(&numbers) != matcher.leaves_out()
            }
        }
    }
}

impl Word {
    fn finds_number(&self, number: i64) -> bool {
        if !self.matcher.may_find_number() {
            return false;
        }
        // Never negative: those are kept as texts.
        let mut digits = [0; 20];
        let mut at = digits.len();
        let mut rest = number.unsigned_abs();
        loop {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        self.matcher.finds_bytes(&digits[at..])
    }
}
