use proptest::prelude::*;

use super::*;

/// What Hive, Spark and DuckDB make of the folder's name.
fn unescaped(folder: &str) -> String {
    let value = folder.strip_prefix(STATION).expect("a station's folder");
    let mut text = String::new();
    let mut rest = value.chars();
    while let Some(c) = rest.next() {
        if c != '%' {
            text.push(c);
            continue;
        }
        let code: String = rest.by_ref().take(2).collect();
        text.push(char::from(u8::from_str_radix(&code, 16).expect("two hex digits")));
    }
    text
}

#[test]
fn names_that_would_lead_elsewhere() {
    for (name, folder) in [
        ("gate", "station=gate"),
        ("a/b", "station=a%2Fb"),
        ("..", "station=.."),
        ("../../etc", "station=..%2F..%2Fetc"),
        ("date=x", "station=date%3Dx"),
        ("100%", "station=100%25"),
        ("%2F", "station=%252F"),
        ("my gate", "station=my gate"),
        ("a\0b\n\u{1b}\u{7f}", "station=a%00b%0A%1B%7F"),
        ("*?[a]{b}^\\\"'#", "station=%2A%3F%5Ba%5D%7Bb}%5E%5C%22%27%23"),
        ("Brücke\u{85}", "station=Brücke\u{85}"),
        ("__HIVE_DEFAULT_PARTITION__", "station=%5F_HIVE_DEFAULT_PARTITION__"),
        ("NULL", "station=%4EULL"),
        ("nullable", "station=nullable"),
        ("", "station="),
    ] {
        assert_eq!(station_folder(name), folder);
        assert_eq!(unescaped(folder), name);
    }
}

#[test]
fn a_long_name_is_cut_where_neither_a_character_nor_an_escape_is() {
    assert_eq!(station_folder(&"x".repeat(247)), format!("station={}", "x".repeat(247)));
    for unit in ["x", "é", "/", "𝄞", "x/é"] {
        for length in 80..300 {
            let name = unit.repeat(length);
            let folder = station_folder(&name);
            assert!(folder.len() <= LONGEST, "{folder}");
            let shown = folder.rsplit_once('~').map_or(&*folder, |(shown, _)| shown);
            assert!(name.starts_with(&unescaped(shown)), "{folder}");
        }
    }
    let (a, b) = ("x".repeat(300) + "a", "x".repeat(300) + "b");
    assert_ne!(station_folder(&a), station_folder(&b));
}

#[test]
fn days() {
    const FIRST_SECOND: i64 = -62_135_596_800;
    const LAST_SECOND: i64 = 253_402_300_799;
    for (unix, folder) in [
        (Some(0), "date=1970-01-01"),
        (Some(86_399), "date=1970-01-01"),
        (Some(86_400), "date=1970-01-02"),
        (Some(-1), "date=1969-12-31"),
        (Some(951_782_400), "date=2000-02-29"),
        (Some(FIRST_SECOND), "date=0001-01-01"),
        (Some(FIRST_SECOND - 1), "date=unknown"),
        (Some(LAST_SECOND), "date=9999-12-31"),
        (Some(LAST_SECOND + 1), "date=unknown"),
        (Some(i64::MIN), "date=unknown"),
        (Some(i64::MAX), "date=unknown"),
        (None, "date=unknown"),
    ] {
        assert_eq!(date_folder(unix), folder, "{unix:?}");
    }
}

proptest! {
    #[test]
    fn a_name_is_one_folder_and_comes_back(name in any::<String>()) {
        let folder = station_folder(&name);
        prop_assert!(!folder.contains('/') && !folder.contains('\0'));
        prop_assert!(folder.len() <= LONGEST);
        if !folder.contains('~') {
            prop_assert_eq!(unescaped(&folder), name);
        }
    }

    #[test]
    fn a_day_has_86400_seconds(day_number in FIRST..=LAST, second in 0..SECONDS) {
        let unix = i64::from(day_number) * SECONDS + second;
        prop_assert_eq!(day(unix), Some(day_number));
        prop_assert_ne!(date_folder(Some(unix)), "date=unknown");
    }
}
