//! The two kinds of time, kept apart: [`Instant`] decides, [`Unix`] is data.
//!
//! Neither can be read here. Whoever owns a clock passes its value in.

use core::fmt;
use core::ops::Add;
use core::time::Duration;

/// A point on a monotonic clock, in nanoseconds since an epoch that the driver chose.
///
/// Only differences mean anything. Arithmetic saturates, so a time-out of years is
/// simply one that never comes.
///
/// ```
/// use carwatch::time::Instant;
/// use core::time::Duration;
/// let start = Instant::from_nanos(5);
/// assert_eq!((start + Duration::from_secs(1)).since(start), Duration::from_secs(1));
/// assert_eq!(start.since(start + Duration::from_secs(1)), Duration::ZERO);
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(u64);

impl Instant {
    /// Later than everything: a deadline that never fires.
    pub const NEVER: Self = Self(u64::MAX);

    /// The point `nanos` nanoseconds after the driver's epoch.
    #[must_use]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Nanoseconds since the driver's epoch.
    #[must_use]
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// The time that passed since `earlier`, zero if it lies ahead.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    fn add(self, delay: Duration) -> Self {
        let nanos = u64::try_from(delay.as_nanos()).unwrap_or(u64::MAX);
        Self(self.0.saturating_add(nanos))
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::NEVER {
            f.write_str("never")
        } else {
            write!(f, "{:?}", Duration::from_nanos(self.0))
        }
    }
}

/// A point on the wall clock: milliseconds since 1970-01-01T00:00:00Z, as every time of
/// ours is stored. Wall clocks jump, so nothing waits for one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unix(i64);

impl Unix {
    /// The point `millis` milliseconds after the Unix epoch.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// The time from `earlier` to this one by the wall clock, zero if `earlier` lies ahead.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        let millis = self.0.saturating_sub(earlier.0);
        // Nothing is as long as nothing: a mutant that asks for `>=` lives.
        Duration::from_millis(if millis > 0 { millis.unsigned_abs() } else { 0 })
    }
}
