//! Stations from the file of `--config`, each a table of its own, and which of them are
//! meant by the command line.
//!
//! Errors are one line that names the file, the line, the column and the key.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use carwatch::OwnLimits;
use carwatch_cli::document::{self, Entry, Is, Value};
use carwatch_cli::{Besides, Own, duration, size};
use carwatch_driver::tls::is_server_name;
use carwatch_formats::visible::visible;

use crate::stations::{List, Place, Shown, Station, parse, read_knowing};

/// What there is besides flags: the stations in the file of `--config`, and the subcommands
/// that print what is the same always.
pub(crate) const OWN: Besides<'static> =
    Besides { keys: &["stations"], heedless: &["completions", "man"] };

/// The stations that are asked for: those of the command line's `arguments`, or for want of
/// these those of the file. None if there are none in either.
///
/// An argument that is the name of a station of the file is that station. Of the file's
/// stations only those count that have one of the `tags`, if any are given; where stations
/// stand on the command line, in place of the file's, tags of the file or of a variable have
/// nothing to pick from and count for nothing.
///
/// # Errors
///
/// A usage error: a station that is none, a name or an address that stands twice, a tag that
/// no station has, or tags and stations on one command line.
pub(crate) fn targets(
    own: &Own,
    arguments: &[String],
    tags: &[String],
) -> Result<Vec<Station>, String> {
    let stations = Stations::read(own)?;
    if arguments.is_empty() {
        return stations.tagged(own, tags);
    }
    if own.is_typed("tag") {
        return Err("--tag picks from the stations of --config, and there are others on the \
                    command line"
            .into());
    }
    let names: HashMap<&str, &Station> =
        stations.all.iter().map(|(station, _)| (station.target.name.as_str(), station)).collect();
    let known = |name: &str| names.get(name).map(|station| (*station).clone());
    read_knowing(arguments, known).map_err(|why| {
        // Not where something else is wrong, or in a file of stations, which knows no names.
        let could_be_a_name = |argument: &String| {
            !argument.contains([':', '@']) && why == format!("{:?}: {NO_PORT}", Shown(argument))
        };
        if stations.all.is_empty() || !arguments.iter().any(could_be_a_name) {
            return why;
        }
        format!("{why}, or the name of a station in {}", own.file())
    })
}

/// The stations of the file, each with its tags.
#[derive(Debug, Default)]
struct Stations {
    all: Vec<(Station, Vec<String>)>,
}

impl Stations {
    fn read(own: &Own) -> Result<Self, String> {
        let (mut list, mut tags) = (List::default(), Vec::new());
        for Entry { key, value, .. } in &own.entries {
            let no_tables = || {
                let at = own.place(value.at);
                format!("{at}: '{key}' is a list of tables: begin each with [[{key}]]")
            };
            let Is::List(tables) = &value.is else { return Err(no_tables()) };
            if tables.is_empty() {
                return Err(no_tables());
            }
            for Value { at, is } in tables {
                let Is::Table(entries) = is else { return Err(no_tables()) };
                let table = Table::read(own, *at, entries)?;
                let text = table.station.target.name.clone();
                list.push(table.station, &text, Place::Config(own.place(*at)))?;
                tags.push(table.tags);
            }
        }
        Ok(Self { all: list.stations.into_iter().zip(tags).collect() })
    }

    /// Those that have one of the tags; all of them, if there is none.
    fn tagged(self, own: &Own, tags: &[String]) -> Result<Vec<Station>, String> {
        let known: BTreeSet<_> = self.all.iter().flat_map(|(_, tags)| tags).collect();
        if let Some(unknown) = tags.iter().find(|tag| !known.contains(tag)) {
            let begin = format!("--tag {:?}:", Shown(unknown));
            return Err(if self.all.is_empty() {
                format!("{begin} stations with tags come from --config, and there are none")
            } else if known.is_empty() {
                format!("{begin} no station in {} has a tag", own.file())
            } else {
                let mut names: Vec<_> =
                    known.iter().take(NAMED).map(|tag| visible(tag).to_string()).collect();
                if known.len() > NAMED {
                    names.push(format!("and {} more", known.len() - NAMED));
                }
                let names = names.join(", ");
                format!("{begin} no station in {} has it; the tags are {names}", own.file())
            });
        }
        let meant = |of: &[String]| tags.is_empty() || tags.iter().any(|tag| of.contains(tag));
        Ok(self.all.into_iter().filter(|(_, of)| meant(of)).map(|(station, _)| station).collect())
    }
}

/// One table.
#[derive(Debug)]
struct Table {
    station: Station,
    tags: Vec<String>,
}

impl Table {
    fn read(own: &Own, begin: document::Place, entries: &[Entry]) -> Result<Self, String> {
        let (mut name, mut station, mut tags) = (None, None, Vec::new());
        let mut server_name = None;
        let mut limits = OwnLimits::default();
        for Entry { key, at, value } in entries {
            let field = Field { own, key, value };
            match key.as_str() {
                "name" => name = Some(field.text(a_name)?),
                "address" => station = Some(field.text(an_address)?),
                "tags" => tags = field.texts(a_tag)?,
                "connect-timeout" => limits.connect_timeout = Some(field.text(some_time)?),
                "idle-timeout" => limits.idle_timeout = Some(field.text(some_time)?),
                "server-name" => server_name = Some(field.text(a_server_name)?),
                "max-response" => limits.response = Some(field.text_or_number(some_size)?),
                _ => {
                    let (at, key) = (own.place(*at), visible(key));
                    let keys = KEYS.join(", ");
                    return Err(format!("{at}: unknown key '{key}': a station has {keys}"));
                }
            }
        }
        let Some(mut station) = station else {
            let at = own.place(begin);
            return Err(format!("{at}: 'address' is missing: a station has at least that"));
        };
        if let Some(name) = name {
            station.target.name = name;
        }
        station.target.own = limits;
        station.server_name = server_name;
        Ok(Self { station, tags })
    }
}

/// A key and its value.
struct Field<'a> {
    own: &'a Own,
    key: &'a str,
    value: &'a Value,
}

impl Field<'_> {
    fn text<T>(&self, read: impl Fn(&str) -> Result<T, String>) -> Result<T, String> {
        match &self.value.is {
            Is::Text(text) => self.read(text, self.value.at, read),
            other => Err(self.wrong_type("a string", self.value.at, other)),
        }
    }

    fn text_or_number<T>(&self, read: impl Fn(&str) -> Result<T, String>) -> Result<T, String> {
        match &self.value.is {
            Is::Text(text) | Is::Integer(text) => self.read(text, self.value.at, read),
            other => Err(self.wrong_type("a string or a whole number", self.value.at, other)),
        }
    }

    fn texts<T>(&self, read: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, String> {
        let Is::List(items) = &self.value.is else {
            return Err(self.wrong_type("a list of strings", self.value.at, &self.value.is));
        };
        if items.is_empty() {
            let (at, key) = (self.own.place(self.value.at), self.key);
            return Err(format!("{at}: an empty list for '{key}' says nothing: leave it out"));
        }
        let item = |Value { at, is }: &Value| match is {
            Is::Text(text) => self.read(text, *at, &read),
            other => Err(self.wrong_type("a list of strings", *at, other)),
        };
        items.iter().map(item).collect()
    }

    fn read<T>(
        &self,
        text: &str,
        at: document::Place,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, String> {
        let (place, key) = (self.own.place(at), self.key);
        read(text)
            .map_err(|why| format!("{place}: invalid value {:?} for '{key}': {why}", Shown(text)))
    }

    fn wrong_type(&self, takes: &str, at: document::Place, is: &Is) -> String {
        let (at, key, is) = (self.own.place(at), self.key, is.name());
        format!("{at}: wrong type of value for '{key}': it takes {takes}, not {is}")
    }
}

fn a_name(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Err("a station's name is not empty".into());
    }
    // Such a name could not be told from a station on the command line.
    if text.contains('=') || text.starts_with('@') {
        return Err("a station's name has no \"=\" in it, nor \"@\" before it".into());
    }
    Ok(text.to_owned())
}

fn an_address(text: &str) -> Result<Station, String> {
    match text.contains('=') {
        true => Err("an address is HOST:PORT; the name stands in 'name'".into()),
        false => parse(text),
    }
}

fn a_server_name(text: &str) -> Result<String, String> {
    match is_server_name(text) {
        true => Ok(text.to_owned()),
        false => Err("it is neither a DNS name nor an IP address".into()),
    }
}

fn a_tag(text: &str) -> Result<String, String> {
    if text.is_empty() { Err("a tag is not empty".into()) } else { Ok(text.to_owned()) }
}

fn some_time(text: &str) -> Result<Duration, String> {
    match duration(text)? {
        Duration::ZERO => Err("no time at all; must be longer than 0s".into()),
        time => Ok(time),
    }
}

fn some_size(text: &str) -> Result<u64, String> {
    match size(text)? {
        0 => Err("no room at all; must be more than 0".into()),
        size => Ok(size),
    }
}

/// What is said of a station that may be a name.
const NO_PORT: &str = "no port; a station is [NAME=]HOST:PORT";
/// What a station may have.
const KEYS: [&str; 7] =
    ["name", "address", "tags", "connect-timeout", "idle-timeout", "max-response", "server-name"];
/// How many tags an error names, at most.
const NAMED: usize = 20;

#[cfg(test)]
mod tests;
