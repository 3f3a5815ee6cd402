//! Runs many worlds, or one of them before everybody's eyes.

use std::fmt::Display;
use std::io::{self, Write as _};
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use clap::{Parser, value_parser};
use simulator::{FAULTS, OUTCOMES, Options, Ran, Wrong};

/// Runs worlds of stations, clients and a network between them, each from a seed of its own, and
/// holds every outcome against a reference model
#[derive(Parser)]
#[command(version)]
struct Args {
    /// How many worlds
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = value_parser!(u64).range(1..))]
    runs: u64,
    /// On how many threads [default: as many as there are processors]
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// The seed of the first one; the next ones have the next numbers
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Run that one alone, and print everything that happens in it
    #[arg(long, conflicts_with_all = ["runs", "jobs"])]
    trace: bool,
}

fn main() -> ExitCode {
    let args = Args::parse();
    // A machine that panics is a finding like any other, and told as one.
    simulator::keep_panics();
    if args.trace {
        return one(args.seed);
    }
    let there_are = || thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let jobs = args.jobs.map_or_else(there_are, usize::from);
    let began = Instant::now();
    let all = many(args.seed, args.runs, jobs);
    let took = began.elapsed();
    print!("{}", report(&all, args.seed, jobs, took));
    match all.wrong {
        None => ExitCode::SUCCESS,
        Some((seed, wrong)) => {
            println!("{}", failure(seed, &wrong, args.seed));
            ExitCode::FAILURE
        }
    }
}

fn one(seed: u64) -> ExitCode {
    let options = Options::of(seed);
    say(&options);
    match simulator::trace(&options) {
        Ok(ran) => {
            say(&format_args!("{} events, trace {:016x}", ran.events, ran.trace));
            ExitCode::SUCCESS
        }
        Err(wrong) => {
            say(&wrong);
            ExitCode::FAILURE
        }
    }
}

/// Whoever reads no further has seen enough.
fn say(line: &dyn Display) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// What came of many runs.
#[derive(Default)]
struct All {
    runs: u64,
    ran: Ran,
    /// In how many of them each fault could happen.
    faults: [u64; FAULTS.len()],
    /// The one with the most events, and the one that took the longest in its own time.
    busiest: (u64, u64),
    longest: (u64, u64),
    /// The first that went wrong.
    wrong: Option<(u64, Wrong)>,
}

fn many(first: u64, runs: u64, jobs: usize) -> All {
    let (next, stop) = (AtomicU64::new(0), AtomicBool::new(false));
    let work = || {
        let mut all = All::default();
        while !stop.load(Ordering::Relaxed) {
            let from = next.fetch_add(BATCH, Ordering::Relaxed);
            if from >= runs {
                break;
            }
            for seed in (from..runs.min(from + BATCH)).map(|nth| first.wrapping_add(nth)) {
                if !all.run(seed) {
                    stop.store(true, Ordering::Relaxed);
                    break;
                }
            }
        }
        all
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs).map(|_| scope.spawn(work)).collect();
        let found = workers.into_iter().map(|worker| worker.join().expect("it does not panic"));
        found.reduce(All::and).unwrap_or_default()
    })
}

impl All {
    /// Whether nothing went wrong.
    fn run(&mut self, seed: u64) -> bool {
        let options = Options::of(seed);
        self.runs += 1;
        for ((_, fault), count) in FAULTS.iter().zip(&mut self.faults) {
            *count += u64::from(options.rounds > 0 && options.faults & fault != 0);
        }
        match simulator::run(&options) {
            Ok(ran) => {
                self.ran.add(&ran);
                self.busiest = self.busiest.max((ran.events, seed));
                self.longest = self.longest.max((ran.until, seed));
                true
            }
            Err(wrong) => {
                self.wrong = Some((seed, wrong));
                false
            }
        }
    }

    fn and(mut self, other: Self) -> Self {
        self.runs += other.runs;
        self.ran.add(&other.ran);
        for (count, more) in self.faults.iter_mut().zip(other.faults) {
            *count += more;
        }
        self.busiest = self.busiest.max(other.busiest);
        self.longest = self.longest.max(other.longest);
        let both = self.wrong.into_iter().chain(other.wrong);
        self.wrong = both.min_by_key(|(seed, _)| *seed);
        self
    }
}

fn report(all: &All, first: u64, jobs: usize, took: Duration) -> String {
    let All { runs, ran, .. } = all;
    let each = ran.events as f64 / took.as_secs_f64() / jobs as f64 / 1e6;
    let list = |counts: &mut dyn Iterator<Item = (&str, u64)>| {
        counts.map(|(word, count)| format!("{word} {count}")).collect::<Vec<_>>().join(", ")
    };
    format!(
        "{runs} runs from seed {first} on {jobs} threads in {:.1} s: {} events, {each:.2} million a \
         second and thread\n\
         simulated: {} hours; trace {:016x}\n\
         attempts: {}\n\
         worlds with: {}\n\
         most events: {} (seed {}); longest: {:.0} s (seed {})\n",
        took.as_secs_f64(),
        ran.events,
        ran.until / HOUR,
        ran.trace,
        list(&mut OUTCOMES.into_iter().zip(ran.outcomes)),
        list(&mut FAULTS.iter().map(|(word, _)| *word).zip(all.faults)),
        all.busiest.0,
        all.busiest.1,
        all.longest.0 as f64 / 1e9,
        all.longest.1,
    )
}

/// What to do about a world that went wrong.
fn failure(seed: u64, wrong: &Wrong, first: u64) -> String {
    let small = simulator::shrink(&Options::of(seed), |smaller| {
        simulator::run(smaller).is_err_and(|other| other.is_like(wrong))
    });
    let nth = seed.wrapping_sub(first) + 1;
    let said = simulator::run(&small).expect_err("it is as wrong");
    let number = small.seed;
    format!(
        "run {nth} went wrong: seed {seed}: {wrong}\n\
         all of it: cargo run --release -p simulator -- --seed {seed} --trace\n\
         the smallest world in which the same law does not hold: {said}\n\n\
         // In core/simulator/tests/worlds.rs:\n\
         #[test]\nfn seed_{number}() {{\n    let options = {small:?};\n    \
         assert_eq!(run(&options).err(), None);\n}}"
    )
}

/// How many worlds a thread takes at once.
const BATCH: u64 = 64;
/// In nanoseconds.
const HOUR: u64 = 3_600_000_000_000;
