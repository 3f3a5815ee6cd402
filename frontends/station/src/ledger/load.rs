//! What the store has, into the list, before anything else.

use std::time::Duration;

use carwatch::Roster;
use carwatch_driver::clock;
use carwatch_formats::visible::visible;
use carwatch_store::Store;

use super::{Ledger, lock};
use crate::systemd::Notifier;

impl Ledger {
    /// Loads what the store has, and says once a second how far that is.
    ///
    /// # Errors
    ///
    /// In words for people, with the name of the file: it is damaged, or cannot be read.
    pub(crate) fn load(&mut self) -> Result<(), String> {
        let Some(store) = self.store.take() else { return Ok(()) };
        let loaded = self.load_from(&store);
        self.store = Some(store);
        loaded
    }

    fn load_from(&mut self, store: &Store) -> Result<(), String> {
        let (begin, wall) = (clock::now(), clock::unix());
        let rows = store.count();
        let kept = self.retention.cars.map_or(rows, |most| most.min(rows));
        let mut roster = Roster::new(self.retention.clone());
        let (mut loaded, mut told, mut refused) = (0_u64, begin, None);
        store
            .load(Some(kept), &mut |stored| {
                let restored = roster.restore(&stored.car, stored.arrived, wall, begin);
                loaded += 1;
                if let Err(error) = restored {
                    refused.get_or_insert((loaded, error));
                }
                if loaded.is_multiple_of(LOOK) {
                    let now = clock::now();
                    if now.since(told) >= Duration::from_secs(1) {
                        told = now;
                        tracing::info!(loaded, of = kept, "loading the store");
                        Notifier.status(&format!("loading the store: {loaded} of {kept} cars"));
                    }
                }
            })
            .map_err(|error| error.to_string())?;
        if let Some((nth, error)) = refused {
            let path = visible(&store.file().to_string_lossy()).to_string();
            return Err(format!(
                "the store {path} is not as a station left it: \
                 row {nth} of {kept} is {} bytes long on the wire, and receivers take {}",
                error.len, error.limit
            ));
        }
        for id in store.recent_ids(super::IDS).map_err(|error| error.to_string())? {
            self.recent.insert(&id);
        }
        self.surplus = rows - kept;
        let elapsed = clock::now().since(begin);
        let (cars, bytes) = (roster.cars(), roster.snapshot_len());
        tracing::info!(cars, bytes, ?elapsed, "store loaded");
        roster.trim(clock::now());
        *lock(&self.roster) = roster;
        let mut facts = self.status.lock();
        if let Some(facts) = &mut facts.store {
            facts.cars = rows;
            facts.bytes = store.size().ok();
        }
        Ok(())
    }
}

/// How often the clock is looked at: every so many cars.
const LOOK: u64 = 4096;
