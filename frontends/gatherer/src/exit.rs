//! The exit code of a gather: cli.md's table, read from the top.
//!
//! A pure function of what happened. It knows counts and no stations, so the order of
//! the stations cannot matter.

use std::process::ExitCode;

/// What the code depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    /// The signal that stopped the program, if one did.
    pub(crate) signal: Option<Signal>,
    /// Whether something of the client's own output could not be written.
    pub(crate) output_failed: bool,
    /// How many stations there are.
    pub(crate) stations: usize,
    /// How many of them are complete.
    pub(crate) complete: usize,
    /// How many have to be, where that is not all of them.
    pub(crate) min_ok: Option<usize>,
    /// Whether a rejected record is an error.
    pub(crate) strict: bool,
    /// Whether a record was rejected; the cut tail of a partial answer is none.
    pub(crate) rejected: bool,
}

/// A signal that asks the program to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// SIGINT: Ctrl-C.
    Interrupt,
    /// SIGTERM.
    Terminate,
}

/// The codes, in the order in which the table tries them (2 aside: it ends the program
/// before there are facts).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Stopped by a signal, after printing what had arrived.
    Stopped(Signal),
    /// The client's own output failed.
    Output,
    /// Every station complete, or as many as were asked for.
    Good,
    /// That, but a record was rejected and `--strict` is given.
    Rejected,
    /// No station complete.
    None,
    /// Some not complete.
    Some,
}

impl Exit {
    /// Reads the table from the top.
    pub(crate) const fn of(facts: &Facts) -> Self {
        let enough = match facts.min_ok {
            Some(needed) => facts.complete >= needed,
            None => false,
        };
        if let Some(signal) = facts.signal {
            Self::Stopped(signal)
        } else if facts.output_failed {
            Self::Output
        } else if facts.complete == facts.stations || enough {
            if facts.strict && facts.rejected { Self::Rejected } else { Self::Good }
        } else if facts.complete == 0 {
            Self::None
        } else {
            Self::Some
        }
    }

    /// The number that the process ends with and that reports print.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Good => 0,
            Self::Some => 1,
            Self::None => 3,
            Self::Output => 4,
            Self::Rejected => 5,
            Self::Stopped(signal) => signal.code(),
        }
    }

    /// Whether `--output` is put in its place (on 0, 1 and 5) or left alone.
    pub(crate) const fn publishes(self) -> bool {
        matches!(self, Self::Good | Self::Some | Self::Rejected)
    }
}

impl Signal {
    /// 128 and the signal's number, as shells have it.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Interrupt => 130,
            Self::Terminate => 143,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

#[cfg(test)]
mod tests;
