//! What is kept of cars, ids and positions, for how long and in which order.

mod common;

use std::path::Path;

use carwatch_ingest::{FileId, Format, Position};
use carwatch_store::{Commit, NewCar, POSITIONS, RECENT_IDS, Store, WriteError};
use common::{Tested, car, commit, numbers, position, verify};
use rusqlite::Connection;

#[test]
fn ids_grow_and_never_come_again() -> Tested {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("station.db");
    let ids = || -> Result<Vec<i64>, rusqlite::Error> {
        Connection::open(&file)?
            .prepare("SELECT id FROM cars ORDER BY id")?
            .query_map([], |row| row.get(0))?
            .collect()
    };
    let mut store = Store::open(&file)?;
    commit(&mut store, 1..=5)?;
    drop_oldest(&mut store, 5)?;
    assert_eq!((store.count(), ids()?), (0, vec![]));
    drop(store);
    let mut store = Store::open(&file)?;
    commit(&mut store, 6..=7)?;
    assert_eq!(ids()?, [6, 7]);
    // Cars that come and go in one commit.
    let mut cars = (8..=20).map(car);
    store.commit(Commit { cars: &mut cars, drop_oldest: 99, position: None })?;
    assert_eq!((store.count(), ids()?), (0, vec![]));
    drop(store);
    let mut store = Store::open(&file)?;
    // Somebody adds one by hand, and somebody deletes the newest.
    Connection::open(&file)?.execute_batch(
        "INSERT INTO cars(id, time, brand, color, arrived_at) VALUES(30, '30', '', '', 0)",
    )?;
    commit(&mut store, 31..=32)?;
    Connection::open(&file)?.execute_batch("DELETE FROM cars WHERE id > 30")?;
    commit(&mut store, 33..=33)?;
    assert_eq!(ids()?, [30, 33]);
    Ok(())
}

#[test]
fn dropping_is_exact() -> Tested {
    let folder = tempfile::tempdir()?;
    let mut store = Store::open(&folder.path().join("station.db"))?;
    commit(&mut store, 1..=1000)?;
    let mut first = 1;
    for cars in [1, 2, 0, 97, 400] {
        drop_oldest(&mut store, cars)?;
        first += cars;
        assert_eq!(numbers(&store)?, (first..=1000).collect::<Vec<_>>());
        assert_eq!(store.count(), 1001 - first);
    }
    // New cars are in before the oldest go.
    let mut cars = (1001..=1010).map(car);
    store.commit(Commit { cars: &mut cars, drop_oldest: 505, position: None })?;
    assert_eq!(numbers(&store)?, [1006, 1007, 1008, 1009, 1010]);
    // More than there are, which is warned of.
    drop_oldest(&mut store, u64::MAX)?;
    assert_eq!((store.count(), numbers(&store)?), (0, vec![]));
    Ok(())
}

#[test]
fn the_newest_are_loaded_alone() -> Tested {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("station.db");
    commit(&mut Store::open(&file)?, 1..=100)?;
    assert_eq!(verify(&file)?, 100);
    let mut store = Store::open(&file)?;
    drop_oldest(&mut store, 10)?;
    for newest in [0, 1, 2, 89, 90, 91, u64::MAX] {
        let mut times = Vec::new();
        store.load(Some(newest), &mut |stored| times.push(stored.car.time.into_owned()))?;
        let first = 101 - newest.min(90);
        assert_eq!(times, (first..=100).map(|n| n.to_string()).collect::<Vec<_>>(), "{newest}");
    }
    Ok(())
}

#[test]
fn positions_are_kept_by_file_the_newest_first() -> Tested {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("station.db");
    let mut store = Store::open(&file)?;
    let put = |store: &mut Store, position: &Position| {
        let mut none = std::iter::empty();
        store.commit(Commit { cars: &mut none, drop_oldest: 0, position: Some(position) })
    };
    // Every field at its ends.
    let odd = Position {
        id: FileId { device: u64::MAX, inode: 1 << 63 },
        head: [0xff; 32],
        tail: [0; 32],
        offset: u64::MAX,
        line: u64::MAX,
        format: Format::Auto,
        header: None,
    };
    put(&mut store, &odd)?;
    put(&mut store, &Position { header: Some(vec![]), format: Format::Ndjson, ..odd.clone() })?;
    assert_eq!(store.positions()?[0].header, Some(vec![]), "an empty header is one");
    put(&mut store, &odd)?;
    assert_eq!(store.positions()?, std::slice::from_ref(&odd));
    // Another device is another file.
    let other = Position { id: FileId { device: 2, ..odd.id }, ..odd.clone() };
    put(&mut store, &other)?;
    assert_eq!(store.positions()?, [other.clone(), odd.clone()]);
    put(&mut store, &odd)?;
    assert_eq!(store.positions()?, [odd.clone(), other.clone()]);
    for inode in 1..=POSITIONS {
        put(&mut store, &position(inode, inode))?;
    }
    drop(store);
    let expected: Vec<_> = (1..=POSITIONS).rev().map(|inode| position(inode, inode)).collect();
    assert_eq!(Store::open(&file)?.positions()?, expected);
    Ok(())
}

#[test]
fn ids_of_the_source_outlive_the_cars() -> Tested {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("station.db");
    let mut store = Store::open(&file)?;
    let write = |store: &mut Store, numbers: std::ops::RangeInclusive<u64>| {
        let ids: Vec<String> = numbers.clone().map(|number| format!("event {number}")).collect();
        let mut cars = numbers.zip(&ids).map(|(number, id)| NewCar { id: Some(id), ..car(number) });
        store.commit(Commit { cars: &mut cars, drop_oldest: 0, position: None })
    };
    write(&mut store, 1..=3)?;
    commit(&mut store, 4..=5)?;
    drop_oldest(&mut store, 5)?;
    assert_eq!(store.recent_ids(9)?, ["event 1", "event 2", "event 3"]);
    assert_eq!(store.recent_ids(2)?, ["event 2", "event 3"]);
    write(&mut store, 6..=RECENT_IDS + 1)?;
    let ids = store.recent_ids(usize::MAX)?;
    assert_eq!(ids.len() as u64, RECENT_IDS - 1);
    write(&mut store, RECENT_IDS + 2..=RECENT_IDS + 9)?;
    drop(store);
    let ids = Store::open(&file)?.recent_ids(usize::MAX)?;
    assert_eq!(ids.len() as u64, RECENT_IDS);
    assert_eq!(ids.last(), Some(&format!("event {}", RECENT_IDS + 9)));
    assert!(is_in_cars(&file, "event 70")?, "people can look an id up among the cars");
    Ok(())
}

fn is_in_cars(file: &Path, id: &str) -> rusqlite::Result<bool> {
    Connection::open(file)?.query_row(
        "SELECT EXISTS(SELECT 1 FROM cars WHERE source_id = ?1)",
        [id],
        |row| row.get(0),
    )
}

/// Drops so many of the oldest cars.
fn drop_oldest(store: &mut Store, cars: u64) -> Result<(), WriteError> {
    let mut none = std::iter::empty();
    store.commit(Commit { cars: &mut none, drop_oldest: cars, position: None })
}
