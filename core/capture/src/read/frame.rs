//! From a packet to the TCP segment in it: the link's header, IP, TCP.
//!
//! Check sums are not looked at: a capture on the sending machine is taken before the network
//! card fills them in.

use std::net::SocketAddr;

use etherparse::{TcpHeaderSlice, ip_number};

use super::Packet;
use super::ip::{self, Ip};

/// A TCP segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment<'a> {
    /// Who sent it.
    pub from: SocketAddr,
    /// To whom.
    pub to: SocketAddr,
    /// Its sequence number.
    pub seq: u32,
    /// What it acknowledges.
    pub ack: Option<u32>,
    /// Opens the stream.
    pub syn: bool,
    /// Ends the sender's half of it.
    pub fin: bool,
    /// Breaks it off.
    pub rst: bool,
    /// What was captured of its data.
    pub data: &'a [u8],
    /// How long its data was on the wire.
    pub wire_len: usize,
}

/// What is in a packet.
#[derive(Debug, PartialEq, Eq)]
pub enum Content<'a> {
    /// A TCP segment.
    Tcp(Segment<'a>),
    /// A part of an IP packet that was sent in fragments.
    Fragment(Fragment<'a>),
    /// Nothing that matters here.
    Other,
    /// Too little was captured of it to tell.
    Cut,
    /// A link that is not known here.
    UnknownLink(u32),
}

/// A part of an IP packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fragment<'a> {
    /// Which packet it is a part of.
    pub of: FragmentOf,
    /// Where in the packet's data it begins, in bytes.
    pub offset: usize,
    /// Whether others follow it.
    pub more: bool,
    /// What was captured of it.
    pub data: &'a [u8],
    /// Whether that is all of it.
    pub whole: bool,
}

/// What the fragments of a packet have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FragmentOf {
    /// Who sent it.
    pub from: std::net::IpAddr,
    /// To whom.
    pub to: std::net::IpAddr,
    /// The number that the sender gave it.
    pub id: u32,
    /// The protocol of what is in it.
    pub protocol: u8,
}

/// Looks into a packet.
#[must_use]
pub fn content<'a>(packet: &Packet<'a>) -> Content<'a> {
    let ip = match network(packet.link, packet.data) {
        Ok(Some(ip)) => ip,
        Ok(None) => return Content::Other,
        Err(why) => return why,
    };
    let beyond = packet.wire_len.saturating_sub(packet.data.len());
    internet(ip, ip.len() + beyond)
}

/// The TCP segment in the data of an IP packet between these two, of which `wire_len` bytes
/// were on the wire.
#[must_use]
pub fn segment(
    from: std::net::IpAddr,
    to: std::net::IpAddr,
    data: &[u8],
    wire_len: usize,
) -> Content<'_> {
    let Some(fixed) = data.get(..20) else { return Content::Cut };
    let header = usize::from(fixed[12] >> 4) * 4;
    // Its options do not matter, nor whether all of them were captured.
    let mut bare = [0; 20];
    bare.copy_from_slice(fixed);
    bare[12] = 5 << 4 | bare[12] & 0xf;
    let Ok(tcp) = TcpHeaderSlice::from_slice(&bare) else { return Content::Other };
    if header < 20 || wire_len < header {
        return Content::Other;
    }
    let wire_len = wire_len - header;
    let data = data.get(header..).unwrap_or_default();
    Content::Tcp(Segment {
        from: SocketAddr::new(from, tcp.source_port()),
        to: SocketAddr::new(to, tcp.destination_port()),
        seq: tcp.sequence_number(),
        ack: tcp.ack().then(|| tcp.acknowledgment_number()),
        syn: tcp.syn(),
        fin: tcp.fin(),
        rst: tcp.rst(),
        data: &data[..data.len().min(wire_len)],
        wire_len,
    })
}

/// The IP packet behind the link's header; nothing if it holds something else.
fn network(link: u32, data: &[u8]) -> Result<Option<&[u8]>, Content<'_>> {
    let (kind, at) = match link {
        // BSD loopback: an address family whose value and byte order depend on the system.
        NULL | LOOP => return data.get(4..).map(Some).ok_or(Content::Cut),
        RAW | RAW_BSD | RAW_OPENBSD | IPV4 | IPV6 => return Ok(Some(data)),
        ETHERNET => (12, 14),
        LINUX_COOKED => (14, 16),
        LINUX_COOKED_2 => (0, 20),
        other => return Err(Content::UnknownLink(other)),
    };
    let mut kind = be16(data, kind)?;
    let mut at = at;
    // VLAN tags, one within the other.
    while matches!(kind, 0x8100 | 0x88a8 | 0x9100 | 0x9200) {
        kind = be16(data, at + 2)?;
        at += 4;
    }
    let known = matches!(kind, 0x0800 | 0x86dd);
    if known { data.get(at..).map(Some).ok_or(Content::Cut) } else { Ok(None) }
}

fn be16<'a>(data: &[u8], at: usize) -> Result<u16, Content<'a>> {
    match data.get(at..at + 2) {
        Some(bytes) => Ok(u16::from_be_bytes([bytes[0], bytes[1]])),
        None => Err(Content::Cut),
    }
}

/// What an IP packet holds, of which `wire_len` bytes were on the wire (behind it may stand
/// what the link added to it).
fn internet(ip: &[u8], wire_len: usize) -> Content<'_> {
    let Ip { from, to, protocol, fragment, data, wire_len } = match ip::open(ip, wire_len) {
        Ok(Some(ip)) => ip,
        Ok(None) => return Content::Other,
        Err(ip::Cut) => return Content::Cut,
    };
    if let Some(ip::Part { id, offset, more }) = fragment {
        let of = FragmentOf { from, to, id, protocol };
        return Content::Fragment(Fragment {
            of,
            offset,
            more,
            data,
            whole: data.len() >= wire_len,
        });
    }
    if is_tcp(protocol) { segment(from, to, data, wire_len) } else { Content::Other }
}

/// Whether fragments of this protocol are worth putting together.
pub(crate) const fn is_tcp(protocol: u8) -> bool {
    protocol == ip_number::TCP.0
}

const NULL: u32 = 0;
const ETHERNET: u32 = 1;
const RAW_BSD: u32 = 12;
const RAW_OPENBSD: u32 = 14;
const RAW: u32 = 101;
const LOOP: u32 = 108;
const LINUX_COOKED: u32 = 113;
const IPV4: u32 = 228;
const IPV6: u32 = 229;
const LINUX_COOKED_2: u32 = 276;
