//! Numbered cars, and positions that agree with them.

use std::error::Error;
use std::ops::RangeInclusive;
use std::path::Path;

use carwatch::Car;
use carwatch::time::Unix;
use carwatch_ingest::{FileId, Format, Position};
use carwatch_store::{Commit, NewCar, Store, WriteError};

/// What a test returns.
pub(crate) type Tested = Result<(), Box<dyn Error + Send + Sync>>;

/// Commits the cars of these numbers, and the position behind the last.
pub(crate) fn commit(store: &mut Store, cars: RangeInclusive<u64>) -> Result<(), WriteError> {
    let position = position(1, *cars.end());
    let mut cars = cars.map(car);
    store.commit(Commit { cars: &mut cars, drop_oldest: 0, position: Some(&position) })
}

/// A car that says its number.
pub(crate) fn car(number: u64) -> NewCar<'static> {
    NewCar {
        car: Car::new(number.to_string(), "peugeot", "red"),
        id: None,
        arrived: Unix::from_millis(number.cast_signed()),
    }
}

/// A position in a file that was read up to the car of this number.
pub(crate) fn position(inode: u64, number: u64) -> Position {
    Position {
        id: FileId { device: 1, inode },
        head: [1; 32],
        tail: [number.to_le_bytes()[0]; 32],
        offset: number * 10,
        line: number + 1,
        format: Format::Csv,
        header: Some(b"time,brand,color".to_vec()),
    }
}

/// The numbers of the cars in a store, in the order they are loaded in.
pub(crate) fn numbers(store: &Store) -> Result<Vec<u64>, Box<dyn Error + Send + Sync>> {
    let mut times = Vec::new();
    store.load(None, &mut |stored| times.push(stored.car.time.into_owned()))?;
    Ok(times.iter().map(|time| time.parse()).collect::<Result<_, _>>()?)
}

/// Opens a store, checks that it has all cars from 1 on and the position behind the last,
/// and says how many.
pub(crate) fn verify(file: &Path) -> Result<u64, Box<dyn Error + Send + Sync>> {
    let store = Store::open(file)?;
    let numbers = numbers(&store)?;
    let last = numbers.len() as u64;
    let is_whole = numbers.iter().copied().eq(1..=last);
    if !is_whole {
        return Err(format!("the {last} cars are not 1 to {last}: {numbers:?}").into());
    }
    if store.count() != last {
        return Err(format!("it counts {} cars and has {last}", store.count()).into());
    }
    let positions = store.positions()?;
    let expected = if last == 0 { vec![] } else { vec![position(1, last)] };
    if positions != expected {
        return Err(format!("{last} cars, and the positions are {positions:?}").into());
    }
    Ok(last)
}
