//! Times of every form, and the laws they share.

use std::borrow::Cow;

use jiff::Timestamp;
use proptest::prelude::*;

use super::{Written, seconds, unix};
use crate::Refusal;

const RFC: Written = Written::Rfc3339 { or_utc: false };
const UTC: Written = Written::Rfc3339 { or_utc: true };

#[test]
fn every_form_by_its_look() {
    for (text, expected) in [
        ("97264836", 97_264_836),
        ("0", 0),
        ("-1", -1),
        ("-0", 0),
        ("007", 7),
        ("1607123955.475377", 1_607_123_955),
        ("-0.5", -1),
        ("-1.0", -1),
        ("1.6071239554e9", 1_607_123_955),
        ("16E8", 1_600_000_000),
        ("5e-1", 0),
        ("-5e-99999999999999999999", -1),
        ("0e99999999999999999999", 0),
        ("1562681121504", 1_562_681_121),
        ("-100000000001", -100_000_001),
        ("99999999999", 99_999_999_999),
        ("100000000000", 100_000_000),
        ("000000000012345", 12_345),
        (" 12\t", 12),
        ("2021-10-27T06:20:43Z", 1_635_315_643),
        ("2021-10-27T06:20:43.970337Z", 1_635_315_643),
        ("2021-10-27 06:20:43.970337+00:00", 1_635_315_643),
        ("2021-10-27 08:20:43.970337+0200", 1_635_315_643),
        ("2021-10-27t06:20:43z", 1_635_315_643),
        ("1969-12-31T23:59:59.5Z", -1),
        ("1969-12-31T23:59:58.000000001Z", -2),
        ("2016-12-31T23:59:60Z", 1_483_228_799),
    ] {
        assert_eq!(seconds(text.trim_ascii(), Written::Auto), Ok(expected), "{text}");
        let read = unix(Cow::Borrowed(text)).map(Cow::into_owned);
        assert_eq!(read, Ok(expected.to_string()), "{text}");
    }
}

#[test]
fn a_format_that_is_named_is_the_only_one() {
    assert_eq!(seconds("5", Written::Milliseconds), Ok(0));
    assert_eq!(seconds("-5", Written::Milliseconds), Ok(-1));
    assert_eq!(seconds("1562681121504.9", Written::Milliseconds), Ok(1_562_681_121));
    assert_eq!(seconds("1562681121504", Written::Seconds), Ok(1_562_681_121_504));
    assert_eq!(seconds("2021-10-27 06:20:43.9", UTC), Ok(1_635_315_643));
    for (text, written, found) in [
        ("1562681121", RFC, "not RFC 3339"),
        ("2021-10-27T06:20:43Z", Written::Seconds, "text where a number is needed"),
        ("2021-10-27T06:20:43Z", Written::Milliseconds, "text where a number is needed"),
        ("2021-10-27 06:20:43.9", RFC, "a date without an offset from UTC"),
        ("2021-10-27 06:20:43.9", Written::Auto, "a date without an offset from UTC"),
        ("2021-10-27", UTC, "a date without a time of day"),
        ("2021-13-27T06:20:43Z", Written::Auto, "neither RFC 3339 nor a number"),
        ("today", Written::Auto, "neither RFC 3339 nor a number"),
        ("", Written::Auto, "empty"),
        (" ", Written::Auto, "neither RFC 3339 nor a number"),
        ("9223372036854775808", Written::Seconds, "a number that is out of range"),
        ("1e99999999999999999999", Written::Auto, "a number that is out of range"),
        ("nan", Written::Auto, "neither RFC 3339 nor a number"),
        ("1.", Written::Auto, "neither RFC 3339 nor a number"),
        (".5", Written::Auto, "neither RFC 3339 nor a number"),
        ("1e", Written::Auto, "neither RFC 3339 nor a number"),
        ("+5", Written::Auto, "neither RFC 3339 nor a number"),
        ("--5", Written::Auto, "neither RFC 3339 nor a number"),
    ] {
        assert_eq!(seconds(text, written), Err(Refusal::BadTime { found }), "{text}");
    }
    assert_eq!(unix(Cow::Borrowed(" ")), Err(Refusal::BadTime { found: "empty" }));
}

#[test]
fn whole_seconds_are_not_copied() {
    assert!(matches!(unix(Cow::Borrowed("97264836")), Ok(Cow::Borrowed("97264836"))));
}

proptest! {
    /// What is written from a second comes back as that second, whatever the form and
    /// whatever part of a second is added.
    #[test]
    fn every_form_comes_back(second in any::<i64>(), part in 0_u32..1000) {
        prop_assert_eq!(seconds(&second.to_string(), Written::Seconds), Ok(second));
        // Upwards from a negative second the number gets smaller.
        let millis = i128::from(second) * 1000 + i128::from(part);
        prop_assert_eq!(seconds(&millis.to_string(), Written::Milliseconds), Ok(second));
        let sign = if millis < 0 { "-" } else { "" };
        let size = millis.unsigned_abs();
        let float = format!("{sign}{}.{:03}", size / 1000, size % 1000);
        prop_assert_eq!(seconds(&float, Written::Seconds), Ok(second), "{}", float);
        let shifted = format!("{millis}e-3");
        prop_assert_eq!(seconds(&shifted, Written::Seconds), Ok(second), "{}", shifted);
    }

    /// By its look, too, wherever the look is not ambiguous.
    #[test]
    fn auto_agrees(second in 0_i64..100_000_000_000, part in 0_i64..1000) {
        prop_assert_eq!(seconds(&second.to_string(), Written::Auto), Ok(second));
        prop_assert_eq!(seconds(&format!("{second}.{part:03}"), Written::Auto), Ok(second));
        if second >= 100_000_000 {
            prop_assert_eq!(seconds(&format!("{second}{part:03}"), Written::Auto), Ok(second));
        }
    }

    /// RFC 3339 in every offset, with `T` and with a space.
    #[test]
    fn dates_come_back(
        second in -62_000_000_000_i64..=250_000_000_000,
        nanos in 0_i32..1_000_000_000,
        offset in -14 * 60_i64..=14 * 60,
    ) {
        let local = Timestamp::from_second(second + offset * 60).unwrap().to_string();
        let local = local.trim_end_matches('Z');
        let (sign, size) = if offset < 0 { ('-', -offset) } else { ('+', offset) };
        let (hours, minutes) = (size / 60, size % 60);
        for colon in [":", ""] {
            let text = format!("{local}.{nanos:09}{sign}{hours:02}{colon}{minutes:02}");
            prop_assert_eq!(seconds(&text, RFC), Ok(second), "{}", &text);
            prop_assert_eq!(seconds(&text.replace('T', " "), Written::Auto), Ok(second));
        }
        let local = format!("{local}.{nanos:09}");
        prop_assert_eq!(seconds(&local, UTC), Ok(second + offset * 60));
    }

    #[test]
    fn never_panics(text in "\\PC{0,24}", digits in "[-+0-9eE.:TZ ]{0,40}") {
        for written in [Written::Auto, RFC, UTC, Written::Seconds, Written::Milliseconds] {
            let _ = seconds(&text, written);
            let _ = seconds(&digits, written);
        }
    }
}
