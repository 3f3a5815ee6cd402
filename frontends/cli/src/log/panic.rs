//! What a panic says: a line of the log, or of stderr where the log is off.

use std::io::Write;

use tracing::Level;

use crate::printable::one_line;

/// Logs a panic at `place`; if the log takes no errors, `stderr` is told.
pub(super) fn tell(place: &str, words: &str, stderr: &mut impl Write) {
    if tracing::event_enabled!(Level::ERROR, place) {
        tracing::error!(place, "{words}");
        return;
    }
    let line = format!("panic at {}: {}\n", one_line(place), one_line(words));
    // Nothing is left to say it to.
    let _ = stderr.write_all(line.as_bytes());
}

#[cfg(test)]
mod tests;
