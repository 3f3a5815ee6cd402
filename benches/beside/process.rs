//! One process beside the bench: it ends with its value, and the kernel says what it took.

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A process that runs until this is dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    addresses: Vec<SocketAddr>,
}

impl Process {
    /// Starts one that listens on `addresses` already.
    ///
    /// # Errors
    ///
    /// Why the system does not start it.
    pub fn start(command: &mut Command, addresses: Vec<SocketAddr>) -> Result<Self, String> {
        let child = command.stdout(Stdio::null()).spawn();
        Ok(Self { child: child.map_err(|error| format!("{command:?}: {error}"))?, addresses })
    }

    /// Starts one and waits until it has said on stderr that it listens on so many addresses.
    ///
    /// # Errors
    ///
    /// Why the system does not start it, or what it said instead.
    pub fn listening(command: &mut Command, count: usize) -> Result<Self, String> {
        let mut process = Self::start(command.stderr(Stdio::piped()), Vec::new())?;
        let mut lines = BufReader::new(process.child.stderr.take().expect("a pipe")).lines();
        let mut said = String::new();
        while process.addresses.len() < count {
            let Some(Ok(line)) = lines.next() else {
                return Err(format!("{command:?} ended: {said}"));
            };
            match line.split_once("listening on ").and_then(|(_, rest)| rest.trim().parse().ok()) {
                Some(address) => process.addresses.push(address),
                None => said = line,
            }
        }
        // Whoever logs must not wait for a reader: the thread ends with the process.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(process)
    }

    /// Waits until it listens where it said that it would.
    ///
    /// # Errors
    ///
    /// If it ends before.
    pub fn wait_until_it_listens(&mut self) -> Result<(), String> {
        while TcpStream::connect(self.addresses[0]).is_err() {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(format!("it ended before it listened: {status}"));
            }
            std::thread::yield_now();
        }
        Ok(())
    }

    /// Where it listens.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// The processor time of all its threads so far, to the nanosecond.
    ///
    /// # Panics
    ///
    /// If the kernel does not count it, or the process has ended.
    #[must_use]
    pub fn processor(&self) -> Duration {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.child.id())).expect("Linux");
        let of_task = |task: io::Result<fs::DirEntry>| {
            // A thread may have ended since.
            let text = fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
            text.split(' ').next()?.parse::<u64>().ok()
        };
        let nanos: u64 = tasks.filter_map(of_task).sum();
        assert!(nanos > 0, "the kernel has no /proc/PID/schedstat, or the process has ended");
        Duration::from_nanos(nanos)
    }

    /// The memory that only this process has, in bytes; exact, where `VmRSS` may be behind.
    ///
    /// # Panics
    ///
    /// If the process has ended.
    #[must_use]
    pub fn memory(&self) -> u64 {
        let file = format!("/proc/{}/smaps_rollup", self.child.id());
        let text = fs::read_to_string(file).expect("Linux, and a process that runs");
        let line = text.lines().find_map(|line| line.strip_prefix("Private_Dirty:"));
        let kib = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
        kib.expect("a line of proc(5)") << 10
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
