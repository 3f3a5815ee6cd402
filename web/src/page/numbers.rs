//! Numbers, sizes and times, as the page writes them (viewer.md, Words and numbers).

use wasm_bindgen::JsValue;

/// In groups: 4,725.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (nth, digit) in digits.chars().enumerate() {
        if nth > 0 && (digits.len() - nth).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number and what it counts.
pub(crate) fn count(number: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// Short above 100,000: 3.14 M.
pub(crate) fn short(number: u64) -> String {
    let float = number as f64;
    match number {
        0..100_000 => grouped(number),
        100_000..1_000_000 => format!("{:.0} k", float / 1e3),
        1_000_000..10_000_000 => format!("{:.2} M", float / 1e6),
        10_000_000..100_000_000 => format!("{:.1} M", float / 1e6),
        100_000_000..1_000_000_000 => format!("{:.0} M", float / 1e6),
        _ => format!("{:.2} G", float / 1e9),
    }
}

/// A size in bytes, KiB, MiB or GiB.
pub(crate) fn size(bytes: u64) -> String {
    let float = bytes as f64;
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{:.1} KiB", float / 1024.0),
        1_048_576..1_073_741_824 => format!("{:.1} MiB", float / 1_048_576.0),
        _ => format!("{:.2} GiB", float / 1_073_741_824.0),
    }
}

/// A size for a narrow column.
pub(crate) fn short_size(bytes: u64) -> String {
    size(bytes).replace("iB", "").replace(" B", "")
}

/// How long, from milliseconds.
pub(crate) fn took(ms: f64) -> String {
    if ms < 100.0 {
        format!("{ms:.1} ms")
    } else if ms < 1000.0 {
        format!("{ms:.0} ms")
    } else if ms < 10_000.0 {
        format!("{:.2} s", ms / 1000.0)
    } else {
        format!("{:.1} s", ms / 1000.0)
    }
}

/// Date and time of Unix seconds in UTC: `2026-11-22 06:40:30`; nothing where there is no such
/// date.
pub(crate) fn utc(seconds: i64) -> String {
    let date = js_sys::Date::new(&JsValue::from_f64(seconds as f64 * 1000.0));
    if date.get_time().is_nan() {
        return String::new();
    }
    let text = String::from(date.to_iso_string());
    text.replace('T', " ").trim_end_matches('Z').trim_end_matches(".000").to_owned()
}

/// The time of day of Unix seconds in UTC: `06:40:30`.
pub(crate) fn clock(seconds: i64) -> String {
    let day = seconds.rem_euclid(86_400);
    format!("{:02}:{:02}:{:02}", day / 3600, day / 60 % 60, day % 60)
}

/// The same without the seconds where there are none.
pub(crate) fn short_clock(seconds: i64) -> String {
    let text = clock(seconds);
    text.strip_suffix(":00").map_or(text.clone(), ToOwned::to_owned)
}

/// Seconds in words: `1 min`, `30 s`, `2 h`.
pub(crate) fn seconds(seconds: u64) -> String {
    match seconds {
        s if s >= 86_400 && s.is_multiple_of(86_400) => count(s / 86_400, "day"),
        s if s >= 3600 && s.is_multiple_of(3600) => format!("{} h", s / 3600),
        s if s >= 60 && s.is_multiple_of(60) => format!("{} min", s / 60),
        s => format!("{s} s"),
    }
}
