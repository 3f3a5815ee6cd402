//! A roster beside a list of records: whatever is done to both, they are the same, and a snapshot
//! that was taken stays what it was.

use std::collections::VecDeque;
use std::time::Duration;

use carwatch::time::Instant;
use carwatch::{Car, Retention, Roster, Snapshot};

use crate::bytes::Bytes;

/// Panics if what `input` does to a roster shows otherwise.
pub(crate) fn check(input: &[u8]) {
    let mut bytes = Bytes(input);
    let mut roster = Roster::new(Retention::default());
    let mut model = Model::default();
    let mut taken: Vec<(Snapshot, Vec<u8>)> = Vec::new();
    while !bytes.is_empty() {
        let action = bytes.byte();
        model.now += u64::from(action >> 5);
        let now = Instant::from_nanos(model.now * 1_000_000);
        match action % 8 {
            0..=3 => {
                let field = String::from_utf8_lossy(bytes.some());
                // Once in a while one that fills most of a segment.
                let color =
                    "red".repeat(if action % 8 == 3 { usize::from(bytes.byte()) * 80 } else { 1 });
                let car = Car::new("7", &*field, color);
                if roster.append(&car, now).is_ok() {
                    model.records.push_back((car.to_record(), model.now));
                }
            }
            4 => {
                model.retention = Retention {
                    cars: [None, Some(0), Some(1), Some(9)][usize::from(bytes.below(4))],
                    age: [None, Some(0), Some(5), Some(50)][usize::from(bytes.below(4))]
                        .map(Duration::from_millis),
                    bytes: [None, Some(0), Some(30), Some(90_000)][usize::from(bytes.below(4))],
                };
                roster.retain(model.retention.clone(), now);
            }
            5 => roster.trim(now),
            6 => taken.push((roster.snapshot(), model.list())),
            _ => roster = roster.clone(),
        }
        // Age is looked at when something is done about it.
        if action % 8 < 6 {
            model.trim();
        }
        assert_eq!(roster.cars(), model.records.len() as u64);
        assert_eq!(roster.dropped(), model.dropped);
        assert_eq!(roster.snapshot_len(), model.list().len() as u64);
    }
    taken.push((roster.snapshot(), model.list()));
    for (snapshot, list) in taken {
        assert_eq!(snapshot.to_vec(), list);
        assert_eq!((snapshot.len(), snapshot.is_empty()), (list.len() as u64, list.is_empty()));
    }
}

#[derive(Default)]
struct Model {
    /// Each with the millisecond of its arrival.
    records: VecDeque<(String, u64)>,
    retention: Retention,
    dropped: u64,
    now: u64,
}

impl Model {
    fn list(&self) -> Vec<u8> {
        let records: Vec<&str> = self.records.iter().map(|(record, _)| &**record).collect();
        records.join(".").into_bytes()
    }

    fn trim(&mut self) {
        while let Some((_, arrived)) = self.records.front() {
            let Retention { cars, age, bytes } = &self.retention;
            let is_over = cars.is_some_and(|most| self.records.len() as u64 > most)
                || age.is_some_and(|age| Duration::from_millis(self.now - arrived) > age)
                || bytes.is_some_and(|most| self.list().len() as u64 > most);
            if !is_over {
                return;
            }
            self.records.pop_front();
            self.dropped += 1;
        }
    }
}
