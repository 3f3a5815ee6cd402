//! The program openssl, as it comes: `s_server` as a station, `s_client` as a client.

use std::fs;
use std::process::{Child, Command, Stdio};

use conformance::fixtures::file;
use conformance::kernel::until;
use conformance::station::Station;
use conformance::tls::Certificates;
use serde_json::{Value, json};

use super::{Files, our_client, verified};
use crate::cars::{self, Cars};
use crate::case::{Case, Peers, case, said};

pub(super) fn cases() -> Vec<Case> {
    vec![
        case("openssl s_server at the end of its input says close_notify", |peers| {
            for (_, cars) in cars::cases() {
                for demands in [false, true] {
                    served(peers, &["-quiet"], demands, &cars, 0, &verified(&cars));
                }
            }
        }),
        case("openssl s_server that is interactive says nothing at its end", |peers| {
            let expected = json!({"outcome": "partial", "reason": "truncated", "verified": false});
            for demands in [false, true] {
                served(peers, &[], demands, &cars::many(), 3, &expected);
            }
        }),
        case("openssl s_client gets everything and sees the end of it", |peers| {
            for (_, cars) in cars::cases() {
                called(peers, &cars);
            }
        }),
        case("openssl s_client that says close_notify at once", hasty),
        case("openssl s_client without the certificate that is demanded", undocumented),
    ]
}

/// It sends what it reads, to one client.
struct Server(Child);

impl Server {
    fn start(files: &Files, args: &[&str], demands: bool, cars: &Cars) -> Self {
        let source = file(cars::snapshot(cars));
        let mut command = Command::new("openssl");
        command.args(["s_server", "-accept", "127.0.0.1:0", "-naccept", "1"]).args(args);
        // Else it may wait for input from the client that its handshake has taken already.
        command.arg("-nbio");
        command.args(["-cert", &files.station[0], "-key", &files.station[1]]);
        if demands {
            command.args(["-Verify", "1", "-CAfile", &files.ca, "-verify_return_error"]);
        }
        command.stdin(source.reopen().expect("a file"));
        Self(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("openssl"))
    }

    /// Where it listens, of which it says nothing where it is quiet.
    fn port(&self) -> u16 {
        until("openssl listens", || {
            let process = format!("/proc/{}", self.0.id());
            let sockets = fs::read_dir(format!("{process}/fd")).ok()?.filter_map(|fd| {
                let link = fs::read_link(fd.ok()?.path()).ok()?;
                let inode = link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?;
                Some(inode.to_owned())
            });
            let sockets: Vec<String> = sockets.collect();
            let table = fs::read_to_string(format!("{process}/net/tcp")).ok()?;
            table.lines().find_map(|line| {
                let columns: Vec<&str> = line.split_ascii_whitespace().collect();
                let listens = columns.get(3) == Some(&LISTEN);
                let own = sockets.iter().any(|inode| columns.get(9) == Some(&inode.as_str()));
                let (_, port) = columns.get(1).filter(|_| listens && own)?.split_once(':')?;
                u16::from_str_radix(port, 16).ok()
            })
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail if it has ended, as it should.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn served(peers: &Peers, args: &[&str], demands: bool, cars: &Cars, code: i32, expected: &Value) {
    let of = Certificates::new();
    let files = Files::of(&of);
    let server = Server::start(&files, args, demands, cars);
    let address = format!("gate=tls://127.0.0.1:{}", server.port());
    let finished = our_client(peers, &files, demands).arg(address).run();
    finished.assert_station(0, expected);
    finished.assert_code(code);
    if code == 0 {
        cars::assert_gathered(&finished, cars);
    } else {
        finished.assert_stdout("");
    }
}

/// Its input is at its end from the start.
fn client(files: &Files, station: &Station, shows: bool) -> Command {
    let mut command = Command::new("openssl");
    command.args(["s_client", "-connect", &station.address().to_string()]);
    command.args(["-CAfile", &files.ca, "-verify_return_error", "-verify_ip", "127.0.0.1"]);
    if shows {
        command.args(["-cert", &files.client[0], "-key", &files.client[1]]);
    }
    command.stdin(Stdio::null());
    command
}

/// An end without `close_notify` would be an error to it.
fn called(peers: &Peers, cars: &Cars) {
    let of = Certificates::new();
    let files = Files::of(&of);
    for demands in [false, true] {
        let station = cars::station(&peers.server, cars, &files.for_our_station(demands));
        let mut client = client(&files, &station, demands);
        let called = client.args(["-quiet", "-ign_eof"]).output().expect("openssl");
        let said = said(&called);
        assert!(called.stdout == cars::escaped(cars).as_bytes(), "{} bytes", called.stdout.len());
        assert_eq!(called.status.code(), Some(0), "{said}");
        assert!(!said.contains("error"), "{said}");
    }
}

/// It does not want the list: that harms nobody.
fn hasty(peers: &Peers) {
    let of = Certificates::new();
    let files = Files::of(&of);
    let cars = cars::many();
    let station = cars::station(&peers.server, &cars, &files.for_our_station(true));
    for _ in 0..10 {
        let called = client(&files, &station, true).output().expect("openssl");
        let said = said(&called);
        assert_eq!(called.status.code(), Some(0), "{said}");
        assert!(said.contains("verify return:1") && !said.contains("error"), "{said}");
    }
    let whole = client(&files, &station, true).arg("-quiet").output().expect("openssl");
    assert!(whole.stdout == cars::escaped(&cars).as_bytes(), "{} bytes", whole.stdout.len());
    station.stop();
}

fn undocumented(peers: &Peers) {
    let of = Certificates::new();
    let files = Files::of(&of);
    let station = cars::station(&peers.server, &cars::many(), &files.for_our_station(true));
    let called = client(&files, &station, false).arg("-quiet").output().expect("openssl");
    let said = said(&called);
    assert!(said.contains("alert certificate required"), "{said}");
    assert_eq!((called.status.code(), called.stdout.len()), (Some(1), 0), "{said}");
}

/// As proc(5) has the states of sockets.
const LISTEN: &str = "0A";
