use std::time::Duration;

use super::{duration, size};

#[test]
fn durations_are_exact_in_every_unit() {
    for (text, millis) in [
        ("250ms", 250),
        ("10s", 10_000),
        ("5m", 300_000),
        ("1h", 3_600_000),
        ("7d", 604_800_000),
        ("0s", 0),
        ("0.25s", 250),
        ("1.5m", 90_000),
        ("007s", 7_000),
    ] {
        assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
    }
    assert_eq!(duration("0.000001ms"), Ok(Duration::from_nanos(1)));
    assert_eq!(duration("1.0000000019s"), Ok(Duration::new(1, 1)));
    assert_eq!(duration("18446744073709551615s"), Ok(Duration::from_secs(u64::MAX)));
}

#[test]
fn a_bare_number_is_told_which_units_there_are() {
    let said = duration("10").unwrap_err();
    for unit in ["ms", "s", "m", "h", "d"] {
        assert!(said.contains(unit), "{said}");
    }
}

#[test]
fn what_is_no_duration_is_refused() {
    for text in [
        "", "s", ".5s", "5.s", "1..2s", "1.2.3s", "-1s", "+1s", "1 s", " 1s", "1s ", "1S", "1sec",
        "1e3s", "1_0s", "٣s",
    ] {
        assert!(duration(text).is_err(), "{text:?}");
    }
    for text in ["18446744073709551616s", "99999999999999999999999999999999999999999999d"] {
        assert_eq!(duration(text), Err("too long a duration".into()), "{text}");
    }
}

#[test]
fn sizes_are_exact_in_every_unit() {
    for (text, bytes) in [
        ("0", 0),
        ("512", 512),
        ("512B", 512),
        ("64KiB", 65_536),
        ("256MiB", 268_435_456),
        ("1GiB", 1_073_741_824),
        ("2TiB", 2_199_023_255_552),
        ("1.5KiB", 1536),
        ("18446744073709551615", u64::MAX),
    ] {
        assert_eq!(size(text), Ok(bytes), "{text}");
    }
}

#[test]
fn what_is_no_size_is_refused() {
    for text in ["", "KiB", "1KB", "1kib", "1 KiB", "-1", "1.B", "0x10"] {
        assert!(size(text).is_err(), "{text:?}");
    }
    for text in
        ["18446744073709551616", "16777216TiB", "99999999999999999999999999999999999999999999GiB"]
    {
        assert_eq!(size(text), Err("too large a size".into()), "{text}");
    }
}
