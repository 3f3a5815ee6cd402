//! What stands before the IP header, and what of it was captured.

use etherparse::{IpNumber, Ipv6FragmentHeader};

use crate::build::*;

const CARS: [&[u8]; 2] = [b"1:peugeot:red.", b"2:fiat:blue"];

fn v6() -> Vec<Seg> {
    let mut all = stream(7, &CARS);
    for segment in &mut all {
        for end in [&mut segment.from, &mut segment.to] {
            let last = if end.port() == 8000 { 5 } else { 2 };
            *end = ([0xfd00, 0, 0, 0, 0, 0, 0, last], end.port()).into();
        }
    }
    all
}

fn framed(link: u32, segments: &[Seg], frame: impl Fn(&Seg) -> Vec<u8>) -> Vec<u8> {
    let packets: Vec<_> =
        segments.iter().map(|segment| [frame(segment), segment.ip()].concat()).collect();
    pcap_of(link, &packets)
}

fn kind(segment: &Seg) -> [u8; 2] {
    if segment.from.is_ipv4() { [8, 0] } else { [0x86, 0xdd] }
}

fn ethernet(tags: &[[u8; 2]]) -> impl Fn(&Seg) -> Vec<u8> + '_ {
    move |segment| {
        let mut frame = vec![0; 12];
        for tag in tags {
            frame.extend(tag);
            frame.extend([0, 7]);
        }
        frame.extend(kind(segment));
        frame
    }
}

#[test]
fn every_link_type_in_both_versions() {
    for (all, address) in [(stream(7, &CARS), "10.0.0.5:8000"), (v6(), "[fd00::5]:8000")] {
        let is_v4 = address == "10.0.0.5:8000";
        let family: u32 = if is_v4 { 2 } else { 30 };
        let own = if is_v4 { 228 } else { 229 };
        let cooked = |s: &Seg| [vec![0; 14], kind(s).to_vec()].concat();
        let cooked_tag = |s: &Seg| [vec![0; 14], vec![0x81, 0, 0, 7], kind(s).to_vec()].concat();
        let cooked2 = |s: &Seg| [kind(s).to_vec(), vec![0; 18]].concat();
        let mut files = vec![
            ("ethernet", framed(1, &all, ethernet(&[]))),
            ("vlan", framed(1, &all, ethernet(&[[0x81, 0]]))),
            ("qinq", framed(1, &all, ethernet(&[[0x88, 0xa8], [0x81, 0]]))),
            ("old qinq", framed(1, &all, ethernet(&[[0x91, 0], [0x81, 0]]))),
            ("null", framed(0, &all, |_| family.to_le_bytes().to_vec())),
            ("null of another order", framed(0, &all, |_| family.to_be_bytes().to_vec())),
            ("loop", framed(108, &all, |_| family.to_be_bytes().to_vec())),
            ("cooked", framed(113, &all, cooked)),
            ("cooked vlan", framed(113, &all, cooked_tag)),
            ("cooked 2", framed(276, &all, cooked2)),
        ];
        for link in [101, 12, 14, own] {
            files.push(("raw", framed(link, &all, |_| Vec::new())));
        }
        for (name, file) in files {
            let station = one(&file);
            assert_eq!(verdict(&station), "complete", "{name}");
            assert_eq!(text(&station), "1:peugeot:red.2:fiat:blue", "{name}");
            assert_eq!(station.address, address, "{name}");
        }
    }
}

#[test]
fn an_ethernet_frame_is_padded() {
    let packets: Vec<_> = stream(7, &[b"1:a:b"])
        .iter()
        .map(|segment| {
            let mut frame = [ethernet(&[])(segment), segment.ip()].concat();
            frame.resize(frame.len().max(90), 0xee);
            frame
        })
        .collect();
    assert_eq!(text(&one(&pcap_of(1, &packets))), "1:a:b");
}

#[test]
fn a_packet_that_the_card_cuts_later_has_no_length() {
    let packets: Vec<_> = stream(7, &CARS)
        .iter()
        .map(|segment| {
            let mut ip = segment.ip();
            ip[2..4].fill(0);
            ip
        })
        .collect();
    assert_eq!(text(&one(&pcap_of(101, &packets))), "1:peugeot:red.2:fiat:blue");
    let packets: Vec<_> = v6()
        .iter()
        .map(|segment| {
            let mut ip = segment.ip();
            ip[4..6].fill(0);
            ip
        })
        .collect();
    assert_eq!(text(&one(&pcap_of(101, &packets))), "1:peugeot:red.2:fiat:blue");
}

#[test]
fn ipv6_extension_headers() {
    let packets: Vec<_> = v6()
        .iter()
        .map(|segment| {
            // Hop-by-hop, destination options, then TCP.
            let headers = [60, 0, 1, 4, 0, 0, 0, 0, 6, 0, 1, 4, 0, 0, 0, 0];
            ip(segment.from, segment.to, IpNumber(0), &[&headers[..], &segment.tcp()].concat())
        })
        .collect();
    assert_eq!(text(&one(&pcap_of(101, &packets))), "1:peugeot:red.2:fiat:blue");
}

#[test]
fn what_the_snaplen_cut_off_is_a_gap() {
    let long = [b"1:a:b.".as_slice(), &[b'x'; 300]].concat();
    let packets: Vec<_> = stream(7, &[&long, b".2:c:d"]).iter().map(Seg::ip).collect();
    let station = one(&Pcap { snaplen: 100, ..Pcap::default() }.file(&packets));
    // 20 bytes of IP and 32 of TCP leave 48.
    assert_eq!(
        verdict(&station),
        "partial capture: bytes 48..306 of the stream were not captured; 6 bytes behind them left out"
    );
    assert_eq!((station.outcome.cars, station.outcome.rejected, station.outcome.bytes), (1, 1, 48));
    // Less than the options of TCP: all data is missing, but not the stream.
    let station = one(&Pcap { snaplen: 45, ..Pcap::default() }.file(&packets));
    assert_eq!(verdict(&station), "failed capture: bytes 0..312 of the stream were not captured");
    let inspected = inspect(&Pcap { snaplen: 30, ..Pcap::default() }.file(&packets));
    assert_eq!(
        inspected.notes[0].words,
        "7 packets cut off by the capture before the end of the TCP header"
    );
    assert_eq!(
        verdict(&inspected.report.stations[0]),
        "failed capture: no TCP stream was captured"
    );
}

fn v4_fragments(segment: &Seg, id: u8) -> Vec<Vec<u8>> {
    let tcp = segment.tcp();
    let cut = 40.min(tcp.len() / 8 * 8);
    let part = |at: usize, data: &[u8], more: bool| {
        let mut packet = ip(segment.from, segment.to, IpNumber::TCP, data);
        packet[5] = id;
        let field = (at / 8) as u16 | if more { 0x2000 } else { 0 };
        packet[6..8].copy_from_slice(&field.to_be_bytes());
        packet
    };
    match &tcp[cut..] {
        [] => vec![segment.ip()],
        rest => vec![part(cut, rest, false), part(0, &tcp[..cut], true)],
    }
}

#[test]
fn fragments_are_put_together() {
    let all = stream(7, &[b"1:peugeot:red.", b"2:fiat:blue"]);
    let packets: Vec<_> = all.iter().zip(0..).flat_map(|(s, id)| v4_fragments(s, id)).collect();
    assert!(packets.len() > all.len());
    let station = one(&pcap_of(101, &packets));
    assert_eq!(
        (verdict(&station).as_str(), text(&station).as_str()),
        ("complete", "1:peugeot:red.2:fiat:blue")
    );

    let packets: Vec<_> = v6()
        .iter()
        .zip(1..)
        .flat_map(|(segment, id)| {
            let tcp = segment.tcp();
            let (head, tail) = tcp.split_at(16);
            [(0, head, true), (2, tail, false)].map(|(at, data, more)| {
                let at = etherparse::IpFragOffset::try_new(at).unwrap();
                let header = Ipv6FragmentHeader::new(IpNumber::TCP, at, more, id);
                ip(segment.from, segment.to, IpNumber(44), &[&header.to_bytes(), data].concat())
            })
        })
        .collect();
    let station = one(&pcap_of(101, &packets));
    assert_eq!(
        (verdict(&station).as_str(), text(&station).as_str()),
        ("complete", "1:peugeot:red.2:fiat:blue")
    );
}

#[test]
fn a_fragment_without_the_rest_is_noted() {
    let mut packets: Vec<_> =
        stream(7, &[b"1:peugeot:red.", b"2:fiat:blue"]).iter().map(Seg::ip).collect();
    let segment = &stream(7, &[b"1:peugeot:red.", b"2:fiat:blue"])[4];
    packets[4] = v4_fragments(segment, 9).remove(0);
    let inspected = inspect(&pcap_of(101, &packets));
    assert_eq!(inspected.notes[0].words, "1 fragment of an IP packet whose rest was not captured");
    assert_eq!(inspected.report.stations[0].outcome.bytes, 14);
}

#[test]
fn what_is_no_tcp_is_passed_over() {
    let mut packets: Vec<_> = stream(7, &CARS).iter().map(Seg::ip).collect();
    let (from, to) = (STATION.parse().unwrap(), CLIENT.parse().unwrap());
    packets.insert(1, ip(from, to, IpNumber::UDP, b"12345678901234567890"));
    packets.insert(1, vec![0xff; 60]);
    packets.insert(1, Vec::new());
    assert_eq!(text(&one(&pcap_of(101, &packets))), "1:peugeot:red.2:fiat:blue");
}

#[test]
fn an_unknown_link_is_noted() {
    let inspected = inspect(&pcap_of(105, &[vec![0; 80], vec![0; 80]]));
    assert_eq!(
        inspected.notes[0].to_string(),
        "x.pcap: 2 packets of link type 105, which is not known here"
    );
    assert_eq!(
        verdict(&inspected.report.stations[0]),
        "failed capture: no TCP stream was captured"
    );
}
