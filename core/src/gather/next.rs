//! What a gather asks of its driver, and the tokens by which the driver answers.

use core::net::SocketAddr;

use super::StationId;
use crate::Fault;
use crate::time::Instant;

/// Names one connection, made or in the making, for as long as the gather lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DialId(pub(super) u64);

/// The right to report once what came of one connection.
#[derive(Debug, PartialEq, Eq)]
pub struct Dial {
    pub(super) station: StationId,
    pub(super) id: DialId,
}

impl Dial {
    /// What [`Next::Abandon`] and [`Next::Stop`] call it.
    #[must_use]
    pub const fn id(&self) -> DialId {
        self.id
    }

    /// Whose connection it is.
    #[must_use]
    pub const fn station(&self) -> StationId {
        self.station
    }
}

/// The right to report once what a name resolved to.
#[derive(Debug, PartialEq, Eq)]
pub struct Lookup {
    pub(super) station: StationId,
    pub(super) attempt: u32,
}

impl Lookup {
    /// Whose name it is.
    #[must_use]
    pub const fn station(&self) -> StationId {
        self.station
    }
}

/// What the driver does next.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub enum Next {
    /// Resolve the station's name and call [`Gather::resolved`](super::Gather::resolved).
    Resolve(Lookup),
    /// Connect to this address and call [`Gather::connected`](super::Gather::connected) or [`Gather::failed`](super::Gather::failed).
    Connect(Dial, SocketAddr),
    /// Give this connection up; nobody waits for its result.
    Abandon(DialId),
    /// End this response for that reason, as if the stream had, and settle it.
    Stop(DialId, Fault),
    /// This attempt at a station is over, and never was connected. Nothing to do but to tell
    /// whoever looks on.
    Failed(StationId, u32, Fault),
    /// This station is settled; [`Gather::outcome`](super::Gather::outcome) says how.
    Settled(StationId),
    /// Nothing to do before then, or before something comes in.
    Wait(Instant),
    /// Every station is settled: call [`Gather::finish`](super::Gather::finish).
    Done,
}

/// The answer to something that came too late: after the deadline, or from a connection
/// that lost its race. There is nothing left to do but to drop it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Late;
