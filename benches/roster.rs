//! What a station pays for a car that arrives and for the snapshot that is then asked for,
//! with a long list and with a short one: neither may depend on the length.

use std::hint::black_box;
use std::time::Duration;

use benches::beside::figures::{self, Figure, median};
use carwatch::time::Instant;
use carwatch::{Car, Roster};
use criterion::{Criterion, criterion_group};

fn roster(c: &mut Criterion) {
    let now = Instant::from_nanos(0);
    let car = Car::new("97264836", "peugeot", "red");
    for (name, len) in [("1 MiB", 1 << 20), ("1 GiB", 1 << 30)] {
        let mut roster = Roster::default();
        while roster.snapshot_len() < len {
            roster.append(&car, now).expect("a short record");
        }
        let mut group = c.benchmark_group(format!("roster {name}"));
        group.bench_function("append", |b| b.iter(|| roster.append(black_box(&car), now)));
        group.bench_function("append, then snapshot", |b| {
            b.iter(|| {
                let _ = roster.append(black_box(&car), now);
                roster.snapshot()
            });
        });
        group.bench_function("snapshot of a list that did not change", |b| {
            b.iter(|| roster.snapshot());
        });
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(2));
    targets = roster
}

fn main() {
    benches();
    Criterion::default().configure_from_args().final_summary();
    if std::env::args().skip(1).all(|arg| arg == "--bench") {
        figures::leave("roster", &[of_a_gigabyte()]);
    }
}

/// Criterion keeps its figures to itself, so the one that has a bar is measured once more.
fn of_a_gigabyte() -> Figure {
    let now = Instant::from_nanos(0);
    let car = Car::new("97264836", "peugeot", "red");
    let mut roster = Roster::default();
    while roster.snapshot_len() < 1 << 30 {
        roster.append(&car, now).expect("a short record");
    }
    let mut round = |_| {
        let began = std::time::Instant::now();
        for _ in 0..TIMES {
            let _ = roster.append(black_box(&car), now);
            black_box(roster.snapshot());
        }
        began.elapsed().as_secs_f64() * 1e6 / f64::from(TIMES)
    };
    Figure {
        what: "append and snapshot, roster of 1 GiB, us".to_owned(),
        ours: Some(median((0..11).map(&mut round).collect())),
        bar: Some(10.0),
        moonshot: Some(1.0),
        peers: String::new(),
    }
}

const TIMES: u32 = 10_000;
