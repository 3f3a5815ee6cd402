//! From when and until when: days into moments, and a clock that cannot be right.

use std::time::{SystemTime, UNIX_EPOCH};

use time::{Date, Duration, OffsetDateTime};

use crate::Error;

/// For how many days a certificate is good if nobody says.
pub const DEFAULT_DAYS: u32 = 825;

/// The time that a certificate is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    pub(crate) from: OffsetDateTime,
    pub(crate) until: OffsetDateTime,
    /// Whether it is shorter than it would be if the CA lasted longer.
    pub(crate) cut: bool,
}

impl Validity {
    /// That of a CA that begins to exist `now`: ten years.
    pub(crate) fn of_authority(now: SystemTime) -> Result<Self, Error> {
        let now = moment(now)?;
        Ok(Self { from: now - SKEW, until: now + Duration::days(AUTHORITY_DAYS), cut: false })
    }

    /// So many `days` from `now` under a CA that is good for `authority`.
    pub(crate) fn below(
        authority: &Self,
        days: Option<u32>,
        now: SystemTime,
    ) -> Result<Self, Error> {
        let now = moment(now)?;
        let (asked, wanted) = (days.is_some(), days.unwrap_or(DEFAULT_DAYS));
        some_days(wanted)?;
        let rest = authority.until - now;
        let cut = rest < Duration::days(wanted.into());
        if asked && cut {
            let rest = rest.whole_days();
            return Err(Error::Asked(format!(
                "{wanted} days are more than the CA lasts, which is {rest} days from now"
            )));
        }
        let until = if cut { authority.until } else { now + Duration::days(wanted.into()) };
        Ok(Self { from: (now - SKEW).max(authority.from), until, cut })
    }

    /// The day on which it ends, by UTC.
    pub(crate) fn last_day(&self) -> Date {
        self.until.date()
    }
}

/// # Errors
///
/// No day at all.
pub(crate) fn some_days(days: u32) -> Result<(), Error> {
    match days {
        0 => Err(Error::Asked("a certificate is good for a day at least, not for 0".into())),
        _ => Ok(()),
    }
}

/// `now` to the second.
///
/// # Errors
///
/// A clock that was never set: certificates would have ended before anybody used them.
pub(crate) fn moment(now: SystemTime) -> Result<OffsetDateTime, Error> {
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    let moment = i64::try_from(since.as_secs())
        .ok()
        .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
    match moment {
        Some(moment) if SANE.contains(&moment.year()) => Ok(moment),
        _ => {
            let date = moment.map(|moment| format!(" ({})", moment.date())).unwrap_or_default();
            Err(Error::Asked(format!("the clock of this machine is wrong{date}; set it first")))
        }
    }
}

/// So far may the clock of whoever verifies be behind: a wrong time zone, and a little.
const SKEW: Duration = Duration::days(1);

/// Ten years, with as many days as leap years can add to them.
const AUTHORITY_DAYS: i64 = 3653;

/// Before lies what machines without a battery believe, after it no year of four digits.
const SANE: std::ops::Range<i32> = 2024..9900;
