//! Cars on their way from a source to the ledger.

use carwatch::Car;
use carwatch::time::{Instant, Unix};
use carwatch_driver::clock;
use carwatch_ingest::Position;

/// Cars that came at one moment, and how far their source was read for them.
///
/// They are kept as they stand on the wire: one allocation for all of them, and what the
/// roster takes.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// Each with a separator after it.
    records: Vec<u8>,
    cars: usize,
    /// What a source calls some of them, by their number in the batch, ascending.
    ids: Vec<(usize, Box<str>)>,
    /// When they came, on both clocks.
    pub(crate) arrived: Unix,
    pub(crate) at: Instant,
    /// Everything before it in the source is in this batch, or in one before.
    pub(crate) position: Option<Position>,
}

impl Batch {
    /// Says that its cars came at this moment.
    pub(crate) fn stamp(&mut self) {
        self.arrived = clock::unix();
        self.at = clock::now();
    }

    /// Adds a car, whose record is within the limit.
    pub(crate) fn push(&mut self, car: &Car<'_>, id: Option<&str>) {
        car.encode_into(&mut self.records);
        self.records.push(b'.');
        self.ids.extend(id.map(|id| (self.cars, id.into())));
        self.cars += 1;
    }

    pub(crate) const fn cars(&self) -> usize {
        self.cars
    }

    /// The ids that some of its cars have, in order.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.ids.iter().map(|(_, id)| &**id)
    }

    /// Each car with its id, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Car<'_>, Option<&str>)> {
        let mut ids = self.ids.iter().peekable();
        let records = self.records.split(|byte| *byte == b'.').take(self.cars);
        records.enumerate().map(move |(nth, record)| {
            let record = std::str::from_utf8(record).expect("fields are text");
            let car = Car::from_record(record).expect("an encoded car is a record");
            (car, ids.next_if(|(of, _)| *of == nth).map(|(_, id)| &**id))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out() {
        let cars = [
            (Car::new("1", "B.M.W", "red"), None),
            (Car::new("", "", ""), Some("a")),
            (Car::new("100%", "vw:x", "%2E"), Some("")),
            (Car::new("4", "fiat", ""), None),
        ];
        let mut batch = Batch::default();
        for (car, id) in &cars {
            batch.push(car, *id);
        }
        assert!(batch.ids().eq(cars.iter().filter_map(|(_, id)| *id)));
        assert!(batch.iter().eq(cars));
        assert_eq!(batch.cars(), 4);
    }
}
