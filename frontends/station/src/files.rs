//! Files that a station reads at its start and again at each SIGHUP.

use std::fs;
use std::path::Path;

use carwatch_formats::visible::visible;

/// Whether `file` can be read again at any time: if it is there, it is a regular file. A FIFO
/// would hold up whoever opens it until somebody writes, and at SIGHUP that is the whole station.
///
/// # Errors
///
/// For people; it names the file.
pub(crate) fn lasting(file: &Path) -> Result<(), String> {
    match fs::metadata(file) {
        Ok(found) if !found.is_file() => Err(format!(
            "{} is no regular file: a station reads it again at SIGHUP",
            visible(&file.to_string_lossy())
        )),
        // That it is not there, whoever reads it says in its own words.
        Ok(_) | Err(_) => Ok(()),
    }
}
