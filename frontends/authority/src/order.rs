//! What is asked for: stations and clients, none of which is called like another.

use std::collections::HashMap;
use std::path::PathBuf;
use std::str::FromStr;

use crate::name::quoted;
use crate::{Error, Host, Name};

/// Certificates for whom, and where they go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The folder; it is made if it is not there.
    pub dir: PathBuf,
    /// A certificate for each, good for serverAuth.
    pub stations: Vec<Station>,
    /// A certificate for each, good for clientAuth; if there are none, [`DEFAULT_CLIENT`],
    /// unless that has one already.
    pub clients: Vec<Name>,
    /// For how many days; if `None`, [`DEFAULT_DAYS`](crate::DEFAULT_DAYS), or as long as the
    /// CA lasts.
    pub days: Option<u32>,
}

/// The client's name where nobody gave one.
pub const DEFAULT_CLIENT: &str = "client";

/// A station and where it can be reached, written `[NAME=]HOST[,HOST...]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Station {
    /// What it is called; the first host if nothing else is said.
    pub name: Name,
    /// What its certificate is for, at least one host and none twice.
    pub hosts: Vec<Host>,
}

impl FromStr for Station {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (name, list) = match text.split_once('=') {
            Some((name, list)) => (Some(name), list),
            None => (None, text),
        };
        let refused = |why: String| Error::Asked(format!("{}: {why}", quoted(text)));
        if list.is_empty() {
            return Err(refused("no host; a station is [NAME=]HOST[,HOST...]".into()));
        }
        let mut hosts: Vec<Host> = Vec::new();
        for host in list.split(',') {
            let host = host.parse().map_err(|why: Error| within(text, list, &why))?;
            if hosts.contains(&host) {
                return Err(refused(format!("the host {host} is given twice")));
            }
            if hosts.len() == MOST_HOSTS {
                return Err(refused(format!("more than {MOST_HOSTS} hosts")));
            }
            hosts.push(host);
        }
        let name = match (name, hosts.first()) {
            (Some(name), _) => name.parse().map_err(|why: Error| within(text, name, &why))?,
            (None, Some(Host::Ip(address))) if address.is_ipv6() => {
                return Err(refused(
                    "an IPv6 address makes no file's name; write NAME=HOST".into(),
                ));
            }
            (None, first) => {
                let first = first.map(ToString::to_string).unwrap_or_default();
                first.parse().map_err(|why| Error::Asked(format!("{why}; write NAME=HOST")))?
            }
        };
        Ok(Self { name, hosts })
    }
}

impl Order {
    /// The clients that are asked for; and whether that is the one by default, which may be
    /// there already.
    ///
    /// # Errors
    ///
    /// If there is nothing to do, or two would have the same files.
    pub(crate) fn clients(&self) -> Result<(Vec<Name>, bool), Error> {
        if self.stations.is_empty() && self.clients.is_empty() {
            return Err(Error::Asked("certificates for whom? No station, and no client".into()));
        }
        let clients = match self.clients.as_slice() {
            [] => vec![DEFAULT_CLIENT.parse()?],
            clients => clients.to_vec(),
        };
        let mut seen: HashMap<String, &str> = HashMap::new();
        let stations = self.stations.iter().map(|station| (&station.name, "station"));
        for (name, kind) in stations.chain(clients.iter().map(|name| (name, "client"))) {
            let Some(other) = seen.insert(name.folded(), kind) else { continue };
            let twice = match (other, kind) {
                ("station", "client") => format!(
                    "{name} is both a station and a client; each has a name of its own, and the \
                     client's is {DEFAULT_CLIENT} unless another is given"
                ),
                _ => format!("the name {name} is given to two {kind}s"),
            };
            return Err(Error::Asked(twice));
        }
        Ok((clients, self.clients.is_empty()))
    }
}

/// An error about a part of `text`, which says what it is a part of.
fn within(text: &str, part: &str, why: &Error) -> Error {
    Error::Asked(if text == part { why.to_string() } else { format!("{}: {why}", quoted(text)) })
}

/// All of a certificate goes out in each handshake, and in a TLS message of 64 KiB at most.
const MOST_HOSTS: usize = 100;
