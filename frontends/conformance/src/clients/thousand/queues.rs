//! Which connections of this machine have bytes on their way, all of them at one look.

use std::collections::HashSet;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};

/// The ends, local and remote, of the sockets in which bytes wait: sent and not acknowledged,
/// or received and not read.
pub(super) fn busy() -> HashSet<(SocketAddr, SocketAddr)> {
    let table = fs::read_to_string("/proc/net/tcp").expect("proc(5)");
    table.lines().skip(1).filter_map(waiting).collect()
}

fn waiting(line: &str) -> Option<(SocketAddr, SocketAddr)> {
    let mut columns = line.split_ascii_whitespace().skip(1);
    let (local, remote) = (columns.next()?, columns.next()?);
    let queues = columns.nth(1)?;
    (queues != "00000000:00000000").then_some((address(local)?, address(remote)?))
}

fn address(hex: &str) -> Option<SocketAddr> {
    let (ip, port) = hex.split_once(':')?;
    let ip = Ipv4Addr::from(u32::from_str_radix(ip, 16).ok()?.to_ne_bytes());
    Some((ip, u16::from_str_radix(port, 16).ok()?).into())
}
