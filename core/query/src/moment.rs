//! Times, as a reader writes them, and the day that clock times are of.

use std::cmp::Ordering;
use std::fmt;
use std::ops::Range;

use crate::values::{Interval, Point};

/// A day in UTC: what `06:40` is on. The page takes it from the capture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    /// Days since 1970-01-01.
    number: i64,
}

/// A time in a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Moment {
    /// Unix seconds.
    Unix(i64),
    /// `06:40`, a whole minute: minutes since midnight, at most 1,440 (`24:00`, which is
    /// where a day ends).
    Minute(u32),
    /// `06:40:30`: seconds since midnight, at most 86,400.
    Second(u32),
}

impl Day {
    /// The day of a time in Unix seconds.
    ///
    /// ```
    /// # use carwatch_query::Day;
    /// assert_eq!(Day::of(86_399), Day::default());
    /// assert!(Day::of(-1) < Day::default());
    /// ```
    #[must_use]
    pub const fn of(unix_seconds: i64) -> Self {
        Self { number: unix_seconds.div_euclid(DAY) }
    }

    /// How a range of Unix seconds is written shortly: in whole minutes or seconds of this
    /// day, or in Unix seconds if it is not all in it.
    ///
    /// ```
    /// # use carwatch_query::Day;
    /// let day = Day::of(97_264_836);
    /// assert_eq!(day.range(97_264_800..97_265_400), "18:00..18:10");
    /// assert_eq!(day.range(97_264_836..97_265_400), "18:00:36..18:10:00");
    /// assert_eq!(day.range(0..97_265_400), "0..97265400");
    /// ```
    #[must_use]
    pub fn range(self, unix_seconds: Range<i64>) -> String {
        let clock = |time: i64| {
            let since = i128::from(time) - self.midnight();
            u32::try_from(since).ok().filter(|since| i64::from(*since) <= DAY)
        };
        let Range { start, end } = unix_seconds;
        let (from, until) = match (clock(start), clock(end)) {
            (Some(from), Some(until)) if from % 60 == 0 && until % 60 == 0 => {
                (Moment::Minute(from / 60), Moment::Minute(until / 60))
            }
            (Some(from), Some(until)) => (Moment::Second(from), Moment::Second(until)),
            _ => (Moment::Unix(start), Moment::Unix(end)),
        };
        format!("{from}..{until}")
    }

    fn midnight(self) -> i128 {
        i128::from(self.number) * i128::from(DAY)
    }
}

impl Point for Moment {
    fn read(text: &str) -> Option<Self> {
        if !text.contains(':') {
            // As `Car::unix_seconds`, which takes no `+5` for a time either.
            return if text.starts_with('+') { None } else { text.parse().ok().map(Self::Unix) };
        }
        let mut parts = text.split(':').map(two_digits);
        let (hours, minutes) = (parts.next()??, parts.next()??);
        let seconds = parts.next().map_or(Some(None), |seconds| seconds.map(Some))?;
        let time = hours * 3600 + minutes * 60 + seconds.unwrap_or(0);
        if parts.next().is_some() || minutes > 59 || seconds > Some(59) || i64::from(time) > DAY {
            return None;
        }
        Some(seconds.map_or(Self::Minute(time / 60), |_| Self::Second(time)))
    }

    fn interval(self, day: Day) -> Interval {
        let (start, length) = match self {
            Self::Unix(time) => (i128::from(time), 1),
            Self::Minute(minutes) => (day.midnight() + i128::from(minutes) * 60, 60),
            Self::Second(seconds) => (day.midnight() + i128::from(seconds), 1),
        };
        Interval { start, end: start + length }
    }

    fn compare(self, other: Self) -> Option<Ordering> {
        let is_unix = |moment| matches!(moment, Self::Unix(_));
        let start = |moment: Self| moment.interval(Day::default()).start;
        (is_unix(self) == is_unix(other)).then(|| start(self).cmp(&start(other)))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Unix(time) => time.fmt(f),
            Self::Minute(minutes) => write!(f, "{:02}:{:02}", minutes / 60, minutes % 60),
            Self::Second(s) => write!(f, "{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60),
        }
    }
}

/// One digit or two; `6:40` is as clear as `06:40`.
fn two_digits(text: &str) -> Option<u32> {
    let is_number = matches!(text.len(), 1 | 2) && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

/// Seconds of a day. UTC as Unix counts it knows no other.
const DAY: i64 = 86_400;
