//! The figures of a machine: `cargo run --release -p carwatch-archive --example archive_speed`.

use std::error::Error;
use std::time::Instant;

use carwatch::follow::{Ends, Follow};
use carwatch::time::Unix;
use carwatch::{Outcome, Report, StationReport, Verdict};
use carwatch_archive::{Archive, Followed, Gathered};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    for (stations, cars) in [(1, 1_000_000), (1_000, 1_000), (100_000, 10)] {
        let file = folder.path().join(format!("{stations}.db"));
        let mut archive = Archive::open(&file)?;
        let mut follows = vec![Follow::new(); stations];
        for more in [0, 10, 20] {
            let total: usize = round(&mut archive, &mut follows, cars + more)?;
            println!("    {total} new cars of {stations} stations");
        }
        drop(archive);
        let begin = Instant::now();
        let archive = Archive::open(&file)?;
        println!("opened in {:?}", begin.elapsed());
        let begin = Instant::now();
        for nth in 0..stations {
            archive.follow(&nth.to_string())?;
        }
        println!("memories read in {:?}", begin.elapsed());
        println!("{} MiB\n", std::fs::metadata(&file)?.len() >> 20);
    }
    Ok(())
}

/// Stores a round of so many cars a station; how many were new.
fn round(
    archive: &mut Archive,
    follows: &mut [Follow],
    cars: usize,
) -> Result<usize, Box<dyn Error>> {
    let list: Vec<String> = (0..cars).map(|n| format!("{}:peugeot:blue", 97_264_836 + n)).collect();
    let response = list.join(".").into_bytes();
    let station = |name: String| StationReport {
        name,
        address: "127.0.0.1:8000".to_owned(),
        outcome: Outcome {
            verdict: Verdict::Complete { verified: false },
            bytes: response.len() as u64,
            response: response.clone(),
            cars: cars as u64,
            rejected: 0,
            bad: 0,
            rejections: Vec::new(),
            first_byte: None,
        },
        attempts: 1,
        first_byte: None,
        elapsed: None,
    };
    let stations = (0..follows.len()).map(|nth| station(nth.to_string())).collect();
    let report = Report { stations, elapsed: None };
    let begin = Instant::now();
    let ends = Ends::Unverified;
    let whats: Vec<_> = follows.iter_mut().map(|follow| follow.next(&response, ends)).collect();
    println!("followed in {:?}", begin.elapsed());
    let followed: Vec<_> = follows
        .iter()
        .zip(whats)
        .map(|(follow, what)| Some(Followed { what, ends, follow }))
        .collect();
    let begin = Instant::now();
    let stored = archive.store(&Gathered {
        started: Unix::from_millis(0),
        report: &report,
        followed: &followed,
        record_limit: carwatch::limits::RECORD,
        told: true,
    })?;
    println!("stored in {:?}", begin.elapsed());
    Ok(stored.added.iter().sum::<u64>() as usize)
}
