//! What `--listen` names, and the sockets that come of it.

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};

/// An address to listen on, as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listen {
    /// As what, if that was said.
    pub(crate) scheme: Option<Scheme>,
    host: Host,
}

/// What is spoken there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// Plain text.
    Tcp,
    Tls,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Host {
    Address(SocketAddr),
    Name(String, u16),
}

impl Default for Listen {
    fn default() -> Self {
        Self { scheme: None, host: Host::Address(SocketAddr::from(([127, 0, 0, 1], 8000))) }
    }
}

/// As it can be given again.
impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.scheme {
            None => "",
            Some(Scheme::Tcp) => "tcp://",
            Some(Scheme::Tls) => "tls://",
        })?;
        match &self.host {
            Host::Address(address) => address.fmt(f),
            Host::Name(name, port) => write!(f, "{name}:{port}"),
        }
    }
}

impl Listen {
    /// Reads `[tcp://|tls://]host:port`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (scheme, place) = match text.split_once("://") {
            None => (None, text),
            Some(("tcp", place)) => (Some(Scheme::Tcp), place),
            Some(("tls", place)) => (Some(Scheme::Tls), place),
            Some(_) => return Err("unknown scheme: there are tcp:// and tls://".into()),
        };
        Ok(Self { scheme, host: Host::parse(place)? })
    }

    /// Reads `[tcp://]host:port`, for what is never spoken over TLS.
    pub(crate) fn parse_plain(text: &str) -> Result<Self, String> {
        match text.split_once("://") {
            None | Some(("tcp", _)) => Self::parse(text),
            Some(("tls", _)) => {
                Err("HTTP is in plain text here, without TLS: write tcp://, or no \
                                     scheme, and keep the address away from strangers"
                    .into())
            }
            Some(_) => Err("unknown scheme: there is tcp://".into()),
        }
    }

    /// Whether this machine has an address that this names; whether its port is free is not
    /// asked. The error is for people and names the place.
    pub(crate) fn is_possible(&self) -> Result<(), String> {
        self.bind(|mut address| {
            address.set_port(0);
            TcpListener::bind(address)
        })
        .map(drop)
    }

    /// Binds every address that this names, as `bind` does one. The error is for people and
    /// names the address.
    pub(crate) fn bind(
        &self,
        bind: impl Fn(SocketAddr) -> io::Result<TcpListener>,
    ) -> Result<Vec<TcpListener>, String> {
        match &self.host {
            Host::Address(address) => match bind(*address) {
                Ok(listener) => Ok(vec![listener]),
                Err(error) => Err(format!("cannot listen on {address}: {error}")),
            },
            Host::Name(name, port) => bind_all(name, *port, bind),
        }
    }
}

impl Host {
    fn parse(place: &str) -> Result<Self, String> {
        if let Ok(address) = place.parse() {
            return Ok(Self::Address(address));
        }
        let (name, port) = place.rsplit_once(':').ok_or("no port: write host:port")?;
        if name.is_empty() {
            return Err("no host: for every interface write 0.0.0.0:8000 or [::]:8000".into());
        }
        if name.contains([':', '[', ']']) {
            return Err("an IPv6 address stands in brackets: [::1]:8000".into());
        }
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte)) {
            return Err("not a host name".into());
        }
        // `parse` alone would also take a sign.
        let port = Some(port).filter(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
        match port.and_then(|port| port.parse().ok()) {
            Some(port) => Ok(Self::Name(name.into(), port)),
            None => Err("not a port: it is a number from 0 to 65535".into()),
        }
    }
}

fn resolve(name: &str, port: u16) -> Result<Vec<SocketAddr>, String> {
    let resolved = (name, port).to_socket_addrs();
    let resolved = resolved.map_err(|error| format!("cannot listen on {name}:{port}: {error}"))?;
    let mut addresses: Vec<SocketAddr> = Vec::new();
    // Some systems list an address once for each line of their hosts file.
    for address in resolved {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    Ok(addresses)
}

/// A name stands for all its addresses, so that a client finds the station whichever of
/// them it tries first. One that this machine does not have is said and left out.
fn bind_all(
    name: &str,
    port: u16,
    bind: impl Fn(SocketAddr) -> io::Result<TcpListener>,
) -> Result<Vec<TcpListener>, String> {
    let mut bound = Vec::new();
    let mut left_out = format!("cannot listen on {name}:{port}: the name has no address");
    for address in resolve(name, port)? {
        match bind(address) {
            Ok(listener) => bound.push(listener),
            Err(error) if is_absent(&error) => {
                left_out = format!("cannot listen on {address} ({name}): {error}");
                tracing::warn!("{left_out}");
            }
            Err(error) => return Err(format!("cannot listen on {address} ({name}): {error}")),
        }
    }
    if bound.is_empty() { Err(left_out) } else { Ok(bound) }
}

/// Whether the machine has no such address, rather than having it taken.
fn is_absent(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::AddrNotAvailable
        || error.raw_os_error() == Some(rustix::io::Errno::AFNOSUPPORT.raw_os_error())
}

#[cfg(test)]
mod tests;
