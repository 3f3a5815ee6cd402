//! How a station is started: on free ports, through a shell, fed, or not waited for.

use std::ffi::OsStr;
use std::io::{BufReader, Read};
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use super::{Mortal, Said, Station, listen};
use crate::kernel::until;

/// A station on one free port of 127.0.0.1, to be given what else it needs.
#[must_use]
pub fn command(exe: &Path) -> Command {
    let mut command = Command::new(exe);
    command.args(["--listen", "127.0.0.1:0"]);
    command
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
    /// If it ends before it listens, or does not within [`PATIENCE`](crate::PATIENCE).
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
    /// If it does not take it, ends before it listens, or does not within [`PATIENCE`](crate::PATIENCE).
    #[must_use]
    #[track_caller]
    pub fn launch_fed(command: Command, input: &[u8]) -> Self {
        let mut station = Self::start(command);
        station.feed(input);
        station.wait_until_it_listens(1);
        station
    }

    /// Starts `command` and does not wait.
    ///
    /// # Panics
    ///
    /// If the system does not start it.
    #[must_use]
    #[track_caller]
    pub fn start(mut command: Command) -> Self {
        command.stdin(Stdio::piped());
        Self::start_as_it_is(command)
    }

    /// The same, with the standard input that `command` has: whatever is handed over.
    #[must_use]
    #[track_caller]
    pub fn start_as_it_is(mut command: Command) -> Self {
        command.env_remove("RUST_LOG").stdout(Stdio::null());
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

    /// Waits until it listens on so many addresses.
    ///
    /// # Panics
    ///
    /// If it ends before, or does not within [`PATIENCE`](crate::PATIENCE).
    #[track_caller]
    pub fn wait_until_it_listens(&mut self, listeners: usize) {
        self.addresses = self.wait_for(|said| {
            let of = |line: &String| line.strip_prefix("listening on ")?.trim().parse().ok();
            let addresses: Vec<SocketAddr> = said.lines.iter().filter_map(of).collect();
            (addresses.len() >= listeners).then_some(addresses)
        });
    }
}

/// Runs a station that must end by itself, and answers its exit code and what it said.
///
/// # Panics
///
/// If it has not ended after [`PATIENCE`](crate::PATIENCE).
#[must_use]
#[track_caller]
pub fn run_to_its_end<A: AsRef<OsStr>>(
    exe: &Path,
    args: impl IntoIterator<Item = A>,
) -> (i32, String, Vec<u8>) {
    let mut command = Command::new(exe);
    command.args(args);
    end_of(command)
}

/// The same of a command.
///
/// # Panics
///
/// If it has not ended after [`PATIENCE`](crate::PATIENCE).
#[must_use]
#[track_caller]
pub fn end_of(mut command: Command) -> (i32, String, Vec<u8>) {
    command.env_remove("RUST_LOG").stdin(Stdio::null()).stdout(Stdio::piped());
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
