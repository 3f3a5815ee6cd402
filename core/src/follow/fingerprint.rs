//! Which snapshot it was, in eight bytes.

/// Two snapshots of other bytes hardly have the same one. A station that makes them alike gains
/// nothing: it might as well have restarted.
///
/// FNV-1a in 64 bits of the bytes and then of their number. It is kept on disk: it has
/// to stay as it is.
pub(super) fn of(snapshot: &[u8]) -> u64 {
    let len = (snapshot.len() as u64).to_le_bytes();
    snapshot
        .iter()
        .chain(&len)
        .fold(OFFSET_BASIS, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(PRIME))
}

const OFFSET_BASIS: u64 = 0xcbf2_9ce4_8422_2325;

const PRIME: u64 = 0x0000_0100_0000_01b3;
