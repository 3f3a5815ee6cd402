//! A snapshot that clients may come to refuse is said before they do (limits.md).

use std::time::Duration;

/// Decides when to warn of the snapshot's size. The time is passed in, as the time since
/// any fixed point.
#[derive(Debug, Default)]
pub(crate) struct SizeWatch {
    warned: Option<Duration>,
}

impl SizeWatch {
    /// Whether a snapshot of `bytes` is to be warned of at `now`: once a day while it is large.
    pub(crate) fn is_due(&mut self, bytes: u64, now: Duration) -> bool {
        let quiet = self.warned.is_some_and(|warned| now.saturating_sub(warned) < DAY);
        if bytes <= LARGE || quiet {
            return false;
        }
        self.warned = Some(now);
        true
    }

    /// Logs that warning if it is due.
    pub(crate) fn watch(&mut self, bytes: u64, now: Duration) {
        if self.is_due(bytes, now) {
            tracing::warn!(
                bytes,
                "the snapshot is past 128 MiB: limit it with --keep, or give clients a larger --max-response"
            );
        }
    }
}

/// Half of what a client takes by default.
const LARGE: u64 = 128 * 1024 * 1024;
const DAY: Duration = Duration::from_hours(24);

#[cfg(test)]
mod tests {
    use super::{DAY, Duration, LARGE, SizeWatch};

    #[test]
    fn a_large_snapshot_is_warned_of_once_a_day() {
        let (mut size, start) = (SizeWatch::default(), Duration::from_secs(5));
        assert!(!size.is_due(LARGE, start));
        assert!(size.is_due(LARGE + 1, start));
        assert!(!size.is_due(LARGE * 2, start + DAY - Duration::from_nanos(1)));
        assert!(size.is_due(LARGE * 2, start + DAY));
        assert!(!size.is_due(LARGE, start + DAY * 3));
    }
}
