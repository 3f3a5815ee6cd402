//! What HTTP clients are granted, and why that much.

use std::time::Duration;

/// Bounds on the clients of `--admin`.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Connections at once; the others wait in the backlog. 64: people, a few scrapers, and a
    /// handful of detectors. One that waits for a request makes room for one in the backlog.
    pub connections: usize,
    /// Bodies that are read at once: 48; who posts one more gets 503. However slowly bodies come,
    /// the other connections are left for those who ask.
    pub uploads: usize,
    /// The longest posted body in bytes, pictures included: 8 MiB. All that is held of a body is
    /// what is handed to the station, and only of those who may post.
    pub body: u64,
    /// The longest head of a request in bytes: 32 KiB; then 431.
    pub head_bytes: usize,
    /// The most header fields of a request: 64; then 431.
    pub head_fields: usize,
    /// For the head of a request, from its first byte, or from the connection's beginning: 10 s.
    pub head_time: Duration,
    /// For the next request on a connection that is kept: 15 s, a scrape interval.
    pub idle_time: Duration,
    /// The longest silence in a body: 10 s; then 408.
    pub body_stall: Duration,
    /// For a whole body: 60 s; then 408.
    pub body_time: Duration,
    /// A client that takes nothing of its answer for so long is reset: 30 s.
    pub write_stall: Duration,
    /// The least that a client must take of its answer over [`rate_window`](Self::rate_window),
    /// in bytes a second: 1 KiB/s.
    pub min_rate: u64,
    /// Over how long [`min_rate`](Self::min_rate) is measured: 60 s.
    pub rate_window: Duration,
    /// After the last byte of the last answer, what a client still sends is discarded for so
    /// long: 2 s, or until it closes.
    pub drain_time: Duration,
    /// The most that is discarded then: 16 MiB, twice a body. Most programs read no answer
    /// before they have sent all of their request; those learn thereby that it was too large.
    pub drain_bytes: u64,
    /// For the requests that are being answered when the station stops: 1 s.
    pub stop_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 64,
            uploads: 48,
            body: 8 * MIB,
            head_bytes: 32 * 1024,
            head_fields: 64,
            head_time: Duration::from_secs(10),
            idle_time: Duration::from_secs(15),
            body_stall: Duration::from_secs(10),
            body_time: Duration::from_mins(1),
            write_stall: Duration::from_secs(30),
            min_rate: 1024,
            rate_window: Duration::from_mins(1),
            drain_time: Duration::from_secs(2),
            drain_bytes: 16 * MIB,
            stop_time: Duration::from_secs(1),
        }
    }
}

const MIB: u64 = 1024 * 1024;
