//! What a proxy does to one direction of its connections. The kinds and their meanings are those
//! of Toxiproxy; its `down` is no toxic but a state of the proxy.

use std::time::Duration;

use crate::rng::Rng;

/// Which of the two directions of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the client to the station.
    Up,
    /// From the station to the client.
    Down,
}

/// How a connection ends, for both of its peers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// FIN. On a plain connection nobody can tell it from the station's own.
    Fin,
    /// RST.
    Reset,
}

/// One thing that is done to a direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toxic {
    /// What comes is passed on so much later, give or take the jitter, and in its order.
    Latency {
        /// How much later.
        delay: Duration,
        /// The most that is added to it or taken from it.
        jitter: Duration,
    },
    /// No more than so many bytes a second, which are not 0.
    Bandwidth {
        /// Bytes a second.
        rate: usize,
    },
    /// The end is passed on so much later.
    SlowClose {
        /// How much later.
        delay: Duration,
    },
    /// Nothing is passed on, and after that time the connection is ended.
    Timeout {
        /// Since the toxic was added, or the connection was made if that was later.
        after: Duration,
        /// How it is ended.
        end: End,
    },
    /// The connection is reset after that time.
    ResetPeer {
        /// Since the toxic was added, or the connection was made if that was later.
        after: Duration,
    },
    /// Small pieces, each so long after the one before.
    Slicer {
        /// The mean size of a piece, in bytes; not 0.
        size: usize,
        /// The most that a piece is larger or smaller; less than `size`.
        variation: usize,
        /// Between two pieces.
        pause: Duration,
    },
    /// The connection is ended once so many bytes were passed on.
    LimitData {
        /// How many, of all that this direction of the connection has seen.
        bytes: u64,
        /// How it is ended.
        end: End,
    },
}

impl Toxic {
    /// How many kinds there are.
    pub const KINDS: usize = 7;

    /// A number below [`KINDS`](Self::KINDS) for each kind.
    #[must_use]
    pub const fn kind(&self) -> usize {
        match self {
            Self::Latency { .. } => 0,
            Self::Bandwidth { .. } => 1,
            Self::SlowClose { .. } => 2,
            Self::Timeout { .. } => 3,
            Self::ResetPeer { .. } => 4,
            Self::Slicer { .. } => 5,
            Self::LimitData { .. } => 6,
        }
    }

    /// Toxiproxy's name of a kind.
    #[must_use]
    pub fn name(kind: usize) -> &'static str {
        NAMES[kind]
    }

    /// Any toxic, mild enough that some connections get through it within a few seconds. Those
    /// that end connections do it as `ends` has it, any of them.
    ///
    /// # Panics
    ///
    /// If `ends` is empty.
    #[must_use]
    pub fn draw(rng: &mut Rng, ends: &[End]) -> Self {
        let millis = |rng: &mut Rng, bound| Duration::from_millis(rng.below(bound) as u64);
        let end = ends[rng.below(ends.len())];
        match rng.below(Self::KINDS) {
            0 => {
                let delay = millis(rng, 200);
                Self::Latency { delay, jitter: millis(rng, 100).min(delay) }
            }
            1 => Self::Bandwidth { rate: 20_000 + rng.below(2_000_000) },
            2 => Self::SlowClose { delay: millis(rng, 1_500) },
            3 => Self::Timeout { after: millis(rng, 1_500), end },
            4 => Self::ResetPeer { after: millis(rng, 300) },
            5 => {
                let size = 1 + rng.below(4_000);
                let pause = Duration::from_micros(rng.below(3_000) as u64);
                Self::Slicer { size, variation: rng.below(size), pause }
            }
            // As often among the first bytes as in all the rest.
            _ => {
                let most = [16, 2_000, 600_000][rng.below(3)];
                Self::LimitData { bytes: rng.below(most) as u64, end }
            }
        }
    }
}

const NAMES: [&str; Toxic::KINDS] =
    ["latency", "bandwidth", "slow_close", "timeout", "reset_peer", "slicer", "limit_data"];
