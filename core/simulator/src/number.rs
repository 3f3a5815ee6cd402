//! Numbers of other kinds, and addresses: each says whose it is.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use carwatch::time::Instant;

pub(crate) const SECOND: u64 = 1_000_000_000;

pub(crate) const fn instant(nanos: u64) -> Instant {
    Instant::from_nanos(nanos)
}

pub(crate) fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).expect("years at most")
}

pub(crate) fn number(n: usize) -> u32 {
    u32::try_from(n).expect("fewer than four billion")
}

pub(crate) fn narrow(n: u64) -> usize {
    usize::try_from(n).expect("a small number")
}

pub(crate) fn short(n: u32) -> u16 {
    u16::try_from(n).expect("few")
}

/// The address of a station that has this number among its own: every other one is IPv6.
pub(crate) fn address(station: usize, nth: u64) -> SocketAddr {
    let (station, nth) = (u8::try_from(station).expect("few"), u8::try_from(nth).expect("few"));
    let ip = if nth.is_multiple_of(2) {
        IpAddr::V4(Ipv4Addr::new(10, 0, station, nth))
    } else {
        IpAddr::V6(Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, station.into(), nth.into()))
    };
    SocketAddr::new(ip, 8000)
}

/// Whose address it is.
pub(crate) fn station_of(address: SocketAddr) -> u32 {
    match address.ip() {
        IpAddr::V4(ip) => ip.octets()[2].into(),
        IpAddr::V6(ip) => ip.segments()[6].into(),
    }
}
