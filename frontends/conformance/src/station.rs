//! A station program under test.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use rustix::process::{Pid, Signal, kill_process};

use crate::PATIENCE;
use crate::caller::{self, Answer};
use crate::kernel::until;

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
    /// Starts `exe` with `args` on one free port and waits until it listens.
    #[must_use]
    #[track_caller]
    pub fn spawn<A: AsRef<OsStr>>(exe: &Path, args: impl IntoIterator<Item = A>) -> Self {
        let mut command = Command::new(exe);
        command.args(["--listen", "127.0.0.1:0"]).args(args);
        Self::launch(command, 1)
    }

    /// The same through a shell, after `prelude` (such as `ulimit`) has run in it.
    #[must_use]
    #[track_caller]
    pub fn after<A: AsRef<OsStr>>(
        prelude: &str,
        exe: &Path,
        args: impl IntoIterator<Item = A>,
    ) -> Self {
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(format!("{prelude}; exec \"$0\" \"$@\"")).arg(exe);
        shell.args(["--listen", "127.0.0.1:0"]).args(args);
        Self::launch(shell, 1)
    }

    /// Starts `command` and waits until it listens on so many addresses.
    ///
    /// # Panics
    ///
    /// If it ends before it listens, or does not within [`PATIENCE`].
    #[must_use]
    #[track_caller]
    pub fn launch(command: Command, listeners: usize) -> Self {
        let mut station = Self::start(command);
        station.wait_until_it_listens(listeners);
        station
    }

    /// Starts `command`, writes all of `input` to it, and waits until it listens.
    ///
    /// # Panics
    ///
    /// If it does not take it, ends before it listens, or does not within [`PATIENCE`].
    #[must_use]
    #[track_caller]
    pub fn launch_fed(command: Command, input: &[u8]) -> Self {
        let mut station = Self::start(command);
        station.feed(input);
        station.wait_until_it_listens(1);
        station
    }

    #[track_caller]
    fn start(mut command: Command) -> Self {
        command.env_remove("RUST_LOG").stdin(Stdio::piped()).stdout(Stdio::null());
        let child = command.stderr(Stdio::piped()).spawn();
        let mut child = Mortal(child.unwrap_or_else(|e| panic!("{command:?}: {e}")));
        let said = Arc::new((Mutex::new(Said::default()), Condvar::new()));
        let lines = BufReader::new(child.0.stderr.take().expect("piped"));
        thread::spawn({
            let said = Arc::clone(&said);
            move || listen(lines, &said)
        });
        Self { child, said, addresses: Vec::new() }
    }

    #[track_caller]
    fn wait_until_it_listens(&mut self, listeners: usize) {
        self.addresses = self.wait_for(|said| {
            let of = |line: &String| line.strip_prefix("listening on ")?.trim().parse().ok();
            let addresses: Vec<SocketAddr> = said.lines.iter().filter_map(of).collect();
            (addresses.len() >= listeners).then_some(addresses)
        });
    }

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

/// Runs a station that must end by itself, and answers its exit code and what it said.
///
/// # Panics
///
/// If it has not ended after [`PATIENCE`].
#[must_use]
#[track_caller]
pub fn run_to_its_end<A: AsRef<OsStr>>(
    exe: &Path,
    args: impl IntoIterator<Item = A>,
) -> (i32, String, Vec<u8>) {
    let mut command = Command::new(exe);
    command.args(args).env_remove("RUST_LOG").stdin(Stdio::null()).stdout(Stdio::piped());
    let child = command.stderr(Stdio::piped()).spawn();
    let mut station = Mortal(child.unwrap_or_else(|e| panic!("{command:?}: {e}")));
    let status = until("the station ends", || station.0.try_wait().expect("a child"));
    let (mut stdout, mut stderr) = (Vec::new(), String::new());
    let pipes = (station.0.stdout.take(), station.0.stderr.take());
    pipes.0.expect("piped").read_to_end(&mut stdout).expect("a pipe");
    pipes.1.expect("piped").read_to_string(&mut stderr).expect("stderr is text");
    let code = status.code().unwrap_or_else(|| 128 + status.signal().expect("wait(2)"));
    (code, stderr, stdout)
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
