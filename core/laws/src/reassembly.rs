//! One TCP stream, whose segments are captured in any order, overlapping, twice or not at all:
//! the bytes are the same, up to the first that nobody captured.

use std::net::SocketAddr;

use carwatch_capture::read::frame::Segment;
use carwatch_capture::streams::{Close, Settings, Streams};

use crate::bytes::Bytes;

/// Panics if it is not put together as it was sent.
///
/// `input` says what was sent (its length, then its bytes), the number of its first byte, how it
/// ended, and then of one segment after another where it begins and how long it is. The
/// handshake comes first, or in the middle.
pub(crate) fn check(input: &[u8]) {
    let mut bytes = Bytes(input);
    let sent = bytes.some();
    let first = u32::from_be_bytes([bytes.byte(), bytes.byte(), bytes.byte(), bytes.byte()]);
    let options = bytes.byte();
    let (has_fin, is_late, with_chunks) = (options & 1 != 0, options & 2 != 0, options & 4 != 0);
    let mut streams = Streams::new(Settings { chunks: with_chunks, ..Settings::default() });
    let mut captured = vec![false; sent.len()];
    let mut at = 0;
    let mut take = |segment: Segment<'_>| {
        at += 1;
        assert_eq!(streams.take(&segment, Some(at), false), 0, "another stream: {segment:?}");
    };
    if !is_late {
        handshake(first, &mut take);
    }
    let mut is_first = true;
    while !bytes.is_empty() {
        let from = usize::from(bytes.byte()).min(sent.len());
        let to = (from + usize::from(bytes.byte())).min(sent.len());
        if from == to {
            continue;
        }
        captured[from..to].fill(true);
        let data = &sent[from..to];
        let seq = first.wrapping_add(offset(from));
        take(Segment { seq, data, wire_len: data.len(), ..from_station() });
        if is_late && is_first {
            handshake(first, &mut take);
        }
        is_first = false;
    }
    if is_late && is_first {
        handshake(first, &mut take);
    }
    if has_fin {
        take(Segment { seq: first.wrapping_add(offset(sent.len())), fin: true, ..from_station() });
    }

    let mut streams = streams.finish();
    assert_eq!(streams.len(), 1);
    let stream = streams.remove(0);
    let whole = captured.iter().take_while(|&&is_there| is_there).count();
    let last = captured.iter().rposition(|&is_there| is_there).map_or(0, |last| last + 1);
    let end = if has_fin { sent.len() } else { last };
    let close = if has_fin && whole == sent.len() { Close::Fin } else { Close::Open };
    assert_eq!((stream.station(), stream.is_connected(), stream.close()), (STATION, true, close));
    let all = stream.assemble();
    assert_eq!((&*all.bytes, all.length), (&sent[..whole], whole as u64));
    assert_eq!((all.has_begin, all.conflicts, all.is_too_large), (true, 0, false));
    let gap = all.gap.map(|gap| (gap.from, gap.beyond));
    let beyond = captured[whole..].iter().filter(|&&is_there| is_there).count();
    assert_eq!(gap, (whole < end).then_some((whole as u64, beyond as u64)));
    let chunks: usize = all.chunks.iter().map(|chunk| chunk.length).sum();
    assert_eq!(chunks, if with_chunks { whole } else { 0 });
}

fn handshake(first: u32, take: &mut impl FnMut(Segment<'_>)) {
    let (client, seq) = (1000, first.wrapping_sub(1));
    take(Segment {
        seq: client,
        syn: true,
        ack: None,
        from: CLIENT,
        to: STATION,
        ..from_station()
    });
    take(Segment { seq, syn: true, ack: Some(client + 1), ..from_station() });
}

fn from_station() -> Segment<'static> {
    Segment {
        from: STATION,
        to: CLIENT,
        seq: 0,
        ack: Some(1001),
        syn: false,
        fin: false,
        rst: false,
        data: &[],
        wire_len: 0,
    }
}

fn offset(n: usize) -> u32 {
    u32::try_from(n).expect("a byte's worth")
}

const STATION: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8000);
const CLIENT: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 5000);
