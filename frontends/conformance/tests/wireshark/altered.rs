//! What networks do, and our captures never show.

/// Has the FIN of every station come with its last bytes, as most stacks send it. Checksums are
/// not put right: tshark does not look at them unless it is told to.
pub(crate) fn fin_with_the_last_bytes(capture: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::new();
    let mut last_bytes: Option<usize> = None;
    for block in blocks(capture) {
        let Some(packet) = packet(block) else {
            out.extend_from_slice(block);
            last_bytes = None;
            continue;
        };
        if let (true, true, Some(flags)) = (packet.is_stations, packet.is_fin, last_bytes) {
            out[flags] |= FIN;
            last_bytes = None;
            continue;
        }
        // Streams come one after the other, so these are the bytes before that FIN.
        last_bytes = (packet.is_stations && packet.has_bytes).then_some(out.len() + packet.flags);
        out.extend_from_slice(block);
    }
    out
}

/// Has every third segment be sent twice.
pub(crate) fn every_third_twice(capture: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::new();
    let mut sent = 0;
    for block in blocks(capture) {
        out.extend_from_slice(block);
        if packet(block).is_some_and(|packet| packet.is_stations && packet.has_bytes) {
            sent += 1;
            if sent % 3 == 0 {
                out.extend_from_slice(block);
            }
        }
    }
    out
}

struct Packet {
    is_stations: bool,
    is_fin: bool,
    has_bytes: bool,
    /// Where in its block its flags are.
    flags: usize,
}

fn blocks(mut capture: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let length = u32::from_le_bytes(capture.get(4..8)?.try_into().ok()?);
        let (block, rest) = capture.split_at(length as usize);
        capture = rest;
        Some(block)
    })
}

/// The packet in a block, if there is one; what the writer writes has no IP options.
fn packet(block: &[u8]) -> Option<Packet> {
    if block[0] != 6 {
        return None;
    }
    let captured = u32::from_le_bytes(block[20..24].try_into().ok()?) as usize;
    let tcp = FRAME + if block[FRAME] >> 4 == 4 { 20 } else { 40 };
    let header = usize::from(block[tcp + 12] >> 4) * 4;
    Some(Packet {
        is_stations: block[tcp..tcp + 2] == 8000_u16.to_be_bytes(),
        is_fin: block[tcp + 13] & FIN != 0,
        has_bytes: FRAME + captured > tcp + header,
        flags: tcp + 13,
    })
}

/// Where the frame begins in an enhanced packet block.
const FRAME: usize = 28;
const FIN: u8 = 1;
