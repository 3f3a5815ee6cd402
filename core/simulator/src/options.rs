//! What kind of world it is: drawn from the seed, so that runs differ in what can happen at all
//! (swarm testing), and not only in when it happens.

use std::fmt;

use crate::rng::Rng;

/// A world, but for what chance does in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// What everything random in it comes from.
    pub seed: u64,
    /// How many stations there are.
    pub stations: u64,
    /// How many clients gather from them.
    pub clients: u64,
    /// How many cars a station has seen at most when the world begins.
    pub cars: u64,
    /// How many gathers a client makes before the last one, in which nothing goes wrong.
    pub rounds: u64,
    /// What can go wrong: the names of [`FAULTS`], as bits.
    pub faults: u32,
    /// How many addresses a station has at most.
    pub addresses: u64,
    /// How many bytes are sent at once at most.
    pub chunk: u64,
    /// How many bytes may be on their way at once at most.
    pub window: u64,
    /// The longest way from a station to a client, in milliseconds.
    pub latency: u64,
    /// How many cars a station keeps, if not all.
    pub keep: Option<u64>,
    /// How many connections a station serves at once.
    pub places: u64,
    /// How many connections a client has at once.
    pub connections: u64,
    /// How many more attempts a station gets.
    pub retries: u64,
    /// The longest response, in bytes.
    pub response: u64,
    /// All unfinished responses, in bytes.
    pub memory: u64,
}

macro_rules! faults {
    ($($name:ident = $bit:literal, $word:literal;)*) => {
        $(#[doc = $word] pub(crate) const $name: u32 = 1 << $bit;)*
        /// What can go wrong in a world, each with its bit in [`Options::faults`].
        pub const FAULTS: &[(&str, u32)] = &[$(($word, 1 << $bit)),*];
    };
}

faults! {
    RESET = 0, "reset";
    FORGED_FIN = 1, "forged fin";
    STALL = 2, "stall";
    DRIBBLE = 3, "dribble";
    ENDLESS = 4, "endless";
    REFUSED = 5, "refused";
    BLACK_HOLE = 6, "black hole";
    NAME = 7, "name not found";
    JUMP = 8, "clock jump";
    CRASH = 9, "crash";
    GROW = 10, "grow";
    TALK = 11, "talk";
    GARBAGE = 12, "garbage";
    UNREACHABLE = 13, "unreachable";
    CANCEL = 14, "cancel";
    CLOG = 15, "clog";
    SWIZZLE = 16, "swizzle";
    PLAIN = 17, "plain";
    STARVED = 18, "no descriptors";
}

impl Options {
    /// The world of a seed.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        let rng = &mut Rng::new(seed);
        let stations = match rng.below(256) {
            0 => rng.within(17, 64),
            1..=3 => rng.within(5, 16),
            _ => rng.within(1, 4),
        };
        let faults = FAULTS.iter().filter(|_| rng.once_in(3)).map(|(_, bit)| bit).sum();
        Self {
            seed,
            stations,
            clients: [1, 1, 1, 1, 1, 1, 2, 3][index(rng, 8)],
            cars: [0, 1, 3, 8, 30][index(rng, 5)],
            rounds: [0, 1, 1, 1, 1, 2, 2, 2][index(rng, 8)],
            faults,
            addresses: [1, 1, 2, 4][index(rng, 4)],
            chunk: [1, 7, 40, 1000, 1000][index(rng, 5)],
            window: [1, 16, 100, 10_000][index(rng, 4)],
            latency: [0, 1, 20, 300][index(rng, 4)],
            keep: [None, None, Some(1), Some(5)][index(rng, 4)],
            places: [1, 2, 1024][index(rng, 3)],
            connections: [1, 3, 64][index(rng, 3)],
            retries: [0, 0, 1, 3][index(rng, 4)],
            response: [60, 500, 1 << 20][index(rng, 3)],
            memory: [300, 1 << 30][index(rng, 2)],
        }
    }

    /// Whether this may go wrong.
    pub(crate) const fn has(&self, fault: u32) -> bool {
        self.faults & fault != 0
    }
}

impl fmt::Display for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            seed, stations, clients, cars, rounds, addresses, chunk, window, latency, ..
        } = self;
        let Self { keep, places, connections, retries, response, memory, .. } = self;
        write!(
            f,
            "seed {seed}: {stations} stations of {addresses} addresses and {cars} cars, keep \
             {keep:?}, {places} places; {clients} clients, {rounds} rounds, {connections} \
             connections, {retries} retries, response {response}, memory {memory}; chunk {chunk}, window {window}, \
             latency {latency} ms; faults:"
        )?;
        for (word, _) in FAULTS.iter().filter(|(_, bit)| self.has(*bit)) {
            write!(f, " {word},")?;
        }
        Ok(())
    }
}

fn index(rng: &mut Rng, n: u64) -> usize {
    usize::try_from(rng.below(n)).expect("a small number")
}
