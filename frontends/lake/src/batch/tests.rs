use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::RowAccessor;
use proptest::prelude::*;

use super::*;
use crate::Lake;
use crate::place::date_folder;

type Found = (String, String, String, String, Option<i64>, i64);

/// Small enough that everything happens.
const SMALL: Sizes = Sizes { rows: 400, runs: 3, part: 40 };

/// The rows of each folder, part after part in the order of their names.
fn read(dir: &Path) -> BTreeMap<String, Vec<Found>> {
    let mut all = BTreeMap::new();
    for station in sorted(dir) {
        for date in sorted(&dir.join(&station)) {
            let place = format!("{station}/{date}");
            let mut rows = Vec::new();
            for part in sorted(&dir.join(&place)) {
                assert!(part.starts_with("part-") && part.ends_with(".parquet"), "{part}");
                let file = File::open(dir.join(&place).join(part)).expect("there");
                let file = SerializedFileReader::new(file).expect("Parquet");
                for row in file.get_row_iter(None).expect("rows") {
                    let row = row.expect("a row");
                    let text = |at| row.get_string(at).expect("a string").clone();
                    let at = row.get_long(5).expect("a number");
                    rows.push((text(0), text(1), text(2), text(3), row.get_long(4).ok(), at));
                }
            }
            all.insert(place, rows);
        }
    }
    all
}

fn sorted(dir: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<fs::DirEntry>| {
        entry.expect("there").file_name().into_string().expect("UTF-8")
    };
    let mut names: Vec<String> = fs::read_dir(dir).expect("a folder").map(name).collect();
    names.sort();
    names
}

/// What each folder is to hold: its rows by time, nulls last, else as they came.
fn expected(cars: &[(String, Car<'_>)]) -> BTreeMap<String, Vec<Found>> {
    let mut all: BTreeMap<String, Vec<Found>> = BTreeMap::new();
    for (station, car) in cars {
        let unix = car.unix_seconds();
        let place = format!("{}/{}", station_folder(station), date_folder(unix));
        let [time, brand, color] = [&car.time, &car.brand, &car.color].map(ToString::to_string);
        all.entry(place).or_default().push((station.clone(), time, brand, color, unix, 77));
    }
    for rows in all.values_mut() {
        rows.sort_by_key(|row| (row.4.is_none(), row.4));
    }
    all
}

fn car() -> impl Strategy<Value = Car<'static>> {
    let time = prop_oneof![
        (-3i64..3).prop_map(|day| (day * 86_400 + 7).to_string()),
        any::<i64>().prop_map(|unix| unix.to_string()),
        Just("today".to_owned()),
        any::<String>(),
    ];
    (time, any::<String>(), "[a-c]{0,2}").prop_map(|(a, b, c)| Car::new(a, b, c))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn rows_in_are_rows_out(
        cars in proptest::collection::vec(("[ab/=.%é]{1,2}", car()), 0..80),
        sizes in prop_oneof![Just(SMALL), Just(Sizes::default())],
    ) {
        let folder = tempfile::tempdir()?;
        let lake = Lake::open(folder.path()).expect("opened").with_sizes(sizes);
        let mut batch = lake.begin(Unix::from_millis(77));
        for (station, car) in &cars {
            batch.add(station, car).expect("taken");
        }
        let written = batch.commit().expect("committed");
        prop_assert_eq!(written.cars, cars.len() as u64);
        let expected = expected(&cars);
        prop_assert!(written.parts >= expected.len() as u64);
        prop_assert_eq!(read(folder.path()), expected);
    }
}

#[test]
fn two_names_that_share_a_folder_keep_their_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let lake = Lake::open(folder.path()).expect("opened");
    let long = "x".repeat(300);
    let short = station_folder(&long).strip_prefix("station=").expect("a folder").to_owned();
    let mut batch = lake.begin(Unix::from_millis(0));
    for name in [&long, &short] {
        batch.add(name, &Car::new("5", "fiat", "red")).expect("taken");
    }
    assert_eq!(batch.commit().expect("committed").parts, 2);
    let all = read(folder.path());
    let rows = &all[&format!("{}/date=1970-01-01", station_folder(&long))];
    let mut names: Vec<&String> = rows.iter().map(|row| &row.0).collect();
    names.sort();
    let mut both = [&long, &short];
    both.sort();
    assert_eq!(names, both);
}

#[test]
fn batches_add_up_and_one_that_is_dropped_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let lake = Lake::open(folder.path()).expect("opened").with_sizes(SMALL);
    // Two at a time, as from two gatherers, of the same instant.
    let (mut a, mut b) = (lake.begin(Unix::from_millis(77)), lake.begin(Unix::from_millis(77)));
    let mut dropped = lake.begin(Unix::from_millis(77));
    for number in 0..50 {
        let car = Car::new(number.to_string(), "fiat", "red");
        for batch in [&mut a, &mut b, &mut dropped] {
            batch.add("gate", &car).expect("taken");
        }
    }
    a.commit().expect("committed");
    // Whoever opens the lake now leaves alone what lives.
    Lake::open(folder.path()).expect("opened");
    b.commit().expect("committed");
    drop(dropped);
    let all = read(folder.path());
    assert_eq!(all.keys().collect::<Vec<_>>(), ["station=gate/date=1970-01-01"]);
    assert_eq!(all["station=gate/date=1970-01-01"].len(), 100);
}

#[test]
fn a_commit_that_fails_leaves_nothing_of_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let lake = Lake::open(folder.path()).expect("opened");
    // A file where the folder of the last station is to be.
    fs::write(folder.path().join("station=z"), "in the way").expect("written");
    let mut batch = lake.begin(Unix::from_millis(77));
    for station in ["a", "b", "z"] {
        batch.add(station, &Car::new("5", "fiat", "red")).expect("taken");
    }
    let error = batch.commit().expect_err("in the way").to_string();
    assert!(error.contains("station=z"), "{error}");
    assert_eq!(sorted(folder.path()), ["station=z"]);
}
