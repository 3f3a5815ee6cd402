//! Between whoever logs and whatever the log is written to: a bounded queue that a
//! thread of its own empties. Logging never waits; what does not fit is counted. What it is
//! written to can be exchanged between two lines.

use std::fmt;
use std::io::{self, Write};
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// The side of whoever logs.
#[derive(Clone, Debug)]
pub(super) struct Queue {
    shared: Arc<Shared>,
}

/// The side of whoever started the log and will end it.
#[derive(Debug)]
pub(super) struct Guard {
    shared: Arc<Shared>,
}

/// Starts the thread that writes to `out`. It hands the number of lines that were lost
/// to `lost`, as soon as the others go through again.
pub(super) fn start(
    out: impl Write + Send + 'static,
    lost: impl Fn(u64) + Send + 'static,
) -> io::Result<(Queue, Guard)> {
    let shared = Arc::new(Shared::default());
    let mine = Arc::clone(&shared);
    let out = Box::new(out);
    thread::Builder::new().name("log".into()).spawn(move || mine.empty_into(out, lost))?;
    Ok((Queue { shared: Arc::clone(&shared) }, Guard { shared }))
}

impl Queue {
    /// Takes a line, with its end, unless the queue is full.
    pub(super) fn push(&self, line: &[u8]) {
        let mut state = self.shared.lock();
        // A line that is larger than the whole queue still goes through an empty one.
        if !state.lines.is_empty() && state.lines.len() + line.len() > CAPACITY {
            state.lost += 1;
            return;
        }
        state.lines.extend_from_slice(line);
        self.shared.pushed.notify_one();
    }

    /// From now on lines go to `out`; those that wait go where they would have gone. Does not
    /// wait for them.
    pub(super) fn exchange(&self, out: Out) {
        let mut state = self.shared.lock();
        if state.done {
            return;
        }
        let after = state.lines.len();
        match &mut state.next {
            // The one in between was never written to: one thing waits here, not any number.
            Some(next) => next.out = out,
            none => *none = Some(Next { after, out }),
        }
        self.shared.pushed.notify_one();
    }
}

impl Drop for Guard {
    /// Lets the thread write what is left, for as long as that moves on.
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.closed = true;
        self.shared.pushed.notify_one();
        while !state.done {
            let chunks = state.chunks;
            let waited = self.shared.written.wait_timeout(state, PATIENCE);
            let (next, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
            state = next;
            if timeout.timed_out() && state.chunks == chunks {
                return;
            }
        }
    }
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    pushed: Condvar,
    written: Condvar,
}

/// What lines are written to.
pub(super) type Out = Box<dyn Write + Send>;

#[derive(Default)]
struct State {
    lines: Vec<u8>,
    next: Option<Next>,
    lost: u64,
    chunks: u64,
    closed: bool,
    done: bool,
}

/// What is written to next.
struct Next {
    /// How many bytes of the lines that wait go where the others went.
    after: usize,
    out: Out,
}

/// What is taken out of the queue at once.
struct Taken {
    /// How many lines were lost.
    lost: u64,
    next: Option<Next>,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let waiting = self.lines.len();
        f.debug_struct("State").field("waiting", &waiting).field("done", &self.done).finish()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // No code panics while it holds the lock; if it did, a log is still worth more than none.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn empty_into(&self, mut out: Out, lost: impl Fn(u64)) {
        let mut batch = Vec::new();
        // Lines that were lost and not yet told of: there is no telling while writing fails.
        let mut owed = 0;
        while let Some(taken) = self.take(&mut batch) {
            owed += taken.lost;
            let mut rest = &batch[..];
            if let Some(next) = taken.next {
                let (before, after) = batch.split_at(next.after);
                owed += self.write(before, &mut out);
                (out, rest) = (next.out, after);
            }
            let unwritten = self.write(rest, &mut out);
            owed += unwritten;
            if owed > 0 && unwritten == 0 {
                lost(mem::take(&mut owed));
            }
        }
        // Nothing is exchanged any more, and what might have been is closed.
        let mut state = self.lock();
        state.done = true;
        state.next = None;
        drop(state);
        self.written.notify_all();
    }

    /// Returns how many lines could not be written.
    fn write(&self, lines: &[u8], out: &mut Out) -> u64 {
        let mut unwritten = 0;
        for chunk in chunks(lines) {
            // A full disk may have room again later: the log goes on.
            if out.write_all(chunk).is_err() {
                unwritten += chunk.iter().filter(|byte| **byte == b'\n').count() as u64;
            }
            self.lock().chunks += 1;
            self.written.notify_all();
        }
        unwritten
    }

    /// Waits for lines and swaps them into `batch`. `None` at the end.
    fn take(&self, batch: &mut Vec<u8>) -> Option<Taken> {
        batch.clear();
        let mut state = self.lock();
        while state.lines.is_empty() && state.lost == 0 && state.next.is_none() {
            if state.closed {
                return None;
            }
            state = self.pushed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        mem::swap(batch, &mut state.lines);
        Some(Taken { lost: mem::take(&mut state.lost), next: state.next.take() })
    }
}

/// Cuts `lines` into pieces that end with a line and are at most [`CHUNK`] long where a
/// line is not longer itself.
fn chunks(mut lines: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let head = &lines[..lines.len().min(CHUNK)];
        let end = match head.iter().rposition(|byte| *byte == b'\n') {
            Some(last) => last + 1,
            None => lines.iter().position(|byte| *byte == b'\n').map_or(lines.len(), |at| at + 1),
        };
        let (chunk, rest) = lines.split_at(end);
        lines = rest;
        Some(chunk).filter(|chunk| !chunk.is_empty())
    })
}

/// Bytes of lines that wait. A thousand connections log this much in a second.
const CAPACITY: usize = 1 << 20;
/// Bytes at a time: what a pipe takes as one (`PIPE_BUF`), so that lines which others write
/// to stderr fall between ours and never into one.
const CHUNK: usize = 4096;
/// How long the end of the program waits for a log that does not move.
const PATIENCE: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests;
