//! Where cars are handed in: by a source's thread, or by whoever posts them.

use async_channel::{Receiver, Sender, bounded};
use carwatch::{Car, Retention};
use carwatch_ingest::{Format, Line, Position};

use crate::batch::Batch;
use crate::status::Status;

/// What a source has to say.
#[derive(Debug)]
pub(crate) enum Sourced {
    Cars(Batch),
    /// All that was there when the station started has been handed in.
    CaughtUp,
}

/// What others have to say.
#[derive(Debug)]
pub(crate) enum Asked {
    /// Cars that somebody waits for to be committed.
    Cars(Batch, Sender<Result<(), String>>),
    /// From now on so much is kept.
    Retain(Retention),
    /// Commit what there is, close the store, and say so: the station ends.
    Finish(Sender<()>),
    /// Commit what there is, and say so.
    #[cfg(test)]
    Commit(Sender<()>),
}

/// The ledger's side.
#[derive(Debug)]
pub(crate) struct Inbox {
    pub(crate) sourced: Receiver<Sourced>,
    pub(crate) asked: Receiver<Asked>,
}

/// The side of everybody who asks.
#[derive(Clone, Debug)]
pub(crate) struct Desk(Sender<Asked>);

/// The side of the source's thread; its drop is the source's end.
#[derive(Debug)]
pub(crate) struct Intake {
    sourced: Sender<Sourced>,
    status: Status,
    batch: Batch,
    ignored: u64,
    cars: u64,
    refused: u64,
}

/// The three sides of one desk.
pub(crate) fn desk(status: Status) -> (Desk, Intake, Inbox) {
    let (to_sourced, sourced) = bounded(SOURCED);
    let (to_asked, asked) = bounded(ASKED);
    let intake = Intake {
        sourced: to_sourced,
        status,
        batch: Batch::default(),
        ignored: 0,
        cars: 0,
        refused: 0,
    };
    (Desk(to_asked), intake, Inbox { sourced, asked })
}

impl Desk {
    /// Waits until `batch` is committed.
    ///
    /// # Errors
    ///
    /// Why it was not, for people; then none of it is.
    pub(crate) async fn post(&self, batch: Batch) -> Result<(), String> {
        let (done, committed) = bounded(1);
        let gone = |()| "the station is stopping".to_owned();
        self.0.send(Asked::Cars(batch, done)).await.map_err(drop).map_err(gone)?;
        committed.recv().await.map_err(drop).map_err(gone)?
    }

    /// From now on so much is kept.
    pub(crate) async fn retain(&self, retention: Retention) {
        // A ledger that is gone keeps nothing any more.
        let _ = self.0.send(Asked::Retain(retention)).await;
    }

    /// Resolves when everything that was handed in before is committed, or cannot be, and the
    /// store is closed.
    pub(crate) async fn finish(&self) {
        let (done, finished) = bounded(1);
        if self.0.send(Asked::Finish(done)).await.is_ok() {
            // Closed without a word: the ledger is gone, and nothing is left to wait for.
            let _ = finished.recv().await;
        }
    }
}

#[cfg(test)]
impl Desk {
    /// Resolves when everything that was handed in before is committed, or cannot be.
    pub(crate) async fn commit(&self) {
        let (done, committed) = bounded(1);
        self.0.send(Asked::Commit(done)).await.unwrap();
        committed.recv().await.unwrap();
    }
}

impl Intake {
    /// Takes a car of a source that has no lines.
    pub(crate) fn take_car(&mut self, car: &Car<'_>) {
        self.batch.push(car, None);
    }

    /// Takes a line of the source.
    pub(crate) fn take(&mut self, line: Line<'_>) {
        match line {
            Line::Car { car, id, .. } => self.batch.push(&car, id.as_deref()),
            Line::Ignored { .. } => self.ignored += 1,
            Line::Refused { number, refusal } => {
                self.refused += 1;
                self.status.refuse("source", number, &refusal);
            }
        }
    }

    /// Hands in what was taken since this was last called, and waits while the ledger is
    /// behind. The source was read up to `position` for it.
    pub(crate) fn hand_in(&mut self, position: Option<Position>) {
        let mut batch = std::mem::take(&mut self.batch);
        batch.position = position;
        batch.stamp();
        self.cars += batch.cars() as u64;
        self.status.lock().ignored += std::mem::take(&mut self.ignored);
        self.say(Sourced::Cars(batch));
    }

    /// Says that all that was there when the station started has been handed in.
    pub(crate) fn reached_the_end(&mut self) {
        self.say(Sourced::CaughtUp);
    }

    /// Says that the source has ended, and what came of it.
    pub(crate) fn log_end(&self, format: Format) {
        self.status.log_withheld();
        let (cars, refused) = (self.cars, self.refused);
        let reasons = self.status.lock().refusals.by_reason();
        tracing::info!(cars, refused, reasons, %format, "source ended");
    }

    fn say(&self, sourced: Sourced) {
        // A ledger that is gone takes nothing any more: the program is at its end.
        let _ = self.sourced.send_blocking(sourced);
    }
}

/// Batches of the source that wait for the ledger: a few, so that both are busy.
const SOURCED: usize = 4;
/// Requests that wait for it.
const ASKED: usize = 64;
