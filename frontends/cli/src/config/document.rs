//! TOML into keys and values, each with its place. Knows of no flag.

use std::fmt;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::printable::one_line;

/// A line and a column, in characters, both from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    line: usize,
    column: usize,
}

/// A key of the document's one table, and its value.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) key: String,
    /// Where the key stands.
    pub(super) at: Place,
    pub(super) value: Value,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) at: Place,
    pub(super) is: Is,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Is {
    Bool(bool),
    /// In decimal.
    Integer(String),
    Float(String),
    Text(String),
    List(Vec<Value>),
    Date,
    Table,
}

/// The entries of a document, in the order that they stand in.
pub(super) fn entries(text: &[u8]) -> Result<Vec<Entry>, (Place, String)> {
    let text = std::str::from_utf8(text).map_err(|error| {
        let (good, _) = text.split_at(error.valid_up_to());
        (Place::of(&String::from_utf8_lossy(good), good.len()), "this is not UTF-8".to_owned())
    })?;
    let table = DeTable::parse(text).map_err(|error| {
        let span = error.span().unwrap_or(0..0);
        let mut words = format!("not TOML: {}", error.message());
        let part = text.get(span.clone()).and_then(|part| part.lines().next()).unwrap_or_default();
        if !part.trim().is_empty() {
            // What is not closed goes on to the end of the file.
            words.extend([", at '", &part.chars().take(40).collect::<String>(), "'"]);
        }
        (Place::of(text, span.start), one_line(&words))
    })?;
    let mut entries: Vec<_> = table.into_inner().into_iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    let entry = |(key, value): (Spanned<_>, _)| {
        let at = Place::of(text, key.span().start);
        let key = String::from(key.into_inner());
        let value = Value::read(text, &key, value)?;
        Ok(Entry { key, at, value })
    };
    entries.into_iter().map(entry).collect()
}

impl Value {
    fn read(text: &str, key: &str, value: Spanned<DeValue<'_>>) -> Result<Self, (Place, String)> {
        let at = Place::of(text, value.span().start);
        let is = match value.into_inner() {
            DeValue::Boolean(is) => Is::Bool(is),
            DeValue::Integer(number) => {
                let parsed = i128::from_str_radix(number.as_str(), number.radix());
                let number = parsed
                    .map_err(|_| (at, format!("too large a number for '{}'", one_line(key))))?;
                Is::Integer(number.to_string())
            }
            DeValue::Float(number) => Is::Float(number.as_str().to_owned()),
            DeValue::String(text) => Is::Text(text.into_owned()),
            DeValue::Array(items) => {
                let items = items.into_iter().map(|item| Self::read(text, key, item));
                Is::List(items.collect::<Result<_, _>>()?)
            }
            DeValue::Datetime(_) => Is::Date,
            DeValue::Table(_) => Is::Table,
        };
        Ok(Self { at, is })
    }
}

impl Is {
    /// What it is, for people.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Bool(_) => "true or false",
            Self::Integer(_) => "a whole number",
            Self::Float(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "a list",
            Self::Date => "a date or time",
            Self::Table => "a table",
        }
    }
}

impl Place {
    fn of(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let (lines, last) = before.rsplit_once('\n').unwrap_or(("", before));
        let line = lines.matches('\n').count() + usize::from(before.contains('\n')) + 1;
        Self { line, column: last.chars().count() + 1 }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

#[cfg(test)]
mod tests;
