//! How fast cars become parts, how large they are, and what memory it takes.
//!
//! ```text
//! cargo run --release -p carwatch-lake --example lake_speed -- DIR CARS STATIONS DAYS
//! ```
//!
//! Cars of all stations come mixed, their times spread over the days: the worst order.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Instant;

use carwatch::Car;
use carwatch::time::Unix;
use carwatch_lake::Lake;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [dir, cars, stations, days] = &arguments[..] else {
        return Err("lake_speed DIR CARS STATIONS DAYS".into());
    };
    let (cars, stations, days): (u64, u64, u64) = (cars.parse()?, stations.parse()?, days.parse()?);
    let names: Vec<String> = (0..stations).map(|number| format!("gate-{number}")).collect();
    let lake = Lake::open(Path::new(dir))?;
    let began = Instant::now();
    let mut batch = lake.begin(Unix::from_millis(1_795_330_000_123));
    let mut chance = 7u64;
    for _ in 0..cars {
        // The generator of Knuth's MMIX; its upper bits are the good ones.
        chance =
            chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let upper = chance >> 16;
        let time = (1_790_000_000 + upper % (days * 86_400)).to_string();
        let brand = BRANDS[(upper % 11) as usize];
        let color = COLORS[(upper % 13 % 6) as usize];
        batch.add(&names[(upper / 7 % stations) as usize], &Car::new(time, brand, color))?;
    }
    let added = began.elapsed();
    let written = batch.commit()?;
    let all = began.elapsed();
    let bytes = size(Path::new(dir))?;
    println!("cars {}, parts {}, bytes {bytes}", written.cars, written.parts);
    println!("bytes a car {:.2}", bytes as f64 / cars as f64);
    println!("added in {added:.2?}, committed after {all:.2?}");
    println!("cars a second {:.0}", cars as f64 / all.as_secs_f64());
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    for line in status.lines().filter(|line| line.starts_with("VmHWM")) {
        println!("{line}");
    }
    Ok(())
}

fn size(folder: &Path) -> Result<u64, Box<dyn Error>> {
    let mut sum = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let meta = entry.metadata()?;
        sum += if meta.is_dir() { size(&entry.path())? } else { meta.len() };
    }
    Ok(sum)
}

const BRANDS: [&str; 11] = [
    "peugeot",
    "fiat",
    "renault",
    "volkswagen",
    "toyota",
    "skoda",
    "ford",
    "opel",
    "bmw",
    "audi",
    "seat",
];
const COLORS: [&str; 6] = ["red", "blue", "white", "black", "silver", "green"];
