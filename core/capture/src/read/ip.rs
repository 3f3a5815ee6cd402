//! From an IP packet to what it carries: the headers of IPv4 and IPv6, and the extension headers
//! behind them (RFC 791, RFC 8200, RFC 4302).
//!
//! Extension headers are walked here and not by etherparse, whose slices of what was cut can
//! reach past their end.

use std::net::IpAddr;

use etherparse::{Ipv4HeaderSlice, Ipv6HeaderSlice};

/// An IP packet, opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ip<'a> {
    pub(super) from: IpAddr,
    pub(super) to: IpAddr,
    /// What is in it.
    pub(super) protocol: u8,
    /// Which part of a packet it is, if it was sent in fragments.
    pub(super) fragment: Option<Part>,
    /// What was captured of what is in it.
    pub(super) data: &'a [u8],
    /// How long that was on the wire.
    pub(super) wire_len: usize,
}

/// Where a fragment belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) id: u32,
    /// In bytes.
    pub(super) offset: usize,
    /// Whether others follow it.
    pub(super) more: bool,
}

/// Too little was captured to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cut;

/// Opens a packet, which with what the link added to it had `wire_len` bytes on the wire;
/// nothing if it is no IP.
pub(super) fn open(packet: &[u8], wire_len: usize) -> Result<Option<Ip<'_>>, Cut> {
    match packet.first().ok_or(Cut)? >> 4 {
        4 => v4(packet, wire_len).map(Some),
        6 => v6(packet, wire_len).map(Some),
        _ => Ok(None),
    }
}

fn v4(packet: &[u8], wire_len: usize) -> Result<Ip<'_>, Cut> {
    let header = Ipv4HeaderSlice::from_slice(packet).map_err(|_| Cut)?;
    let begin = header.slice().len();
    // Of what a network card cuts into packets later, the length may not be known: then it is
    // what the link has.
    let whole = match usize::from(header.total_len()) {
        total if total < begin => wire_len,
        total => total,
    };
    let fragment = header.is_fragmenting_payload().then(|| Part {
        id: header.identification().into(),
        offset: header.fragments_offset().byte_offset().into(),
        more: header.more_fragments(),
    });
    let addresses = (header.source_addr().into(), header.destination_addr().into());
    walk(packet, begin, header.protocol().0, whole, addresses, fragment)
}

fn v6(packet: &[u8], wire_len: usize) -> Result<Ip<'_>, Cut> {
    let header = Ipv6HeaderSlice::from_slice(packet).map_err(|_| Cut)?;
    let begin = header.slice().len();
    let whole = match usize::from(header.payload_length()) {
        0 => wire_len,
        length => begin + length,
    };
    let addresses = (header.source_addr().into(), header.destination_addr().into());
    walk(packet, begin, header.next_header().0, whole, addresses, None)
}

/// Goes from one extension header to the next, up to what is carried, or is a fragment of that.
fn walk(
    packet: &[u8],
    mut at: usize,
    mut protocol: u8,
    whole: usize,
    (from, to): (IpAddr, IpAddr),
    mut fragment: Option<Part>,
) -> Result<Ip<'_>, Cut> {
    while fragment.is_none() {
        // Each is at least so long, and begins with what follows it.
        let header = || packet.get(at..at + 8).ok_or(Cut);
        let length = match protocol {
            HOP_BY_HOP | ROUTING | DESTINATION | MOBILITY | HIP | SHIM6 if from.is_ipv6() => {
                (usize::from(header()?[1]) + 1) * 8
            }
            AUTHENTICATION => (usize::from(header()?[1]) + 2) * 4,
            FRAGMENT if from.is_ipv6() => {
                let &[_, _, high, low, a, b, c, d] = header()? else { return Err(Cut) };
                let field = u16::from_be_bytes([high, low]);
                let (offset, more) = (usize::from(field & !7), field & 1 == 1);
                let is_part = more || offset > 0;
                let id = u32::from_be_bytes([a, b, c, d]);
                fragment = is_part.then_some(Part { id, offset, more });
                8
            }
            _ => break,
        };
        protocol = header()?[0];
        at += length;
    }
    let data = packet.get(at..).ok_or(Cut)?;
    let wire_len = whole.saturating_sub(at);
    let data = &data[..data.len().min(wire_len)];
    Ok(Ip { from, to, protocol, fragment, data, wire_len })
}

const HOP_BY_HOP: u8 = 0;
const ROUTING: u8 = 43;
const FRAGMENT: u8 = 44;
const AUTHENTICATION: u8 = 51;
const DESTINATION: u8 = 60;
const MOBILITY: u8 = 135;
const HIP: u8 = 139;
const SHIM6: u8 = 140;

#[cfg(test)]
mod tests;
