//! One observation: what a record says once its escapes are undone.
//!
//! This file knows fields. Where a record begins and ends is for [`crate::wire`].

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::escape::{escape_into, escaped_len, unescape};

/// A car that a station saw: three texts, each possibly empty.
///
/// Fields hold what was meant, not what is sent: a dot is a dot. A car that was decoded
/// from a record without escapes borrows the record.
///
/// ```
/// use carwatch::Car;
/// let car = Car::new("97264836", "B.M.W", "red");
/// assert_eq!(car.to_record(), "97264836:B%2EM%2EW:red");
/// assert_eq!(Car::from_record("97264836:B%2eM%2eW:red"), Ok(car));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Car<'a> {
    /// When it was seen: opaque text, mostly decimal Unix seconds (protocol.md, Grammar).
    pub time: Cow<'a, str>,
    /// Who made it.
    pub brand: Cow<'a, str>,
    /// What colour it had.
    pub color: Cow<'a, str>,
}

impl<'a> Car<'a> {
    /// A car of these fields, which are plain text and not yet escaped.
    pub fn new(
        time: impl Into<Cow<'a, str>>,
        brand: impl Into<Cow<'a, str>>,
        color: impl Into<Cow<'a, str>>,
    ) -> Self {
        Self { time: time.into(), brand: brand.into(), color: color.into() }
    }

    /// Decodes `time:brand:color` as it stands on the wire.
    ///
    /// # Errors
    ///
    /// [`FieldCount`] if there are not exactly two `:`.
    pub fn from_record(record: &'a str) -> Result<Self, FieldCount> {
        if let Some([time, brand, color]) = crate::wire::plain_fields(record) {
            return Ok(Self::new(time, brand, color));
        }
        let mut colons = memchr::memchr_iter(b':', record.as_bytes());
        let (Some(first), Some(second), None) = (colons.next(), colons.next(), colons.next())
        else {
            let found = memchr::memchr_iter(b':', record.as_bytes()).count() + 1;
            return Err(FieldCount { found: found as u64 });
        };
        let fields = (&record[..first], &record[first + 1..second], &record[second + 1..]);
        if memchr::memchr(b'%', record.as_bytes()).is_none() {
            return Ok(Self::new(fields.0, fields.1, fields.2));
        }
        Ok(Self::new(unescape(fields.0), unescape(fields.1), unescape(fields.2)))
    }

    /// Appends the record of this car, as protocol.md's Escaping says.
    pub fn encode_into(&self, out: &mut Vec<u8>) {
        escape_into(&self.time, out);
        out.push(b':');
        escape_into(&self.brand, out);
        out.push(b':');
        escape_into(&self.color, out);
    }

    /// The length in bytes of what [`encode_into`](Self::encode_into) appends.
    #[must_use]
    pub fn encoded_len(&self) -> usize {
        escaped_len(&self.time) + escaped_len(&self.brand) + escaped_len(&self.color) + 2
    }

    /// The record of this car as text.
    #[must_use]
    pub fn to_record(&self) -> String {
        let mut out = Vec::with_capacity(self.encoded_len());
        self.encode_into(&mut out);
        String::from_utf8(out).expect("escaping maps text to text")
    }

    /// The time as whole Unix seconds, if it is a plain decimal number that fits.
    ///
    /// ```
    /// # use carwatch::Car;
    /// assert_eq!(Car::new("97264836", "", "").unix_seconds(), Some(97_264_836));
    /// assert_eq!(Car::new("today", "", "").unix_seconds(), None);
    /// ```
    #[must_use]
    pub fn unix_seconds(&self) -> Option<i64> {
        // `parse` alone would also take `+5`, which no station means as a time.
        if self.time.starts_with('+') {
            return None;
        }
        self.time.parse().ok()
    }

    /// The same car, owning its fields.
    #[must_use]
    pub fn into_owned(self) -> Car<'static> {
        Car::new(self.time.into_owned(), self.brand.into_owned(), self.color.into_owned())
    }
}

/// A record that has not exactly three fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldCount {
    /// How many it has.
    pub found: u64,
}
