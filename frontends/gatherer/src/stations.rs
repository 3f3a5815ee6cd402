//! Stations as people write them: `[NAME=][tcp://]HOST:PORT`, on the command line or in
//! a file, into targets that differ from each other.
//!
//! Errors are one line that names the place; nothing here opens a socket.

use std::collections::HashMap;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use carwatch::{Host, Target};
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
pub(crate) fn read(arguments: &[String]) -> Result<Vec<Target>, String> {
    let mut list = List::default();
    for argument in arguments {
        match argument.strip_prefix('@') {
            Some(path) => station_file::read(path, &mut list)?,
            None => list.add(argument, Place::Argument)?,
        }
    }
    if list.targets.is_empty() {
        return Err(format!("no station in {}", visible(&arguments.join(" "))));
    }
    Ok(list.targets)
}

/// Where a station is written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place<'a> {
    /// On the command line.
    Argument,
    /// In a file, on a line that counts from 1.
    Line(&'a str, usize),
}

/// The stations so far, none like the other.
#[derive(Debug, Default)]
pub(crate) struct List {
    targets: Vec<Target>,
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
    pub(crate) fn add(&mut self, text: &str, place: Place<'_>) -> Result<(), String> {
        let at = |why: String| format!("{place}{why}");
        let target = parse(text).map_err(|why| at(format!("{:?}: {why}", Shown(text))))?;
        let index = self.targets.len();
        if index == MOST {
            return Err(at("more than 100,000 stations".into()));
        }
        if let Some(&other) = self.names.get(&target.name) {
            let first = &self.targets[other];
            return Err(at(if first.address == target.address {
                format!("the station {:?} is given twice", Shown(text))
            } else {
                format!(
                    "the name {:?} is given to both {} and {}",
                    Shown(&target.name),
                    visible(&first.address),
                    visible(&target.address),
                )
            }));
        }
        let key = (one_spelling(&target.host), target.port);
        if let Some(&other) = self.addresses.get(&key) {
            let first = &self.targets[other];
            return Err(at(format!(
                "{:?} and {:?} have the same address, {}",
                Shown(&first.name),
                Shown(&target.name),
                visible(&target.address),
            )));
        }
        self.names.insert(target.name.clone(), index);
        self.addresses.insert(key, index);
        self.targets.push(target);
        Ok(())
    }
}

/// Reads one station.
fn parse(text: &str) -> Result<Target, String> {
    let (name, rest) = match text.split_once('=') {
        Some(("", _)) => return Err("no name before \"=\"".into()),
        Some((name, _)) if name.contains("://") => {
            return Err("the name stands before the scheme: NAME=tcp://HOST:PORT".into());
        }
        Some((name, rest)) => (Some(name), rest),
        None => (None, text),
    };
    let address = match rest.split_once("://") {
        None | Some(("tcp", _)) => rest.strip_prefix("tcp://").unwrap_or(rest),
        Some(("tls", _)) => return Err("tls:// is not there yet; use tcp://".into()),
        Some((scheme, _)) => {
            return Err(format!("unknown scheme {:?}; there is tcp://", Shown(scheme)));
        }
    };
    let Some((host, port)) = address.rsplit_once(':').filter(|(_, port)| !port.ends_with(']'))
    else {
        return Err("no port; a station is [NAME=]HOST:PORT".into());
    };
    let host = parse_host(host)?;
    let port = parse_port(port)?;
    let name = name.unwrap_or(address).to_owned();
    Ok(Target { name, address: address.to_owned(), host, port })
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

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument => Ok(()),
            Self::Line(file, line) => write!(f, "{}:{line}: ", visible(file)),
        }
    }
}

/// Somebody's text in quotes, safe on a terminal and not too long.
struct Shown<'a>(&'a str);

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
