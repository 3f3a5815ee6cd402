//! The file of a capture: whole blocks, soon after they are made, until it fails.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use carwatch::time::Instant;
use carwatch_formats::visible::visible;

/// Takes blocks and writes them. The first error is kept; nothing is written after it.
#[derive(Debug)]
pub(crate) struct Sink {
    file: File,
    /// As the user wrote it, for errors.
    path: PathBuf,
    /// Whole blocks that are not written yet.
    blocks: Vec<u8>,
    /// How long the file is.
    written: u64,
    /// When something was written last.
    last: Option<Instant>,
    failure: Option<String>,
}

impl Sink {
    /// Empties the file, or creates it. What is not a regular file is just opened.
    ///
    /// # Errors
    ///
    /// In words for people, with the path.
    pub(crate) fn create(path: &Path) -> Result<Self, String> {
        let file = File::create(path).map_err(|error| words(path, &error))?;
        Ok(Self {
            file,
            path: path.to_owned(),
            blocks: Vec::new(),
            written: 0,
            last: None,
            failure: None,
        })
    }

    /// Where blocks are appended; whole ones by the time of a [`tick`](Self::tick).
    pub(crate) fn blocks(&mut self) -> &mut Vec<u8> {
        if self.failure.is_some() {
            self.blocks.clear();
        }
        &mut self.blocks
    }

    /// Writes what there is if that is much, or waited for a while.
    pub(crate) fn tick(&mut self, now: Instant) {
        let due = self.last.is_none_or(|last| now.since(last) >= PATIENCE);
        if due || self.blocks.len() >= MUCH {
            self.last = Some(now);
            self.flush();
        }
    }

    /// Writes what there is.
    pub(crate) fn flush(&mut self) {
        if self.failure.is_none()
            && let Err(error) = self.file.write_all(&self.blocks)
        {
            // A block in pieces would make the file unreadable. What is no regular file
            // cannot be shortened, nor would that help.
            let _ = self.file.set_len(self.written);
            self.failure = Some(words(&self.path, &error));
        }
        self.written += self.blocks.len() as u64;
        self.blocks.clear();
        // One long read should not cost its memory to the end.
        self.blocks.shrink_to(2 * MUCH);
    }

    /// Why not all could be written.
    pub(crate) fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }
}

fn words(path: &Path, error: &io::Error) -> String {
    format!("cannot write {}: {error}", visible(&path.to_string_lossy()))
}

/// How long something may wait to be written, while there is something to do.
const PATIENCE: Duration = Duration::from_millis(100);
/// In bytes.
const MUCH: usize = 64 * 1024;
