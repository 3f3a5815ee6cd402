//! A connection: both ends, the way between them, and what truly went over it.

use carwatch::fetch::Fetch;
use carwatch::gather::{Dial, DialId};
use carwatch::serve::Serve;

use crate::number::{SECOND, narrow};
use crate::options::{FORGED_FIN, Options, RESET, STALL};
use crate::oracle::End;
use crate::pace::Pace;
use crate::rng::Rng;
use crate::station::limits;

#[derive(Debug)]
pub(crate) struct Conn {
    /// Whose it is, of which of its rounds, and to whom.
    pub(crate) client: u32,
    pub(crate) round: u32,
    pub(crate) station: u32,
    /// What becomes of the attempt to make it.
    pub(crate) answer: Answer,

    // The client's end.
    pub(crate) id: DialId,
    pub(crate) dial: Option<Dial>,
    pub(crate) fetch: Option<Fetch>,
    /// The client has closed it, or given it up.
    pub(crate) is_left: bool,
    /// When it was made, when its first bytes came, and the last ones, or it was made.
    pub(crate) made: u64,
    pub(crate) first: Option<u64>,
    pub(crate) last: u64,

    // The station's end.
    pub(crate) serve: Option<Serve>,
    /// When it is to be woken, if that was arranged.
    pub(crate) timer: u64,
    /// The station has closed it.
    pub(crate) is_over: bool,
    /// The station has sent its end; it was told that the connection broke; the client has ended
    /// what it says.
    pub(crate) is_finished: bool,
    pub(crate) is_broken: bool,
    pub(crate) is_hushed: bool,
    /// When it was accepted.
    pub(crate) begun: u64,
    pub(crate) pace: Pace,
    /// When the kernel last took something.
    pub(crate) progress: u64,
    /// The list at accept.
    pub(crate) list: Vec<u8>,

    // The way.
    /// What was sent to the client, and how much of it came.
    pub(crate) wire: Vec<u8>,
    pub(crate) arrived: usize,
    /// How much of that was read.
    pub(crate) read: usize,
    /// How much the client has said, before the station's end and after it.
    pub(crate) heard: u64,
    pub(crate) drained: u64,
    /// How much the station has given to the kernel, cut off or not.
    pub(crate) taken: usize,
    /// Nothing overtakes.
    pub(crate) last_arrival: u64,
    pub(crate) end: Option<End>,
    pub(crate) window: usize,
    pub(crate) plan: Plan,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Made,
    Refused,
    Unreachable,
    Reset,
    Nothing,
}

/// What the network does to it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Plan {
    /// After so many bytes it ends like this.
    pub(crate) cut: Option<(usize, Cut)>,
    /// After so many bytes nothing comes for so long.
    pub(crate) stall: Option<(usize, u64)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    Reset,
    Fin,
}

impl Plan {
    pub(crate) fn draw(options: &Options, rng: &mut Rng) -> Self {
        let place = |rng: &mut Rng| match rng.below(4) {
            0 => 0,
            1 => rng.below(8),
            _ => rng.below(LONGEST),
        };
        let mut plan = Self::default();
        if options.has(RESET) && rng.once_in(3) {
            plan.cut = Some((narrow(place(rng)), Cut::Reset));
        } else if options.has(FORGED_FIN) && rng.once_in(3) {
            plan.cut = Some((narrow(place(rng)), Cut::Fin));
        }
        if options.has(STALL) && rng.once_in(3) {
            let long = [SECOND / 2, 2 * SECOND, 5 * SECOND, 100 * SECOND];
            plan.stall = Some((narrow(place(rng)), long[narrow(rng.below(4))]));
        }
        plan
    }
}

impl Conn {
    pub(crate) fn new(client: u32, round: u32, station: u32, dial: Dial, answer: Answer) -> Self {
        Self {
            client,
            round,
            station,
            answer,
            id: dial.id(),
            dial: Some(dial),
            fetch: None,
            is_left: false,
            made: 0,
            first: None,
            last: 0,
            serve: None,
            timer: u64::MAX,
            is_over: false,
            is_finished: false,
            is_broken: false,
            is_hushed: false,
            begun: 0,
            pace: Pace::default(),
            progress: 0,
            list: Vec::new(),
            wire: Vec::new(),
            arrived: 0,
            read: 0,
            heard: 0,
            drained: 0,
            taken: 0,
            last_arrival: 0,
            end: None,
            window: usize::MAX,
            plan: Plan::default(),
        }
    }

    /// What the client got, until it had enough.
    pub(crate) fn received(&self) -> &[u8] {
        &self.wire[..self.read]
    }

    /// Whether the client has said more than it may.
    pub(crate) fn has_talked(&self) -> bool {
        let limits = limits();
        let rest = limits.talk.saturating_sub(self.heard);
        self.heard > limits.talk || self.drained > limits.drain_bytes.max(rest)
    }

    /// How many bytes are on their way.
    pub(crate) const fn in_flight(&self) -> usize {
        self.wire.len() - self.arrived
    }
}

/// About as long as the longest list, in bytes.
const LONGEST: u64 = 700;
