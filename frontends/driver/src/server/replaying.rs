//! Recordings that are played to whoever connects.

use std::future::Future;
use std::io;
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::time::Duration;

use carwatch::limits::StationLimits;
use carwatch::replay::{Replay, Turns};

use super::{Connection, Control, Listening, run};
use crate::{Accepted, listener};

/// As [`serve`](super::serve) does, plays recordings: each connection gets the next script of
/// its station, whose number in `stations` stands beside its listener. A station may have
/// several listeners, which share its turns.
///
/// A connection that is held in silence holds up no stop.
///
/// # Errors
///
/// The system's, if a listener cannot be registered with the reactor.
///
/// # Panics
///
/// If a listener names a station that is not there.
pub async fn replay<S: Accepted, T>(
    listeners: Vec<(Listening, usize)>,
    mut stations: Vec<Turns>,
    control: Control,
    stop: impl Future<Output = Duration>,
    spawn: impl Fn(Connection) -> T,
) -> io::Result<()> {
    let (listeners, of): (Vec<_>, Vec<_>) = listeners.into_iter().unzip();
    assert!(of.iter().all(|station| *station < stations.len()), "a listener of no station");
    let lend = |socket: BorrowedFd<'_>, nth: usize, limits: &Arc<StationLimits>, now| {
        listener::prepare_replay(&socket)?;
        Ok(Replay::new(stations[of[nth]].take(), Arc::clone(limits), now))
    };
    run::<S, T, _, _>(listeners, lend, control, stop, spawn).await
}
