//! What a term says, whoever wrote it and however. Where it stood is not known here.

use std::fmt;

use crate::key::{Field, Is, Key, Op};
use crate::moment::Moment;
use crate::pattern::Pattern;
use crate::values::Values;

/// A condition: one part of a query, all of which have to hold.
///
/// [`Display`](fmt::Display) writes it in one way, which parses to an equal term:
///
/// ```
/// # use carwatch_query::Query;
/// let query = Query::parse(r#"-COLOUR:"Blue",IS* is:error time:6:40.."#);
/// let terms: Vec<String> = query.terms().map(ToString::to_string).collect();
/// assert_eq!(terms, ["-color:Blue,IS*", "is:rejected", "time:06:40.."]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Term {
    /// Whether a `-` stands in front: what the test finds is left out.
    pub leaves_out: bool,
    /// What is looked for.
    pub test: Test,
}

/// What a term looks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Test {
    /// A word: it is somewhere in any field, the station's name, or what was rejected.
    Word(Pattern),
    /// A field that is as one of these, at least one. A rejected record has no brand and no
    /// colour, not even an empty one.
    Text(Field, Vec<Pattern>),
    /// A time. What has none is never found.
    Time(Values<Moment>),
    /// Offsets in the station's answer. After `:` a record is found that has a byte in
    /// common with them (an empty record stands for the byte that follows it); after
    /// another operator one that begins so.
    Bytes(Values<u64>),
    /// Numbers of chunks.
    Chunk(Values<u64>),
    /// Any of these, at least one.
    Is(Vec<Is>),
}

impl Term {
    /// Its key; a word has none.
    #[must_use]
    pub fn key(&self) -> Option<Key> {
        match &self.test {
            Test::Word(_) => None,
            Test::Text(field, _) => Some((*field).into()),
            Test::Time(_) => Some(Key::Time),
            Test::Bytes(_) => Some(Key::Bytes),
            Test::Chunk(_) => Some(Key::Chunk),
            Test::Is(_) => Some(Key::Is),
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.leaves_out {
            f.write_str("-")?;
        }
        self.test.fmt(f)
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word) => word.write(true, f),
            Self::Text(field, patterns) => {
                write!(f, "{}{}", Key::from(*field), Op::Colon)?;
                write_list(patterns, f)
            }
            Self::Time(values) => write!(f, "{}{values}", Key::Time),
            Self::Bytes(values) => write!(f, "{}{values}", Key::Bytes),
            Self::Chunk(values) => write!(f, "{}{values}", Key::Chunk),
            Self::Is(values) => {
                write!(f, "{}{}", Key::Is, Op::Colon)?;
                write_list(values, f)
            }
        }
    }
}

/// Items with commas between them.
pub(crate) fn write_list(items: &[impl fmt::Display], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (nth, item) in items.iter().enumerate() {
        if nth > 0 {
            f.write_str(",")?;
        }
        item.fmt(f)?;
    }
    Ok(())
}
