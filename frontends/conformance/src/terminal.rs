//! A terminal that a program writes to, and what arrived there.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::PATIENCE;

/// A terminal that is so many columns wide.
pub struct Terminal {
    ours: File,
    theirs: File,
}

impl Terminal {
    /// One of them.
    ///
    /// # Panics
    ///
    /// If the system has none.
    #[must_use]
    pub fn new(columns: u16) -> Self {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("pty(7)");
        grantpt(&ours).expect("pty(7)");
        unlockpt(&ours).expect("pty(7)");
        let size = Winsize { ws_row: 50, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&ours, size).expect("a terminal");
        let name = ptsname(&ours, Vec::new()).expect("pty(7)");
        let path = Path::new(OsStr::from_bytes(name.to_bytes()));
        let theirs = OpenOptions::new().read(true).write(true).open(path).expect("pty(7)");
        Self { ours: ours.into(), theirs }
    }

    /// Runs a program with its output and its errors on the terminal, to its end; answers its
    /// exit code and what arrived.
    ///
    /// # Panics
    ///
    /// If it cannot be started, or does not end within [`PATIENCE`].
    #[must_use]
    #[track_caller]
    pub fn run<A: AsRef<OsStr>>(
        self,
        exe: &Path,
        args: impl IntoIterator<Item = A>,
        env: &[(&str, &str)],
    ) -> (i32, String) {
        let mut command = Command::new(exe);
        for name in ["RUST_LOG", "NO_COLOR", "COLUMNS", "CLICOLOR", "CLICOLOR_FORCE"] {
            command.env_remove(name);
        }
        command.env("TERM", "xterm-256color").envs(env.iter().copied()).args(args);
        let theirs = || self.theirs.try_clone().expect("a descriptor");
        command.stdin(Stdio::null()).stdout(theirs()).stderr(theirs());
        let child = command.spawn().unwrap_or_else(|e| panic!("{command:?}: {e}"));
        let mut child = Mortal(child);
        // Its copies of the terminal close with it and with these.
        drop((command, self.theirs));
        let arrived = collect(self.ours).recv_timeout(PATIENCE);
        let arrived = arrived.unwrap_or_else(|_| panic!("it did not end within {PATIENCE:?}"));
        let status = child.0.wait().expect("a child");
        (status.code().unwrap_or(-1), String::from_utf8(arrived).expect("text"))
    }
}

fn collect(mut ours: File) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut all = Vec::new();
        // The other end's closing is an error here (EIO), and the end.
        let _ = ours.read_to_end(&mut all);
        let _ = sender.send(all);
    });
    receiver
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
