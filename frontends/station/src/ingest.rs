//! A thread that turns the lines of a source into cars of the roster, and says what
//! became of the others.

use std::fs::File;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_channel::{Receiver, Sender, bounded};
use async_io::Timer;
use carwatch::Roster;
use carwatch::limits::RECORD;
use carwatch::time::Instant;
use carwatch_driver::clock;
use carwatch_driver::server::SharedRoster;
use carwatch_ingest::{Format, Line, Lines};

use crate::refusals::Refusals;
use crate::size::SizeWatch;
use crate::source::read;

/// The reader of one source.
#[derive(Debug)]
pub(crate) struct Ingest {
    pub(crate) roster: SharedRoster,
    refusals: Arc<Mutex<Refusals>>,
    pub(crate) progress: Sender<()>,
    withheld: Sender<()>,
    size: SizeWatch,
}

/// What the rest of the station sees of the reader.
#[derive(Debug)]
pub(crate) struct Watched {
    pub(crate) roster: SharedRoster,
    pub(crate) refusals: Arc<Mutex<Refusals>>,
    /// Gets a message after each batch, and is closed at the end of the source.
    pub(crate) progress: Receiver<()>,
    /// Gets a message when lines were withheld from the log, for [`tell_withheld`].
    pub(crate) withheld: Receiver<()>,
}

impl Ingest {
    /// A reader that has read nothing yet.
    pub(crate) fn new() -> (Self, Watched) {
        let (to_progress, progress) = bounded(1);
        let (to_withheld, withheld) = bounded(1);
        let roster = SharedRoster::default();
        let refusals = Arc::new(Mutex::new(Refusals::default()));
        let ingest = Self {
            roster: Arc::clone(&roster),
            refusals: Arc::clone(&refusals),
            progress: to_progress,
            withheld: to_withheld,
            size: SizeWatch::default(),
        };
        (ingest, Watched { roster, refusals, progress, withheld })
    }

    /// Reads `input` to its end.
    pub(crate) fn run(mut self, mut input: File, format: Format) {
        let mut lines = Lines::new(format, RECORD);
        let mut buffer = vec![0; BUFFER];
        let mut cars = 0;
        let failure = loop {
            match read(&mut input, &mut buffer) {
                Ok(0) => break None,
                Ok(length) => {
                    cars += self.batch(|batch| {
                        lines.feed(&buffer[..length], &mut |line| batch.take(line));
                    });
                }
                Err(error) => break Some(error),
            }
        };
        let format = lines.format();
        match failure {
            None => cars += self.batch(|batch| lines.finish(&mut |line| batch.take(line))),
            // Its last line may have been cut, and a cut line is no car.
            Some(error) => {
                tracing::error!(%error, "cannot read the source; what follows its last whole record is lost");
            }
        }
        let mut refusals = lock(&self.refusals);
        log_withheld(&mut refusals);
        let (refused, reasons) = (refusals.total(), refusals.by_reason());
        tracing::info!(cars, refused, reasons, %format, "source ended");
    }

    /// Appends under one lock what `lines` hands to the batch; how many cars that were.
    fn batch(&mut self, lines: impl FnOnce(&mut Batch<'_>)) -> u64 {
        let now = clock::now().since(Instant::from_nanos(0));
        let mut batch = Batch {
            roster: lock(&self.roster),
            refusals: lock(&self.refusals),
            now,
            cars: 0,
            withheld: false,
        };
        lines(&mut batch);
        let (cars, withheld, bytes) = (batch.cars, batch.withheld, batch.roster.snapshot_len());
        drop(batch);
        self.size.watch(bytes, now);
        // Full means that the message is there already; closed, that nobody waits for it.
        let _ = self.progress.try_send(());
        if withheld {
            let _ = self.withheld.try_send(());
        }
        cars
    }
}

/// Says how many lines were not logged one by one, once a second while there are any.
pub(crate) async fn tell_withheld(refusals: &Mutex<Refusals>, withheld: &Receiver<()>) {
    while withheld.recv().await.is_ok() {
        Timer::after(Duration::from_secs(1)).await;
        log_withheld(&mut lock(refusals));
    }
}

/// What was read at once, while the roster is locked for it.
struct Batch<'a> {
    roster: MutexGuard<'a, Roster>,
    refusals: MutexGuard<'a, Refusals>,
    /// Since the clock's epoch.
    now: Duration,
    cars: u64,
    withheld: bool,
}

impl Batch<'_> {
    fn take(&mut self, line: Line<'_>) {
        match line {
            Line::Car { number, car } => match self.roster.append(&car, clock::unix()) {
                Ok(()) => self.cars += 1,
                Err(error) => self.refuse(number, "too_long", format_args!("{error:?}")),
            },
            Line::Refused { number, refusal } => {
                self.refuse(number, refusal.reason(), format_args!("{refusal}"));
            }
        }
    }

    fn refuse(&mut self, line: u64, reason: &'static str, words: std::fmt::Arguments<'_>) {
        if self.refusals.note(reason, self.now) {
            tracing::warn!(line, reason, "line refused: {words}");
        } else {
            self.withheld = true;
        }
    }
}

/// Says of how many lines nothing was said.
pub(crate) fn log_withheld(refusals: &mut Refusals) {
    for (reason, lines) in refusals.take_withheld() {
        tracing::warn!(reason, lines, "more lines refused");
    }
}

pub(crate) fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is behind these locks is whole at every moment, whoever panicked.
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Bytes that are read at once: what a pipe holds.
const BUFFER: usize = 64 * 1024;

#[cfg(test)]
mod tests;
