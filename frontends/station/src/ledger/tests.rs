//! What is served is what is committed.

use std::fs;
use std::path::Path;

use carwatch::time::Instant;
use carwatch::{Car, Retention};
use carwatch_ingest::{FileId, Format, Position};
use carwatch_store::{Commit, NewCar, Store};
use proptest::prelude::*;

use super::world::World;

fn stored(path: &Path) -> String {
    let (mut records, store) = (Vec::new(), Store::open(path).unwrap());
    store.load(None, &mut |stored| records.push(stored.car.to_record())).unwrap();
    records.join(".")
}

#[test]
fn what_cannot_be_committed_is_not_served_and_not_lost() {
    let folder = tempfile::tempdir().unwrap();
    let (path, away) = (folder.path().join("cars.db"), folder.path().join("away"));
    let (world, mut intake) = World::start(Retention::default(), Some(&path));
    intake.take_car(&Car::new("1", "vw", "red"));
    intake.hand_in(None);
    assert_eq!(world.finished(), "1:vw:red");

    // The disk is gone: nobody else may find the cars that come now.
    fs::rename(&path, &away).unwrap();
    intake.take_car(&Car::new("2", "bmw", "red"));
    intake.hand_in(None);
    assert_eq!(world.finished(), "1:vw:red", "what is committed is still served");
    assert!(world.status.ready().unwrap_err().contains("the store cannot be written"));
    let refused = world.post(&[("posted", Some("id"))]);
    assert!(refused.is_err(), "nobody is told that it was taken");
    let facts = world.status.lock().store.as_ref().map(|store| store.failures > 0);
    assert_eq!(facts, Some(true));

    fs::rename(&away, &path).unwrap();
    assert_eq!(world.finished(), "1:vw:red.2:bmw:red", "it goes on when the disk does");
    // Its id was not remembered: who was refused tries again.
    world.post(&[("posted", Some("id"))]).unwrap();
    world.post(&[("posted", Some("id"))]).unwrap();
    let all = "1:vw:red.2:bmw:red.1:posted:red";
    assert_eq!(world.snapshot(), all, "who waited finds it, and once");
    assert_eq!(world.status.lock().repeated, 1);
    drop((world, intake));
    assert_eq!(stored(&path), all);
}

/// A commit of nothing would succeed on a disk that takes nothing.
#[test]
fn a_failing_store_is_not_well_because_nothing_is_to_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let (path, away) = (folder.path().join("cars.db"), folder.path().join("away"));
    let (world, _intake) = World::start(Retention::default(), Some(&path));
    fs::rename(&path, &away).unwrap();
    assert!(world.post(&[("vw", None)]).is_err());
    world.finished();
    assert!(world.status.lock().store.as_ref().unwrap().failing.is_some());
    fs::rename(&away, &path).unwrap();
    world.finished();
    assert_eq!(world.status.lock().store.as_ref().unwrap().failing, None);
    world.post(&[("vw", None)]).unwrap();
    assert_eq!(world.snapshot(), "1:vw:red");
}

#[test]
fn an_id_that_comes_again_is_the_same_car_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cars.db");
    let (world, intake) = World::start(Retention::default(), Some(&path));
    world.post(&[("vw", Some("a")), ("bmw", Some("a")), ("audi", None)]).unwrap();
    assert_eq!(world.snapshot(), "1:vw:red.1:audi:red");
    drop((world, intake));
    let (world, _intake) = World::start(Retention::default(), Some(&path));
    world.post(&[("fiat", Some("a")), ("seat", Some("b")), ("audi", None)]).unwrap();
    assert_eq!(world.snapshot(), "1:vw:red.1:audi:red.1:seat:red.1:audi:red");
}

#[test]
fn a_retention_that_is_tightened_reaches_list_and_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cars.db");
    let keep = |cars| Retention { cars: Some(cars), ..Retention::default() };
    let (world, intake) = World::start(Retention::default(), Some(&path));
    for brand in ["a", "b", "c", "d", "e", "f"] {
        world.post(&[(brand, None)]).unwrap();
    }
    world.retain(keep(5));
    assert_eq!(world.finished(), "1:b:red.1:c:red.1:d:red.1:e:red.1:f:red");
    drop((world, intake));
    assert_eq!(stored(&path), "1:b:red.1:c:red.1:d:red.1:e:red.1:f:red");

    // Tighter at the next start: only what is kept is loaded, and the rest goes.
    let (world, intake) = World::start(keep(3), Some(&path));
    assert_eq!(world.snapshot(), "1:d:red.1:e:red.1:f:red");
    world.post(&[("g", None)]).unwrap();
    world.finished();
    drop((world, intake));
    assert_eq!(stored(&path), "1:e:red.1:f:red.1:g:red");
}

/// Rows that retention no longer keeps go by themselves, in however many commits.
#[test]
fn a_store_is_trimmed_though_nothing_comes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cars.db");
    {
        let mut store = Store::open(&path).unwrap();
        let arrived = carwatch_driver::clock::unix();
        let car = Car::new("1", "vw", "red");
        let mut cars = (0..150_000).map(|_| NewCar { car: car.clone(), id: None, arrived });
        store.commit(Commit { cars: &mut cars, drop_oldest: 0, position: None }).unwrap();
    }
    let keep = Retention { cars: Some(10), ..Retention::default() };
    let (world, intake) = World::start(keep, Some(&path));
    let rows = || world.status.lock().store.as_ref().unwrap().cars;
    // Each commit is told of.
    while rows() > 10 {
        world.progress.recv_blocking().unwrap();
    }
    assert_eq!(rows(), 10);
    drop((world, intake));
    assert_eq!(Store::open(&path).unwrap().count(), 10);
}

#[test]
fn a_store_that_fails_from_the_start_keeps_nobody_from_what_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let (path, away) = (folder.path().join("cars.db"), folder.path().join("away"));
    let (world, intake) = World::start(Retention::default(), Some(&path));
    world.post(&[("vw", None)]).unwrap();
    drop((world, intake));
    let (world, mut intake) = World::start(Retention::default(), Some(&path));
    fs::rename(&path, &away).unwrap();
    intake.take_car(&Car::new("2", "bmw", "red"));
    intake.hand_in(None);
    // Closed: the station is not to wait for a commit that may never come.
    while world.progress.recv_blocking().is_ok() {}
    assert_eq!(world.snapshot(), "1:vw:red");
    assert!(world.status.ready().is_err());
}

#[test]
fn a_station_that_has_stopped_leaves_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cars.db");
    let (world, mut intake) = World::start(Retention::default(), Some(&path));
    intake.take_car(&Car::new("1", "vw", "red"));
    intake.hand_in(None);
    world.stop();
    assert!(!folder.path().join("cars.db-wal").exists());
    assert!(world.post(&[("late", None)]).unwrap_err().contains("stopping"));
    assert_eq!(stored(&path), "1:vw:red");
}

#[test]
fn how_far_each_file_was_read_is_stored() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cars.db");
    let (world, mut intake) = World::start(Retention::default(), Some(&path));
    // However many of them gather for one commit.
    for (inode, offset) in [(1, 10), (1, 20), (2, 10), (3, 10), (3, 30)] {
        intake.take_car(&Car::new("1", "vw", "red"));
        intake.hand_in(Some(position(inode, offset)));
    }
    assert_eq!(world.finished().split('.').count(), 5);
    drop((world, intake));
    let positions = Store::open(&path).unwrap().positions().unwrap();
    assert_eq!(positions, [position(3, 30), position(2, 10), position(1, 20)]);
}

fn position(inode: u64, offset: u64) -> Position {
    let (id, format) = (FileId { device: 1, inode }, Format::Record);
    Position { id, head: [1; 32], tail: [2; 32], offset, line: 1, format, header: None }
}

#[test]
fn cars_that_wait_for_their_commit_show() {
    let folder = tempfile::tempdir().unwrap();
    let (world, mut intake) =
        World::start(Retention::default(), Some(&folder.path().join("cars.db")));
    world.status.lock().serving = true;
    assert_eq!(world.status.ready(), Ok(()));
    intake.take_car(&Car::new("1", "vw", "red"));
    intake.hand_in(None);
    world.finished();
    assert_eq!(world.status.lock().waiting_since, None);
    let at = Instant::from_nanos(7);
    world.status.waits(at);
    world.status.waits(Instant::from_nanos(9));
    assert_eq!(world.status.lock().waiting_since, Some(at), "the oldest counts");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever comes from whom, in batches of whatever size.
    #[test]
    fn list_and_store_agree_to_the_car(
        cars in proptest::option::of(1u64..30),
        bytes in proptest::option::of(1u64..300),
        batches in proptest::collection::vec((any::<bool>(), 0usize..12), 1..12),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cars.db");
        let retention = Retention { cars, bytes, age: None };
        let (world, mut intake) = World::start(retention.clone(), Some(&path));
        let mut all = Vec::new();
        for (nth, (posted, size)) in batches.into_iter().enumerate() {
            let brands: Vec<_> = (0..size).map(|car| format!("{nth}-{car}")).collect();
            all.extend(brands.iter().map(|brand| format!("1:{brand}:red")));
            if posted {
                let brands: Vec<_> = brands.iter().map(|brand| (&**brand, None)).collect();
                world.post(&brands).unwrap();
            } else {
                brands.iter().for_each(|brand| intake.take_car(&Car::new("1", &**brand, "red")));
                intake.hand_in(None);
                world.finished();
            }
            let over = |kept: &[String]| {
                cars.is_some_and(|most| kept.len() as u64 > most)
                    || bytes.is_some_and(|most| kept.join(".").len() as u64 > most)
            };
            let mut kept = &all[..];
            while over(kept) {
                kept = &kept[1..];
            }
            prop_assert_eq!(world.snapshot(), kept.join("."));
        }
        let served = world.finished();
        drop((world, intake));
        prop_assert_eq!(stored(&path), served);
    }
}
