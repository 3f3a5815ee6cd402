//! Where a station can be reached, as far as a certificate has to do with it: no port, no
//! scheme, no wildcard.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use rustls_pki_types::DnsName;

use crate::Error;
use crate::name::quoted;

/// A host that a certificate is for: what clients connect to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Host {
    /// A DNS name in lower case, without a dot at its end.
    Dns(String),
    /// An address of either family.
    Ip(IpAddr),
}

impl FromStr for Host {
    type Err = Error;

    /// Reads a DNS name or an address; an IPv6 address may stand in brackets.
    fn from_str(text: &str) -> Result<Self, Error> {
        let refused = |why: &str| Error::Asked(format!("{}: {why}", quoted(text)));
        if text.is_empty() {
            return Err(Error::Asked("an empty host".into()));
        }
        if text.contains("://") {
            return Err(refused(NO_SCHEME));
        }
        if let Some(bracketed) = text.strip_prefix('[') {
            return match bracketed.split_once(']') {
                Some((inner, "")) => address_v6(inner).map_err(|why| refused(&why)),
                Some((_, rest)) if rest.starts_with(':') => Err(refused(NO_PORT)),
                _ => Err(refused("not an IPv6 address in brackets")),
            };
        }
        if let Ok(address) = text.parse() {
            return reachable(address).map_err(|why| refused(&why));
        }
        match text.bytes().filter(|byte| *byte == b':').count() {
            0 => dns(text).map_err(refused),
            1 => Err(refused(NO_PORT)),
            _ => address_v6(text).map_err(|why| refused(&why)),
        }
    }
}

/// As it is written without a port.
impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(name) => f.write_str(name),
            Self::Ip(address) => address.fmt(f),
        }
    }
}

fn address_v6(text: &str) -> Result<Host, String> {
    if text.contains('%') {
        return Err("a zone (\"%…\") means something on one machine only, and cannot stand in a \
                    certificate"
            .into());
    }
    let address: Ipv6Addr = text.parse().map_err(|_| "not an IPv6 address")?;
    reachable(address.into())
}

fn reachable(address: IpAddr) -> Result<Host, String> {
    if address.is_unspecified() {
        return Err("a station may listen there, but no client connects to it; name the address \
                    that clients use"
            .into());
    }
    Ok(Host::Ip(address))
}

fn dns(text: &str) -> Result<Host, &'static str> {
    if !text.is_ascii() {
        return Err("write the name as DNS has it, with xn-- in front");
    }
    if text.contains('*') {
        return Err("no wildcards: a certificate is for hosts that are named");
    }
    let name = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
    match DnsName::try_from(name.as_str()) {
        // A dot at the end is gone already.
        Ok(_) if !name.ends_with('.') => Ok(Host::Dns(name)),
        _ => Err("neither a DNS name nor an IP address"),
    }
}

const NO_PORT: &str = "a port does not belong here: the certificate is for the host, on any port";
const NO_SCHEME: &str = "a scheme does not belong here: the certificate is for hosts alone";
