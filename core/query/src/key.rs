//! The words and signs of the language that have a meaning: keys, operators, and what `is:` takes.

use std::fmt;

/// What a term is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// Who made the car.
    Brand,
    /// Its colour; also written `colour`.
    Color,
    /// The station that sent it.
    Station,
    /// When it was seen.
    Time,
    /// Where its record stands in the station's answer.
    Bytes,
    /// The chunk its record came in.
    Chunk,
    /// How it arrived: see [`Is`].
    Is,
}

/// The keys whose values are texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// [`Key::Brand`].
    Brand,
    /// [`Key::Color`].
    Color,
    /// [`Key::Station`].
    Station,
}

/// What `is:` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Is {
    /// A record that is no car; also written `error`.
    Rejected,
    /// The last car of an unverified answer, which may have been cut (protocol.md, Continuity).
    Provisional,
    /// From an answer that is partial.
    Partial,
    /// Sent with an escape (protocol.md, Escaping).
    Escaped,
    /// A car whose time is no number of seconds.
    NoClock,
}

/// What stands between a key and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// `:`, for every key.
    Colon,
    /// `>`, for numbers and times, as the next three.
    Past,
    /// `>=`
    From,
    /// `<`
    Before,
    /// `<=`
    UpTo,
    /// `=`, which no key takes: it is read only to be explained.
    Equals,
}

impl Key {
    /// Every key, in the order in which people are told them.
    pub const ALL: [Self; 7] =
        [Self::Brand, Self::Color, Self::Station, Self::Time, Self::Bytes, Self::Chunk, Self::Is];

    /// The key of this name, in any case.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let is = |key: &Self| name.eq_ignore_ascii_case(key.as_str());
        let other = name.eq_ignore_ascii_case("colour").then_some(Self::Color);
        Self::ALL.into_iter().find(is).or(other)
    }

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Brand => "brand",
            Self::Color => "color",
            Self::Station => "station",
            Self::Time => "time",
            Self::Bytes => "bytes",
            Self::Chunk => "chunk",
            Self::Is => "is",
        }
    }
}

impl From<Field> for Key {
    fn from(field: Field) -> Self {
        match field {
            Field::Brand => Self::Brand,
            Field::Color => Self::Color,
            Field::Station => Self::Station,
        }
    }
}

impl Is {
    /// Every value, in the order in which people are told them.
    pub const ALL: [Self; 5] =
        [Self::Rejected, Self::Provisional, Self::Partial, Self::Escaped, Self::NoClock];

    /// The value of this name, in any case.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let is = |value: &Self| name.eq_ignore_ascii_case(value.as_str());
        let other = name.eq_ignore_ascii_case("error").then_some(Self::Rejected);
        Self::ALL.into_iter().find(is).or(other)
    }

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rejected => "rejected",
            Self::Provisional => "provisional",
            Self::Partial => "partial",
            Self::Escaped => "escaped",
            Self::NoClock => "no-clock",
        }
    }
}

impl Op {
    /// The operator that `text` begins with, the longest one.
    pub(crate) fn at_the_start_of(text: &str) -> Option<Self> {
        let all = [Self::From, Self::UpTo, Self::Colon, Self::Past, Self::Before, Self::Equals];
        all.into_iter().find(|op| text.starts_with(op.as_str()))
    }

    /// As it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Colon => ":",
            Self::Past => ">",
            Self::From => ">=",
            Self::Before => "<",
            Self::UpTo => "<=",
            Self::Equals => "=",
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Is {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
