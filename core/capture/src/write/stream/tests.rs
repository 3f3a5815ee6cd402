use carwatch::Verdict;
use etherparse::{SlicedPacket, TransportSlice};

use super::{End, Stream};
use crate::comment::OutcomeComment;

#[test]
fn numbers_wrap_at_4_gib() {
    let (local, peer) = (([10, 0, 0, 1], 1).into(), ([10, 0, 0, 2], 2).into());
    for before in 0..8_u32 {
        let mut out = Vec::new();
        let initial = u32::MAX - before;
        let mut stream = Stream::new(local, peer, [initial, initial], 0);
        stream.dial(&[], 0, &mut out);
        stream.accept(0, &mut out);
        stream.received(b"abc", 0, &mut out);
        stream.received(b"de", 0, &mut out);
        let outcome = OutcomeComment::from(&Verdict::Complete { verified: false });
        stream.ended(End::Fin, outcome, 0, &mut out);
        // Of the station: SYN, three bytes, two, FIN, and the last acknowledgement.
        let expected = [0, 1, 4, 6, 7].map(|offset| initial.wrapping_add(offset));
        assert_eq!(numbers_of(2, &out), expected);
        let expected = [0, 1, 1, 2].map(|offset| initial.wrapping_add(offset));
        assert_eq!(numbers_of(1, &out)[..3], expected[..3]);
    }
}

/// The sequence numbers of the segments that come from this port.
fn numbers_of(port: u16, blocks: &[u8]) -> Vec<u32> {
    let mut numbers = Vec::new();
    let mut rest = blocks;
    while let [_, _, _, _, a, b, c, d, ..] = rest {
        let length = u32::from_le_bytes([*a, *b, *c, *d]) as usize;
        let packet = SlicedPacket::from_ip(&rest[28..length]).expect("an IP packet");
        if let Some(TransportSlice::Tcp(tcp)) = packet.transport
            && tcp.source_port() == port
        {
            numbers.push(tcp.sequence_number());
        }
        rest = &rest[length..];
    }
    numbers
}
