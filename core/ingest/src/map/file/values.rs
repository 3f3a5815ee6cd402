//! The values of a map's keys, each of the type it needs, or an error at its place.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use super::super::MapError;
use super::super::path::{Path, Steps};
use super::{File, Table, Value};

impl File<'_> {
    /// Refuses one thing that a table says twice, in two spellings.
    pub(super) fn one_spelling(&self, name: &str, table: &Table<'_>) -> Result<(), MapError> {
        let mut keys: Vec<_> = table
            .keys()
            .filter(|key| matches!(key.get_ref().as_ref(), "color" | "colour"))
            .collect();
        keys.sort_by_key(|key| key.span().start);
        let [first, second] = keys[..] else { return Ok(()) };
        let what = format!("says the same as {} before it: one of the two", first.get_ref());
        let dot = if name.is_empty() { "" } else { "." };
        Err(self.error(&second.span(), &format!("{name}{dot}{}", second.get_ref()), &what))
    }

    /// Paths to text or a number, which a whole line is not.
    pub(super) fn scalars(
        &self,
        name: &str,
        value: &Value<'_>,
        roots: &mut Vec<Steps>,
    ) -> Result<Vec<Path>, MapError> {
        let root = self.one_or_more(name, value)?.into_iter().find(|(text, _)| *text == "$");
        match root {
            Some((_, at)) => Err(self.error(&at, name, "\"$\" is the whole line, no text")),
            None => self.paths(name, value, roots),
        }
    }

    pub(super) fn paths(
        &self,
        name: &str,
        value: &Value<'_>,
        roots: &mut Vec<Steps>,
    ) -> Result<Vec<Path>, MapError> {
        let mut read =
            |text: &str, at| Path::read(text, roots).map_err(|what| self.error(&at, name, what));
        self.one_or_more(name, value)?.into_iter().map(|(text, at)| read(text, at)).collect()
    }

    /// Where in a candidate something may stand.
    pub(super) fn each_steps(&self, name: &str, value: &Value<'_>) -> Result<Vec<Steps>, MapError> {
        let read = |(text, at)| Steps::read(text).map_err(|what| self.error(&at, name, what));
        self.one_or_more(name, value)?.into_iter().map(read).collect()
    }

    pub(super) fn steps(&self, name: &str, value: &Value<'_>) -> Result<Steps, MapError> {
        Steps::read(self.string(name, value)?).map_err(|what| self.error(&value.span(), name, what))
    }

    pub(super) fn strings(&self, name: &str, value: &Value<'_>) -> Result<Vec<String>, MapError> {
        let all = self.one_or_more(name, value)?;
        Ok(all.into_iter().map(|(text, _)| text.to_owned()).collect())
    }

    /// A string, or a list of them, which may be empty.
    pub(super) fn any_strings(
        &self,
        name: &str,
        value: &Value<'_>,
    ) -> Result<Vec<String>, MapError> {
        let all = self.any(name, value)?;
        Ok(all.into_iter().map(|(text, _)| text.to_owned()).collect())
    }

    /// A string, or a list of at least one, each with its place.
    pub(super) fn one_or_more<'v>(
        &self,
        name: &str,
        value: &'v Value<'_>,
    ) -> Result<Vec<(&'v str, Range<usize>)>, MapError> {
        let all = self.any(name, value)?;
        match all.is_empty() {
            true => Err(self.error(&value.span(), name, "is empty: leave it out, or say where")),
            false => Ok(all),
        }
    }

    pub(super) fn any<'v>(
        &self,
        name: &str,
        value: &'v Value<'_>,
    ) -> Result<Vec<(&'v str, Range<usize>)>, MapError> {
        match value.get_ref() {
            DeValue::String(text) => Ok(vec![(text, value.span())]),
            DeValue::Array(list) => {
                list.iter().map(|one| Ok((self.string(name, one)?, one.span()))).collect()
            }
            _ => Err(self.wrong_type(name, value, "a string or a list of strings")),
        }
    }

    /// What a JSON value is compared with: one, or a list of them.
    pub(super) fn words(&self, name: &str, value: &Value<'_>) -> Result<Vec<String>, MapError> {
        let word = |value: &Value<'_>| match value.get_ref() {
            DeValue::String(text) => Ok(text.clone().into_owned()),
            DeValue::Boolean(value) => Ok(value.to_string()),
            DeValue::Integer(number) if number.radix() == 10 => Ok(number.as_str().to_owned()),
            DeValue::Float(number) => Ok(number.as_str().to_owned()),
            _ => Err(self.wrong_type(name, value, "a string, number or boolean")),
        };
        let words = match value.get_ref() {
            DeValue::Array(list) => list.iter().map(word).collect::<Result<_, _>>()?,
            _ => vec![word(value)?],
        };
        match words.is_empty() {
            true => Err(self.error(&value.span(), name, "is empty: no value would do")),
            false => Ok(words),
        }
    }

    pub(super) fn string<'v>(&self, name: &str, value: &'v Value<'_>) -> Result<&'v str, MapError> {
        value.get_ref().as_str().ok_or_else(|| self.wrong_type(name, value, "a string"))
    }

    pub(super) fn boolean(&self, name: &str, value: &Value<'_>) -> Result<bool, MapError> {
        value.get_ref().as_bool().ok_or_else(|| self.wrong_type(name, value, "true or false"))
    }

    pub(super) fn number(&self, name: &str, value: &Value<'_>) -> Result<f64, MapError> {
        let text = match value.get_ref() {
            DeValue::Integer(number) if number.radix() == 10 => number.as_str(),
            DeValue::Float(number) => number.as_str(),
            _ => return Err(self.wrong_type(name, value, "a number")),
        };
        let number = text.parse().ok().filter(|number: &f64| number.is_finite());
        number.ok_or_else(|| self.error(&value.span(), name, "is out of range"))
    }

    pub(super) fn table<'v, 't>(
        &self,
        name: &str,
        value: &'v Value<'t>,
    ) -> Result<&'v Table<'t>, MapError> {
        value.get_ref().as_table().ok_or_else(|| self.wrong_type(name, value, "a table"))
    }

    pub(super) fn wrong_type(&self, name: &str, value: &Value<'_>, wanted: &str) -> MapError {
        let found = value.get_ref().type_str();
        self.error(&value.span(), name, &format!("is of the type {found} where it needs {wanted}"))
    }

    pub(super) fn unknown(&self, table: &str, key: &Spanned<Cow<'_, str>>) -> MapError {
        let dot = if table.is_empty() { "" } else { "." };
        self.error(&key.span(), &format!("{table}{dot}{}", key.get_ref()), "is no key of a map")
    }

    pub(super) fn error(&self, at: &Range<usize>, key: &str, what: &str) -> MapError {
        let before = self.text.get(..at.start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        MapError {
            line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            key: Some(key.to_owned()),
            what: what.to_owned(),
        }
    }
}
