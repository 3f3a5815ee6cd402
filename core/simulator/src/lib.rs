//! Worlds of stations, clients and a network between them, in which the core's own machines run
//! without a socket or a clock, and everything that is random comes from one seed.
//!
//! A world goes wrong in whatever ways its [`Options`] say; what the network truly did is told to
//! a reference model of a hundred lines that shares no code with the core, and every outcome must
//! be what that says.

mod client;
mod conn;
mod deadlines;
mod event;
mod fate;
mod fetching;
mod network;
mod number;
mod once;
mod options;
mod oracle;
mod pace;
mod ran;
mod report;
mod rng;
mod server;
mod shrink;
mod station;
mod tries;
mod world;

pub use options::{FAULTS, Options};
pub use ran::{OUTCOMES, Ran, Wrong};
pub use shrink::shrink;

use std::any::Any;
use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, catch_unwind};

/// Runs a world to its end.
///
/// # Errors
///
/// What went wrong in it, and when; a panic of a machine is that, too.
pub fn run(options: &Options) -> Result<Ran, Wrong> {
    catch_unwind(AssertUnwindSafe(|| world::run(options, false))).unwrap_or_else(panicked)
}

/// The same, and prints everything that happens.
///
/// # Errors
///
/// As [`run`].
pub fn trace(options: &Options) -> Result<Ran, Wrong> {
    catch_unwind(AssertUnwindSafe(|| world::run(options, true))).unwrap_or_else(panicked)
}

/// From now on panics are told as findings, and nowhere else.
pub fn keep_panics() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        PLACE.with(|kept| kept.replace(place));
    }));
}

thread_local! {
    /// Where the last panic was.
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

fn panicked(payload: Box<dyn Any + Send>) -> Result<Ran, Wrong> {
    let said = payload.downcast_ref::<String>().map(String::as_str);
    let said = said.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or_default();
    let place = PLACE.with(RefCell::take);
    Err(Wrong { law: "nothing panics", details: format!("{said} ({place})"), at: 0 })
}
