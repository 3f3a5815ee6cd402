//! TOML into keys and values, each with its place. Knows of no flag.

mod place;

use std::fmt;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::printable::one_line;
pub use place::Place;
use place::Places;

/// A key of a table, and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key, as it was meant: whoever prints it makes it printable.
    pub key: String,
    /// Where the key stands.
    pub at: Place,
    /// What it is set to.
    pub value: Value,
}

/// A value, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// Where it begins.
    pub at: Place,
    /// What it is.
    pub is: Is,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Is {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number, in decimal.
    Integer(String),
    /// A number, as it was written but for its underscores.
    Float(String),
    /// A string: whoever prints it makes it printable.
    Text(String),
    /// A list, in its order; also that of `[[tables]]`.
    List(Vec<Value>),
    /// A date, a time, or both.
    Date,
    /// A table, in the order that its keys stand in.
    Table(Vec<Entry>),
}

/// The entries of a document, in the order that they stand in.
pub(super) fn entries(text: &[u8]) -> Result<Vec<Entry>, (Place, String)> {
    let text = std::str::from_utf8(text).map_err(|error| {
        let (good, _) = text.split_at(error.valid_up_to());
        let good = String::from_utf8_lossy(good);
        (Places::of(&good).at(good.len()), "this is not UTF-8".to_owned())
    })?;
    let places = Places::of(text);
    let table = DeTable::parse(text).map_err(|error| {
        let span = error.span().unwrap_or(0..0);
        let mut words = format!("not TOML: {}", error.message());
        let part = text.get(span.clone()).and_then(|part| part.lines().next()).unwrap_or_default();
        if !part.trim().is_empty() {
            // What is not closed goes on to the end of the file.
            words.extend([", at '", &part.chars().take(40).collect::<String>(), "'"]);
        }
        (places.at(span.start), one_line(&words))
    })?;
    of_table(&places, table.into_inner())
}

fn of_table(places: &Places<'_>, table: DeTable<'_>) -> Result<Vec<Entry>, (Place, String)> {
    let mut entries: Vec<_> = table.into_iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    let entry = |(key, value): (Spanned<_>, _)| {
        let at = places.at(key.span().start);
        let key = String::from(key.into_inner());
        let value = Value::read(places, &key, value)?;
        Ok(Entry { key, at, value })
    };
    entries.into_iter().map(entry).collect()
}

impl Value {
    fn read(
        places: &Places<'_>,
        key: &str,
        value: Spanned<DeValue<'_>>,
    ) -> Result<Self, (Place, String)> {
        let at = places.at(value.span().start);
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
                let items = items.into_iter().map(|item| Self::read(places, key, item));
                Is::List(items.collect::<Result<_, _>>()?)
            }
            DeValue::Datetime(_) => Is::Date,
            DeValue::Table(table) => Is::Table(of_table(places, table)?),
        };
        Ok(Self { at, is })
    }
}

impl Is {
    /// What it is, for people.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Bool(_) => "true or false",
            Self::Integer(_) => "a whole number",
            Self::Float(_) => "a decimal number",
            Self::Text(_) => "a string",
            Self::List(_) => "a list",
            Self::Date => "a date or time",
            Self::Table(_) => "a table",
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

#[cfg(test)]
mod tests;
