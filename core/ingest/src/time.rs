//! A car's time, as detectors write it, into whole Unix seconds.
//!
//! Numbers are taken by their digits, never through a float, so none is rounded; a part of a
//! second is cut off downwards, before 1970 too. No clock and no table of time zones is read.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::Refusal;

/// How a detector writes its times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Written {
    /// As the time itself looks: a number of 12 or more digits before its decimal point is
    /// milliseconds, any other number seconds, and text RFC 3339.
    #[default]
    Auto,
    /// RFC 3339, or with a space for its `T`, or an offset without its colon.
    Rfc3339 {
        /// A time that names no offset is in UTC; else it is refused.
        or_utc: bool,
    },
    /// A number of seconds since 1970-01-01T00:00:00Z, with or without a fraction.
    Seconds,
    /// A number of milliseconds since then.
    Milliseconds,
}

/// The whole Unix seconds of a time whose own look says what it is.
pub(crate) fn unix(text: Cow<'_, str>) -> Result<Cow<'_, str>, Refusal> {
    unix_of(text, Written::Auto)
}

/// The whole Unix seconds of a time that is written as `written` says.
pub(crate) fn unix_of(text: Cow<'_, str>, written: Written) -> Result<Cow<'_, str>, Refusal> {
    let seconds = seconds(text.trim_ascii(), written)?.to_string();
    // What is whole seconds already is not copied.
    if seconds == text { Ok(text) } else { Ok(Cow::Owned(seconds)) }
}

/// The same as a number.
pub(crate) fn seconds(text: &str, written: Written) -> Result<i64, Refusal> {
    let bad = |found| Refusal::BadTime { found };
    if text.is_empty() {
        return Err(bad("empty"));
    }
    let number = Decimal::read(text);
    let (number, shift) = match (written, number) {
        (Written::Rfc3339 { or_utc }, _) => return rfc3339(text, or_utc).map_err(bad),
        (Written::Auto, None) => {
            let neither =
                |found| if found == NOT { "neither RFC 3339 nor a number" } else { found };
            return rfc3339(text, false).map_err(neither).map_err(bad);
        }
        (_, None) => return Err(bad("text where a number is needed")),
        (Written::Auto, Some(number)) if number.whole_digits() >= MILLISECONDS => (number, -3),
        (Written::Auto | Written::Seconds, Some(number)) => (number, 0),
        (Written::Milliseconds, Some(number)) => (number, -3),
    };
    number.floor(shift).ok_or(bad("a number that is out of range"))
}

/// How many digits make a number milliseconds: from 1973 on, where seconds would be the
/// year 5138.
const MILLISECONDS: i64 = 12;

fn rfc3339(text: &str, or_utc: bool) -> Result<i64, &'static str> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(floor(time));
    }
    match text.parse::<DateTime>() {
        // A date alone would do for jiff; a car has not been seen all day.
        Ok(_) if !text.contains(':') => Err("a date without a time of day"),
        Ok(time) if or_utc => match time.to_zoned(TimeZone::UTC) {
            Ok(zoned) => Ok(floor(zoned.timestamp())),
            Err(_) => Err("a date that is out of range"),
        },
        Ok(_) => Err("a date without an offset from UTC"),
        Err(_) => Err(NOT),
    }
}

const NOT: &str = "not RFC 3339";

/// The second that `time` lies in.
fn floor(time: Timestamp) -> i64 {
    // jiff rounds towards 1970.
    time.as_second() - i64::from(time.subsec_nanosecond() < 0)
}

/// A decimal number: its digits without the point, and where that stands.
#[derive(Clone, Copy)]
struct Decimal<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
    exponent: i64,
}

impl<'a> Decimal<'a> {
    /// `[-]digits[.digits][e[+-]digits]`, as JSON has it.
    fn read(text: &'a str) -> Option<Self> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            None => (rest, 0),
            Some((mantissa, exponent)) => {
                let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
                if !is_digits(digits) {
                    return None;
                }
                // Beyond what fits, only the sign matters.
                let far = if exponent.starts_with('-') { -FAR } else { FAR };
                (mantissa, exponent.parse().map_or(far, |exponent: i64| exponent.clamp(-FAR, FAR)))
            }
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
        let whole = Some(whole).filter(|digits| is_digits(digits))?.trim_start_matches('0');
        is_digits(fraction).then_some(Self { negative, whole, fraction, exponent })
    }

    /// How many digits stand before the decimal point, if it is not zero.
    fn whole_digits(&self) -> i64 {
        i64::try_from(self.whole.len()).unwrap_or(FAR).saturating_add(self.exponent)
    }

    /// The largest whole number that is not above this times ten to the power of `shift`.
    fn floor(&self, shift: i64) -> Option<i64> {
        let point = self.whole_digits().saturating_add(shift);
        let digits = self.whole.bytes().chain(self.fraction.bytes());
        let mut value = 0_i128;
        let mut cut = false;
        for (nth, digit) in (0_i64..).zip(digits.map(|digit| i128::from(digit - b'0'))) {
            if nth < point {
                value = value.checked_mul(10)?.checked_add(digit)?;
            } else {
                cut |= digit != 0;
            }
        }
        // Zeros that the exponent adds at the end.
        let written = i64::try_from(self.whole.len() + self.fraction.len()).ok()?;
        if value != 0 {
            for _ in written..point {
                value = value.checked_mul(10)?;
            }
        }
        let value = if self.negative { -value - i128::from(cut) } else { value };
        i64::try_from(value).ok()
    }
}

/// An exponent that is out of any range, and can still be added to.
const FAR: i64 = 1 << 40;

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
