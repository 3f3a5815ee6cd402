//! A thread that makes cars up: the first at once, then so many a second.

use std::thread;
use std::time::Duration;

use carwatch_driver::{clock, random};
use carwatch_ingest::simulate::Simulator;

use crate::desk::Intake;

/// What is simulated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Simulation {
    /// Cars a second.
    pub(crate) rate: f64,
    pub(crate) seed: u64,
    /// Whether a car's time is that of the clock instead of the simulator's own.
    pub(crate) by_clock: bool,
}

impl Simulation {
    /// Without a seed of the user's a random one is taken, and cars pass now.
    pub(crate) fn new(rate: f64, seed: Option<u64>) -> Self {
        Self { rate, seed: seed.unwrap_or_else(random::seed), by_clock: seed.is_none() }
    }

    /// Hands in cars for ever, or until no further one is due.
    pub(crate) fn run(self, mut intake: Intake) {
        let mut simulator = Simulator::new(self.seed);
        let start = clock::now();
        let mut made = 0;
        while let Some(due) = due_at(made, self.rate) {
            let elapsed = clock::now().since(start);
            if due > elapsed {
                thread::sleep((due - elapsed).max(SHORTEST_SLEEP));
                continue;
            }
            let batch = due_by(elapsed, self.rate).saturating_sub(made).clamp(1, BATCH);
            let now = clock::unix();
            for _ in 0..batch {
                let mut car = simulator.next();
                if self.by_clock {
                    car.time = now.as_millis().div_euclid(1000).to_string().into();
                }
                intake.take_car(&car);
            }
            intake.hand_in(None);
            made += batch;
        }
    }
}

/// When the car that follows `made` others is due, since the start; `None` for never.
fn due_at(made: u64, rate: f64) -> Option<Duration> {
    if rate <= 0.0 {
        return None;
    }
    if made == 0 {
        return Some(Duration::ZERO);
    }
    Duration::try_from_secs_f64(made as f64 / rate).ok()
}

/// How many cars are due once `elapsed` has passed since the start.
fn due_by(elapsed: Duration, rate: f64) -> u64 {
    // The conversion saturates, which is more than any batch.
    ((elapsed.as_secs_f64() * rate) as u64).saturating_add(1)
}

/// The most cars that are handed in at once.
const BATCH: u64 = 1024;
/// High rates come in bursts this far apart, rather than in a wake-up for each car.
const SHORTEST_SLEEP: Duration = Duration::from_millis(5);

#[cfg(test)]
mod tests;
