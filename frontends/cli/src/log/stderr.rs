//! Stderr as the log writes to it: unlocked, and with room for somebody who draws there.

use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What somebody who draws on stderr does around each piece of the log; see
/// [`LogGuard::around_lines`](super::LogGuard::around_lines).
pub type AroundLines = Box<dyn Fn(&mut dyn FnMut()) + Send + Sync>;

/// Where it is left for the log's thread. Neither side waits there for what the other does.
#[derive(Clone, Default)]
pub(super) struct Hook(Arc<Mutex<Option<Arc<AroundLines>>>>);

/// Whole lines, on their way to `out`.
#[derive(Debug)]
pub(super) struct Lines<W> {
    out: W,
    hook: Hook,
}

/// Stderr without its lock: who holds that while nobody reads would block a panic's message
/// and every other word on stderr.
///
/// # Errors
///
/// In words for people: the system lacks descriptors.
pub(super) fn stderr(hook: Hook) -> Result<Lines<File>, String> {
    let own = io::stderr().as_fd().try_clone_to_owned();
    let out = own.map_err(|error| format!("cannot log to stderr: {error}"))?;
    Ok(Lines { out: File::from(out), hook })
}

impl Hook {
    /// Takes the place of the one before.
    pub(super) fn set(&self, around: AroundLines) {
        *self.lock() = Some(Arc::new(around));
    }

    fn get(&self) -> Option<Arc<AroundLines>> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<AroundLines>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Hook").field(&self.get().is_some()).finish()
    }
}

impl<W: Write> Write for Lines<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    /// What the log's thread calls: a line must not be cut in two by what is around it.
    fn write_all(&mut self, lines: &[u8]) -> io::Result<()> {
        let out = &mut self.out;
        let mut written = None;
        if let Some(around) = self.hook.get() {
            around(&mut || {
                written.get_or_insert_with(|| out.write_all(lines));
            });
        }
        // Whatever the hook did, the lines are neither lost nor there twice.
        written.unwrap_or_else(|| out.write_all(lines))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests;
