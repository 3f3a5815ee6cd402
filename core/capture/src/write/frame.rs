//! One TCP segment in its IP packet, with right checksums.

use std::net::{IpAddr, SocketAddr};

use etherparse::{IpNumber, Ipv4Header, Ipv6Header, TcpHeader, TcpOptionElement};

/// What a segment says besides its bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) syn: bool,
    pub(super) fin: bool,
    pub(super) rst: bool,
    pub(super) psh: bool,
    pub(super) sequence: u32,
    /// The flag and the number.
    pub(super) acknowledged: Option<u32>,
}

/// Appends an IP packet. Both ends are of the same family; `payload` is at most
/// [`MAX_PAYLOAD`](super::MAX_PAYLOAD) long.
pub(super) fn frame(
    from: SocketAddr,
    to: SocketAddr,
    segment: Segment,
    payload: &[u8],
    out: &mut Vec<u8>,
) {
    let mut tcp = TcpHeader::new(from.port(), to.port(), segment.sequence, WINDOW);
    tcp.syn = segment.syn;
    tcp.fin = segment.fin;
    tcp.rst = segment.rst;
    tcp.psh = segment.psh;
    tcp.ack = segment.acknowledged.is_some();
    tcp.acknowledgment_number = segment.acknowledged.unwrap_or_default();
    if segment.syn {
        tcp.set_options(&OPTIONS).expect("they are 7 bytes of at most 40");
    }
    let length = tcp.header_len_u16() + u16::try_from(payload.len()).expect("split before");
    let fits = "a header and 65,000 bytes are less than a packet can hold";
    match (from.ip(), to.ip()) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            let (from, to) = (from.octets(), to.octets());
            let mut ip = Ipv4Header::new(length, HOPS, IpNumber::TCP, from, to).expect(fits);
            ip.header_checksum = ip.calc_header_checksum();
            tcp.checksum = tcp.calc_checksum_ipv4_raw(from, to, payload).expect(fits);
            out.extend_from_slice(&ip.to_bytes());
        }
        (from, to) => {
            let ip = Ipv6Header {
                payload_length: length,
                next_header: IpNumber::TCP,
                hop_limit: HOPS,
                source: six(from),
                destination: six(to),
                ..Ipv6Header::default()
            };
            tcp.checksum =
                tcp.calc_checksum_ipv6_raw(ip.source, ip.destination, payload).expect(fits);
            out.extend_from_slice(&ip.to_bytes());
        }
    }
    out.extend_from_slice(&tcp.to_bytes());
    out.extend_from_slice(payload);
}

fn six(ip: IpAddr) -> [u8; 16] {
    match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped().octets(),
        IpAddr::V6(ip) => ip.octets(),
    }
}

/// As wide as it gets: nearly 1 GiB with the scale (RFC 7323), so that it never seems full.
const WINDOW: u16 = u16::MAX;
const OPTIONS: [TcpOptionElement; 3] = [
    TcpOptionElement::MaximumSegmentSize(super::MAX_PAYLOAD as u16),
    TcpOptionElement::Noop,
    TcpOptionElement::WindowScale(14),
];
/// What Linux sends.
const HOPS: u8 = 64;
