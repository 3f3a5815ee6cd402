//! How the connection to a station ended, and what that means (protocol.md, How a
//! connection can end).

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use crate::wire::{self, Piece, Rejection, Tail};

/// Why a station is not complete. The names are those of reports and of protocol.md.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Nothing listens there.
    Refused,
    /// No route, or the network said no.
    Unreachable,
    /// The name has no address.
    NameNotFound,
    /// No connection within the connect time-out.
    ConnectTimeout,
    /// Silence for longer than the idle time-out.
    IdleTimeout,
    /// The deadline of the whole gather.
    Deadline,
    /// RST, while reading or while connecting.
    Reset,
    /// FIN inside TLS without `close_notify`.
    Truncated,
    /// A response, or all of them together, past the limit.
    TooLarge,
    /// A TLS handshake or certificate, or a fatal alert.
    Tls,
    /// An I/O error that is none of these.
    Io,
    /// The user stopped the gather.
    Cancelled,
    /// A capture that lacks the end, or a part, of the stream.
    Capture,
}

impl Reason {
    /// Every one there is.
    pub const ALL: [Self; 13] = [
        Self::Refused,
        Self::Unreachable,
        Self::NameNotFound,
        Self::ConnectTimeout,
        Self::IdleTimeout,
        Self::Deadline,
        Self::Reset,
        Self::Truncated,
        Self::TooLarge,
        Self::Tls,
        Self::Io,
        Self::Cancelled,
        Self::Capture,
    ];

    /// Its name in reports: `refused`, `unreachable`, `name_not_found` and so on.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Unreachable => "unreachable",
            Self::NameNotFound => "name_not_found",
            Self::ConnectTimeout => "connect_timeout",
            Self::IdleTimeout => "idle_timeout",
            Self::Deadline => "deadline",
            Self::Reset => "reset",
            Self::Truncated => "truncated",
            Self::TooLarge => "too_large",
            Self::Tls => "tls",
            Self::Io => "io",
            Self::Cancelled => "cancelled",
            Self::Capture => "capture",
        }
    }

    /// Whether another attempt may do better (cli.md, `--retries`).
    #[must_use]
    pub const fn is_worth_a_retry(self) -> bool {
        matches!(
            self,
            Self::Reset
                | Self::ConnectTimeout
                | Self::IdleTimeout
                | Self::Refused
                | Self::Unreachable
                | Self::NameNotFound
        )
    }
}

/// A [`Reason`] with the system's or the library's own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What went wrong.
    pub reason: Reason,
    /// The words of whoever said so, for people.
    pub detail: Option<String>,
}

impl Fault {
    /// A fault in somebody's words.
    pub fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self { reason, detail: Some(detail.into()) }
    }
}

impl From<Reason> for Fault {
    fn from(reason: Reason) -> Self {
        Self { reason, detail: None }
    }
}

/// What is known of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The station ended it.
    Complete {
        /// Nothing can be missing: TLS said `close_notify`. A plain FIN is unverified.
        verified: bool,
    },
    /// At least one byte came and is kept, but not all.
    Partial(Fault),
    /// Nothing usable came. Never an empty list.
    Failed(Fault),
}

impl Verdict {
    /// Its name in reports: `complete`, `partial` or `failed`.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Complete { .. } => "complete",
            Self::Partial(_) => "partial",
            Self::Failed(_) => "failed",
        }
    }

    /// Why it is not complete.
    #[must_use]
    pub const fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Complete { .. } => None,
            Self::Partial(fault) | Self::Failed(fault) => Some(fault),
        }
    }

    /// Whether the station ended its answer itself.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        matches!(self, Self::Complete { .. })
    }

    /// Complete before partial before failed: of several attempts the best counts.
    pub(crate) const fn rank(&self) -> u8 {
        match self {
            Self::Complete { .. } => 2,
            Self::Partial(_) => 1,
            Self::Failed(_) => 0,
        }
    }
}

/// What came of one attempt. It owns the response; cars are views of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// How it ended.
    pub verdict: Verdict,
    /// What was received and kept: the whole response, or the part of it that came.
    pub response: Vec<u8>,
    /// How many bytes were read, kept or not.
    pub bytes: u64,
    /// How many cars the response holds.
    pub cars: u64,
    /// How many of its pieces were rejected.
    pub rejected: u64,
    /// How many of those are bad records, not the cut tail of a partial answer.
    pub bad: u64,
    /// The first of the rejections.
    pub rejections: Vec<Rejection>,
    /// When the first byte came, since the attempt connected.
    pub first_byte: Option<Duration>,
}

impl Outcome {
    /// An attempt of which nothing came.
    #[must_use]
    pub fn failed(fault: Fault) -> Self {
        Self {
            verdict: Verdict::Failed(fault),
            response: Vec::new(),
            bytes: 0,
            cars: 0,
            rejected: 0,
            bad: 0,
            rejections: Vec::new(),
            first_byte: None,
        }
    }

    /// The response, where it is what encoding its cars would give: it is complete, every piece
    /// is a car, and none has an escape. Nearly every response is so.
    #[must_use]
    pub fn as_records(&self) -> Option<&[u8]> {
        let is_so = self.verdict.is_complete()
            && self.rejected == 0
            && memchr::memchr(b'%', &self.response).is_none();
        is_so.then_some(&self.response[..])
    }

    /// Hands every piece of the response to `sink`, in wire order.
    pub fn for_each_piece(&self, record_limit: usize, sink: &mut impl FnMut(Piece<'_>)) {
        let tail = if self.verdict.is_complete() { Tail::Whole } else { Tail::Cut };
        wire::split(&self.response, record_limit, tail, sink);
    }
}

/// What a gather knows of one station at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StationReport {
    /// The name it was given; its address where it was given none.
    pub name: String,
    /// `HOST:PORT` as it was given.
    pub address: String,
    /// The best of its attempts.
    pub outcome: Outcome,
    /// How many attempts began.
    pub attempts: u32,
    /// From the begin of the first attempt to the first byte of the one that counts.
    pub first_byte: Option<Duration>,
    /// From the begin of the first attempt until the station was settled; `None` where no
    /// clock was beside it, as with bytes from a file.
    pub elapsed: Option<Duration>,
}

/// What a gather came to: a line for each station, in the order in which they were given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The stations.
    pub stations: Vec<StationReport>,
    /// How long the whole took; `None` where no clock was beside it, as with bytes from files.
    pub elapsed: Option<Duration>,
}

impl Report {
    /// How many stations have each verdict: complete, partial, failed.
    #[must_use]
    pub fn counts(&self) -> (usize, usize, usize) {
        let of = |rank| self.stations.iter().filter(|s| s.outcome.verdict.rank() == rank).count();
        (of(2), of(1), of(0))
    }
}
