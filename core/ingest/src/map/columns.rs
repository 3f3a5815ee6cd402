//! A map on CSV: which columns its fields are in.

use carwatch::Car;

use crate::cells::Cells;
use crate::{Refusal, Time};

use super::{Map, Mapped, When, id};

/// The names of columns. Of several for one thing, the first that a header has counts.
#[derive(Debug, Default)]
pub(super) struct CsvMap {
    pub(super) time: Vec<String>,
    pub(super) brand: Vec<String>,
    pub(super) color: Vec<String>,
    /// The parts of the identifier.
    pub(super) id: Vec<String>,
    pub(super) when: Vec<When<String>>,
}

/// Where the map's columns stand under one CSV header. Boxed, for few readers have any.
#[derive(Debug)]
pub(crate) struct Columns(Box<Places>);

#[derive(Debug)]
struct Places {
    time: usize,
    brand: Option<usize>,
    color: Option<usize>,
    id: Option<Vec<usize>>,
    when: Vec<Option<usize>>,
}

impl Map {
    /// Whether it says which CSV columns it needs; without, CSV is read by our own names.
    pub(crate) const fn has_columns(&self) -> bool {
        self.csv.is_some()
    }

    /// Finds its columns in a CSV header.
    ///
    /// # Errors
    ///
    /// Those that the header has not: by the names of the map's keys for them, which are
    /// fixed, and not by their own.
    pub(crate) fn columns(&self, header: &Cells) -> Result<Columns, Vec<&'static str>> {
        let Some(csv) = &self.csv else { return Err(vec!["of the map's csv"]) };
        let find = |names: &[String]| {
            names.iter().find_map(|name| {
                (0..header.len())
                    .find(|nth| header.get(*nth).trim_ascii().eq_ignore_ascii_case(name.as_bytes()))
            })
        };
        let (time, brand, color) = (find(&csv.time), find(&csv.brand), find(&csv.color));
        let mut missing = Vec::new();
        for (found, names, key) in [
            (time, &csv.time, "for the map's csv.time"),
            (brand, &csv.brand, "for the map's csv.brand"),
            (color, &csv.color, "for the map's csv.color"),
        ] {
            if found.is_none() && !names.is_empty() {
                missing.push(key);
            }
        }
        match time {
            Some(time) if missing.is_empty() => Ok(Columns(Box::new(Places {
                time,
                brand,
                color,
                id: csv.id.iter().map(|name| find(std::slice::from_ref(name))).collect(),
                when: csv.when.iter().map(|when| find(&when.at)).collect(),
            }))),
            _ => Err(missing),
        }
    }

    /// Reads a CSV record, which is UTF-8 and has as many cells as the header.
    pub(crate) fn csv<'a>(
        &self,
        Columns(columns): &Columns,
        cells: &'a Cells,
        time: Time,
    ) -> Result<Mapped<'a>, Refusal> {
        let whens = self.csv.iter().flat_map(|csv| &csv.when);
        for (when, column) in whens.zip(&columns.when) {
            if !when.holds(column.map(|nth| cells.text(nth).trim_ascii())) {
                return Ok(Mapped::Ignored);
            }
        }
        let seen = cells.text(columns.time);
        if seen.trim_ascii().is_empty() {
            return Err(Refusal::NoMappedTime);
        }
        let cell = |column: Option<usize>| column.map_or("", |nth| cells.text(nth));
        let car = Car::new(
            self.at(seen.into(), time)?,
            self.brand.cell("brand", cell(columns.brand))?,
            self.color.cell("color", cell(columns.color))?,
        );
        let parts = columns.id.iter().flatten().map(|nth| cells.text(*nth).into());
        Ok(Mapped::Car { car, id: id(parts.collect())? })
    }
}
