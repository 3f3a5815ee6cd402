//! Who looks on while a gather runs: a bar, a capture, a test.

use std::net::SocketAddr;

use carwatch::gather::{DialId, StationId};
use carwatch::time::Instant;
use carwatch::{Fault, Outcome, Target};

/// Hears of everything that happens in a gather, in the order in which it happens.
///
/// It is called between two events of the gather, so it must not block for long. Every
/// method does nothing unless it is implemented.
#[expect(unused_variables, reason = "the methods do nothing, but their arguments have names")]
pub trait Observer {
    /// An attempt at a station begins; they count from 1. Its name is resolved next, or its
    /// address dialled.
    fn began(&mut self, station: StationId, attempt: u32, now: Instant) {}

    /// A connection to one address of a station is begun, as part of its `attempt`.
    fn dialling(
        &mut self,
        station: StationId,
        attempt: u32,
        dial: DialId,
        peer: SocketAddr,
        now: Instant,
    ) {
    }

    /// It could not be made. Another address of the station may still answer.
    fn not_connected(&mut self, dial: DialId, fault: &Fault, now: Instant) {}

    /// It was made: the attempt is decided for this address, the others are given up.
    fn connected(&mut self, dial: DialId, local: Option<SocketAddr>, now: Instant) {}

    /// Bytes came.
    fn received(&mut self, dial: DialId, bytes: &[u8], now: Instant) {}

    /// A connection that had been made is over, and so is its attempt, with this outcome.
    fn ended(&mut self, dial: DialId, ending: Ending, outcome: &Outcome, now: Instant) {}

    /// An attempt is over that never was connected.
    fn failed(&mut self, station: StationId, attempt: u32, fault: &Fault, now: Instant) {}

    /// No more attempts at this station; `outcome` is the best of those there were.
    fn settled(&mut self, station: StationId, target: &Target, outcome: &Outcome) {}
}

/// Nobody looks on.
impl Observer for () {}

/// Who ended a connection that had been made, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The station, in plain text, properly.
    Fin,
    /// The station, which said goodbye in TLS.
    CloseNotify,
    /// The station or somebody between: FIN inside TLS, without a goodbye.
    Truncated,
    /// The station or the network: RST, or another error of reading.
    Broken,
    /// This side, which wanted no more of it or could not wait.
    GivenUp,
}
