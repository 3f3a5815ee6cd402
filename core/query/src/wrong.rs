//! What can be wrong with a term, and the sentences that say so: first what is wrong, then
//! what would be right.

use std::fmt;
use std::ops::Range;

use carwatch_formats::visible::visible;

use crate::key::{Field, Is, Key, Op};
use crate::near::nearest;

/// A term that cannot be used. [`Display`](fmt::Display) is a sentence or two for the reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The bytes of the query to be underlined; never none.
    pub span: Range<usize>,
    /// What is wrong with them.
    pub why: Why,
}

/// What is wrong with a term. Texts are as the reader wrote them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// A quote that nobody closes. It reaches to the end of the query.
    UnclosedQuote,
    /// A `-` with nothing behind it.
    NothingToLeaveOut,
    /// A word of no characters, `""`.
    EmptyWord,
    /// An operator with no key before it.
    NoKey(Op),
    /// A key that there is not.
    UnknownKey(String),
    /// An operator that the key does not take.
    WrongOp(Key, Op),
    /// A key and an operator, and nothing more.
    NoValue(Key, Op),
    /// A comma with nothing before it, or nothing behind.
    EmptyItem(Key),
    /// Several values or a range after an operator that takes one.
    OneValue(Key, Op),
    /// A range of texts.
    RangeOfTexts(Field, String),
    /// `..` without an end.
    RangeWithoutEnds(Key),
    /// A range that ends where it begins, or earlier.
    EmptyRange(Key, String),
    /// Not a time.
    BadTime(String),
    /// Not a number.
    BadNumber(Key, String),
    /// Something that `is:` does not take.
    UnknownIs(String),
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.why.fmt(f)
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnclosedQuote => f.write_str(
                "This quote is not closed. Write another \" where the text ends; a quote \
                 inside of quotes is written twice.",
            ),
            Self::NothingToLeaveOut => f.write_str(
                "There is nothing to leave out. Write a word or a key after “-”, without a \
                 space, as in -color:blue.",
            ),
            Self::EmptyWord => f.write_str(
                "A word of no characters would be found everywhere. For cars with an empty \
                 field write its key, as in color:\"\".",
            ),
            Self::NoKey(op) => {
                let key = if *op == Op::Colon { Key::Brand } else { Key::Time };
                write!(f, "There is no key before “{op}”. Write one, without a space, as in ")?;
                write!(f, "{key}{op}{}.", example(key))
            }
            Self::UnknownKey(found) => unknown_key(found, f),
            Self::WrongOp(key, op) => {
                write!(f, "“{key}” does not take “{op}”. Write {key}:{}", example(*key))?;
                match key {
                    Key::Time | Key::Bytes | Key::Chunk => write!(f, ", or >, >=, < or <=."),
                    _ if *op == Op::Equals => write!(f, "."),
                    _ => write!(f, "; “{op}” is for time, bytes and chunk."),
                }
            }
            Self::NoValue(key, op) => {
                let example = example(*key);
                write!(f, "{key}{op} has no value. Write one, without a space, as in ")?;
                write!(f, "{key}{op}{example}")?;
                empty_field(*key, f)
            }
            Self::EmptyItem(key) => {
                let empty = match key {
                    Key::Brand | Key::Color => ", or \"\" for an empty field",
                    _ => "",
                };
                write!(f, "A value is missing at this comma. Write one, without a space{empty}, ")?;
                f.write_str("or take the comma away.")
            }
            Self::OneValue(key, op) => write!(
                f,
                "“{op}” takes one value. Write {key}{op}{}; several values or a range stand \
                 after “:”.",
                example(*key)
            ),
            Self::RangeOfTexts(field, found) => {
                let (key, found) = (Key::from(*field), short(found).replace('"', "\"\""));
                write!(f, "{key} has no ranges. If the dots are part of the text, quote it: ")?;
                write!(f, "{key}:\"{found}\".")
            }
            Self::RangeWithoutEnds(key) => {
                let (from, until) = range(*key);
                write!(f, "This range has no ends. Write {key}:{from}..{until}, or one of the ")?;
                write!(f, "two: {key}:{from}.. or {key}:..{until}.")
            }
            Self::EmptyRange(key, found) => {
                let (from, until) = range(*key);
                write!(f, "Nothing can be in “{}”: a range ends before its second ", short(found))?;
                write!(f, "value, so that has to be the greater one, as in ")?;
                write!(f, "{key}:{from}..{until}.")?;
                if *key == Key::Time { f.write_str(PAST_MIDNIGHT) } else { Ok(()) }
            }
            Self::BadTime(found) => write!(
                f,
                "“{}” is not a time. Write 06:40 or 06:40:30 (UTC, on the day of the capture), \
                 Unix seconds such as 97264836, or a range such as 06:40..07:10.",
                short(found)
            ),
            Self::BadNumber(key, found) => bad_number(*key, found, f),
            Self::UnknownIs(found) => {
                write!(f, "There is no is:{}.", short(found))?;
                if let Some(near) = nearest(found, Is::ALL.map(Is::as_str)) {
                    write!(f, " Did you mean is:{near}?")?;
                }
                write!(f, " It takes rejected (or error), provisional, partial, escaped and ")?;
                write!(f, "no-clock.")
            }
        }
    }
}

fn unknown_key(found: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "There is no key “{}”. ", short(found))?;
    match nearest(found, Key::ALL.map(Key::as_str)) {
        Some(near) => write!(f, "Did you mean {near}:?"),
        None => f.write_str(
            "The keys are brand, color, station, time, bytes, chunk and is; to find the text \
             itself, quote it.",
        ),
    }
}

fn bad_number(key: Key, found: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (from, until) = range(key);
    let (digits, radix) = found.strip_prefix("0x").map_or((found, 10), |digits| (digits, 16));
    let is_large = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
    let what = if is_large { "too large a number" } else { "not a whole number from 0 up" };
    write!(f, "“{}” is {what}. Write {key}:{from}, a range such as ", short(found))?;
    write!(f, "{key}:{from}..{until}, or {key}>{from}.")
}

/// How the cars are found that have nothing in this field.
fn empty_field(key: Key, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match key {
        Key::Brand | Key::Color => write!(f, ", or {key}:\"\" for cars without one."),
        _ => f.write_str("."),
    }
}

/// A value that the key takes.
const fn example(key: Key) -> &'static str {
    match key {
        Key::Brand => "peugeot",
        Key::Color => "red",
        Key::Station => "gate",
        Key::Is => "rejected",
        Key::Time | Key::Bytes | Key::Chunk => range(key).0,
    }
}

/// The ends of a range that the key takes.
const fn range(key: Key) -> (&'static str, &'static str) {
    match key {
        Key::Time => ("06:40", "07:10"),
        Key::Bytes => ("112", "115"),
        _ => ("3", "5"),
    }
}

/// What the reader wrote, in a form and length that fits a sentence.
fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", visible(&text[..end])),
        None => visible(text).to_string(),
    }
}

/// Characters of what the reader wrote that a sentence repeats.
const LONGEST: usize = 40;

const PAST_MIDNIGHT: &str = " A range past midnight is written in Unix seconds.";
