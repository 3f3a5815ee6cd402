//! As many connections at once as there are descriptors for; the other stations wait their
//! turn (limits.md).

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use carwatch::Host;

use crate::plan::Plan;

/// Descriptors that are kept back for the outputs, until this is dropped.
#[derive(Debug)]
#[must_use = "they are free for others once it is dropped"]
pub(crate) struct Reserve {
    _held: Vec<OwnedFd>,
}

impl Reserve {
    /// Keeps back as many as there are outputs at once, or as many of them as there are.
    pub(crate) fn hold() -> Self {
        Self { _held: take(OUTPUTS).0 }
    }
}

/// Bounds the connections of `plan` by the descriptors that are free now, and says so if
/// that is fewer than it wants. `limit` is the system's.
///
/// # Errors
///
/// The system's, if there are not even enough for one connection.
pub(crate) fn fit(plan: &mut Plan, limit: Option<u64>) -> io::Result<()> {
    let wanted = plan.limits.connections.min(plan.targets.len());
    let each = each(plan);
    // They are closed again here, before the runtime begins.
    let others = others(plan);
    let (taken, error) = take(wanted.saturating_mul(each).saturating_add(others));
    let Some(error) = error else { return Ok(()) };
    let connections = room(taken.len(), each, others).ok_or(error)?;
    if connections < wanted {
        plan.limits.connections = connections;
        tracing::warn!(limit, wanted, connections, "fewer descriptors than connections at once");
    }
    Ok(())
}

/// How many one connection may take.
fn each(plan: &Plan) -> usize {
    if plan.demo {
        // Both ends of it.
        2
    } else if plan.targets.iter().all(|target| matches!(target.host, Host::Ip(_))) {
        1
    } else {
        // The files and sockets of a lookup, then those of some addresses that race.
        4
    }
}

/// How many are open besides while it gathers.
fn others(plan: &Plan) -> usize {
    let into = if plan.into.is_some() { DATABASE } else { 0 };
    OTHERS + into + usize::from(plan.capture.is_some()) + usize::from(plan.watch.is_some())
}

/// How many connections fit into `free` descriptors beside the `others`, if any.
const fn room(free: usize, each: usize, others: usize) -> Option<usize> {
    match free.saturating_sub(others) {
        0 => None,
        left if left < each => Some(1),
        left => Some(left / each),
    }
}

/// Opens up to `most` descriptors, and says what the system said if it has fewer.
fn take(most: usize) -> (Vec<OwnedFd>, Option<io::Error>) {
    let mut taken = Vec::new();
    while taken.len() < most {
        match io::stderr().as_fd().try_clone_to_owned() {
            Ok(descriptor) => taken.push(descriptor),
            Err(error) => return (taken, Some(error)),
        }
    }
    (taken, None)
}

/// The cars, the report, and the folder of one of them.
const OUTPUTS: usize = 3;
/// The file, its log, the log's index, the lock.
const DATABASE: usize = 4;
/// What the reactor opens for itself, and some more.
const OTHERS: usize = 6;

#[cfg(test)]
mod tests;
