//! Twelve kinds of stations: what each of them does, and what must be said of it.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::fixtures::record;
use crate::json::assert_holds;

/// The bytes a response may have.
pub(super) const MOST: u64 = 1024 * 1024;

/// How far past a limit reading may go (protocol.md).
const PAST: u64 = 64 * 1024;

const ENDLESS: &[u8] = b"97264836:endless:red.";

/// What a station is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    EndlessRecords,
    EndlessRecord,
    ByteASecond,
    ResetAfterRecords,
    FinInMidField,
    NotUtf8,
    Escapes,
    Formulas,
    Refusing,
    BlackHoled,
    ClosingAtOnce,
    Honest,
}

/// What a station that accepts does to a connection.
#[derive(Clone, Debug)]
pub(super) enum Does {
    /// Sends that, then FIN.
    Finish(Arc<[u8]>),
    /// Sends that, then RST once it was read.
    Reset(Arc<[u8]>),
    /// Sends the first once and the second for ever.
    Endless(Arc<[u8]>, Arc<[u8]>),
    /// Sends a byte of that a second.
    Drip(Arc<[u8]>),
}

impl Kind {
    pub(super) const ALL: [Self; 12] = [
        Self::EndlessRecords,
        Self::EndlessRecord,
        Self::ByteASecond,
        Self::ResetAfterRecords,
        Self::FinInMidField,
        Self::NotUtf8,
        Self::Escapes,
        Self::Formulas,
        Self::Refusing,
        Self::BlackHoled,
        Self::ClosingAtOnce,
        Self::Honest,
    ];

    /// Of the nth station.
    pub(super) fn of(nth: usize) -> Self {
        Self::ALL[nth % Self::ALL.len()]
    }

    /// What it does to a connection; nothing if it never has one.
    pub(super) fn does(self, nth: usize) -> Option<Does> {
        Some(match self {
            Self::Refusing | Self::BlackHoled => return None,
            Self::EndlessRecords => Does::Endless([].into(), ENDLESS.repeat(800).into()),
            Self::EndlessRecord => {
                Does::Endless(b"1:".as_slice().into(), vec![b'x'; 16_000].into())
            }
            Self::ByteASecond => Does::Drip(b"1:a:b.".repeat(100).into()),
            Self::ResetAfterRecords => Does::Reset(self.wire(nth)),
            _ => Does::Finish(self.wire(nth)),
        })
    }

    fn wire(self, nth: usize) -> Arc<[u8]> {
        let good: Vec<String> = self.cars(nth).iter().map(record).collect();
        let mut wire = good.join(".").into_bytes();
        match self {
            Self::ResetAfterRecords => wire.push(b'.'),
            Self::FinInMidField => wire.extend_from_slice(b".3:peu"),
            Self::NotUtf8 => wire.extend_from_slice(b".2:caf\xe9:red"),
            _ => {}
        }
        wire.into()
    }

    /// The cars that its whole records are.
    pub(super) fn cars(self, nth: usize) -> Vec<[String; 3]> {
        let car = |fields: [&str; 3]| fields.map(str::to_owned);
        let name = format!("s{nth}");
        match self {
            Self::Refusing
            | Self::BlackHoled
            | Self::ClosingAtOnce
            | Self::EndlessRecords
            | Self::EndlessRecord
            | Self::ByteASecond => Vec::new(),
            Self::ResetAfterRecords | Self::FinInMidField | Self::NotUtf8 => {
                vec![car(["1", &name, "red"]), car(["2", &name, ""])]
            }
            Self::Escapes => vec![
                car(["1", "\u{1b}[2J\u{1b}]0;owned\u{7}", &name]),
                car(["\r\n\u{9b}31m", "\u{202e}", "\u{7f}"]),
            ],
            Self::Formulas => {
                vec![car(["=1+1", &name, "@SUM(A1)"]), car(["-2+3", "+cmd|' /C calc'!A0", "\t=x"])]
            }
            Self::Honest => (0..40 + nth % 7 * 400)
                .map(|car| [car.to_string(), name.clone(), "B.M.W".to_owned()])
                .collect(),
        }
    }

    /// Panics unless the line of such a station in the report is right. `most` is how much each
    /// may send; if there is only a limit of all of them together, the deadline may come first.
    pub(super) fn check(self, nth: usize, line: &Value, most: Option<u64>) {
        let expected = match self {
            Self::EndlessRecords => return endless(line, most, Some(ENDLESS.len() as u64)),
            Self::EndlessRecord => return endless(line, most, None),
            Self::ByteASecond => return drip(line),
            Self::Refusing => nothing("refused"),
            Self::BlackHoled => nothing("connect_timeout"),
            Self::ResetAfterRecords => self.came(nth, "partial", Some("reset"), json!([])),
            Self::FinInMidField => {
                let (start, end) = self.last(nth);
                let last = json!({"index": 2, "start": start, "end": end, "reason": "too_few_fields",
                        "found": 2});
                self.came(nth, "complete", None, json!([last]))
            }
            Self::NotUtf8 => {
                let (start, end) = self.last(nth);
                let last = json!({"index": 2, "start": start, "end": end,
                    "reason": "invalid_utf8", "at": start + 5});
                self.came(nth, "complete", None, json!([last]))
            }
            Self::Escapes | Self::Formulas | Self::ClosingAtOnce | Self::Honest => {
                self.came(nth, "complete", None, json!([]))
            }
        };
        assert_holds(line, &expected, &format!("{self:?}, station {nth}"));
    }

    fn came(self, nth: usize, outcome: &str, reason: Option<&str>, rejections: Value) -> Value {
        json!({"outcome": outcome, "reason": reason, "verified": false, "attempts": 1,
            "cars": self.cars(nth).len(), "rejected": rejections.as_array().map(Vec::len),
            "bytes": self.wire(nth).len(), "rejections": rejections})
    }

    /// Where the last piece stands.
    fn last(self, nth: usize) -> (usize, usize) {
        let wire = self.wire(nth);
        let dot = wire.iter().rposition(|byte| *byte == b'.').expect("several records");
        (dot + 1, wire.len())
    }
}

fn nothing(reason: &str) -> Value {
    json!({"outcome": "failed", "reason": reason, "verified": false, "attempts": 1, "cars": 0,
        "rejected": 0, "bytes": 0, "first_byte_ms": null, "rejections": []})
}

/// `each` is the length of its records, if it has any that end.
fn endless(line: &Value, most: Option<u64>, each: Option<u64>) {
    let bytes = line["bytes"].as_u64().expect("a count");
    let mut expected = json!({"outcome": "failed", "reason": "too_large", "verified": false,
        "attempts": 1, "cars": 0, "rejected": 0, "rejections": []});
    if most.is_none() && line["reason"] == "deadline" {
        let cars = each.map_or(0, |each| bytes / each);
        let cut = each.map_or(1, |each| u64::from(!bytes.is_multiple_of(each)));
        expected = json!({"outcome": "partial", "attempts": 1, "cars": cars, "rejected": cut});
    }
    assert_holds(line, &expected, &"an endless one");
    if let Some(most) = most {
        assert!((most + 1..=most + PAST).contains(&bytes), "{line}");
    }
}

/// How many bytes came is the clock's to say; what they are follows from that.
fn drip(line: &Value) {
    let bytes = line["bytes"].as_u64().expect("a count");
    assert!(bytes > 0, "{line}");
    let (cars, cut) = (bytes / 6, u64::from(!bytes.is_multiple_of(6)));
    let cuts: Vec<Value> = (0..cut)
        .map(|_| json!({"index": cars, "start": cars * 6, "end": bytes, "reason": "cut"}))
        .collect();
    let expected = json!({"outcome": "partial", "reason": "deadline", "verified": false,
        "attempts": 1, "cars": cars, "rejected": cut, "rejections": cuts});
    assert_holds(line, &expected, &"a byte a second");
}
