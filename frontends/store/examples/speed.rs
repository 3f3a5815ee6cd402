//! How fast a store is written and read: `cargo run --release -p carwatch-store --example
//! speed`, with the number of cars as an argument (10,000,000 unless said).

use std::error::Error;
use std::time::Instant;

use carwatch::Car;
use carwatch::time::Unix;
use carwatch_store::{Commit, NewCar, Store};

fn main() -> Result<(), Box<dyn Error>> {
    let cars: u64 = std::env::args().nth(1).map_or(Ok(10_000_000), |n| n.parse())?;
    let folder = tempfile::tempdir_in(".")?;
    let file = folder.path().join("station.db");

    let mut store = Store::open(&file)?;
    let mut slowest = 0.0_f64;
    let begin = Instant::now();
    let mut next = 0;
    while next < cars {
        let times: Vec<String> =
            (next..cars.min(next + BATCH)).map(|n| (1_700_000_000 + n).to_string()).collect();
        let mut batch = times.iter().map(|time| NewCar {
            car: Car::new(time, "volkswagen", "dark blue"),
            id: None,
            arrived: Unix::from_millis(1_700_000_000_000),
        });
        let start = Instant::now();
        store.commit(Commit { cars: &mut batch, drop_oldest: 0, position: None })?;
        slowest = slowest.max(start.elapsed().as_secs_f64());
        next += BATCH;
    }
    let all = begin.elapsed().as_secs_f64();
    println!("{cars} cars in commits of {BATCH}: {all:.2} s");
    println!(
        "  a commit: {:.1} ms, at most {:.1} ms",
        all * 1e3 * BATCH as f64 / cars as f64,
        slowest * 1e3
    );
    println!("  on disk: {} bytes", store.size()?);
    drop(store);

    let store = timed("check", || Store::check(&file))
        .and_then(|()| timed("open", || Store::open(&file)))?;
    for newest in [None, Some(cars / 10)] {
        let mut bytes = 0;
        timed(&format!("load {newest:?}"), || {
            store.load(newest, &mut |stored| bytes += stored.car.time.len())
        })?;
        assert!(bytes > 0, "nothing was read");
    }
    let mut store = store;
    let none = || std::iter::empty::<NewCar<'_>>();
    timed("drop half", || {
        store.commit(Commit { cars: &mut none(), drop_oldest: cars / 2, position: None })
    })?;
    Ok(())
}

fn timed<T, E>(what: &str, run: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    let start = Instant::now();
    let result = run();
    println!("{what}: {:.3} s", start.elapsed().as_secs_f64());
    result
}

const BATCH: u64 = 16_384;
