//! A thousand stations at once: a tenth refusing, a tenth stalling, a tenth resetting half
//! way. One report with a thousand right lines, within the deadline and half a second.

use std::net::{TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde_json::{Value, json};
use socket2::SockRef;

use crate::client::Client;
use crate::hostile::Refusing;
use crate::kernel::wait_until_read;
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::heavy("crowd::a thousand stations at once", |exe| {
            let finished = thousand(exe, &["-j", "1000", "--idle-timeout", "60s"], "deadline");
            assert!(finished < DEADLINE + Duration::from_millis(500), "{finished:?}");
        }),
        Row::heavy("crowd::a thousand stations, 64 at a time", |exe| {
            // So long that a busy machine does not make a station that serves one that stalls.
            thousand(exe, &["--idle-timeout", "2s"], "idle_timeout");
        }),
    ]
}

const STATIONS: usize = 1000;
const DEADLINE: Duration = Duration::from_secs(10);
const HALF: &str = "1:half:way.2:cut";

/// What the nth station does, by its last digit.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Refuse,
    Stall,
    Reset,
    Serve,
}

const fn role(nth: usize) -> Role {
    match nth % 10 {
        2 => Role::Refuse,
        5 => Role::Stall,
        8 => Role::Reset,
        _ => Role::Serve,
    }
}

fn thousand(exe: &Path, args: &[&str], stalled: &str) -> Duration {
    let refusing: Vec<Refusing> = (0..STATIONS / 10).map(|_| Refusing::new()).collect();
    let mut refusing_addresses = refusing.iter().map(Refusing::address);
    let mut listeners = Vec::new();
    let mut list = String::new();
    for nth in 0..STATIONS {
        let address = if role(nth) == Role::Refuse {
            refusing_addresses.next().expect("a tenth refuses")
        } else {
            let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
            let address = listener.local_addr().expect("bound").to_string();
            listeners.push((nth, listener));
            address
        };
        list += &format!("s{nth}={address}\n");
    }
    let run = Client::new(exe).args(args).args(["-f", "ndjson", "--deadline", "10s"]);
    let path = run.dir().join("list");
    std::fs::write(&path, list).expect("a temporary folder");
    let run = run.arg(format!("@{}", path.display()));

    let stop = AtomicBool::new(false);
    let (finished, elapsed) = thread::scope(|scope| {
        scope.spawn(|| be_stations(&listeners, &stop));
        let begin = Instant::now();
        let finished = run.run();
        let elapsed = begin.elapsed();
        stop.store(true, Ordering::SeqCst);
        (finished, elapsed)
    });

    finished.assert_code(1);
    let report = finished.report();
    let lines = report["stations"].as_array().expect("an array");
    assert_eq!(lines.len(), STATIONS);
    for (nth, line) in lines.iter().enumerate() {
        assert_eq!(line["name"], format!("s{nth}"));
        crate::json::assert_holds(line, &expected(nth, stalled), &"");
    }
    assert_eq!(
        json!([report["complete"], report["partial"], report["failed"], report["cars"]]),
        json!([700, 100, 200, 700])
    );
    let cars: Vec<Value> = finished.lines();
    let served: Vec<String> = (0..STATIONS)
        .filter(|nth| role(*nth) == Role::Serve)
        .map(|nth| format!("s{nth}"))
        .collect();
    assert_eq!(cars.len(), served.len());
    for (car, name) in cars.iter().zip(&served) {
        assert_eq!(car["station"], *name);
        assert_eq!(car["brand"], *name);
    }
    elapsed
}

fn expected(nth: usize, stalled: &str) -> Value {
    match role(nth) {
        Role::Refuse => json!({"outcome": "failed", "reason": "refused", "cars": 0, "bytes": 0}),
        Role::Stall => json!({"outcome": "failed", "reason": stalled, "cars": 0, "bytes": 0}),
        Role::Reset => json!({"outcome": "partial", "reason": "reset", "cars": 1,
            "bytes": HALF.len(), "rejected": 1}),
        Role::Serve => json!({"outcome": "complete", "reason": null, "cars": 1}),
    }
}

/// All of them on one thread, until told to stop. Whoever stalls is never accepted: the
/// kernel completes its connection, and nothing follows.
fn be_stations(listeners: &[(usize, TcpListener)], stop: &AtomicBool) {
    let active: Vec<&(usize, TcpListener)> =
        listeners.iter().filter(|(nth, _)| role(*nth) != Role::Stall).collect();
    let fds: Vec<_> = active.iter().map(|(_, listener)| listener.as_fd()).collect();
    let tick = Timespec::try_from(Duration::from_millis(50)).expect("short");
    while !stop.load(Ordering::SeqCst) {
        let mut polled: Vec<_> = fds.iter().map(|fd| PollFd::new(fd, PollFlags::IN)).collect();
        if poll(&mut polled, Some(&tick)).is_err() {
            continue;
        }
        for (fd, (nth, listener)) in polled.iter().zip(&active) {
            if fd.revents().contains(PollFlags::IN) {
                let (stream, client) = listener.accept().expect("somebody waits");
                serve(*nth, &stream, client);
            }
        }
    }
}

fn serve(nth: usize, mut stream: &TcpStream, client: std::net::SocketAddr) {
    use std::io::Write;
    // An error is the client's going away, which the report would show.
    if role(nth) == Role::Serve {
        let _ = write!(stream, "{nth}:s{nth}:red");
        return;
    }
    let _ = stream.write_all(HALF.as_bytes());
    wait_until_read(client, stream.local_addr().expect("connected"));
    let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
}
