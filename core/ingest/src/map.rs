//! Where a car's fields stand in what a detector writes (docs/maps.md).
//!
//! A map is data, read from TOML by `map::file`; the built-in ones are such files, too. What
//! it does to a JSON line is here, what it does to a CSV record in `map::columns`. It looks at
//! a line where it lies and copies nothing that is not wanted, so a picture in it costs nothing.

mod columns;
mod field;
mod file;
mod json;
mod literal;
mod path;

use std::borrow::Cow;
use std::fmt;

use carwatch::Car;
use serde_json::Error;

use crate::ndjson::{bad_json, kind};
use crate::reader::Read;
use crate::time::{self, Written};
use crate::{Refusal, Time};

pub(crate) use columns::Columns;
use columns::CsvMap;
use field::{Field, scalar};
use json::{Json, Kind};
use path::{Path, Scope, Steps};

/// Where a car's fields stand in what a detector writes (cli.md, `--map`).
#[derive(Debug)]
pub struct Map {
    /// Where the things stand that may be cars; the first that is there. Without any, the
    /// whole object is one.
    each: Vec<Path>,
    /// What makes one of them a car; all of these.
    when: Vec<When<Path>>,
    time: Vec<Path>,
    written: Written,
    brand: Field,
    color: Field,
    /// The parts of its identifier.
    id: Vec<Path>,
    /// What the paths from the root of the line are, for [`Scope`].
    roots: Vec<Steps>,
    csv: Option<CsvMap>,
}

/// Something that must hold for an event to count.
#[derive(Debug)]
struct When<P> {
    /// Where it stands; the first that is there.
    at: Vec<P>,
    values: Vec<String>,
    /// Whether it must be one of them, or must not.
    wanted: bool,
}

impl<P> When<P> {
    fn holds(&self, found: Option<&str>) -> bool {
        found.is_some_and(|found| self.values.iter().any(|value| value == found)) == self.wanted
    }
}

/// What became of something that was read through a map.
#[derive(Debug)]
pub(crate) enum Mapped<'a> {
    /// It is a car, under the detector's id for it, if it has one.
    Car { car: Car<'a>, id: Option<Cow<'a, str>> },
    /// It is something else that the map knows of, such as a heartbeat.
    Ignored,
}

impl Map {
    /// The names of the built-in maps.
    pub const NAMES: [&'static str; 4] = ["frigate", "platerecognizer", "openalpr", "opendatacam"];

    /// A built-in map.
    ///
    /// ```
    /// # use carwatch_ingest::Map;
    /// assert!(Map::NAMES.iter().all(|name| Map::named(name).is_some()));
    /// assert!(Map::named("maps/my-own.toml").is_none());
    /// ```
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let text = match name {
            "frigate" => include_str!("../maps/frigate.toml"),
            "platerecognizer" => include_str!("../maps/platerecognizer.toml"),
            "openalpr" => include_str!("../maps/openalpr.toml"),
            "opendatacam" => include_str!("../maps/opendatacam.toml"),
            _ => return None,
        };
        Some(Self::from_toml(text).expect("the built-in maps are tested"))
    }

    /// A map from the text of a TOML file (docs/maps.md).
    ///
    /// # Errors
    ///
    /// The first thing in it that is wrong, and where: what is not TOML, a key that is
    /// missing, unknown or of another type.
    pub fn from_toml(text: &str) -> Result<Self, MapError> {
        file::read(text)
    }

    /// Reads one line of NDJSON. It may hold several cars; `sink` is handed each of them,
    /// what is refused, and that it is about something else if there is neither.
    pub(crate) fn ndjson<'a>(&self, line: &'a str, time: Time, sink: &mut dyn FnMut(Read<'a>)) {
        let root = match object(line) {
            Ok(root) => root,
            Err(refusal) => return sink(Err(refusal)),
        };
        // Once a line and not once a car: a line may hold a great many.
        let roots: Vec<_> = self.roots.iter().map(|steps| steps.find(root)).collect();
        let scope = Scope { line, element: root, roots: &roots };
        if self.each.is_empty() {
            return sink(self.element(&scope, time));
        }
        let mut any = false;
        if let Some(all) = self.each.iter().find_map(|path| path.find(&scope)) {
            all.for_each(&mut |element| {
                let read = self.element(&Scope { element, ..scope }, time);
                if !matches!(read, Ok(Mapped::Ignored)) {
                    any = true;
                    sink(read);
                }
            });
        }
        if !any {
            sink(Ok(Mapped::Ignored));
        }
    }

    /// Reads something that may be a car.
    fn element<'a>(&self, scope: &Scope<'a, '_>, time: Time) -> Read<'a> {
        if scope.element.kind() != Kind::Object {
            return Err(Refusal::NotAnObject { found: kind(scope.element.source()) });
        }
        for when in &self.when {
            let found = when.at.iter().find_map(|path| path.find(scope));
            let found = found.map(|found| found.word(scope.line)).transpose()?;
            if !when.holds(found.as_deref()) {
                return Ok(Mapped::Ignored);
            }
        }
        let found = self.time.iter().find_map(|path| path.find(scope));
        let seen = scalar("time", found.ok_or(Refusal::NoMappedTime)?, scope.line)?;
        let car = Car::new(
            self.at(seen, time)?,
            self.brand.json("brand", scope)?,
            self.color.json("color", scope)?,
        );
        let mut parts = Vec::with_capacity(self.id.len());
        for path in &self.id {
            match path.find(scope) {
                Some(part) => parts.push(scalar("id", part, scope.line)?),
                None => return Ok(Mapped::Car { car, id: None }),
            }
        }
        Ok(Mapped::Car { car, id: id(parts)? })
    }

    /// The car's time from the detector's.
    fn at<'a>(&self, seen: Cow<'a, str>, time: Time) -> Result<Cow<'a, str>, Refusal> {
        match time {
            Time::Text => Ok(seen),
            Time::Unix => time::unix_of(seen, self.written),
        }
    }
}

/// A line that is a JSON object.
fn object(line: &str) -> Result<Json<'_>, Refusal> {
    let root = Json::parse(line).map_err(|error: Error| bad_json(&error, 0))?;
    match root.kind() {
        Kind::Object => Ok(root),
        _ => Err(Refusal::NotAnObject { found: kind(root.source()) }),
    }
}

/// The identifier that has these parts, if none of them is empty.
fn id(mut parts: Vec<Cow<'_, str>>) -> Result<Option<Cow<'_, str>>, Refusal> {
    if parts.is_empty() || parts.iter().any(|part| part.is_empty()) {
        return Ok(None);
    }
    let id = if parts.len() == 1 {
        parts.swap_remove(0)
    } else {
        // Escaped, so that no two lists of parts give the same.
        let escape = |part: &Cow<'_, str>| part.replace('%', "%25").replace('/', "%2F");
        Cow::Owned(parts.iter().map(escape).collect::<Vec<_>>().join("/"))
    };
    if id.len() > ID {
        return Err(Refusal::IdTooLong { len: id.len(), limit: ID });
    }
    Ok(Some(id))
}

/// The longest identifier, in bytes: they are kept, in memory and in the store.
const ID: usize = 1024;

/// What is wrong with a map's TOML, and where. Its words are safe on a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapError {
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
    /// The key it is about, dotted; none if it is not TOML.
    pub key: Option<String>,
    /// What is wrong with it.
    pub what: String,
}

impl fmt::Display for MapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, key, what } = self;
        write!(f, "line {line}, column {column}: ")?;
        if let Some(key) = key {
            write!(f, "{}: ", key.escape_debug())?;
        }
        write!(f, "{}", what.escape_debug().to_string().replace("\\\"", "\"").replace("\\'", "'"))
    }
}

impl std::error::Error for MapError {}
