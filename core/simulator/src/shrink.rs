//! Makes a world that goes wrong smaller, for as long as it goes wrong.

use std::iter::once;

use crate::options::{FAULTS, Options};

/// The smallest world that could be found which is still `wrong`, as `options` is: fewer stations,
/// clients, cars and rounds, fewer faults, nothing out of the ordinary that does not matter.
#[must_use]
pub fn shrink(options: &Options, wrong: impl Fn(&Options) -> bool) -> Options {
    let mut best = options.clone();
    while let Some(smaller) = smaller(&best).into_iter().flat_map(with_luck).find(&wrong) {
        best = smaller;
    }
    best
}

/// In a smaller world chance does other things: what went wrong may need another seed.
fn with_luck(options: Options) -> impl Iterator<Item = Options> {
    let others = (0..OTHER_SEEDS).map({
        let options = options.clone();
        move |seed| Options { seed, ..options.clone() }
    });
    once(options).chain(others)
}

/// What may be tried next, the greatest step first.
fn smaller(options: &Options) -> Vec<Options> {
    let mut all = Vec::new();
    let mut try_with = |change: &dyn Fn(&mut Options)| {
        let mut less = options.clone();
        change(&mut less);
        if less != *options {
            all.push(less);
        }
    };
    try_with(&|o| o.stations = o.stations.min(1));
    try_with(&|o| o.stations = o.stations.div_ceil(2));
    try_with(&|o| o.stations = (o.stations - 1).max(1));
    try_with(&|o| o.clients = 1);
    try_with(&|o| o.rounds = 0);
    try_with(&|o| o.rounds = o.rounds.saturating_sub(1));
    for (_, fault) in FAULTS {
        try_with(&|o| o.faults &= !fault);
    }
    try_with(&|o| o.cars = 0);
    try_with(&|o| o.cars /= 2);
    try_with(&|o| o.cars = o.cars.saturating_sub(1));
    try_with(&|o| o.retries = 0);
    try_with(&|o| o.addresses = 1);
    try_with(&|o| o.latency = 0);
    try_with(&|o| o.chunk = 1000);
    try_with(&|o| o.window = 10_000);
    try_with(&|o| o.keep = None);
    try_with(&|o| o.places = 1024);
    try_with(&|o| o.connections = 64);
    try_with(&|o| o.response = 1 << 20);
    try_with(&|o| o.memory = 1 << 30);
    all
}

const OTHER_SEEDS: u64 = 16;
