//! A car from a JSON object: keys time/timestamp, brand/make, color/colour.
//!
//! Of two keys for one field the first named here wins, unless it is null. Strings are
//! taken as they are, numbers as their exact source text. A null, or no brand or colour
//! at all, is an empty field: a detector does not always know. But an object without any
//! time key is something else than a sighting (a status message, say) and is refused.

use std::borrow::Cow;
use std::fmt;

use carwatch::Car;
use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::Refusal;

/// Reads one line.
pub(crate) fn car(line: &str) -> Result<Car<'_>, Refusal> {
    let object = line.trim_ascii_start();
    if !object.starts_with('{') {
        return Err(match serde_json::from_str::<IgnoredAny>(line) {
            Ok(_) => Refusal::NotAnObject { found: kind(object) },
            Err(error) => bad_json(&error, 0),
        });
    }
    let members: Members<'_> = serde_json::from_str(line).map_err(|error| bad_json(&error, 0))?;
    let [time, timestamp, ..] = members.0;
    if time.or(timestamp).is_none() {
        return Err(Refusal::NoTime);
    }
    let field = |first: usize| {
        for nth in [first, first + 1] {
            match members.0[nth].map(RawValue::get) {
                None | Some("null") => {}
                Some(value) => return text(KEYS[nth], value, line),
            }
        }
        Ok(Cow::Borrowed(""))
    };
    Ok(Car::new(field(0)?, field(2)?, field(4)?))
}

/// Pairs of keys for time, brand and color.
const KEYS: [&str; 6] = ["time", "timestamp", "brand", "make", "color", "colour"];

/// The values of [`KEYS`], each as it stands in the line; the last of equal keys counts,
/// as with most parsers.
struct Members<'a>([Option<&'a RawValue>; KEYS.len()]);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
        let mut members = Members([None; KEYS.len()]);
        while let Some(Text(found)) = map.next_key()? {
            match KEYS.iter().position(|key| *key == found) {
                Some(nth) => members.0[nth] = Some(map.next_value()?),
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(members)
    }
}

/// A JSON string, borrowed where it holds no escape.
#[derive(Deserialize)]
pub(crate) struct Text<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

/// The text of a value that stands in `line`.
pub(crate) fn text<'a>(
    key: &'static str,
    value: &'a str,
    line: &str,
) -> Result<Cow<'a, str>, Refusal> {
    // Only the difference of the addresses is used: `value` is a part of `line`.
    let before = value.as_ptr().addr() - line.as_ptr().addr();
    match value.as_bytes().first() {
        Some(b'"') => match serde_json::from_str::<Text<'a>>(value) {
            Ok(Text(text)) => Ok(text),
            Err(error) => Err(bad_json(&error, before)),
        },
        Some(b'-' | b'0'..=b'9') => Ok(Cow::Borrowed(value)),
        _ => Err(Refusal::NotText { key, found: kind(value), column: before + 1 }),
    }
}

/// What a JSON value is, by its first byte.
pub(crate) fn kind(value: &str) -> &'static str {
    match value.as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        _ => "a number",
    }
}

pub(crate) fn bad_json(error: &serde_json::Error, before: usize) -> Refusal {
    let words = error.to_string();
    let what = words.split(" at line ").next().unwrap_or_default().to_owned();
    Refusal::BadJson { column: before + error.column(), what }
}
