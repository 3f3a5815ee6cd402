//! Cars by time and colour: bars of parts.

use crate::Dictionary;
use crate::index::{CLOCK, unturned};

/// How many bars there are at most.
pub const BARS: usize = 120;

/// The colours that have a part of their own, from the bottom: dark to light.
pub const WORDS: [&str; 10] =
    ["black", "brown", "grey", "blue", "red", "green", "orange", "yellow", "silver", "white"];

/// The part of every other word.
pub const OTHER: usize = WORDS.len();

/// The part of an empty field.
pub const WITHOUT: usize = WORDS.len() + 1;

/// How many parts a bar has.
pub const PARTS: usize = WORDS.len() + 2;

/// Bars of one width, side by side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    /// Where the first begins, in Unix seconds.
    pub start: i64,
    /// How wide each is, in seconds; 0 where no car has a time.
    pub width: u64,
    /// How many cars each has, by part.
    pub bars: Vec<[u32; PARTS]>,
    /// The cars without a clock time, by part.
    pub without_clock: [u32; PARTS],
}

impl Timeline {
    /// No cars yet, between these times: bars of the least round width of which at most
    /// [`BARS`] reach from the first to the last.
    #[must_use]
    pub fn new(span: Option<(i64, i64)>) -> Self {
        let Some((first, last)) = span else { return Self::default() };
        let width = width(first.abs_diff(last));
        let start = i128::from(first).div_euclid(i128::from(width)) * i128::from(width);
        // A bar may begin before there are numbers for it.
        let start = i64::try_from(start).unwrap_or(i64::MIN);
        let bars = (start.abs_diff(last) / width) as usize + 1;
        Self { start, width, bars: vec![[0; PARTS]; bars], without_clock: [0; PARTS] }
    }

    pub(crate) fn count(&mut self, seconds: u64, marks: u64, part: usize) {
        if marks & CLOCK == 0 {
            self.without_clock[part] += 1;
        } else {
            let from = self.start.abs_diff(unturned(seconds));
            // Dividing 64 bits takes several times as long as 32, which are 136 years.
            let nth = match (u32::try_from(from), u32::try_from(self.width)) {
                (Ok(from), Ok(width)) => (from / width) as usize,
                _ => (from / self.width) as usize,
            };
            self.bars[nth][part] += 1;
        }
    }
}

/// Which part a colour has, by its number.
#[derive(Clone, Debug)]
pub(crate) struct Parts(Vec<u8>);

impl Parts {
    pub(crate) fn new(colors: &Dictionary) -> Self {
        Self(colors.iter().map(|text| part(text) as u8).collect())
    }

    pub(crate) fn of(&self, color: u64) -> usize {
        self.0[color as usize].into()
    }
}

fn part(color: &str) -> usize {
    if color.is_empty() {
        return WITHOUT;
    }
    let color = if color.eq_ignore_ascii_case("gray") { "grey" } else { color };
    WORDS.iter().position(|word| word.eq_ignore_ascii_case(color)).unwrap_or(OTHER)
}

/// The least round width that makes at most [`BARS`] of so many seconds, wherever they begin.
fn width(seconds: u64) -> u64 {
    let fits = |width: &u64| seconds / width <= BARS as u64 - 2;
    if let Some(round) = ROUND.into_iter().find(fits) {
        return round;
    }
    let mut days = 1_u64;
    // Years and more: 1, 2, 5 and their tens.
    loop {
        for step in [1, 2, 5] {
            let width = (days * step).saturating_mul(DAY);
            if fits(&width) {
                return width;
            }
        }
        days *= 10;
    }
}

const DAY: u64 = 86_400;

const ROUND: [u64; 15] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{BARS, Timeline};

    proptest! {
        /// Every time between the ends has a bar, and there are not too many.
        #[test]
        fn holds_its_span(one in any::<i64>(), other in any::<i64>(), shift in 0_u32..64) {
            let (one, other) = (one, one.saturating_add((other >> shift).saturating_abs()));
            let timeline = Timeline::new(Some((one, other)));
            prop_assert!(timeline.bars.len() <= BARS && timeline.start <= one);
            let last = (timeline.start.abs_diff(other) / timeline.width) as usize;
            prop_assert_eq!(last + 1, timeline.bars.len());
        }
    }
}
