//! As many connections as the flags ask for and the system allows.

use carwatch::limits::StationLimits;
use carwatch_cli::raise_descriptor_limit;

use crate::args::Args;

/// The limits that were asked for, with as many descriptors as the system allows. Where those
/// are too few, there is a word about it, and the others wait in the backlog.
pub(crate) fn limits(args: &Args) -> StationLimits {
    let mut limits = args.limits();
    let max_connections = limits.connections;
    let own = OWN_DESCRIPTORS
        + args.listen.len().max(1) as u64
        + args.store.as_ref().map_or(0, |_| STORE_DESCRIPTORS)
        + args.admin.as_ref().map_or(0, |_| ADMIN_DESCRIPTORS)
        + if args.tls.is_given() { TLS_DESCRIPTORS } else { 0 };
    if let Some(limit) = raise_descriptor_limit() {
        let room = usize::try_from(limit.saturating_sub(own)).unwrap_or(usize::MAX).max(1);
        limits.connections = room.min(max_connections);
        if room < max_connections {
            tracing::warn!(
                limit,
                max_connections,
                "{limit} descriptors are too few for --max-connections {max_connections}: \
                 {room} at once it is"
            );
        }
    }
    limits
}

/// What a station has open besides its connections and listeners: streams, log, source,
/// signals, reactor, and an accepted connection that is on its way in.
const OWN_DESCRIPTORS: u64 = 20;
/// The database, its log and its index, the lock, and what SQLite opens for a moment.
const STORE_DESCRIPTORS: u64 = 6;
/// A listener and a few callers; more than these share what the connections leave.
const ADMIN_DESCRIPTORS: u64 = 4;
/// The file of `SSLKEYLOGFILE`, which a reload opens anew while connections have the old one,
/// and a certificate that is being read.
const TLS_DESCRIPTORS: u64 = 4;
