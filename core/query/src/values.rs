//! Values that have an order: numbers, times, and ranges of them.

use std::cmp::Ordering;
use std::fmt;

use crate::Day;
use crate::key::Op;

/// What a term of `time`, `bytes` or `chunk` asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Values<P> {
    /// `:` and one of these; at least one.
    AnyOf(Vec<Item<P>>),
    /// `>`
    Past(P),
    /// `>=`
    From(P),
    /// `<`
    Before(P),
    /// `<=`
    UpTo(P),
}

/// One of the values after a `:`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Item<P> {
    /// This one.
    One(P),
    /// `from..until`: the first included, the second not. A missing end is open; one of the
    /// two is there.
    Range(Option<P>, Option<P>),
}

/// A number or a time: something that begins, lasts, and ends.
///
/// So `06:40` is a minute and `112` one byte; `>` is past its end, and `a..b` reaches from
/// the beginning of the one to the beginning of the other.
pub trait Point: Copy + PartialEq + fmt::Display {
    /// The value that `text` is.
    #[doc(hidden)]
    fn read(text: &str) -> Option<Self>;
    /// Where it lies, on `day` if it does not say so itself.
    fn interval(self, day: Day) -> Interval;
    /// How two compare, if that is known without a day.
    #[doc(hidden)]
    fn compare(self, other: Self) -> Option<Ordering>;
}

/// From a number up to another, which is not included.
///
/// The numbers are wide enough that the end of the last `u64` or `i64` is one too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Interval {
    /// The first number of it.
    pub start: i128,
    /// The first number that is past it.
    pub end: i128,
}

impl Interval {
    /// Whether `number` is in it.
    #[must_use]
    pub const fn contains(self, number: i128) -> bool {
        self.start <= number && number < self.end
    }

    /// Whether the two have a number in common.
    #[must_use]
    pub const fn overlaps(self, other: Self) -> bool {
        let start = if self.start > other.start { self.start } else { other.start };
        let end = if self.end < other.end { self.end } else { other.end };
        start < end
    }
}

impl<P: Point> Values<P> {
    /// The values that an operator and a single value ask for.
    pub(crate) fn compared(op: Op, point: P) -> Option<Self> {
        match op {
            Op::Past => Some(Self::Past(point)),
            Op::From => Some(Self::From(point)),
            Op::Before => Some(Self::Before(point)),
            Op::UpTo => Some(Self::UpTo(point)),
            Op::Colon | Op::Equals => None,
        }
    }

    /// The numbers asked for: any that is in one of these.
    pub(crate) fn intervals(&self, day: Day) -> Vec<Interval> {
        let start = |point: P| point.interval(day).start;
        let end = |point: P| point.interval(day).end;
        let one = |start, end| vec![Interval { start, end }];
        match self {
            Self::AnyOf(items) => items.iter().map(|item| item.interval(day)).collect(),
            Self::Past(point) => one(end(*point), i128::MAX),
            Self::From(point) => one(start(*point), i128::MAX),
            Self::Before(point) => one(i128::MIN, start(*point)),
            Self::UpTo(point) => one(i128::MIN, end(*point)),
        }
    }
}

impl<P: Point> Item<P> {
    fn interval(self, day: Day) -> Interval {
        match self {
            Self::One(point) => point.interval(day),
            Self::Range(from, until) => Interval {
                start: from.map_or(i128::MIN, |from| from.interval(day).start),
                end: until.map_or(i128::MAX, |until| until.interval(day).start),
            },
        }
    }
}

impl<P: Point> fmt::Display for Values<P> {
    /// With the operator in front.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AnyOf(items) => {
                f.write_str(Op::Colon.as_str())?;
                crate::term::write_list(items, f)
            }
            Self::Past(point) => write!(f, "{}{point}", Op::Past),
            Self::From(point) => write!(f, "{}{point}", Op::From),
            Self::Before(point) => write!(f, "{}{point}", Op::Before),
            Self::UpTo(point) => write!(f, "{}{point}", Op::UpTo),
        }
    }
}

impl<P: Point> fmt::Display for Item<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(point) => point.fmt(f),
            Self::Range(from, until) => {
                from.iter().try_for_each(|from| from.fmt(f))?;
                f.write_str("..")?;
                until.iter().try_for_each(|until| until.fmt(f))
            }
        }
    }
}

/// A number of `bytes` or `chunk`: decimal, or hexadecimal after `0x`.
impl Point for u64 {
    fn read(text: &str) -> Option<Self> {
        let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
        let (digits, radix) = hex.map_or((text, 10), |digits| (digits, 16));
        // The standard library would also take a sign.
        let is_number = digits.chars().all(|c| c.is_digit(radix));
        if is_number { Self::from_str_radix(digits, radix).ok() } else { None }
    }

    fn interval(self, _: Day) -> Interval {
        Interval { start: self.into(), end: i128::from(self) + 1 }
    }

    fn compare(self, other: Self) -> Option<Ordering> {
        Some(self.cmp(&other))
    }
}
