//! Cars that nobody saw: a seeded stream of them for demonstrations and tests.
//!
//! The same seed gives the same cars for ever: the generator and the lists are written
//! here, so that no update of a library can change them.

use carwatch::Car;

/// An endless stream of plausible cars, all of it decided by its seed.
///
/// ```
/// let mut simulator = carwatch_ingest::simulate::Simulator::new(1);
/// assert_eq!(simulator.next().time, "97264836");
/// ```
#[derive(Clone, Debug)]
pub struct Simulator {
    state: u64,
    /// Unix seconds at which the next car passes.
    now: u64,
}

impl Simulator {
    /// The cars of this seed, from the first.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { state: seed, now: FIRST }
    }

    /// The next car. It is never later than the one after it.
    #[expect(
        clippy::should_implement_trait,
        reason = "the stream never ends, so there is no None to unwrap"
    )]
    pub fn next(&mut self) -> Car<'static> {
        let time = self.now.to_string();
        self.now += 1 + self.below(GAP);
        let brand = self.pick(&BRANDS);
        let color = self.pick(&COLORS);
        Car::new(time, brand, color)
    }

    /// One of `list`, each as often as its weight says.
    fn pick(&mut self, list: &[(u64, &'static str)]) -> &'static str {
        let mut ticket = self.below(list.iter().map(|(weight, _)| weight).sum());
        for (weight, item) in list {
            match ticket.checked_sub(*weight) {
                Some(rest) => ticket = rest,
                None => return item,
            }
        }
        unreachable!("a ticket is smaller than the sum of the weights")
    }

    /// A number in `0..bound`. The bias of the remainder is below one in 10^16.
    const fn below(&mut self, bound: u64) -> u64 {
        self.random() % bound
    }

    /// `SplitMix64` (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
    const fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// Unix seconds of the first car: that of the tutorial.
const FIRST: u64 = 97_264_836;

/// The longest gap between two cars, in seconds.
const GAP: u64 = 12;

/// In per mille of a European road, roughly.
const COLORS: [(u64, &str); 10] = [
    (260, "grey"),
    (220, "white"),
    (200, "black"),
    (110, "blue"),
    (80, "red"),
    (70, "silver"),
    (25, "green"),
    (15, "brown"),
    (10, "orange"),
    (10, "yellow"),
];

/// In per mille, roughly; two that need quoting or escaping somewhere.
const BRANDS: [(u64, &str); 20] = [
    (120, "volkswagen"),
    (90, "peugeot"),
    (85, "renault"),
    (80, "toyota"),
    (70, "bmw"),
    (65, "audi"),
    (65, "skoda"),
    (60, "mercedes-benz"),
    (60, "ford"),
    (50, "opel"),
    (45, "citroën"),
    (40, "fiat"),
    (40, "hyundai"),
    (35, "dacia"),
    (30, "volvo"),
    (25, "tesla"),
    (15, "mini"),
    (10, "alfa romeo"),
    (10, "Lynk & Co"),
    (5, "d.s."),
];

#[cfg(test)]
mod tests;
