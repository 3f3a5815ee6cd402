//! The cars that a snapshot brings, once it is known which of its pieces are new.

use super::{Ends, TailFate, What};
use crate::Car;
use crate::wire::{self, Piece, Tail};

/// What is new in a snapshot, in the order in which [`What::news`] hands it out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News<'a> {
    /// The earlier snapshot's provisional tail stands as it was.
    Confirmed,
    /// The earlier snapshot's provisional tail had been cut.
    Amended {
        /// The car it is now; `None` if it is none.
        car: Option<Car<'a>>,
        /// Whether that is provisional in its turn.
        provisional: bool,
    },
    /// Nothing more will be known of the earlier snapshot's provisional tail.
    Abandoned,
    /// A new car.
    Car {
        /// What was seen.
        car: Car<'a>,
        /// Whether it is the snapshot's last piece, and that is provisional.
        provisional: bool,
    },
}

impl What {
    /// Hands out what is new in the snapshot that this was said of: what became of the
    /// earlier tail, if something did, then each new car in wire order. Pieces that are no
    /// cars, longer than `record_limit` bytes among them, are passed over; whoever wants them
    /// has the snapshot's rejections.
    pub fn news(
        &self,
        snapshot: &[u8],
        record_limit: usize,
        ends: Ends,
        sink: &mut impl FnMut(News<'_>),
    ) {
        match self.tail {
            None | Some(TailFate::Amended) => {}
            Some(TailFate::Confirmed) => sink(News::Confirmed),
            Some(TailFate::Abandoned) => sink(News::Abandoned),
        }
        let is_amended = self.tail == Some(TailFate::Amended);
        // Earlier pieces need not be parsed again; the amended one is the last of them.
        let Some(from) = start(snapshot, self.new - u64::from(is_amended)) else { return };
        let rest = &snapshot[from..];
        let tail = if ends == Ends::Partial { Tail::Cut } else { Tail::Whole };
        wire::split(rest, record_limit, tail, &mut |piece| {
            let (index, at, car) = match piece {
                Piece::Car { index, at, car } => (index, at, Some(car)),
                Piece::Rejected(rejection) => (rejection.index, rejection.at, None),
            };
            let provisional = self.provisional && at.end == rest.len() as u64;
            match car {
                car if is_amended && index == 0 => sink(News::Amended { car, provisional }),
                Some(car) => sink(News::Car { car, provisional }),
                None => {}
            }
        });
    }
}

/// Where piece `index` begins, if there is one.
fn start(snapshot: &[u8], index: u64) -> Option<usize> {
    let Some(before) = index.checked_sub(1) else { return Some(0) };
    memchr::memchr_iter(b'.', snapshot).nth(usize::try_from(before).ok()?).map(|dot| dot + 1)
}
