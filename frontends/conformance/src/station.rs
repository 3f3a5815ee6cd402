//! A station program under test.

mod launch;

use std::fmt;
use std::io::{BufRead, Write};
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdin};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::PATIENCE;
use crate::caller::{self, Answer};
use crate::kernel::until;

pub use launch::{command, end_of, run_to_its_end};

/// What a station has said, and whether it has said its last.
#[derive(Default)]
struct Said {
    lines: Vec<String>,
    ended: bool,
}

/// A station that runs, listening on free ports of 127.0.0.1; killed when dropped.
pub struct Station {
    child: Mortal,
    said: Arc<(Mutex<Said>, Condvar)>,
    addresses: Vec<SocketAddr>,
}

impl Station {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.addresses[0]
    }

    /// Everywhere it listens.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Where its HTTP listens, of which it says so after `listening on` (cli.md, `--admin`).
    ///
    /// # Panics
    ///
    /// If it does not say so within [`PATIENCE`], or said it before.
    #[must_use]
    #[track_caller]
    pub fn admin(&self) -> SocketAddr {
        self.wait_for(|said| {
            let admin = said.lines.iter().position(|line| line.starts_with("admin on "))?;
            let listening = said.lines.iter().rposition(|line| line.starts_with("listening on "));
            assert!(listening.is_some_and(|at| at < admin), "in this order: {:#?}", said.lines);
            said.lines[admin]["admin on ".len()..].trim().parse().ok()
        })
    }

    /// Its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.0.id()
    }

    /// Its standard input, to write cars to; it ends when it is dropped.
    ///
    /// # Panics
    ///
    /// If it was taken already.
    #[must_use]
    pub fn take_stdin(&mut self) -> ChildStdin {
        self.child.0.stdin.take().expect("taken once")
    }

    /// Writes all of `input` to its standard input, and ends it.
    ///
    /// # Panics
    ///
    /// If the station does not take it.
    #[track_caller]
    pub fn feed(&mut self, input: &[u8]) {
        self.take_stdin().write_all(input).expect("the station reads its input");
    }

    /// The snapshot, once it is the one that `whole` accepts; until then it must be a
    /// clean answer. Panics after [`PATIENCE`].
    #[must_use]
    #[track_caller]
    pub fn snapshot_when(&self, mut whole: impl FnMut(&[u8]) -> bool) -> Vec<u8> {
        until("the station knows its cars", || {
            let Answer { bytes, ended } = caller::call(self.address());
            ended.expect("a station that lives ends cleanly");
            whole(&bytes).then_some(bytes)
        })
    }

    /// Waits until the snapshot is `expected`.
    ///
    /// # Panics
    ///
    /// If it is longer than that, no clean answer, or not that within [`PATIENCE`].
    #[track_caller]
    pub fn wait_until_it_serves(&self, expected: impl AsRef<[u8]>) {
        let (expected, begin) = (expected.as_ref(), Instant::now());
        loop {
            let bytes = caller::call(self.address()).complete();
            if bytes == expected {
                return;
            }
            if bytes.len() > expected.len() || begin.elapsed() > PATIENCE {
                let (came, expected) = (Shown(&bytes), Shown(expected));
                panic!("{came} where {expected} should be; it said {:#?}", self.said());
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Kills it, as a power cut would its machine, and waits until it is gone.
    ///
    /// # Panics
    ///
    /// If it ended by itself before.
    #[track_caller]
    pub fn kill(mut self) {
        self.signal(Signal::KILL);
        assert_eq!(self.finish(), 128 + 9, "{:#?}", self.said());
    }

    /// Stops it, waits until it is gone, and answers what it said.
    ///
    /// # Panics
    ///
    /// If it did not drain.
    #[track_caller]
    pub fn stop(mut self) -> Vec<String> {
        self.signal(Signal::TERM);
        assert_eq!(self.finish(), 0, "{:#?}", self.said());
        self.said()
    }

    /// Sends it a signal.
    ///
    /// # Panics
    ///
    /// If it is gone already.
    #[track_caller]
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child.0), signal).expect("it runs");
    }

    /// Waits for its end and answers its exit code; 128 + n if signal n ended it.
    ///
    /// # Panics
    ///
    /// If it has not ended after [`PATIENCE`].
    #[track_caller]
    pub fn finish(&mut self) -> i32 {
        self.wait_for(|said| said.ended.then_some(()));
        let status = self.child.0.wait().expect("a child");
        status.code().unwrap_or_else(|| 128 + status.signal().expect("wait(2)"))
    }

    /// Everything it has said so far.
    #[must_use]
    pub fn said(&self) -> Vec<String> {
        self.said.0.lock().expect("no panic inside").lines.clone()
    }

    /// Waits until what it said satisfies `probe`.
    #[track_caller]
    pub fn wait_for_line(&self, probe: impl Fn(&str) -> bool) {
        self.wait_for(|said| said.lines.iter().any(|line| probe(line)).then_some(()));
    }

    #[track_caller]
    fn wait_for<T>(&self, probe: impl Fn(&Said) -> Option<T>) -> T {
        let mut said = self.said.0.lock().expect("no panic inside");
        loop {
            if let Some(answer) = probe(&said) {
                return answer;
            }
            assert!(!said.ended, "the station ended: {:#?}", said.lines);
            let waited = self.said.1.wait_timeout(said, PATIENCE).expect("no panic inside");
            assert!(!waited.1.timed_out(), "the station said only {:#?}", waited.0.lines);
            said = waited.0;
        }
    }
}

fn listen(lines: impl BufRead, said: &(Mutex<Said>, Condvar)) {
    for line in lines.lines().map_while(Result::ok) {
        said.0.lock().expect("no panic inside").lines.push(line);
        said.1.notify_all();
    }
    said.0.lock().expect("no panic inside").ended = true;
    said.1.notify_all();
}

/// A snapshot, as much of it as helps.
struct Shown<'a>(&'a [u8]);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = String::from_utf8_lossy(&self.0[self.0.len().saturating_sub(500)..]);
        write!(f, "{} bytes (… {end:?})", self.0.len())
    }
}

/// A child that does not outlive its case.
struct Mortal(Child);

impl Drop for Mortal {
    fn drop(&mut self) {
        // Both fail if it has ended, as it should.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
