//! Sockets that are handed over, and what a service manager is told (`sd_listen_fds(3)`,
//! `sd_notify(3)`).

use std::net::{SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::Command;

use rustix::process::Signal;

use crate::PATIENCE;
use crate::caller::{call, connect_narrow, read_on, read_some};
use crate::fixtures::{EIGHT_MB, Folder, Large, lines, snapshot};
use crate::station::{Station, command};
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("handed::the station serves on the socket that it is handed", |exe| {
            let folder = Folder::new();
            folder.write("cars", lines(0..5));
            let source = folder.path("cars");
            let (station, address) = handed(exe, &["--source", source.to_str().expect("text")]);
            assert_eq!(station.addresses(), [address], "there, and nowhere else");
            station.wait_until_it_serves(snapshot(0..5));
            let _ = station.stop();
        }),
        Row::new("handed::who came before the station is served by it", early),
        Row::heavy("handed::a kill is a reset there, too", killed),
        Row::new("handed::what is for another process is left alone", |exe| {
            let mut command = command(exe);
            command.env("LISTEN_FDS", "1").env("LISTEN_PID", "1");
            let station = Station::launch(command, 1);
            call(station.address()).ended.expect("it serves");
        }),
        Row::new("notify::ready when it serves, stopping when it stops", notified),
        Row::new("notify::the watchdog is fed", watched),
    ]
}

/// A station that is handed a listening socket as descriptor 3.
fn handed(exe: &Path, args: &[&str]) -> (Station, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound");
    (take_over(exe, args, listener), address)
}

fn take_over(exe: &Path, args: &[&str], listener: TcpListener) -> Station {
    let mut shell = Command::new("sh");
    let script = "exec 3<&0 </dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec \"$0\" \"$@\"";
    shell.arg("-c").arg(script).arg(exe).args(args);
    shell.stdin(OwnedFd::from(listener));
    let mut station = Station::start_as_it_is(shell);
    station.wait_until_it_listens(1);
    station
}

fn early(exe: &Path) {
    let folder = Folder::new();
    folder.write("cars", lines(0..5));
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound");
    let early = std::net::TcpStream::connect(address).expect("the backlog has room");
    let source = folder.path("cars");
    let _station = take_over(exe, &["--source", source.to_str().expect("text")], listener);
    assert_eq!(read_on(early).complete(), snapshot(0..5));
}

/// Abort by default holds for listeners that were handed over (protocol.md, duty 1).
fn killed(exe: &Path) {
    let large = Large::new(EIGHT_MB);
    let source = large.file.path().to_str().expect("text");
    for round in 0..20 {
        let (station, address) = handed(exe, &["--source", source]);
        large.wait_until_known(&station);
        let streams: Vec<_> = (0..5)
            .map(|nth| {
                let mut stream = connect_narrow(address, 16 * 1024).expect("it listens");
                // Some were begun, some just came.
                let _ = read_some(&mut stream, nth * round * 1000);
                stream
            })
            .collect();
        station.kill();
        for stream in streams {
            let answer = read_on(stream);
            assert!(answer.is_reset(), "{} bytes, {:?}", answer.bytes.len(), answer.ended);
        }
    }
}

/// What the station tells whoever started it.
struct Manager {
    folder: Folder,
    socket: UnixDatagram,
}

impl Manager {
    fn new() -> Self {
        let folder = Folder::new();
        let socket = UnixDatagram::bind(folder.path("notify")).expect("a temporary folder");
        socket.set_read_timeout(Some(PATIENCE)).expect("a socket");
        Self { folder, socket }
    }

    fn start(&self, exe: &Path) -> Command {
        let mut command = command(exe);
        command.env("NOTIFY_SOCKET", self.folder.path("notify"));
        command
    }

    /// The next message that has such a line.
    #[track_caller]
    fn wait_for(&self, wanted: &str) {
        let mut heard = Vec::new();
        loop {
            let mut message = [0; 4096];
            let length = self.socket.recv(&mut message).unwrap_or_else(|e| {
                panic!("no {wanted}: {e}; it told {heard:#?}");
            });
            let message = String::from_utf8_lossy(&message[..length]).into_owned();
            let found = message.lines().any(|line| line == wanted);
            heard.push(message);
            if found {
                return;
            }
        }
    }
}

fn notified(exe: &Path) {
    let manager = Manager::new();
    manager.folder.write("cars", lines(0..5));
    let mut command = manager.start(exe);
    command.arg("--source").arg(manager.folder.path("cars"));
    let mut station = Station::start(command);
    manager.wait_for("READY=1");
    station.wait_until_it_listens(1);
    assert_eq!(call(station.address()).complete(), snapshot(0..5), "ready is when it serves");
    station.signal(Signal::TERM);
    manager.wait_for("STOPPING=1");
    assert_eq!(station.finish(), 0);
}

fn watched(exe: &Path) {
    let manager = Manager::new();
    let mut command = manager.start(exe);
    command.env("WATCHDOG_USEC", "200000");
    let _station = Station::launch(command, 1);
    for _ in 0..5 {
        manager.wait_for("WATCHDOG=1");
    }
}
