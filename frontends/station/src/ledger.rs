//! The thread that owns the store and the list: it takes what sources and people hand in,
//! commits it, and only then shows it to those who connect.
//!
//! Whoever waits for a commit is not kept waiting; what nobody waits for (cars of the source,
//! rows that retention has dropped from the list) gathers for up to 100 ms, so that the disk
//! is asked for that ten times a second at most.

mod commit;
mod due;
mod load;

use std::collections::VecDeque;
use std::future::pending;
use std::pin::pin;
use std::sync::PoisonError;
use std::time::Duration;

use async_channel::Sender;
use async_io::Timer;
use carwatch::time::Instant;
use carwatch::{Retention, Roster};
use carwatch_driver::clock;
use carwatch_driver::server::SharedRoster;
use carwatch_ingest::Recent;
use carwatch_store::Store;
use futures_util::future::{Either, select};

use crate::batch::Batch;
use crate::desk::{Asked, Inbox, Sourced};
use crate::size::SizeWatch;
use crate::status::{Status, StoreFacts};

/// What is known, what is not committed yet, and where it goes.
#[derive(Debug)]
pub(crate) struct Ledger {
    roster: SharedRoster,
    retention: Retention,
    store: Option<Store>,
    /// Ids of the last cars that had one.
    recent: Recent,
    inbox: Inbox,
    status: Status,
    /// What the source handed in and is not committed, in order.
    sourced: VecDeque<Batch>,
    posted: Vec<Posted>,
    /// In both.
    cars: usize,
    /// Rows that the store had more than the list was loaded with.
    surplus: u64,
    /// Rows that were deleted since the start.
    deleted: u64,
    /// The next try, after a commit that failed, and how long the pause before it was.
    retry: Option<(Instant, Duration)>,
    /// When the last commit was made.
    last: Instant,
    source_is_open: bool,
    /// All that the source had at the start is here.
    reached: bool,
    progress: Option<Sender<()>>,
    withheld_told: Instant,
    size: SizeWatch,
}

/// Cars that somebody waits for.
#[derive(Debug)]
struct Posted {
    batch: Batch,
    done: Sender<Result<(), String>>,
}

enum Event {
    Sourced(Sourced),
    SourceEnded,
    Asked(Asked),
    /// Nobody is left who could ask.
    Gone,
    Due,
}

impl Ledger {
    /// A ledger that knows no car yet. `progress` gets a message after each commit, and is
    /// closed when what the source had at the start is committed.
    pub(crate) fn new(
        retention: Retention,
        store: Option<Store>,
        inbox: Inbox,
        status: Status,
        progress: Sender<()>,
    ) -> Self {
        status.lock().store = store.is_some().then(StoreFacts::default);
        let roster = Roster::new(retention.clone());
        Self {
            roster: SharedRoster::new(roster.into()),
            retention,
            store,
            recent: Recent::new(IDS),
            inbox,
            status,
            sourced: VecDeque::new(),
            posted: Vec::new(),
            cars: 0,
            surplus: 0,
            deleted: 0,
            retry: None,
            last: Instant::default(),
            source_is_open: true,
            reached: false,
            progress: Some(progress),
            withheld_told: Instant::default(),
            size: SizeWatch::default(),
        }
    }

    /// The list that is served: what is committed, and nothing else.
    pub(crate) fn roster(&self) -> SharedRoster {
        self.roster.clone()
    }

    /// Works until nobody is left who could ask for anything.
    pub(crate) fn run(mut self) {
        async_io::block_on(async move {
            loop {
                let event = self.event().await;
                let now = clock::now();
                match event {
                    Event::Sourced(Sourced::Cars(batch)) => self.take(batch),
                    // What came before it is here already, and is committed with it.
                    Event::Sourced(Sourced::CaughtUp) => self.reached = true,
                    Event::SourceEnded => {
                        (self.source_is_open, self.reached) = (false, true);
                        self.status.lock().source_ended = true;
                    }
                    Event::Asked(Asked::Cars(batch, done)) => self.take_posted(batch, done),
                    Event::Asked(Asked::Retain(retention)) => self.retain(retention, now),
                    Event::Asked(Asked::Finish(done)) => {
                        // What is in it stays; a source that goes on must not keep us here.
                        self.inbox.sourced.close();
                        self.finish();
                        // Closed, the store is one file again, and whoever waits may copy it.
                        drop(self);
                        let _ = done.try_send(());
                        return;
                    }
                    #[cfg(test)]
                    Event::Asked(Asked::Commit(done)) => {
                        self.finish();
                        let _ = done.try_send(());
                    }
                    Event::Gone => return,
                    Event::Due => {}
                }
                if self.is_due(now) {
                    self.commit(now);
                }
                self.tell_withheld(now);
            }
        });
    }

    /// What happens next. Nothing is taken from the source while the store fails, or while
    /// there is enough for one commit.
    async fn event(&self) -> Event {
        let Inbox { sourced, asked } = &self.inbox;
        let wants_more = self.source_is_open && self.retry.is_none() && self.cars < MOST;
        let source = pin!(async {
            if !wants_more {
                pending::<()>().await;
            }
            sourced.recv().await.map_or(Event::SourceEnded, Event::Sourced)
        });
        let asked = pin!(async { asked.recv().await.map_or(Event::Gone, Event::Asked) });
        let alarm = pin!(async {
            match self.deadline() {
                Some(at) => drop(Timer::after(at.since(clock::now())).await),
                None => pending().await,
            }
            Event::Due
        });
        match select(select(asked, source), alarm).await {
            Either::Left((Either::Left((event, _)) | Either::Right((event, _)), _))
            | Either::Right((event, _)) => event,
        }
    }

    fn take(&mut self, batch: Batch) {
        if batch.cars() > 0 || batch.position.is_some() {
            self.make_room(batch.cars());
            let file = |batch: &Batch| batch.position.as_ref().map(|position| position.id);
            let last = self.sourced.iter().rev().find_map(file);
            if last.is_some() && file(&batch).is_some_and(|next| Some(next) != last) {
                // A commit stores one position, and how far the file before was read would be
                // forgotten.
                self.commit(clock::now());
            }
            self.status.waits(batch.at);
            self.cars += batch.cars();
            self.sourced.push_back(batch);
        }
    }

    fn take_posted(&mut self, batch: Batch, done: Sender<Result<(), String>>) {
        if let Some(why) = self.failing() {
            // Nobody waits for it only where their connection has broken.
            let _ = done.try_send(Err(why));
            return;
        }
        self.make_room(batch.cars());
        self.status.waits(batch.at);
        self.cars += batch.cars();
        self.posted.push(Posted { batch, done });
    }

    /// What is here is committed first where it would be too much together with `cars` more.
    fn make_room(&mut self, cars: usize) {
        if self.cars > 0 && self.cars + cars > MOST {
            self.commit(clock::now());
        }
    }

    fn retain(&mut self, retention: Retention, now: Instant) {
        self.retention = retention.clone();
        lock(&self.roster).retain(retention, now);
    }

    /// Commits what the source has handed in so far.
    fn finish(&mut self) {
        if self.retry.is_some() {
            self.commit(clock::now());
        }
        while self.retry.is_none()
            && let Ok(message) = self.inbox.sourced.try_recv()
        {
            if let Sourced::Cars(batch) = message {
                self.take(batch);
            }
        }
        if self.retry.is_none() {
            self.commit(clock::now());
        }
        if self.cars > 0 {
            let cars = self.cars;
            tracing::error!(
                cars,
                "the last cars of the source were not committed: a followed file is read from \
                 there at the next start, what came by a pipe is lost"
            );
        }
    }

    fn tell_withheld(&mut self, now: Instant) {
        if now.since(self.withheld_told) >= Duration::from_secs(1) {
            self.withheld_told = now;
            self.status.log_withheld();
        }
    }

    fn failing(&self) -> Option<String> {
        self.retry.and_then(|_| self.status.lock().store.as_ref()?.failing.clone())
    }
}

fn lock(roster: &SharedRoster) -> std::sync::MutexGuard<'_, Roster> {
    // A panic elsewhere leaves the roster whole: each append is complete or not begun.
    roster.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The most cars in one commit; a body that was posted is never cut in two.
const MOST: usize = 16_384;
/// How many ids are remembered, to tell a car that comes again.
const IDS: usize = 65_536;

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod world;
