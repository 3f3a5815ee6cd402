//! Headers of all kinds, whole and cut at every place.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// An IPv6 packet with these extension headers, before six bytes of TCP.
fn packet(extensions: &[(u8, &[u8])]) -> Vec<u8> {
    let mut rest = Vec::new();
    for (nth, (_, bytes)) in extensions.iter().enumerate() {
        let begin = rest.len();
        rest.extend_from_slice(bytes);
        rest[begin] = extensions.get(nth + 1).map_or(6, |(kind, _)| *kind);
    }
    rest.extend_from_slice(b"in TCP");
    let mut packet = vec![0x60, 0, 0, 0, 0, rest.len() as u8];
    packet.push(extensions.first().map_or(6, |(kind, _)| *kind));
    packet.extend_from_slice(&[64; 33]);
    packet.extend_from_slice(&rest);
    packet
}

#[test]
fn extension_headers_are_passed_over_and_a_packet_may_be_cut_anywhere() {
    let long = [[0, 1, 0, 0, 0, 0, 0, 0], [0; 8]].concat();
    let whole = packet(&[
        (HOP_BY_HOP, &[0; 8]),
        (DESTINATION, &long),
        (ROUTING, &[0; 8]),
        (FRAGMENT, &[0, 0, 0, 0, 0, 0, 0, 7]),
        (AUTHENTICATION, &[0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    ]);
    let headers = whole.len() - 6;
    for cut in 1..=whole.len() {
        let opened = open(&whole[..cut], whole.len());
        match opened {
            Err(Cut) => assert!(cut < headers, "{cut}"),
            Ok(opened) => {
                let ip = opened.expect("IP");
                assert!(cut >= headers, "{cut}");
                assert_eq!((ip.protocol, ip.fragment, ip.wire_len), (6, None, 6));
                assert_eq!(ip.data, &b"in TCP"[..cut - headers]);
            }
        }
    }
    // What the link added to it is not in it.
    let padded = [&whole[..], &[0; 9]].concat();
    assert_eq!(open(&padded, padded.len()), open(&whole, whole.len()));
}

#[test]
fn a_fragment_says_where_it_belongs() {
    for (field, offset, more) in [([0, 1], 0, true), ([0x10, 0x08], 4104, false)] {
        let header = [0, 0, field[0], field[1], 1, 2, 3, 4];
        let packet = packet(&[(FRAGMENT, &header)]);
        let ip = open(&packet, packet.len()).expect("whole").expect("IP");
        assert_eq!(ip.fragment, Some(Part { id: 0x0102_0304, offset, more }));
        assert_eq!((ip.protocol, ip.data), (6, &b"in TCP"[..]));
    }
}

#[test]
fn in_ipv4_only_authentication_comes_in_between() {
    for (protocol, carried) in [(AUTHENTICATION, 6), (HOP_BY_HOP, HOP_BY_HOP), (FRAGMENT, FRAGMENT)]
    {
        let mut packet = vec![0x45, 0, 0, 38, 0, 0, 0, 0, 64, protocol, 0, 0];
        packet.extend_from_slice(&[10; 8]);
        packet.extend_from_slice(&[6, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        packet.extend_from_slice(b"in TCP");
        let ip = open(&packet, packet.len()).expect("whole").expect("IP");
        assert_eq!(ip.protocol, carried);
        assert!(ip.data.ends_with(b"in TCP"));
        assert_eq!(ip.data.len(), if carried == 6 { 6 } else { 18 });
    }
}

proptest! {
    #[test]
    fn whatever_stands_there_is_opened_within_its_bounds(
        version in prop_oneof![Just(0x45u8), Just(0x60), any::<u8>()],
        kind in prop_oneof![Just(HOP_BY_HOP), Just(FRAGMENT), Just(AUTHENTICATION), any::<u8>()],
        mut bytes in vec(prop_oneof![Just(0u8), Just(FRAGMENT), Just(ROUTING), any::<u8>()], 1..120),
        wire_len in 0usize..200,
    ) {
        bytes[0] = version;
        if let Some(next) = bytes.get_mut(6) {
            *next = kind;
        }
        if let Ok(Some(ip)) = open(&bytes, wire_len) {
            prop_assert!(ip.data.len() <= ip.wire_len);
        }
    }
}
