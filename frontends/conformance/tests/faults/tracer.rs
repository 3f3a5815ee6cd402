//! strace on a station: what it counts, and what it makes fail.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use conformance::fixtures::Folder;
use conformance::kernel::until;
use conformance::station::Station;
use rustix::process::{Pid, Signal, kill_process};

/// A strace that is attached to every thread of a station.
pub(crate) struct Tracer {
    child: Child,
    log: PathBuf,
    _folder: Folder,
}

impl Tracer {
    /// Makes every fsync and fdatasync fail with EIO that `when` says; see strace(1).
    pub(crate) fn failing(station: &Station, when: &str) -> Self {
        let inject = format!("inject=fsync,fdatasync:error=EIO{when}");
        Self::attach(station, &["-e", "trace=fsync,fdatasync", "-e", &inject])
    }

    /// Attaches with those arguments, and waits until every thread is traced.
    pub(crate) fn attach(station: &Station, args: &[&str]) -> Self {
        let folder = Folder::new();
        let log = folder.path("strace");
        let pid = station.pid();
        let mut strace = Command::new("strace");
        strace.args(["-f", "-qq", "-o"]).arg(&log).args(args).args(["-p", &pid.to_string()]);
        strace.stdin(Stdio::null());
        let child = strace.spawn().expect("strace");
        let mut tracer = Self { child, log, _folder: folder };
        until("strace is attached", || {
            let ended = tracer.child.try_wait().expect("a child");
            assert!(ended.is_none(), "strace ended: {ended:?}; has it the right to trace?");
            let tasks = fs::read_dir(format!("/proc/{pid}/task")).expect("it runs");
            let traced = |task: std::io::Result<fs::DirEntry>| {
                let status = task.and_then(|task| fs::read_to_string(task.path().join("status")));
                // A thread that ended meanwhile needs no tracer.
                status.map_or(true, |status| !status.contains("TracerPid:\t0\n"))
            };
            tasks.into_iter().all(traced).then_some(())
        });
        tracer
    }

    /// How many lines of what it saw contain `what`.
    pub(crate) fn count(&self, what: &str) -> usize {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        log.lines().filter(|line| line.contains(what)).count()
    }

    /// How many calls it has made fail.
    pub(crate) fn injected(&self) -> usize {
        self.count("(INJECTED)")
    }

    /// Lets go of the station, and answers how many calls it made fail. A case that made none
    /// fail has shown nothing.
    #[track_caller]
    pub(crate) fn detach(mut self) -> usize {
        let injected = self.injected();
        self.end();
        assert!(injected > 0, "no fault was injected");
        injected
    }

    fn end(&mut self) {
        // Only this lets it detach; it is gone already if the station is.
        let _ = kill_process(Pid::from_child(&self.child), Signal::INT);
        let _ = self.child.wait();
    }
}

impl Drop for Tracer {
    fn drop(&mut self) {
        self.end();
    }
}
