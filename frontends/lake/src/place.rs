//! What the folder of a partition is called. This file knows names and nothing of disks.

use jiff::ToSpan;
use jiff::civil::{Date, date};

/// The folder of a station's parts: `station=` and its name, escaped as Hive escapes the value
/// of a partition, which is what readers undo: `%` and two hex digits for control characters and
/// for `"#%'*/:=?\{[]^`. So no name leads out of the folder, and none is taken for a pattern.
///
/// Two things are ours. A name that readers take for a null (`__HIVE_DEFAULT_PARTITION__`, and
/// `NULL` for DuckDB) has its first character escaped. And a folder's name has at most 255
/// bytes: a longer one is cut, and a hash of the whole stands in the place of the rest. Whoever
/// wants such a name reads the column `station`, which always has the whole of it.
///
/// ```
/// use carwatch_lake::station_folder;
/// assert_eq!(station_folder("10.0.0.5:8000"), "station=10.0.0.5%3A8000");
/// assert_eq!(station_folder("../etc"), "station=..%2Fetc");
/// assert_eq!(station_folder("null"), "station=%6Eull");
/// assert_eq!(station_folder(&"x".repeat(300)).len(), 255);
/// ```
#[must_use]
pub fn station_folder(name: &str) -> String {
    let mut folder = String::from(STATION);
    // After how many bytes it can be cut, and the hash still follows.
    let mut cut = folder.len();
    for (index, c) in name.chars().enumerate() {
        if is_escaped(c) || (index == 0 && is_null(name)) {
            // Only ASCII is escaped, as readers turn each escape into one character.
            folder.push_str(&format!("%{:02X}", u32::from(c)));
        } else {
            folder.push(c);
        }
        if folder.len() <= LONGEST - HASH {
            cut = folder.len();
        }
    }
    if folder.len() > LONGEST {
        folder.truncate(cut);
        folder.push_str(&format!("~{:016x}", fnv(name.as_bytes())));
    }
    folder
}

/// The folder of a day's parts within a station's: `date=2026-11-22`, or `date=unknown` where a
/// car's time is no number, or lies outside the years 1 to 9999.
///
/// ```
/// use carwatch_lake::date_folder;
/// assert_eq!(date_folder(Some(97_264_836)), "date=1973-01-30");
/// assert_eq!(date_folder(Some(-1)), "date=1969-12-31");
/// assert_eq!(date_folder(Some(i64::MAX)), "date=unknown");
/// assert_eq!(date_folder(None), "date=unknown");
/// ```
#[must_use]
pub fn date_folder(unix: Option<i64>) -> String {
    folder_of_day(unix.and_then(day))
}

/// The UTC day that a time lies in, in days since 1970-01-01.
pub(crate) fn day(unix: i64) -> Option<i32> {
    let day = i32::try_from(unix.div_euclid(SECONDS)).ok()?;
    (FIRST..=LAST).contains(&day).then_some(day)
}

pub(crate) fn folder_of_day(day: Option<i32>) -> String {
    // Not by `jiff::Timestamp`, which ends a few hours before the year 9999 does.
    let date: Option<Date> = day.and_then(|day| date(1970, 1, 1).checked_add(day.days()).ok());
    date.map_or_else(|| format!("{DATE}unknown"), |date| format!("{DATE}{date}"))
}

const fn is_escaped(c: char) -> bool {
    matches!(c, '\0'..='\x1f' | '\x7f' | '"' | '#' | '%' | '\'' | '*' | '/' | ':' | '=' | '?')
        || matches!(c, '\\' | '{' | '[' | ']' | '^')
}

fn is_null(name: &str) -> bool {
    name == "__HIVE_DEFAULT_PARTITION__" || name.eq_ignore_ascii_case("null")
}

/// FNV-1a, 64 bits: the same on every machine, as all of them name the same folder.
pub(crate) fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

pub(crate) const STATION: &str = "station=";
pub(crate) const DATE: &str = "date=";
/// The longest name of a file or folder, in bytes, on every file system in use.
const LONGEST: usize = 255;
/// The tilde and the hash.
const HASH: usize = 17;
const SECONDS: i64 = 86_400;
/// 0001-01-01 and 9999-12-31.
const FIRST: i32 = -719_162;
const LAST: i32 = 2_932_896;

#[cfg(test)]
mod tests;
