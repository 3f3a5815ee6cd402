//! A source that is read as it comes: a pipe, a device, or stdin.

use std::fs::File;

use carwatch_ingest::{Lines, Reading};

use crate::desk::Intake;
use crate::source::read;

/// Reads `input` to its end and hands in its cars.
pub(crate) fn ingest(mut input: File, reading: Reading, mut intake: Intake) {
    let mut lines = Lines::with(reading);
    let mut buffer = vec![0; BUFFER];
    let failure = loop {
        match read(&mut input, &mut buffer) {
            Ok(0) => break None,
            Ok(length) => {
                lines.feed(&buffer[..length], &mut |line| intake.take(line));
                intake.hand_in(None);
            }
            Err(error) => break Some(error),
        }
    };
    let format = lines.format();
    match failure {
        None => {
            lines.finish(&mut |line| intake.take(line));
            intake.hand_in(None);
        }
        // Its last line may have been cut, and a cut line is no car.
        Some(error) => {
            tracing::error!(%error, "cannot read the source; what follows its last whole record is lost");
        }
    }
    intake.log_end(format);
}

/// Bytes that are read at once: what a pipe holds.
const BUFFER: usize = 64 * 1024;

#[cfg(test)]
mod tests;
