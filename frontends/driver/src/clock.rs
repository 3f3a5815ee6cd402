//! The only reader of clocks.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use carwatch::time::{Instant, Unix};

/// Now, on the monotonic clock.
#[must_use]
pub fn now() -> Instant {
    let nanos = epoch().elapsed().as_nanos();
    Instant::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

/// Now, on the wall clock.
#[must_use]
pub fn unix() -> Unix {
    let millis = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
        // A clock that was never set may stand before 1970.
        Err(before) => -i64::try_from(before.duration().as_millis()).unwrap_or(i64::MAX),
    };
    Unix::from_millis(millis)
}

/// The runtime's view of an instant, for its timers; `None` for one that never comes.
pub(crate) fn to_std(at: Instant) -> Option<std::time::Instant> {
    epoch().checked_add(at.since(Instant::from_nanos(0)))
}

/// Milliseconds to the microsecond, for logs: more digits say nothing.
pub(crate) fn millis(elapsed: Duration) -> f64 {
    (elapsed.as_secs_f64() * 1e6).round() / 1e3
}

fn epoch() -> std::time::Instant {
    static EPOCH: OnceLock<std::time::Instant> = OnceLock::new();
    *EPOCH.get_or_init(std::time::Instant::now)
}
