//! One commit: into the store first, then into the list that is served.

use std::collections::HashSet;
use std::time::Duration;

use carwatch::time::Instant;
use carwatch::{Car, Roster};
use carwatch_driver::clock;
use carwatch_store::{Commit, NewCar};

use super::{Ledger, lock};
use crate::batch::Batch;

impl Ledger {
    /// Commits all that is here, and shows it; where the store cannot be written, it keeps
    /// what the source handed in for the next try, and turns away who waits.
    pub(super) fn commit(&mut self, now: Instant) {
        // Made on a clone: until the store has it, nobody is to see it.
        let mut next = lock(&self.roster).clone();
        next.trim(now);
        let new = self.append_new(&mut next);
        let drop_oldest = (self.surplus + next.dropped() - self.deleted).min(MOST_DELETED);
        // Whether a store that failed is well again shows only in a commit of something.
        let idle = self.cars == 0 && self.sourced.is_empty() && drop_oldest == 0;
        if (!idle || self.retry.is_some())
            && let Err(why) = self.write(&new, drop_oldest)
        {
            return self.failed(why);
        }
        self.deleted += drop_oldest;
        let accepted = new.iter().filter(|is_new| **is_new).count() as u64;
        self.show(next, now);
        self.remember_ids();
        self.succeeded(accepted, new.len() as u64 - accepted);
    }

    /// Rows that retention has dropped from the list, and that are still in the store.
    pub(super) fn owed(&self) -> u64 {
        if self.store.is_none() {
            return 0;
        }
        self.surplus + lock(&self.roster).dropped() - self.deleted
    }

    /// Appends the cars that are not there yet; of each car, whether it was one of them.
    fn append_new(&self, next: &mut Roster) -> Vec<bool> {
        let mut ids = HashSet::new();
        let mut new = Vec::with_capacity(self.cars);
        for batch in self.batches() {
            for (car, id) in batch.iter() {
                let known = id.is_some_and(|id| self.recent.contains(id) || !ids.insert(id));
                let appended = !known && append(next, &car, batch.at);
                new.push(appended);
            }
        }
        new
    }

    fn write(&mut self, new: &[bool], drop_oldest: u64) -> Result<(), String> {
        let Some(mut store) = self.store.take() else { return Ok(()) };
        let mut new = new.iter();
        let mut cars = self
            .batches()
            .flat_map(|batch| batch.iter().map(|(car, id)| (batch.arrived, car, id)))
            .filter(|_| new.next() == Some(&true))
            .map(|(arrived, car, id)| NewCar { car, id, arrived });
        let position = self.sourced.iter().rev().find_map(|batch| batch.position.as_ref());
        let written = store.commit(Commit { cars: &mut cars, drop_oldest, position });
        drop(cars);
        self.store = Some(store);
        written.map_err(|error| error.to_string())
    }

    fn show(&mut self, mut next: Roster, now: Instant) {
        let bytes = next.snapshot_len();
        // Others may have trimmed the list in the meantime, for its age.
        next.trim(clock::now());
        let last = std::mem::replace(&mut *lock(&self.roster), next);
        // Not under the lock: it may be the last that holds much memory.
        drop(last);
        self.size.watch(bytes, now.since(Instant::default()));
    }

    fn remember_ids(&mut self) {
        let batches = self.sourced.iter().chain(self.posted.iter().map(|posted| &posted.batch));
        for id in batches.flat_map(Batch::ids) {
            self.recent.insert(id);
        }
    }

    fn succeeded(&mut self, accepted: u64, repeated: u64) {
        self.last = clock::now();
        if self.retry.take().is_some() {
            tracing::info!("the store can be written again");
        }
        let position = self.sourced.iter().rev().find_map(|batch| batch.position.as_ref());
        let source_offset = position.map(|position| position.offset);
        self.sourced.clear();
        self.cars = 0;
        {
            let mut facts = self.status.lock();
            facts.accepted += accepted;
            facts.repeated += repeated;
            facts.source_offset = source_offset.or(facts.source_offset);
            facts.waiting_since = None;
            if accepted > 0 {
                facts.committed = Some(clock::unix());
            }
            if let (Some(facts), Some(store)) = (&mut facts.store, &self.store) {
                facts.failing = None;
                facts.cars = store.count();
                facts.bytes = store.size().ok();
            }
        }
        for posted in self.posted.drain(..) {
            // Nobody waits for it only where their connection has broken.
            let _ = posted.done.try_send(Ok(()));
        }
        if let Some(progress) = &self.progress {
            // Full means that the message is there already; closed, that nobody waits for it.
            let _ = progress.try_send(());
        }
        if std::mem::take(&mut self.reached) {
            self.progress = None;
        }
    }

    fn failed(&mut self, why: String) {
        let pause = self.retry.map_or(PAUSE, |(_, pause)| (pause * 2).min(LONGEST_PAUSE));
        // From now on: to fail may have taken longer than that, and who asks meanwhile is to
        // have an answer.
        let first = self.retry.replace((clock::now() + pause, pause)).is_none();
        let waiting_since = self.sourced.front().map(|batch| batch.at);
        let failures = {
            let mut facts = self.status.lock();
            facts.waiting_since = waiting_since;
            let facts = facts.store.get_or_insert_default();
            facts.failures += 1;
            facts.failing = Some(why.clone());
            facts.failures
        };
        for posted in self.posted.drain(..) {
            self.cars -= posted.batch.cars();
            let _ = posted.done.try_send(Err(why.clone()));
        }
        let cars = self.cars;
        if self.progress.take().is_some() {
            tracing::warn!("accepting before the end of the source: the store cannot be written");
        }
        if first {
            tracing::error!(
                error = why,
                cars,
                "cannot write the store: no car is taken until it can be; what is committed is served"
            );
        } else {
            tracing::error!(error = why, cars, failures, ?pause, "still cannot write the store");
        }
    }

    fn batches(&self) -> impl Iterator<Item = &Batch> {
        self.sourced.iter().chain(self.posted.iter().map(|posted| &posted.batch))
    }
}

/// Whether `car` was appended; it always is, for what is handed in was measured.
fn append(roster: &mut Roster, car: &Car<'_>, at: Instant) -> bool {
    roster
        .append(car, at)
        .inspect_err(|error| tracing::error!(?error, "a car was refused by the list"))
        .is_ok()
}

/// Rows that are deleted in one commit: retention that was tightened deletes millions, and
/// nobody is to wait for all of them.
const MOST_DELETED: u64 = 65_536;
/// Between a commit that failed and the next try; each next one is twice as long.
const PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
