//! A query: its text, and what its terms say.

use std::ops::Range;

use crate::matcher::{Filter, Matcher};
use crate::moment::Day;
use crate::scan::{self, Shape, extents};
use crate::term::{Term, Test};
use crate::token::{self, Token};
use crate::values::Interval;
use crate::{Wrong, read};

/// A query as the reader wrote it, and what it says. Every text is one.
///
/// ```
/// use carwatch_query::Query;
///
/// let query = Query::parse("brand:peugeot colr:red");
/// assert_eq!(query.terms().count(), 1);
/// let wrong = query.wrong().next().expect("there is one");
/// assert_eq!(&query.text()[wrong.span.clone()], "colr");
/// assert_eq!(wrong.to_string(), "There is no key “colr”. Did you mean color:?");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    text: String,
    placed: Vec<Placed>,
}

/// A term of a query, right or wrong, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Its bytes in the text.
    pub span: Range<usize>,
    /// What it says, or what is wrong with it.
    pub term: Result<Term, Wrong>,
    pub(crate) shape: Shape,
    /// Whether it has a quote that nobody closes. Whatever is put behind it would be in it.
    pub(crate) is_open: bool,
}

impl Query {
    /// Reads a query. What is wrong in it is told term by term, and spoils no other.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let place = |extent: scan::Extent| {
            let shape = Shape::of(text, extent.span.clone());
            let term = read::read(text, &extent, &shape);
            Placed { term, shape, is_open: extent.unclosed.is_some(), span: extent.span }
        };
        let placed = extents(text).into_iter().map(place).collect();
        Self { text: text.to_owned(), placed }
    }

    /// The text it was read from.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Every term, right or wrong, in the order of the text.
    #[must_use]
    pub fn placed(&self) -> &[Placed] {
        &self.placed
    }

    /// The terms that can be used.
    pub fn terms(&self) -> impl Iterator<Item = &Term> {
        self.placed.iter().filter_map(|placed| placed.term.as_ref().ok())
    }

    /// What is wrong with the others.
    pub fn wrong(&self) -> impl Iterator<Item = &Wrong> {
        self.placed.iter().filter_map(|placed| placed.term.as_ref().err())
    }

    /// What each part of the text is. Between tokens there is white space and nothing else.
    #[must_use]
    pub fn tokens(&self) -> Vec<Token> {
        let mut tokens = Vec::new();
        for placed in &self.placed {
            token::append(&self.text, placed, &mut tokens);
        }
        tokens
    }

    /// The one range of Unix seconds that is kept, with clock times on `day`; none if no time is
    /// kept, or several ranges are: what a brush over a chart of times shows.
    ///
    /// ```
    /// # use carwatch_query::{Day, Query};
    /// let range = Query::parse("time:06:40..06:50 color:red").time(Day::default());
    /// assert_eq!(range.map(|range| (range.start, range.end)), Some((24_000, 24_600)));
    /// assert_eq!(Query::parse("time:1,3 -time:2").time(Day::default()), None);
    /// ```
    #[must_use]
    pub fn time(&self, day: Day) -> Option<Interval> {
        let mut times =
            self.terms().filter(|term| !term.leaves_out).filter_map(|term| match &term.test {
                Test::Time(values) => Some(values.intervals(day)),
                _ => None,
            });
        match (times.next().as_deref(), times.next()) {
            (Some([range]), None) => Some(*range),
            _ => None,
        }
    }

    /// What decides which rows pass: one matcher for each of [`terms`](Self::terms), in their
    /// order. Clock times are on `day`.
    #[must_use]
    pub fn filter(&self, day: Day) -> Filter {
        Filter { matchers: self.terms().map(|term| Matcher::new(term, day)).collect() }
    }
}
