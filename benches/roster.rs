//! What a station pays for a car that arrives and for the snapshot that is then asked for,
//! with a long list and with a short one: neither may depend on the length.

use std::hint::black_box;
use std::time::Duration;

use carwatch::time::Instant;
use carwatch::{Car, Roster};
use criterion::{Criterion, criterion_group, criterion_main};

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
criterion_main!(benches);
