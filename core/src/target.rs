//! Where a station is to be found.

use alloc::string::String;
use core::net::{IpAddr, SocketAddr};

/// A station to gather from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// What reports call it.
    pub name: String,
    /// `HOST:PORT` as the user wrote it, for reports.
    pub address: String,
    /// Where it is.
    pub host: Host,
    /// Its TCP port.
    pub port: u16,
}

/// An address, or a name that has yet to be resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// An IPv4 or IPv6 address.
    Ip(IpAddr),
    /// A DNS name.
    Name(String),
}

impl Target {
    /// Its address, if that needs no resolving.
    #[must_use]
    pub const fn known_address(&self) -> Option<SocketAddr> {
        match self.host {
            Host::Ip(ip) => Some(SocketAddr::new(ip, self.port)),
            Host::Name(_) => None,
        }
    }
}
