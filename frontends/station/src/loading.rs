//! From when on the station accepts: not before what is already there is loaded
//! (protocol.md, duty 7).

use std::pin::pin;
use std::time::Duration;

use async_channel::Receiver;
use async_io::Timer;
use futures_util::future::{Either, select};

/// How long a station waits for its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Patience {
    /// For the first batch of cars, or for the end if there is none.
    First,
    /// To the end.
    End,
    /// To the end, or until nothing came for [`QUIET`], or for [`ENOUGH`].
    Quiet,
}

/// Resolves once the station may accept. `progress` gets a message after each batch, and
/// is closed at the end of the source.
pub(crate) async fn loaded(progress: Receiver<()>, patience: Patience) {
    match patience {
        Patience::First => drop(progress.recv().await),
        Patience::End => while progress.recv().await.is_ok() {},
        Patience::Quiet => until_quiet(progress, QUIET, ENOUGH).await,
    }
}

async fn until_quiet(progress: Receiver<()>, quiet: Duration, enough: Duration) {
    let silence = async {
        loop {
            match select(pin!(progress.recv()), Timer::after(quiet)).await {
                Either::Left((Ok(()), _)) => {}
                Either::Left((Err(_), _)) => return None,
                Either::Right(_) => return Some("the source is silent"),
            }
        }
    };
    let going_on = match select(pin!(silence), Timer::after(enough)).await {
        Either::Left((why, _)) => why,
        Either::Right(_) => Some("the source goes on and on"),
    };
    // Whoever connects from now on may get less than the source has.
    if let Some(why) = going_on {
        tracing::info!("accepting before the end of the source: {why}");
    }
}

/// After so long a silence, a stream has said what it had to say for now.
const QUIET: Duration = Duration::from_millis(200);
/// However much a stream has to say, clients do not wait longer for the station.
const ENOUGH: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests;
