//! Which cars of a round are printed under `--watch`: the new ones, but for the tails that may
//! have been cut, which wait until more is known of them.

use std::io;

use carwatch::follow::{Ends, Follow, News, What};
use carwatch::wire::{self, Piece, Tail};
use carwatch::{Car, Outcome, Report, Verdict};
use carwatch_formats::{Cars, Merged};

/// The provisional tail of a station.
#[derive(Debug)]
pub(super) enum Waiting {
    /// There is none, or it is no car.
    No,
    /// It was printed by an earlier run, of whose end it was.
    Printed,
    /// It waits to be printed. Only a complete answer has one.
    Held(Car<'static>),
}

impl Waiting {
    /// What waits when a run goes on from an earlier one, which printed its tails at its end if
    /// it came so far: if it `told`.
    pub(super) fn after(follow: &Follow, told: bool, record_limit: usize) -> Self {
        let memory = follow.memory();
        if !memory.provisional {
            return Self::No;
        }
        let pieces = memory.pieces.strip_suffix(b".").unwrap_or(&memory.pieces);
        let car = held(pieces, record_limit);
        car.map_or(Self::No, |car| if told { Self::Printed } else { Self::Held(car) })
    }

    /// Goes on to what waits after a snapshot whose cars were printed.
    pub(super) fn advance(&mut self, what: &What, outcome: &Outcome, record_limit: usize) {
        if what.provisional {
            let held = held(&outcome.response, record_limit);
            *self = match self {
                // What an earlier run printed is not printed again because it was cut there.
                Self::Printed if is_amended_tail(what, outcome) => Self::Printed,
                _ => held.map_or(Self::No, Self::Held),
            };
        } else if what.tail.is_some() {
            *self = Self::No;
        }
    }

    /// The car that waits, if one does; it waits no longer.
    pub(super) fn take(&mut self) -> Option<Car<'static>> {
        match std::mem::replace(self, Self::No) {
            Self::Held(car) => Some(car),
            Self::No | Self::Printed => None,
        }
    }
}

/// The cars of one round that are printed.
#[derive(Debug)]
pub(super) struct New<'a> {
    pub(super) report: &'a Report,
    /// What each station's snapshot is, where it is merged.
    pub(super) steps: &'a [Option<(What, Ends)>],
    /// What waits since the round before.
    pub(super) waiting: Vec<&'a Waiting>,
    pub(super) record_limit: usize,
}

impl Cars for New<'_> {
    fn for_each(&self, sink: &mut dyn FnMut(Merged<'_>) -> io::Result<()>) -> io::Result<()> {
        let mut result = Ok(());
        for ((said, step), waiting) in
            self.report.stations.iter().zip(self.steps).zip(&self.waiting)
        {
            let Some((what, ends)) = step else { continue };
            let (station, outcome) = (&*said.name, &said.outcome);
            let partial = matches!(outcome.verdict, Verdict::Partial(_));
            what.news(&outcome.response, self.record_limit, *ends, &mut |news| {
                if result.is_err() {
                    return;
                }
                result = match (news, waiting) {
                    (News::Confirmed | News::Abandoned, Waiting::Held(car)) => {
                        sink(Merged { station, car, partial: false })
                    }
                    (News::Amended { car: Some(car), provisional: false }, waiting)
                        if !matches!(waiting, Waiting::Printed) =>
                    {
                        sink(Merged { station, car: &car, partial })
                    }
                    (News::Car { car, provisional: false }, _) => {
                        sink(Merged { station, car: &car, partial })
                    }
                    _ => Ok(()),
                };
            });
            if result.is_err() {
                break;
            }
        }
        result
    }
}

/// The last piece of a snapshot, if it is a car.
fn held(snapshot: &[u8], record_limit: usize) -> Option<Car<'static>> {
    let last = snapshot.iter().rposition(|byte| *byte == b'.').map_or(0, |dot| dot + 1);
    let mut found = None;
    wire::split(&snapshot[last..], record_limit, Tail::Whole, &mut |piece| {
        if let Piece::Car { car, .. } = piece {
            found = Some(car.into_owned());
        }
    });
    found
}

/// Whether the provisional last piece is the earlier tail, amended.
fn is_amended_tail(what: &What, outcome: &Outcome) -> bool {
    let pieces = outcome.response.iter().filter(|byte| **byte == b'.').count() as u64 + 1;
    what.tail.is_some() && what.new == pieces
}
