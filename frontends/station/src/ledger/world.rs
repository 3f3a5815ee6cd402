//! A ledger that runs, and what can be seen of it, for tests.

use std::path::Path;

use async_channel::{Receiver, bounded};
use carwatch::{Car, Retention};
use carwatch_driver::server::SharedRoster;
use carwatch_store::Store;

use super::Ledger;
use crate::batch::Batch;
use crate::desk::{Desk, Intake, desk};
use crate::status::Status;

pub(crate) struct World {
    desk: Desk,
    pub(crate) status: Status,
    roster: SharedRoster,
    pub(crate) progress: Receiver<()>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl World {
    /// One that keeps everything in memory.
    pub(crate) fn in_memory() -> (Self, Intake) {
        Self::start(Retention::default(), None)
    }

    /// One that has loaded what is in the store `path`.
    pub(crate) fn start(retention: Retention, path: Option<&Path>) -> (Self, Intake) {
        let status = Status::default();
        let (desk, intake, inbox) = desk(status.clone());
        let (to_progress, progress) = bounded(1);
        let store = path.map(|path| Store::open(path).unwrap());
        let mut ledger = Ledger::new(retention, store, inbox, status.clone(), to_progress);
        ledger.load().unwrap();
        let roster = ledger.roster();
        let thread = Some(std::thread::spawn(|| ledger.run()));
        (Self { desk, status, roster, progress, thread }, intake)
    }

    pub(crate) fn snapshot(&self) -> String {
        String::from_utf8(self.roster.lock().unwrap().snapshot().to_vec()).unwrap()
    }

    /// What is known once everything that was handed in is committed, if it can be.
    pub(crate) fn finished(&self) -> String {
        async_io::block_on(self.desk.commit());
        self.snapshot()
    }

    pub(crate) fn post(&self, cars: &[(&str, Option<&str>)]) -> Result<(), String> {
        async_io::block_on(self.desk.post(batch(cars)))
    }

    /// Ends it as a station's stop does.
    pub(crate) fn stop(&self) {
        async_io::block_on(self.desk.finish());
    }

    pub(crate) fn retain(&self, retention: Retention) {
        async_io::block_on(self.desk.retain(retention));
    }
}

/// The store is free for the next one as soon as this is gone.
impl Drop for World {
    fn drop(&mut self) {
        let (desk, ..) = desk(self.status.clone());
        drop(std::mem::replace(&mut self.desk, desk));
        let ended = self.thread.take().map(std::thread::JoinHandle::join);
        assert!(std::thread::panicking() || matches!(ended, Some(Ok(()))));
    }
}

/// Cars of these brands, with these ids.
pub(crate) fn batch(cars: &[(&str, Option<&str>)]) -> Batch {
    let mut batch = Batch::default();
    for (brand, id) in cars {
        batch.push(&Car::new("1", *brand, "red"), *id);
    }
    batch.stamp();
    batch
}
