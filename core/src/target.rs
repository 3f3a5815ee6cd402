//! Where a station is to be found.

use alloc::string::String;
use core::net::{IpAddr, SocketAddr};
use core::time::Duration;

use crate::limits::ClientLimits;

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
    /// Where it is not treated as the others are.
    pub own: OwnLimits,
}

/// Limits of one station's own; where there is none, those of the gather hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnLimits {
    /// In place of [`ClientLimits::connect_timeout`].
    pub connect_timeout: Option<Duration>,
    /// In place of [`ClientLimits::idle_timeout`].
    pub idle_timeout: Option<Duration>,
    /// In place of [`ClientLimits::response`], in bytes.
    pub response: Option<u64>,
}

/// An address, or a name that has yet to be resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// An IPv4 or IPv6 address.
    Ip(IpAddr),
    /// A DNS name.
    Name(String),
}

impl OwnLimits {
    /// What holds for this station among others with these limits.
    #[must_use]
    pub fn within(&self, common: &ClientLimits) -> ClientLimits {
        ClientLimits {
            connect_timeout: self.connect_timeout.unwrap_or(common.connect_timeout),
            idle_timeout: self.idle_timeout.unwrap_or(common.idle_timeout),
            response: self.response.unwrap_or(common.response),
            ..common.clone()
        }
    }
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
