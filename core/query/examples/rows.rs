//! How many rows a second pass a filter: `cargo run --release -p carwatch-query --example rows`.
//!
//! Ten million rows of a few brands, colours and stations, as in an index that keeps each
//! distinct text once. Every filter is applied in two ways: to each row's own texts, and by
//! asking once for each distinct text, as the viewer does.

use std::time::Instant;

use carwatch_query::{Day, Filter, Key, Matcher, Query, Record, Row};

/// A row as an index keeps it: numbers of texts.
struct Indexed {
    brand: u8,
    color: u8,
    station: u8,
    unix_seconds: i64,
    start: u64,
}

fn main() {
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut below = |bound: u64| {
        // Xorshift: what is measured is the same each time.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random % bound
    };
    let rows: Vec<Indexed> = (0..ROWS)
        .map(|nth| Indexed {
            brand: below(BRANDS.len() as u64) as u8,
            color: below(COLORS.len() as u64) as u8,
            station: below(STATIONS.len() as u64) as u8,
            unix_seconds: 97_200_000 + (nth / 200) as i64,
            start: nth * 21,
        })
        .collect();
    println!("{:56} {:>9} {:>14} {:>14}", "filter", "pass", "texts, rows/s", "index, rows/s");
    for text in [
        "brand:peugeot color:red",
        "brand:peu*,*rover -color:blue station:gate",
        "time:06:40..06:50 brand:citroën",
        "eug",
        "bytes:1000000..2000000",
    ] {
        let filter = Query::parse(text).filter(Day::of(97_200_000));
        let (passed, by_text) = timed(&rows, |row| filter.passes(&row_of(row)));
        let asked: Vec<_> = filter.matchers().iter().map(Asked::new).collect();
        let (same, by_index) = timed(&rows, |row| asked.iter().all(|term| term.matches(row)));
        assert_eq!(passed, same, "{text}");
        println!("{text:56} {passed:>9} {by_text:>14.0} {by_index:>14.0}");
    }
    let begun = Instant::now();
    let filters: Vec<Filter> = (0..10_000)
        .map(|_| Query::parse("brand:peugeot color:red time:06:40..06:50").filter(Day::default()))
        .collect();
    println!("a filter is read in {:?}", begun.elapsed() / filters.len() as u32);
}

/// A term, asked for each distinct text already.
struct Asked<'a> {
    term: &'a Matcher,
    brands: Vec<bool>,
    colors: Vec<bool>,
    stations: Vec<bool>,
}

impl<'a> Asked<'a> {
    fn new(term: &'a Matcher) -> Self {
        let ask = |texts: &[&str]| texts.iter().map(|text| term.finds_text(text)).collect();
        Self { term, brands: ask(&BRANDS), colors: ask(&COLORS), stations: ask(&STATIONS) }
    }

    fn matches(&self, row: &Indexed) -> bool {
        let brand = || self.brands[usize::from(row.brand)];
        let color = || self.colors[usize::from(row.color)];
        let station = || self.stations[usize::from(row.station)];
        let found = match self.term.key() {
            Some(Key::Brand) => brand(),
            Some(Key::Color) => color(),
            Some(Key::Station) => station(),
            None => brand() || color() || station() || self.term.finds_text(TIME),
            Some(_) => return self.term.matches(&row_of(row)),
        };
        found != self.term.leaves_out()
    }
}

fn row_of(row: &Indexed) -> Row<'static> {
    Row {
        station: STATIONS[usize::from(row.station)],
        record: Record::Car {
            time: TIME,
            brand: BRANDS[usize::from(row.brand)],
            color: COLORS[usize::from(row.color)],
        },
        unix_seconds: Some(row.unix_seconds),
        bytes: row.start..row.start + 20,
        chunk: row.start >> 16,
        provisional: false,
        partial: false,
        escaped: false,
    }
}

/// How many rows pass, and how many are asked in a second: the best of three passes.
fn timed(rows: &[Indexed], passes: impl Fn(&Indexed) -> bool) -> (usize, f64) {
    let pass = |_| {
        let begun = Instant::now();
        let passed = rows.iter().filter(|row| passes(row)).count();
        (passed, rows.len() as f64 / begun.elapsed().as_secs_f64())
    };
    (0..3).map(pass).max_by(|one, two| one.1.total_cmp(&two.1)).expect("three passes")
}

const ROWS: u64 = 10_000_000;
const TIME: &str = "97264836";
const STATIONS: [&str; 4] = ["gate", "bridge", "ring-east", "harbour"];
const BRANDS: [&str; 8] =
    ["Peugeot", "Audi", "BMW", "Citroën", "Land Rover", "Fiat", "Škoda", "Renault"];
const COLORS: [&str; 6] = ["red", "blue", "Dark Red", "silver", "", "black"];
