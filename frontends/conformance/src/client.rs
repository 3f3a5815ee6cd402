//! A client program under test: started, watched, and read to its end.

use std::ffi::OsStr;
use std::fmt;
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use crate::PATIENCE;
use crate::json::assert_holds;

/// A run that is being put together. It has a folder of its own, where its report goes.
pub struct Client {
    command: Command,
    dir: TempDir,
}

impl Client {
    /// A run of `exe` that also writes its report to a file.
    #[must_use]
    pub fn new(exe: &Path) -> Self {
        Self::wrapped(Command::new(exe))
    }

    /// The same through a shell, after `prelude` (such as `ulimit`) has run in it.
    #[must_use]
    pub fn after(prelude: &str, exe: &Path) -> Self {
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(format!("{prelude}; exec \"$0\" \"$@\"")).arg(exe);
        Self::wrapped(shell)
    }

    fn wrapped(mut command: Command) -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        command.arg("--summary-file").arg(dir.path().join(REPORT));
        command.env_remove("RUST_LOG").stdin(Stdio::null()).stdout(Stdio::piped());
        Self { command, dir }
    }

    /// One more argument.
    #[must_use]
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    /// More arguments.
    #[must_use]
    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.command.args(args);
        self
    }

    /// An environment variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Sends its output elsewhere.
    #[must_use]
    pub fn stdout(mut self, stdout: impl Into<Stdio>) -> Self {
        self.command.stdout(stdout);
        self
    }

    /// The folder of this run.
    #[must_use]
    pub fn dir(&self) -> PathBuf {
        self.dir.path().to_owned()
    }

    /// Starts it, reading its output all along.
    #[must_use]
    pub fn start(self) -> Running {
        let mut running = self.start_unread();
        running.stdout = running.child.stdout.take().map(collect);
        running
    }

    /// Starts it; nobody reads its output.
    ///
    /// # Panics
    ///
    /// If the program cannot be started.
    #[must_use]
    pub fn start_unread(mut self) -> Running {
        let mut child = self
            .command
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("{:?}: {e}", self.command));
        let stderr = collect(child.stderr.take().expect("piped"));
        Running { child, stdout: None, stderr: Some(stderr), dir: Some(self.dir) }
    }

    /// Runs it to its end.
    #[must_use]
    pub fn run(self) -> Finished {
        self.start().finish()
    }
}

/// A client that runs. It is killed if the case ends first.
pub struct Running {
    child: Child,
    stdout: Option<Receiver<Vec<u8>>>,
    stderr: Option<Receiver<Vec<u8>>>,
    dir: Option<TempDir>,
}

impl Running {
    /// Sends it a signal.
    ///
    /// # Panics
    ///
    /// If it is gone already.
    #[track_caller]
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("it runs");
    }

    /// Its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has ended.
    #[must_use]
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().is_ok_and(|status| status.is_some())
    }

    /// Its output, of a client that was started unread.
    ///
    /// # Panics
    ///
    /// If it is being read already.
    #[must_use]
    pub fn take_stdout(&mut self) -> ChildStdout {
        self.child.stdout.take().expect("nobody reads it")
    }

    /// Waits for its end.
    ///
    /// # Panics
    ///
    /// If it has not ended after [`PATIENCE`].
    #[must_use]
    #[track_caller]
    pub fn finish(mut self) -> Finished {
        // Both pipes end when the process does, so no clock has to be polled.
        let stdout = self.stdout.take().map(|pipe| pipe.recv_timeout(PATIENCE));
        let stderr = self.stderr.take().expect("finished once").recv_timeout(PATIENCE);
        let (Ok(stdout), Ok(stderr)) = (stdout.transpose(), stderr) else {
            panic!("the client did not end within {PATIENCE:?}");
        };
        let status = self.child.wait().expect("waited for once");
        let dir = self.dir.take().expect("finished once");
        Finished {
            // As a shell sees it.
            code: status.code().unwrap_or_else(|| 128 + status.signal().expect("wait(2)")),
            stdout: stdout.unwrap_or_default(),
            stderr: String::from_utf8(stderr).expect("stderr is text"),
            report_text: std::fs::read_to_string(dir.path().join(REPORT)).ok(),
            dir,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail if it has ended, as it should.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a client came to.
pub struct Finished {
    /// Its exit code; 128 + n if signal n ended it.
    pub code: i32,
    /// What it printed.
    pub stdout: Vec<u8>,
    /// What it said.
    pub stderr: String,
    /// The report it wrote, if it wrote one.
    pub report_text: Option<String>,
    /// Its folder.
    pub dir: TempDir,
}

impl Finished {
    /// Its report.
    ///
    /// # Panics
    ///
    /// If there is none, or it is no JSON.
    #[must_use]
    #[track_caller]
    pub fn report(&self) -> Value {
        let Some(text) = &self.report_text else { panic!("no report was written\n{self}") };
        serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text:?}"))
    }

    /// The line of the nth station in its report.
    #[must_use]
    #[track_caller]
    pub fn station(&self, nth: usize) -> Value {
        self.report()["stations"][nth].clone()
    }

    /// Panics unless it ended with `code`, and says so in its report.
    #[track_caller]
    pub fn assert_code(&self, code: i32) {
        assert!(self.code == code, "exit code {}, not {code}\n{self}", self.code);
        if code != USAGE {
            assert_eq!(self.report()["exit"], code, "`exit` of the report\n{self}");
        }
    }

    /// Panics unless the line of the nth station holds `expected`.
    #[track_caller]
    pub fn assert_station(&self, nth: usize, expected: &Value) {
        assert_holds(&self.station(nth), expected, self);
    }

    /// Panics unless it printed exactly `expected`.
    #[track_caller]
    pub fn assert_stdout(&self, expected: &str) {
        let actual = String::from_utf8_lossy(&self.stdout);
        assert!(actual == expected, "stdout:\n{actual:?}\nexpected:\n{expected:?}\n{self}");
    }

    /// What it printed, each line read as JSON.
    #[must_use]
    #[track_caller]
    pub fn lines(&self) -> Vec<Value> {
        let text = std::str::from_utf8(&self.stdout).expect("NDJSON is text");
        assert!(text.is_empty() || text.ends_with('\n'), "the last line ends\n{self}");
        let parse = |line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line:?}"));
        text.lines().map(parse).collect()
    }
}

impl fmt::Display for Finished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stdout = String::from_utf8_lossy(&self.stdout);
        writeln!(f, "exit code {}", self.code)?;
        writeln!(f, "stdout: {:.2000}", format!("{stdout:?}"))?;
        write!(f, "stderr: {:.4000}", self.stderr)
    }
}

fn collect(mut pipe: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut all = Vec::new();
        // A pipe that breaks has ended.
        let _ = pipe.read_to_end(&mut all);
        let _ = sender.send(all);
    });
    receiver
}

const REPORT: &str = "report.json";

/// The exit code of a usage error.
pub const USAGE: i32 = 2;
