//! Whatever is committed in whatever order, a store has the cars that a plain queue has.

use std::collections::VecDeque;

use carwatch::Car;
use carwatch::time::Unix;
use carwatch_ingest::{FileId, Format, Position};
use carwatch_store::{Commit, NewCar, Store};
use proptest::prelude::*;

type Kept = (Car<'static>, i64);

#[derive(Clone, Debug)]
enum Step {
    Commit {
        cars: Vec<(Kept, Option<String>)>,
        drop_oldest: u64,
        position: Option<(u64, u64)>,
    },
    /// Close it, look at it from outside, open it again.
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    let field = || prop_oneof![".{0,8}", "[0-9]{1,10}", "\\PC{0,3}\0"];
    let car = (field(), field(), field(), any::<i64>())
        .prop_map(|(time, brand, color, at)| (Car::new(time, brand, color), at));
    let cars = prop::collection::vec((car, prop::option::weighted(0.3, ".{0,5}")), 0..40);
    let position = prop::option::of((0..5_u64, 0..1000_u64));
    prop_oneof![
        8 => (cars, 0..60_u64, position)
            .prop_map(|(cars, drop_oldest, position)| Step::Commit { cars, drop_oldest, position }),
        1 => Just(Step::Reopen),
    ]
}

fn position(inode: u64, number: u64) -> Position {
    Position {
        id: FileId { device: 1, inode },
        head: [1; 32],
        tail: [2; 32],
        offset: number,
        line: number,
        format: Format::Record,
        header: None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_store_is_a_queue(steps in prop::collection::vec(step(), 0..25), newest in 0..80_u64) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("station.db");
        let mut store = Store::open(&file).expect("a new store");
        let mut queue = VecDeque::<Kept>::new();
        let mut ids = Vec::<String>::new();
        let mut positions = Vec::new();
        for step in steps.into_iter().chain([Step::Reopen]) {
            match step {
                Step::Commit { cars, drop_oldest, position: read } => {
                    let read = read.map(|(inode, number)| position(inode, number));
                    let mut new = cars.iter().map(|((car, at), id)| NewCar {
                        car: Car::new(&*car.time, &*car.brand, &*car.color),
                        id: id.as_deref(),
                        arrived: Unix::from_millis(*at),
                    });
                    store
                        .commit(Commit { cars: &mut new, drop_oldest, position: read.as_ref() })
                        .expect("a commit");
                    for (kept, id) in cars {
                        queue.push_back(kept);
                        ids.extend(id);
                    }
                    queue.drain(..queue.len().min(usize::try_from(drop_oldest).expect("small")));
                    if let Some(read) = read {
                        positions.retain(|other: &Position| other.id != read.id);
                        positions.insert(0, read);
                    }
                }
                Step::Reopen => {
                    drop(store);
                    Store::check(&file).expect("a store");
                    store = Store::open(&file).expect("the store again");
                }
            }
            let load = |newest| {
                let mut cars = Vec::new();
                store
                    .load(newest, &mut |stored| {
                        cars.push((stored.car.into_owned(), stored.arrived.as_millis()));
                    })
                    .expect("the cars");
                cars
            };
            prop_assert_eq!(store.count(), queue.len() as u64);
            prop_assert_eq!(load(None), queue.iter().cloned().collect::<Vec<_>>());
            let skipped = queue.len().saturating_sub(usize::try_from(newest).expect("small"));
            prop_assert_eq!(load(Some(newest)), queue.iter().skip(skipped).cloned().collect::<Vec<_>>());
            prop_assert_eq!(&store.positions().expect("the positions"), &positions);
            prop_assert_eq!(&store.recent_ids(usize::MAX).expect("the ids"), &ids);
        }
    }
}
