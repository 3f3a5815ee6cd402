//! What the source's thread does.

use std::fs::File;

use carwatch_ingest::{Line, Position, Reading};

use crate::args::{Args, Source};
use crate::desk::Intake;
use crate::follow::{self, Taker};
use crate::ingest::ingest;
use crate::simulate::Simulation;
use crate::source::Opened;

/// The work for `opened`. `positions` are those of the store, if there is one.
pub(crate) fn work(
    opened: Opened,
    args: &Args,
    reading: Reading,
    positions: Option<Vec<Position>>,
    intake: Intake,
) -> Box<dyn FnOnce() + Send> {
    let follows = args.follow;
    match opened {
        Opened::Simulator => {
            let simulation = Simulation::new(args.rate, args.seed);
            tracing::info!(rate = simulation.rate, seed = simulation.seed, "simulating");
            Box::new(move || simulation.run(intake))
        }
        Opened::Nothing => Box::new(|| drop(intake)),
        Opened::Path(path) => Box::new(move || {
            let positions = positions.unwrap_or_default();
            let mut intake = intake;
            match follow::follow(&path, follows, reading, positions, &mut intake) {
                Ok(format) => intake.log_end(format),
                Err(error) => {
                    let path = Source::File(path);
                    tracing::error!(%error, "cannot read the source {path}: what follows is lost");
                }
            }
        }),
        Opened::File(file) | Opened::Stream(file) => {
            Box::new(move || ingest(file, reading, intake))
        }
        Opened::Pipe(path) => Box::new(move || {
            // A pipe that we could write to ourselves never ends for us.
            match File::options().read(true).write(follows).open(&path) {
                Ok(pipe) => ingest(pipe, reading, intake),
                Err(error) => {
                    let path = Source::File(path);
                    tracing::error!(%error, "cannot open the source {path}");
                }
            }
        }),
    }
}

impl Taker for Intake {
    fn line(&mut self, line: Line<'_>) {
        self.take(line);
    }

    fn batch(&mut self, position: Option<Position>) {
        self.hand_in(position);
    }

    fn caught_up(&mut self) {
        self.reached_the_end();
    }
}
