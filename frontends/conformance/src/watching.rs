//! A client under `--watch`, whose output is looked at while it runs.

use std::io::Read;
use std::process::ChildStdout;
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};

use rustix::process::Signal;

use crate::PATIENCE;
use crate::client::{Client, Finished, Running};

/// What it has printed so far, and whether that is all.
#[derive(Default)]
struct Printed {
    bytes: Vec<u8>,
    ended: bool,
}

/// A client that goes on and on.
pub struct Watching {
    running: Running,
    printed: Arc<(Mutex<Printed>, Condvar)>,
    reader: JoinHandle<()>,
}

impl Watching {
    /// Starts it.
    #[must_use]
    pub fn start(run: Client) -> Self {
        let mut running = run.start_unread();
        let stdout = running.take_stdout();
        let printed = Arc::<(Mutex<Printed>, Condvar)>::default();
        let reader = thread::spawn({
            let printed = Arc::clone(&printed);
            move || read(stdout, &printed)
        });
        Self { running, printed, reader }
    }

    /// Its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.running.pid()
    }

    /// What it has printed so far.
    #[must_use]
    pub fn printed(&self) -> String {
        let printed = self.printed.0.lock().expect("no panic inside");
        String::from_utf8_lossy(&printed.bytes).into_owned()
    }

    /// Waits until it has printed so many lines, and answers all that it has printed.
    ///
    /// # Panics
    ///
    /// If it has not within [`PATIENCE`], or ends before.
    #[track_caller]
    pub fn wait_for_lines(&self, lines: usize) -> String {
        let count = |text: &[u8]| text.iter().filter(|byte| **byte == b'\n').count();
        let mut printed = self.printed.0.lock().expect("no panic inside");
        while count(&printed.bytes) < lines {
            let so_far = String::from_utf8_lossy(&printed.bytes).into_owned();
            assert!(!printed.ended, "it ended after {so_far:?}");
            let waited = self.printed.1.wait_timeout(printed, PATIENCE).expect("no panic inside");
            assert!(!waited.1.timed_out(), "{lines} lines, not only {so_far:?}");
            printed = waited.0;
        }
        String::from_utf8_lossy(&printed.bytes).into_owned()
    }

    /// Sends it a signal.
    ///
    /// # Panics
    ///
    /// If it is gone already.
    #[track_caller]
    pub fn signal(&self, signal: Signal) {
        self.running.signal(signal);
    }

    /// Stops it as Ctrl-C does, and waits for its end.
    ///
    /// # Panics
    ///
    /// If it does not end within [`PATIENCE`].
    #[must_use]
    #[track_caller]
    pub fn stop(self) -> Finished {
        self.signal(Signal::INT);
        self.finish()
    }

    /// Waits for its end.
    ///
    /// # Panics
    ///
    /// If it does not end within [`PATIENCE`].
    #[must_use]
    #[track_caller]
    pub fn finish(self) -> Finished {
        let mut finished = self.running.finish();
        self.reader.join().expect("no panic inside");
        finished.stdout =
            std::mem::take(&mut self.printed.0.lock().expect("no panic inside").bytes);
        finished
    }
}

fn read(mut stdout: ChildStdout, printed: &(Mutex<Printed>, Condvar)) {
    let mut buffer = [0; 64 * 1024];
    loop {
        // A pipe that breaks has ended.
        let count = stdout.read(&mut buffer).unwrap_or(0);
        let mut all = printed.0.lock().expect("no panic inside");
        all.bytes.extend_from_slice(&buffer[..count]);
        all.ended = count == 0;
        printed.1.notify_all();
        if count == 0 {
            return;
        }
    }
}
