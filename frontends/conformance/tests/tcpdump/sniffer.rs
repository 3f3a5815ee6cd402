//! A tcpdump that runs.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::process::{Child, Command, Stdio};

use conformance::kernel::until;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::NamedTempFile;

/// It records the traffic of one port until it is finished.
pub(crate) struct Sniffer {
    child: Child,
    file: NamedTempFile,
    end: UdpSocket,
}

impl Sniffer {
    /// Starts it and waits until it records; `snap` is how much of each packet it takes.
    #[track_caller]
    pub(crate) fn start(interface: &str, station: SocketAddr, snap: Option<u32>) -> Self {
        let file = NamedTempFile::new().expect("a temporary folder");
        let loopback: IpAddr = [127, 0, 0, 1].into();
        let end = UdpSocket::bind((loopback, 0)).expect("a free port");
        let last = end.local_addr().expect("bound").port();
        let filter = format!("tcp port {} or udp port {last}", station.port());
        let mut tcpdump = Command::new("tcpdump");
        tcpdump.args(["-n", "-U", "--immediate-mode", "-B", "32768", "-i", interface, "-w"]);
        tcpdump.arg(file.path());
        if rustix::process::geteuid().is_root() {
            // Else it takes another user's rights, which may not write there.
            tcpdump.args(["-Z", "root"]);
        }
        if let Some(snap) = snap {
            tcpdump.args(["-s", &snap.to_string()]);
        }
        tcpdump.arg(filter).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = tcpdump.spawn().expect("tcpdump");
        let mut said = BufReader::new(child.stderr.take().expect("piped"));
        let mut line = String::new();
        while !line.contains("listening on ") {
            line.clear();
            let count = said.read_line(&mut line).expect("a pipe");
            assert!(count > 0, "tcpdump ended; has it the right to capture?");
        }
        // Whatever else it says must not stop it.
        std::thread::spawn(move || said.read_to_end(&mut Vec::new()));
        Self { child, file, end }
    }

    /// Waits until all that was sent so far is in the file, and stops it.
    #[track_caller]
    pub(crate) fn finish(mut self) -> NamedTempFile {
        // Packets are recorded in the order in which they pass; so this is the last one.
        let here = self.end.local_addr().expect("bound");
        self.end.send_to(LAST, here).expect("the loopback");
        until("the last packet is recorded", || {
            let so_far = fs::read(self.file.path()).expect("it is there");
            so_far.windows(LAST.len()).any(|window| window == LAST).then_some(())
        });
        let _ = kill_process(Pid::from_child(&self.child), Signal::INT);
        let _ = self.child.wait();
        std::mem::replace(&mut self.file, NamedTempFile::new().expect("a temporary folder"))
    }
}

impl Drop for Sniffer {
    fn drop(&mut self) {
        // Both fail if it has ended, as it should.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const LAST: &[u8] = b"the last packet of this case";
