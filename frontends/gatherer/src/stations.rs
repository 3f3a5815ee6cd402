//! Stations as people write them: `[NAME=][tls://|tcp://]HOST:PORT`, on the command line or in
//! a file, into targets that differ from each other.
//!
//! Errors are one line that names the place; nothing here opens a socket.

use std::collections::HashMap;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::rc::Rc;

use carwatch::{Host, OwnLimits, Target};
use carwatch_formats::visible::visible;

use crate::station_file;

/// How many stations one command line may name (limits.md).
pub(crate) const MOST: usize = 100_000;

/// Reads what stands on the command line, each an address or an `@FILE`.
///
/// # Errors
///
/// A usage error: the first argument or line that is no station, a name or an address
/// that stands twice, too many stations, or none.
pub(crate) fn read(arguments: &[String]) -> Result<Vec<Station>, String> {
    read_knowing(arguments, |_| None)
}

/// The same; an argument may also be the name of a station that is `known` from elsewhere.
///
/// # Errors
///
/// Those of [`read`].
pub(crate) fn read_knowing(
    arguments: &[String],
    known: impl Fn(&str) -> Option<Station>,
) -> Result<Vec<Station>, String> {
    let mut list = List::default();
    for argument in arguments {
        match (argument.strip_prefix('@'), known(argument)) {
            (Some(path), _) => station_file::read(path, &mut list)?,
            (None, Some(station)) => list.push(station, argument, Place::Argument)?,
            (None, None) => list.add(argument, Place::Argument)?,
        }
    }
    if list.stations.is_empty() {
        return Err(format!("no station in {}", visible(&arguments.join(" "))));
    }
    Ok(list.stations)
}

/// A station, and what was said of how it is spoken to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Station {
    pub(crate) target: Target,
    pub(crate) scheme: Option<Scheme>,
    /// What its certificate must be for, if not what it is connected to by.
    pub(crate) server_name: Option<String>,
}

impl From<Target> for Station {
    fn from(target: Target) -> Self {
        Self { target, scheme: None, server_name: None }
    }
}

/// What stands before an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// `tcp://`: in plain text.
    Tcp,
    /// `tls://`
    Tls,
}

/// Where a station is written.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// On the command line.
    Argument,
    /// In a file, on a line that counts from 1.
    Line(Rc<str>, usize),
    /// In the file of `--config`, in words that are safe to print.
    Config(String),
}

/// The stations so far, none like the other.
#[derive(Debug, Default)]
pub(crate) struct List {
    pub(crate) stations: Vec<Station>,
    /// Where each of them is written.
    places: Vec<Place>,
    /// Name to index.
    names: HashMap<String, usize>,
    /// Address, written in one way only, to index.
    addresses: HashMap<(String, u16), usize>,
}

impl List {
    /// Adds the station that `text` is.
    ///
    /// # Errors
    ///
    /// A usage error that begins with the place.
    pub(crate) fn add(&mut self, text: &str, place: Place) -> Result<(), String> {
        let station = parse(text).map_err(|why| format!("{place}{:?}: {why}", Shown(text)))?;
        self.push(station, text, place)
    }

    /// Adds a station that is written as `text`.
    ///
    /// # Errors
    ///
    /// A usage error that begins with the place, and names that of the station which it is
    /// too much like.
    pub(crate) fn push(
        &mut self,
        station: Station,
        text: &str,
        place: Place,
    ) -> Result<(), String> {
        let (index, target) = (self.stations.len(), &station.target);
        if index == MOST {
            return Err(format!("{place}more than 100,000 stations"));
        }
        let twice = |other: usize, why: String| match (&self.places[other], &place) {
            // Who wrote the command line has it in view.
            (Place::Argument, Place::Argument) => format!("{place}{why}"),
            (first, _) => format!("{place}{why} (the first: {})", first.name()),
        };
        if let Some(&other) = self.names.get(&target.name) {
            let first = &self.stations[other].target;
            let why = if first.address == target.address {
                format!("the station {:?} is given twice", Shown(text))
            } else {
                format!(
                    "the name {:?} is given to both {} and {}",
                    Shown(&target.name),
                    visible(&first.address),
                    visible(&target.address),
                )
            };
            return Err(twice(other, why));
        }
        let key = (one_spelling(&target.host), target.port);
        if let Some(&other) = self.addresses.get(&key) {
            let why = format!(
                "{:?} and {:?} have the same address, {}",
                Shown(&self.stations[other].target.name),
                Shown(&target.name),
                visible(&target.address),
            );
            return Err(twice(other, why));
        }
        self.names.insert(target.name.clone(), index);
        self.addresses.insert(key, index);
        self.stations.push(station);
        self.places.push(place);
        Ok(())
    }
}

/// Reads one station.
pub(crate) fn parse(text: &str) -> Result<Station, String> {
    let (name, rest) = match text.split_once('=') {
        Some(("", _)) => return Err("no name before \"=\"".into()),
        Some((name, _)) if name.contains("://") => {
            return Err("the name stands before the scheme: NAME=tcp://HOST:PORT".into());
        }
        Some((name, rest)) => (Some(name), rest),
        None => (None, text),
    };
    let (scheme, address) = match rest.split_once("://") {
        None => (None, rest),
        Some(("tcp", address)) => (Some(Scheme::Tcp), address),
        Some(("tls", address)) => (Some(Scheme::Tls), address),
        Some((scheme, _)) => {
            return Err(format!("unknown scheme {:?}; there are tls:// and tcp://", Shown(scheme)));
        }
    };
    if address.contains("://") || address.starts_with("tls:/") || address.starts_with("tcp:/") {
        return Err("one scheme stands before the host: tls://HOST:PORT or tcp://HOST:PORT".into());
    }
    let Some((host, port)) = address.rsplit_once(':').filter(|(_, port)| !port.ends_with(']'))
    else {
        return Err(match address {
            "inspect" | "ca" | "completions" | "man" => {
                "no port; the command of that name comes before all flags".into()
            }
            _ => "no port; a station is [NAME=]HOST:PORT".into(),
        });
    };
    let host = parse_host(host)?;
    let port = parse_port(port)?;
    let name = name.unwrap_or(address).to_owned();
    let own = OwnLimits::default();
    let target = Target { name, address: address.to_owned(), host, port, own };
    Ok(Station { target, scheme, server_name: None })
}

fn parse_host(host: &str) -> Result<Host, String> {
    if let Some(inner) = host.strip_prefix('[') {
        let inner = inner.strip_suffix(']').ok_or("no \"]\" after the IPv6 address")?;
        // A zone (`fe80::1%eth0`) means something to the system's resolver alone.
        let (address, zone) = inner.split_once('%').map_or((inner, None), |(a, z)| (a, Some(z)));
        let parsed: Ipv6Addr = address.parse().map_err(|_| "not an IPv6 address in brackets")?;
        return match zone {
            None => Ok(Host::Ip(IpAddr::V6(parsed))),
            Some(zone) if is_word(zone) => Ok(Host::Name(inner.to_owned())),
            Some(_) => Err("not a zone after \"%\"".into()),
        };
    }
    if host.is_empty() {
        return Err("no host before the port".into());
    }
    if host.contains(char::is_whitespace) {
        return Err(format!(
            "{:?} is not a host; each station is an argument or a line of its own",
            Shown(host),
        ));
    }
    if host.contains(':') {
        return Err("an IPv6 address stands in brackets: [::1]:8000".into());
    }
    if let Ok(address) = host.parse() {
        return Ok(Host::Ip(address));
    }
    if !is_word(host) {
        return Err(format!("{:?} is not a host", Shown(host)));
    }
    Ok(Host::Name(host.to_owned()))
}

fn parse_port(port: &str) -> Result<u16, String> {
    let digits = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
    match port.parse() {
        Ok(0) => Err("port 0 is no station's; ports are 1 to 65535".into()),
        Ok(port) if digits => Ok(port),
        _ => Err(format!("{:?} is not a port; ports are 1 to 65535", Shown(port))),
    }
}

/// Whether `text` can be part of a host: what a resolver would not trip over.
fn is_word(text: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || c.is_control() || "=/\\@[]#?\"'<>".contains(c);
    !text.is_empty() && !text.contains(odd)
}

/// One spelling for every way to write the same host.
fn one_spelling(host: &Host) -> String {
    match host {
        Host::Ip(address) => address.to_canonical().to_string(),
        Host::Name(name) => name.trim_end_matches('.').to_ascii_lowercase(),
    }
}

impl Place {
    /// What it is called, for people.
    fn name(&self) -> String {
        match self {
            Self::Argument => "on the command line".to_owned(),
            Self::Line(file, line) => format!("{}:{line}", visible(file)),
            Self::Config(place) => place.clone(),
        }
    }
}

/// As an error begins.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument => Ok(()),
            Self::Line(..) | Self::Config(_) => write!(f, "{}: ", self.name()),
        }
    }
}

/// Somebody's text in quotes, safe on a terminal and not too long.
pub(crate) struct Shown<'a>(pub(crate) &'a str);

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 100;
        match self.0.char_indices().nth(LONGEST) {
            None => write!(f, "\"{}\"", visible(self.0)),
            Some((cut, _)) => write!(f, "\"{}…\"", visible(&self.0[..cut])),
        }
    }
}

#[cfg(test)]
mod tests;
