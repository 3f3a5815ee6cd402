//! What reading a snapshot costs beside its peers, as ratios to a count of its separators.
//!
//!     cargo bench -p benches --bench parse                       the table of performance.md
//!     cargo bench -p benches --bench parse -- --test             every reader once, no figures
//!     cargo bench -p benches --bench parse -- --one READER LINE TIMES
//!                                                                for valgrind --tool=callgrind
//!
//! Two cores that others use too are noisy. So the readers take turns, each for some milliseconds,
//! and a figure is the median over the rounds of what a reader took to what the count took in the
//! same round.

use std::hint::black_box;
use std::time::{Duration, Instant};

use benches::beside::figures::{self, Figure, median};
use benches::{Checksum, Letters, RESPONSE_OF_30_BYTES, snapshot};
use carwatch::wire::Path;

struct Reader {
    name: &'static str,
    read: fn(&[u8]) -> u64,
    /// Nothing for those that yield no field.
    checked: Option<fn(&[u8]) -> Checksum>,
}

const ROUNDS: usize = 11;
const A_TURN: Duration = Duration::from_millis(5);

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => print_table(),
        ["--test"] => check_all(),
        ["--one", reader, line, times] => {
            run(reader, line, times.parse().expect("how many times"));
        }
        // What `cargo bench -- FLAG` gives to all benches is for another one.
        _ => {}
    }
}

fn readers() -> Vec<Reader> {
    macro_rules! reader {
        ($name:expr, $read:expr) => {
            Reader { name: $name, read: |r| black_box($read(r)).cars, checked: Some($read) }
        };
    }
    let core = |path| match path {
        Path::Words => reader!("core, no vectors", |r| benches::core(Path::Words, r)),
        Path::Baseline => reader!("core, SSE2 or NEON", |r| benches::core(Path::Baseline, r)),
        Path::Sse42 => reader!("core, SSE4.2", |r| benches::core(Path::Sse42, r)),
        Path::Avx2 => reader!("core, AVX2", |r| benches::core(Path::Avx2, r)),
        Path::Avx512 => reader!("core, AVX-512", |r| benches::core(Path::Avx512, r)),
        Path::Best => reader!("core, best", |r| benches::core(Path::Best, r)),
    };
    let mut readers = vec![
        Reader { name: "count", read: benches::count_separators, checked: None },
        Reader { name: "memory read", read: benches::read_memory, checked: None },
    ];
    readers.extend(Path::here().map(core));
    readers.extend([
        reader!("core, in segments", |r| benches::core_in_segments(r, SEGMENT)),
        reader!("memchr-driven", benches::memchr_driven),
        reader!("nom", benches::nom),
        reader!("winnow", benches::winnow),
        reader!("csv-core", benches::csv_core),
        reader!("str::split", benches::str_split),
    ]);
    readers
}

/// What one read of a socket usually yields: 64 KiB.
const SEGMENT: usize = 64 * 1024;

const LINES: [&str; 5] = ["64 KiB", "64 MiB", "64 KiB, others", "64 MiB, others", "30 bytes"];

fn response(line: &str) -> Vec<u8> {
    match line {
        "64 KiB" => snapshot(64 << 10, Letters::Ascii),
        "64 MiB" => snapshot(64 << 20, Letters::Ascii),
        "64 KiB, others" => snapshot(64 << 10, Letters::QuarterOthers),
        "64 MiB, others" => snapshot(64 << 20, Letters::QuarterOthers),
        "30 bytes" => RESPONSE_OF_30_BYTES.to_vec(),
        _ => panic!("a line of the table, of {LINES:?}, and not {line:?}"),
    }
}

/// No reader is fast because it does less than the others.
fn check_all() {
    for line in LINES {
        let response = response(line);
        let expected = benches::str_split(&response);
        for Reader { name, read, checked } in readers() {
            black_box(read(&response));
            if let Some(checked) = checked {
                assert_eq!(checked(&response), expected, "{name}, {line}");
            }
        }
        assert_eq!(benches::count_separators(&response) + 1, 3 * expected.cars, "{line}");
    }
}

fn run(reader: &str, line: &str, times: usize) {
    let readers = readers();
    let reader = readers.iter().find(|one| one.name == reader).expect("a reader of the table");
    let response = response(line);
    for _ in 0..times {
        black_box((reader.read)(black_box(&response)));
    }
}

fn print_table() {
    check_all();
    let readers = readers();
    let columns = LINES.map(|line| ratios(&readers, &response(line)));
    println!("| reader | {} |", LINES.join(" | "));
    println!("| --- |{}", " ---: |".repeat(LINES.len()));
    for (nth, reader) in readers.iter().enumerate() {
        let cells: Vec<String> =
            columns.iter().map(|column| format!("{:.2}", column[nth])).collect();
        println!("| {} | {} |", reader.name, cells.join(" | "));
    }
    figures::leave("parse", &BARS.map(|bar| figure(bar, &readers, &columns)));
}

/// What a reader may cost at most in a line of the table, and what it is hoped to cost.
const BARS: [(&str, &str, f64, f64); 9] = [
    ("core, best", "64 KiB", 0.40, 0.30),
    ("core, best", "64 MiB", 0.50, 0.35),
    ("core, SSE2 or NEON", "64 KiB", 0.50, 0.40),
    ("core, SSE2 or NEON", "64 MiB", 0.60, 0.45),
    ("core, no vectors", "64 KiB", 0.75, 0.62),
    ("core, no vectors", "64 MiB", 0.90, 0.72),
    ("core, best", "64 KiB, others", 0.50, 0.40),
    ("core, best", "64 MiB, others", 0.70, 0.55),
    ("core, best", "30 bytes", 2.0, 1.5),
];

fn figure(
    (name, line, bar, moonshot): (&str, &str, f64, f64),
    readers: &[Reader],
    columns: &[Vec<f64>; LINES.len()],
) -> Figure {
    let column = LINES.iter().position(|other| *other == line).expect("a line of the table");
    let of = |name: &str| {
        let nth = readers.iter().position(|reader| reader.name == name)?;
        Some(columns[column][nth])
    };
    let peers = ["memchr-driven", "nom", "winnow", "csv-core", "str::split"];
    let said = |peer: &str| of(peer).map(|ratio| format!("{peer} {}", figures::short(ratio)));
    Figure {
        what: format!("parse {line}: {name} over a count of separators"),
        ours: of(name),
        bar: Some(bar),
        moonshot: Some(moonshot),
        peers: peers.into_iter().filter_map(said).collect::<Vec<_>>().join(", "),
    }
}

/// What each of `readers` takes, as a multiple of what the first takes.
fn ratios(readers: &[Reader], response: &[u8]) -> Vec<f64> {
    let mut rounds = vec![Vec::new(); readers.len()];
    for _ in 0..ROUNDS {
        let count = time(readers[0].read, response);
        for (reader, ratios) in readers.iter().zip(&mut rounds) {
            ratios.push(time(reader.read, response) / count);
        }
    }
    rounds.into_iter().map(median).collect()
}

/// Nanoseconds for one reading.
fn time(read: fn(&[u8]) -> u64, response: &[u8]) -> f64 {
    // So many that asking for the time costs nothing beside them.
    let at_once = (100_000 / response.len()).max(1);
    let (start, mut times) = (Instant::now(), 0);
    loop {
        for _ in 0..at_once {
            black_box(read(black_box(response)));
        }
        times += at_once;
        let took = start.elapsed();
        if took >= A_TURN {
            return took.as_nanos() as f64 / times as f64;
        }
    }
}
