//! A map from TOML. Every key is known or refused, by its place.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::time::Written;

use super::columns::CsvMap;
use super::field::{Candidates, Field};
use super::path::{Path, Steps};
use super::{Map, MapError, When};

/// Reads the text of a file.
pub(super) fn read(text: &str) -> Result<Map, MapError> {
    let file = File { text };
    let table = DeTable::parse(text).map_err(|error| {
        let at = error.span().unwrap_or(0..0);
        MapError { key: None, ..file.error(&at, "", error.message()) }
    })?;
    file.map(&table)
}

type Value<'t> = Spanned<DeValue<'t>>;
type Table<'t> = DeTable<'t>;

/// Reads where something stands, under a key.
type Read<'r, P> = dyn FnMut(&str, &Value<'_>) -> Result<Vec<P>, MapError> + 'r;

struct File<'t> {
    text: &'t str,
}

impl File<'_> {
    fn map(&self, table: &Spanned<Table<'_>>) -> Result<Map, MapError> {
        let (mut format, mut or_utc) = (None, false);
        let mut map = Map {
            each: Vec::new(),
            when: Vec::new(),
            time: Vec::new(),
            written: Written::Auto,
            brand: Field::default(),
            color: Field::default(),
            id: Vec::new(),
            roots: Vec::new(),
            csv: None,
        };
        for (key, value) in table.get_ref() {
            let Map { roots, .. } = &mut map;
            match key.get_ref().as_ref() {
                "each" => map.each = self.paths("each", value, roots)?,
                "time" => map.time = self.paths("time", value, roots)?,
                "id" => map.id = self.paths("id", value, roots)?,
                "time_format" => format = Some((self.string("time_format", value)?, value.span())),
                "utc" => or_utc = self.boolean("utc", value)?,
                "brand" => map.brand = self.field("brand", value, roots)?,
                "color" | "colour" => map.color = self.field("color", value, roots)?,
                "when" => {
                    let mut path = |key: &str, value: &Value<'_>| self.paths(key, value, roots);
                    map.when = self.whens("when", "path", value, &mut path)?;
                }
                "csv" => map.csv = Some(self.csv(self.table("csv", value)?)?),
                _ => return Err(self.unknown("", key)),
            }
        }
        if map.time.is_empty() && map.csv.is_none() {
            return Err(self.error(&table.span(), "time", "is missing: where the time stands"));
        }
        map.written = match &format {
            None if or_utc => Written::Rfc3339 { or_utc },
            None => Written::Auto,
            Some((name, span)) => match (*name, or_utc) {
                ("auto", false) => Written::Auto,
                ("rfc3339", or_utc) => Written::Rfc3339 { or_utc },
                ("seconds", false) => Written::Seconds,
                ("milliseconds", false) => Written::Milliseconds,
                ("auto" | "seconds" | "milliseconds", true) => {
                    return Err(self.error(span, "utc", "goes with rfc3339 alone"));
                }
                _ => {
                    let what = "is none of rfc3339, seconds, milliseconds and auto";
                    return Err(self.error(span, "time_format", what));
                }
            },
        };
        Ok(map)
    }

    /// A path, a list of them, or a table.
    fn field(
        &self,
        name: &str,
        value: &Value<'_>,
        roots: &mut Vec<Steps>,
    ) -> Result<Field, MapError> {
        let DeValue::Table(table) = value.get_ref() else {
            return Ok(Field { paths: self.paths(name, value, roots)?, ..Field::default() });
        };
        let mut field = Field::default();
        let (mut candidate, mut score, mut min_score) = (None, None, None);
        for (key, value) in table {
            let dotted = format!("{name}.{}", key.get_ref());
            match key.get_ref().as_ref() {
                "path" => field.paths = self.paths(&dotted, value, roots)?,
                "value" => candidate = Some(self.steps(&dotted, value)?),
                "score" => score = Some((self.steps(&dotted, value)?, dotted, value.span())),
                "min_score" => {
                    min_score = Some((self.number(&dotted, value)?, dotted, value.span()));
                }
                "unknown" => field.unknown = self.strings(&dotted, value)?,
                _ => return Err(self.unknown(name, key)),
            }
        }
        if let Some((_, dotted, span)) = &min_score
            && score.is_none()
        {
            return Err(self.error(span, dotted, "needs a score beside it"));
        }
        if let (Some((_, dotted, span)), None) = (&score, &candidate) {
            return Err(self.error(span, dotted, "needs a value beside it"));
        }
        field.candidates = candidate.map(|value| Candidates {
            value,
            score: score.map(|(score, ..)| score),
            min_score: min_score.map(|(min, ..)| min),
        });
        Ok(field)
    }

    /// A list of conditions. `place` is the key that says where, read by `read`.
    fn whens<P>(
        &self,
        name: &str,
        place: &str,
        value: &Value<'_>,
        read: &mut Read<'_, P>,
    ) -> Result<Vec<When<P>>, MapError> {
        let DeValue::Array(list) = value.get_ref() else {
            return Err(self.wrong_type(name, value, "a list of tables ([[…]])"));
        };
        let mut whens = Vec::new();
        for value in list {
            let (mut at, mut values) = (None, None);
            for (key, value) in self.table(name, value)? {
                let dotted = format!("{name}.{}", key.get_ref());
                match key.get_ref().as_ref() {
                    found if found == place => at = Some(read(&dotted, value)?),
                    found @ ("is" | "not") => {
                        if values.is_some() {
                            let what = "\"is\" and \"not\" exclude each other";
                            return Err(self.error(&key.span(), &dotted, what));
                        }
                        values = Some((self.words(&dotted, value)?, found == "is"));
                    }
                    _ => return Err(self.unknown(name, key)),
                }
            }
            let missing =
                |key: &str| self.error(&value.span(), &format!("{name}.{key}"), "is missing");
            let at = at.ok_or_else(|| missing(place))?;
            let (values, wanted) = values.ok_or_else(|| missing("is"))?;
            whens.push(When { at, values, wanted });
        }
        Ok(whens)
    }

    fn csv(&self, table: &Table<'_>) -> Result<CsvMap, MapError> {
        let mut csv = CsvMap::default();
        let mut time = None;
        for (key, value) in table {
            let dotted = format!("csv.{}", key.get_ref());
            match key.get_ref().as_ref() {
                "time" => time = Some(self.strings(&dotted, value)?),
                "brand" => csv.brand = self.strings(&dotted, value)?,
                "color" | "colour" => csv.color = self.strings(&dotted, value)?,
                "id" => csv.id = self.strings(&dotted, value)?,
                "when" => {
                    let mut read = |key: &str, value: &Value<'_>| self.strings(key, value);
                    csv.when = self.whens(&dotted, "column", value, &mut read)?;
                }
                _ => return Err(self.unknown("csv", key)),
            }
        }
        let at = table.keys().next().map_or(0..0, Spanned::span);
        let time = time.filter(|names| !names.is_empty());
        csv.time = time.ok_or_else(|| self.error(&at, "csv.time", "is missing: its column"))?;
        Ok(csv)
    }

    fn paths(
        &self,
        name: &str,
        value: &Value<'_>,
        roots: &mut Vec<Steps>,
    ) -> Result<Vec<Path>, MapError> {
        let mut read =
            |text: &str, at| Path::read(text, roots).map_err(|what| self.error(&at, name, what));
        self.one_or_more(name, value)?.into_iter().map(|(text, at)| read(text, at)).collect()
    }

    fn steps(&self, name: &str, value: &Value<'_>) -> Result<Steps, MapError> {
        Steps::read(self.string(name, value)?).map_err(|what| self.error(&value.span(), name, what))
    }

    fn strings(&self, name: &str, value: &Value<'_>) -> Result<Vec<String>, MapError> {
        let all = self.one_or_more(name, value)?;
        Ok(all.into_iter().map(|(text, _)| text.to_owned()).collect())
    }

    /// A string, or a list of them, each with its place.
    fn one_or_more<'v>(
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
    fn words(&self, name: &str, value: &Value<'_>) -> Result<Vec<String>, MapError> {
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

    fn string<'v>(&self, name: &str, value: &'v Value<'_>) -> Result<&'v str, MapError> {
        value.get_ref().as_str().ok_or_else(|| self.wrong_type(name, value, "a string"))
    }

    fn boolean(&self, name: &str, value: &Value<'_>) -> Result<bool, MapError> {
        value.get_ref().as_bool().ok_or_else(|| self.wrong_type(name, value, "true or false"))
    }

    fn number(&self, name: &str, value: &Value<'_>) -> Result<f64, MapError> {
        let text = match value.get_ref() {
            DeValue::Integer(number) if number.radix() == 10 => number.as_str(),
            DeValue::Float(number) => number.as_str(),
            _ => return Err(self.wrong_type(name, value, "a number")),
        };
        let number = text.parse().ok().filter(|number: &f64| number.is_finite());
        number.ok_or_else(|| self.error(&value.span(), name, "is out of range"))
    }

    fn table<'v, 't>(&self, name: &str, value: &'v Value<'t>) -> Result<&'v Table<'t>, MapError> {
        value.get_ref().as_table().ok_or_else(|| self.wrong_type(name, value, "a table"))
    }

    fn wrong_type(&self, name: &str, value: &Value<'_>, wanted: &str) -> MapError {
        let found = value.get_ref().type_str();
        self.error(&value.span(), name, &format!("is of the type {found} where it needs {wanted}"))
    }

    fn unknown(&self, table: &str, key: &Spanned<Cow<'_, str>>) -> MapError {
        let dot = if table.is_empty() { "" } else { "." };
        self.error(&key.span(), &format!("{table}{dot}{}", key.get_ref()), "is no key of a map")
    }

    fn error(&self, at: &Range<usize>, key: &str, what: &str) -> MapError {
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
