//! What `--listen` names, and the sockets that come of it.

use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};

/// An address to listen on, as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listen {
    host: Host,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Host {
    Address(SocketAddr),
    Name(String, u16),
}

impl Default for Listen {
    fn default() -> Self {
        Self { host: Host::Address(SocketAddr::from(([127, 0, 0, 1], 8000))) }
    }
}

impl Listen {
    /// Reads `[tcp://]host:port`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let place = match text.split_once("://") {
            None => text,
            Some(("tcp", place)) => place,
            Some(("tls", _)) => return Err("TLS is not there yet: listen on tcp://".into()),
            Some(_) => return Err("unknown scheme: there is tcp://".into()),
        };
        if let Ok(address) = place.parse() {
            return Ok(Self { host: Host::Address(address) });
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
            Some(port) => Ok(Self { host: Host::Name(name.into(), port) }),
            None => Err("not a port: it is a number from 0 to 65535".into()),
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
