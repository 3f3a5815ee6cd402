//! Every limit, its default, and why that number. None is disguised as 0.

use core::time::Duration;

/// The longest record, in bytes as it stands on the wire.
///
/// A thousand times what a car needs; short enough that a stream without separators
/// costs a receiver nothing.
pub const RECORD: usize = 64 * KIB;

/// What a station grants its clients (protocol.md, What a station owes its clients).
#[derive(Clone, Debug, PartialEq)]
pub struct StationLimits {
    /// Connections at once. One more is let in to wait, the next ones in the backlog. 1,024:
    /// what a default descriptor limit leaves room for.
    pub connections: usize,
    /// The backlog asked of the kernel: 4,096, the kernel's own cap on most systems.
    pub backlog: u32,
    /// A client that takes nothing for so long is reset. 30 s: a phone in a tunnel. What it
    /// takes shows only when its window opens again, which a large receive buffer delays: on
    /// loopback, where a step is 64 KiB, reading below some 4 KiB/s can look like nothing.
    pub write_timeout: Duration,
    /// The least that a client must take over [`rate_window`](Self::rate_window), in bytes
    /// a second. 1 KiB/s: slower than any network people still use.
    pub min_rate: u64,
    /// Over how long [`min_rate`](Self::min_rate) is measured: 60 s, so that a stall is forgiven.
    pub rate_window: Duration,
    /// At the cap on connections, one that has taken nothing worth
    /// [`min_rate`](Self::min_rate) since its first burst may be reset for a newcomer once so
    /// much time has passed; later bytes pay for up to a [`rate_window`](Self::rate_window).
    /// 1 s: a slow start is no crime, a flood of silent readers must not keep others out.
    pub slow_grace: Duration,
    /// How much a client that talks may send while it still gets everything: 1 MiB.
    pub talk: u64,
    /// Drain after the last byte, at most this long: 2 s.
    pub drain_time: Duration,
    /// Drain after the last byte, at most so many bytes: 64 KiB, or what is left of
    /// [`talk`](Self::talk) where that is more.
    pub drain_bytes: u64,
    /// The first pause when descriptors or memory run out: 5 ms; each next one doubles.
    pub pause_min: Duration,
    /// The longest such pause: 1 s.
    pub pause_max: Duration,
}

impl StationLimits {
    /// What a client must take in each [`rate_window`](Self::rate_window), in bytes; a fraction of
    /// a byte is none.
    pub(crate) fn least_per_window(&self) -> u64 {
        let nanos = u128::from(self.min_rate).saturating_mul(self.rate_window.as_nanos());
        u64::try_from(nanos / 1_000_000_000).unwrap_or(u64::MAX)
    }
}

impl Default for StationLimits {
    fn default() -> Self {
        Self {
            connections: 1024,
            backlog: 4096,
            write_timeout: Duration::from_secs(30),
            min_rate: KIB as u64,
            rate_window: Duration::from_mins(1),
            slow_grace: Duration::from_secs(1),
            talk: MIB,
            drain_time: Duration::from_secs(2),
            drain_bytes: 64 * KIB as u64,
            pause_min: Duration::from_millis(5),
            pause_max: Duration::from_secs(1),
        }
    }
}

/// What a client puts up with, of one station and of all together.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientLimits {
    /// The longest record: [`RECORD`].
    pub record: usize,
    /// The longest response of one station, in bytes: 256 MiB.
    pub response: u64,
    /// All unfinished responses together, in bytes: 1 GiB. No connection starts while
    /// three quarters of it are taken; past it the largest fails.
    pub memory: u64,
    /// For resolving, racing the addresses and TLS: 3 s, a lost SYN and its second try.
    pub connect_timeout: Duration,
    /// The longest silence while reading: 10 s.
    pub idle_timeout: Duration,
    /// For the whole gather: 60 s. Data never extends it.
    pub deadline: Duration,
    /// Connections at once: 64; the other stations wait their turn.
    pub connections: usize,
    /// How many more attempts a station gets after one that failed: none.
    pub retries: u32,
    /// The first back-off between two attempts: 200 ms; each next one doubles.
    pub backoff_min: Duration,
    /// The longest back-off: 10 s.
    pub backoff_max: Duration,
    /// The next address joins the race after so long: 250 ms (RFC 8305, section 8).
    pub race_delay: Duration,
    /// How many rejections of a response are kept one by one, beside the count: 100.
    pub rejections: usize,
}

impl Default for ClientLimits {
    fn default() -> Self {
        Self {
            record: RECORD,
            response: 256 * MIB,
            memory: 1024 * MIB,
            connect_timeout: Duration::from_secs(3),
            idle_timeout: Duration::from_secs(10),
            deadline: Duration::from_mins(1),
            connections: 64,
            retries: 0,
            backoff_min: Duration::from_millis(200),
            backoff_max: Duration::from_secs(10),
            race_delay: Duration::from_millis(250),
            rejections: 100,
        }
    }
}

const KIB: usize = 1024;
const MIB: u64 = 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::{Duration, StationLimits};

    #[test]
    fn a_minimum_rate_is_measured_over_any_window() {
        let least = |min_rate, millis| {
            let rate_window = Duration::from_millis(millis);
            StationLimits { min_rate, rate_window, ..StationLimits::default() }.least_per_window()
        };
        assert_eq!(StationLimits::default().least_per_window(), 61_440);
        assert_eq!([500, 1000, 1999].map(|millis| least(1000, millis)), [500, 1000, 1999]);
        assert_eq!([least(1, 999), least(u64::MAX, 2000)], [0, u64::MAX]);
    }
}
