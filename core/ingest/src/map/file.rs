//! A map from TOML. Every key is known or refused, by its place.

mod values;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::time::Written;

use super::columns::CsvMap;
use super::field::{Candidates, Field};
use super::path::Steps;
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
        self.one_spelling("", table.get_ref())?;
        let (mut format, mut utc) = (None, None);
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
                "time" => map.time = self.scalars("time", value, roots)?,
                "id" => map.id = self.scalars("id", value, roots)?,
                "time_format" => format = Some((self.string("time_format", value)?, value.span())),
                "utc" => utc = Some((self.boolean("utc", value)?, value.span())),
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
        // Without a path a field may still say how a CSV column is to be read.
        let (brand, color) = match &map.csv {
            Some(csv) => (!csv.brand.is_empty(), !csv.color.is_empty()),
            None => (false, false),
        };
        for (key, value) in table.get_ref() {
            let (field, has_column) = match key.get_ref().as_ref() {
                "brand" => (&map.brand, brand),
                "color" | "colour" => (&map.color, color),
                _ => continue,
            };
            if field.paths.is_empty() && !has_column {
                let what = "is missing: where it stands";
                return Err(self.error(&value.span(), &format!("{}.path", key.get_ref()), what));
            }
        }
        let or_utc = utc.as_ref().is_some_and(|(utc, _)| *utc);
        map.written = match format {
            None | Some(("auto", _)) => Written::Auto,
            Some(("rfc3339", _)) => Written::Rfc3339 { or_utc },
            Some(("seconds", _)) => Written::Seconds,
            Some(("milliseconds", _)) => Written::Milliseconds,
            Some((_, span)) => {
                let what = "is none of rfc3339, seconds, milliseconds and auto";
                return Err(self.error(&span, "time_format", what));
            }
        };
        match (utc, map.written) {
            (_, Written::Rfc3339 { .. }) | (None | Some((false, _)), _) => Ok(map),
            (Some((true, span)), _) => {
                let what = "goes with time_format = \"rfc3339\" alone";
                Err(self.error(&span, "utc", what))
            }
        }
    }

    /// A path, a list of them, or a table.
    fn field(
        &self,
        name: &str,
        value: &Value<'_>,
        roots: &mut Vec<Steps>,
    ) -> Result<Field, MapError> {
        let DeValue::Table(table) = value.get_ref() else {
            return Ok(Field { paths: self.scalars(name, value, roots)?, ..Field::default() });
        };
        let mut field = Field::default();
        let has_candidates = table.keys().any(|key| key.get_ref() == "value");
        let (mut candidate, mut score, mut min_score) = (None, None, None);
        for (key, value) in table {
            let dotted = format!("{name}.{}", key.get_ref());
            match key.get_ref().as_ref() {
                "path" if has_candidates => field.paths = self.paths(&dotted, value, roots)?,
                "path" => field.paths = self.scalars(&dotted, value, roots)?,
                "value" => candidate = Some(self.each_steps(&dotted, value)?),
                "score" => score = Some((self.steps(&dotted, value)?, dotted, value.span())),
                "min_score" => {
                    min_score = Some((self.number(&dotted, value)?, dotted, value.span()));
                }
                "unknown" => field.unknown = self.any_strings(&dotted, value)?,
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
        self.one_spelling("csv", table)?;
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
        csv.time = time.ok_or_else(|| self.error(&at, "csv.time", "is missing: its column"))?;
        Ok(csv)
    }
}
