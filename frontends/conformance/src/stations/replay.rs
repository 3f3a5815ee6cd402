//! `--replay`: a capture is served again, and what holds for every station holds for it.

mod pcap;

use std::io::{self, Read};
use std::net::{SocketAddr, SocketAddrV4, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::PATIENCE;
use crate::caller::{call, read_some};
use crate::fixtures::Folder;
use crate::http::{Http, get, metric};
use crate::kernel::until;
use crate::station::{Station, command, end_of};
use crate::table::Row;
use pcap::Event::{Breaks, Ends, Sends};
use pcap::{Event, Pcap};

pub(super) fn rows() -> Vec<Row> {
    let mut rows = vec![
        Row::new("replay::bytes, chunks, times and endings, attempt by attempt", attempts),
        Row::new("replay::a chunk is one segment, and none is joined to the next", chunks),
        Row::new("replay::several stations, each at its --listen", several),
        Row::new("replay::a count that does not match is exit 2 and says what to write", mismatch),
        Row::new("replay::the raw bytes of an answer", raw),
        Row::new("replay::silence lasts until the client leaves or the station stops", silence),
        Row::new("replay::a kill in a pause of the recording is a reset", |exe| {
            let folder = Folder::new();
            let mut station = play(exe, &paused(&folder), &[]);
            let mut stream = TcpStream::connect(station.address()).expect("it listens");
            assert_eq!(read_some(&mut stream, 4), b"1:a:");
            station.signal(Signal::KILL);
            assert_eq!(station.finish(), 128 + 9);
            let error = stream.read(&mut [0]).expect_err("an end");
            assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
        }),
        Row::new("replay::who may not connect gets nothing", |exe| {
            let folder = Folder::new();
            let capture = folder.write("cars", "1:a:b");
            let station = play(exe, &capture, &["--allow", "192.0.2.1"]);
            let answer = call(station.address());
            assert!(answer.is_reset() && answer.bytes.is_empty(), "{answer:?}");
        }),
        Row::new("replay::who is held in silence makes room for others", |exe| {
            let folder = Folder::new();
            let mut capture = Pcap::new();
            capture.connection(station(5), Duration::ZERO, &[(Duration::ZERO, Sends(b"1:a:b."))]);
            let path = folder.write("silent.pcap", capture.into_bytes());
            let station = play(exe, &path, &["--max-connections", "1"]);
            let connect = || TcpStream::connect(station.address()).expect("it listens");
            let mut held = connect();
            assert_eq!(read_some(&mut held, 6), b"1:a:b.");
            assert_eq!(read_some(&mut connect(), 6), b"1:a:b.");
            let error = held.read(&mut [0]).expect_err("an end");
            assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
        }),
        Row::new("replay::HTTP tells of no list, and takes no car", admin),
        Row::new("replay::a capture that is not there or holds nothing is exit 1", |exe| {
            let folder = Folder::new();
            let empty = folder.write("empty.pcap", Pcap::new().into_bytes());
            for path in [folder.path("none.pcap"), empty, folder.root().to_owned()] {
                for check in [&[][..], &["--check"]] {
                    let (code, said, _) = end_of(replay(exe, &path, check));
                    assert_eq!(code, 1, "{said}");
                    assert!(said.contains(path.to_str().expect("text")), "{said}");
                    assert!(!said.contains("listening on"), "{said}");
                }
            }
        }),
    ];
    for flags in [
        &["--follow"][..],
        &["--format", "csv"],
        &["--map", "frigate"],
        &["--rate", "5"],
        &["--store", "/nonexistent/cars.db"],
        &["--keep", "5"],
        &["--admin-token-file", "/nonexistent/token"],
    ] {
        rows.push(Row::new(format!("replay::with {} it is exit 2", flags[0]), move |exe| {
            let folder = Folder::new();
            let capture = folder.write("cars", "1:a:b");
            let (code, said, _) = end_of(replay(exe, &capture, flags));
            assert_eq!(code, 2, "{said}");
            assert!(said.contains(flags[0]) && said.contains("--replay"), "{said}");
        }));
    }
    for source in [&[][..], &["--source", "-"], &["--source", "simulate"]] {
        let name = format!("replay::without a file it is exit 2 ({})", source.join(" "));
        rows.push(Row::new(name, move |exe| {
            let mut command = command(exe);
            command.arg("--replay").args(source);
            let (code, said, _) = end_of(command);
            assert_eq!(code, 2, "{said}");
            assert!(said.contains("--replay") && said.contains("--source"), "{said}");
        }));
    }
    rows
}

/// Refused; three chunks and a reset; three chunks and a FIN; and all of it over again.
fn attempts(exe: &Path) {
    let (gate, ms) = (station(5), Duration::from_millis);
    let chunks = [(ms(30), &b"1:peug"[..]), (ms(70), b"eot:red.2:re"), (ms(150), b"nault:blu")];
    let sent = chunks.map(|(after, bytes)| (after, Sends(bytes)));
    let with = |last: (Duration, Event<'static>)| [&sent[..], &[last]].concat();
    let mut capture = Pcap::new();
    capture.refusal(gate, ms(0));
    capture.connection(gate, ms(500), &with((ms(160), Breaks)));
    capture.connection(gate, ms(1_500), &with((ms(250), Ends)));
    let folder = Folder::new();
    let path = folder.write("bug.pcap", capture.into_bytes());
    let station = play(exe, &path, &[]);
    for _ in 0..2 {
        let refused = call(station.address());
        assert!(refused.is_reset() && refused.bytes.is_empty(), "{refused:?}");
        for (ends, breaks) in [(ms(160), true), (ms(250), false)] {
            let begin = Instant::now();
            let mut stream = TcpStream::connect(station.address()).expect("it listens");
            for (after, bytes) in chunks {
                assert_eq!(read_some(&mut stream, bytes.len()), bytes);
                assert!(begin.elapsed() >= after, "early");
            }
            match stream.read(&mut [0]) {
                Ok(0) => assert!(!breaks),
                Ok(_) => panic!("more than was recorded"),
                Err(error) => {
                    assert_eq!((error.kind(), breaks), (io::ErrorKind::ConnectionReset, true));
                }
            }
            assert!(begin.elapsed() >= ends, "early");
        }
    }
    let said = station.stop();
    assert!(said.iter().any(|line| line.contains("replaying")), "{said:#?}");
}

/// A reader that is in time sees the chunks one by one; one that is late sees some together,
/// but never a part of one, since each came in a segment of its own.
fn chunks(exe: &Path) {
    let lengths = [1usize, 700, 3, 1_000, 40, 2];
    let payload = |nth: usize| vec![b'a' + nth as u8; lengths[nth]];
    let payloads: Vec<Vec<u8>> = (0..lengths.len()).map(payload).collect();
    let at = |nth: usize| Duration::from_millis(20 * nth as u64);
    let mut events: Vec<_> =
        payloads.iter().enumerate().map(|(nth, bytes)| (at(nth), Sends(bytes))).collect();
    events.push((at(lengths.len()), Ends));
    let mut capture = Pcap::new();
    capture.connection(station(5), Duration::ZERO, &events);
    let folder = Folder::new();
    let path = folder.write("bug.pcap", capture.into_bytes());
    let station = play(exe, &path, &[]);
    let begins: Vec<usize> = (0..=lengths.len()).map(|nth| lengths[..nth].iter().sum()).collect();
    until("a reader that is in time", || {
        let mut stream = TcpStream::connect(station.address()).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
        let (mut came, mut reads, mut buffer) = (0, 0, [0; 4096]);
        loop {
            match stream.read(&mut buffer).expect("it ends cleanly") {
                0 => break,
                n => came += n,
            }
            reads += 1;
            assert!(begins.contains(&came), "{came} is in the middle of a chunk");
        }
        assert_eq!(came, begins[lengths.len()]);
        (reads == lengths.len()).then_some(())
    });
}

fn several(exe: &Path) {
    let mut capture = Pcap::new();
    capture.connection(station(7), Duration::ZERO, &[(Duration::ZERO, Sends(b"7:a:b")), DONE]);
    capture.connection(station(5), Duration::ZERO, &[(Duration::ZERO, Sends(b"5:a:b")), DONE]);
    capture.refusal(station(7), Duration::from_secs(3));
    let folder = Folder::new();
    let path = folder.write("two.pcap", capture.into_bytes());
    let mut command = replay(exe, &path, &[]);
    command.args(["--listen", "127.0.0.1:0"]);
    let station = Station::launch(command, 2);
    let [first, second]: [SocketAddr; 2] = station.addresses().try_into().expect("two");
    assert_eq!(call(second).complete(), b"5:a:b");
    assert_eq!(call(first).complete(), b"7:a:b");
    assert!(call(first).is_reset(), "each has turns of its own");
    assert_eq!(call(second).complete(), b"5:a:b");
    assert_eq!(call(first).complete(), b"7:a:b");
}

fn mismatch(exe: &Path) {
    let mut capture = Pcap::new();
    capture.connection(station(7), Duration::ZERO, &[(Duration::ZERO, Sends(b"7:a:b")), DONE]);
    capture.connection(station(5), Duration::ZERO, &[DONE]);
    let folder = Folder::new();
    let path = folder.write("two.pcap", capture.into_bytes());
    for more in [&[][..], &["--listen", "127.0.0.1:0", "--listen", "127.0.0.1:0"]] {
        for check in [&[][..], &["--check"]] {
            let (code, said, _) = end_of(replay(exe, &path, &[more, check].concat()));
            assert_eq!(code, 2, "{said}");
            let at = |what: &str| said.find(what).unwrap_or_else(|| panic!("no {what} in {said}"));
            assert!(at("10.0.0.7:8000") < at("10.0.0.5:8000"), "{said}");
            assert!(said.matches("--listen").count() >= 2, "{said}");
            assert!(!said.contains("listening on"), "{said}");
        }
    }
    let (code, said, _) = end_of(replay(exe, &path, &["--listen", "127.0.0.1:0", "--check"]));
    assert_eq!(code, 0, "{said}");
}

fn raw(exe: &Path) {
    let folder = Folder::new();
    let large = vec![b'x'; 3_000_000];
    for bytes in [&b""[..], b"1:a:b.2:c:d", b"\xff.\xfe", &large] {
        let path = folder.write("answer", bytes);
        let station = play(exe, &path, &[]);
        for _ in 0..2 {
            assert!(call(station.address()).complete() == bytes);
        }
    }
}

fn silence(exe: &Path) {
    let folder = Folder::new();
    let mut capture = Pcap::new();
    capture.connection(station(5), Duration::ZERO, &[(Duration::ZERO, Sends(b"1:a:b."))]);
    let path = folder.write("silent.pcap", capture.into_bytes());
    let station = play(exe, &path, &["--drain", "1h", "--admin", "127.0.0.1:0"]);
    let admin = station.admin();
    let silent = || {
        let mut stream = TcpStream::connect(station.address()).expect("it listens");
        assert_eq!(read_some(&mut stream, 6), b"1:a:b.");
        stream.set_nonblocking(true).expect("a socket");
        let error = stream.read(&mut [0]).expect_err("nothing more comes");
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        stream.set_nonblocking(false).expect("a socket");
        stream
    };
    let leaves = silent();
    socket2::SockRef::from(&leaves).set_linger(Some(Duration::ZERO)).expect("a socket");
    drop(leaves);
    until("its place is free", || (metric(admin, "carwatch_connections") < 1.0).then_some(()));
    let mut stays = silent();
    let _ = station.stop();
    let error = stays.read(&mut [0]).expect_err("an end");
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
}

fn admin(exe: &Path) {
    let folder = Folder::new();
    let path = folder.write("answer", "1:a:b");
    let station = play(exe, &path, &["--admin", "127.0.0.1:0"]);
    let admin = station.admin();
    assert_eq!(call(station.address()).complete(), b"1:a:b");
    assert_eq!(get(admin, "/healthz").status, 200);
    assert_eq!(get(admin, "/readyz").status, 200);
    let snapshot = get(admin, "/snapshot");
    assert!(snapshot.status >= 400, "it has no list: {}", snapshot.text());
    let body = br#"{"time":"1","brand":"a","color":"b"}"#;
    for fields in [&[][..], &[("Authorization", "Bearer guess")]] {
        let posted = Http::connect(admin).request("POST", "/cars", fields, body);
        assert_eq!(posted.expect("an answer").status, 403);
    }
    assert_eq!(call(station.address()).complete(), b"1:a:b");
    assert!(metric(admin, "carwatch_sent_bytes_total") >= 10.0);
}

/// A capture of one station with a pause that outlasts the case.
fn paused(folder: &Folder) -> PathBuf {
    let mut capture = Pcap::new();
    let events = [(Duration::ZERO, Sends(b"1:a:")), (PATIENCE * 2, Sends(b"b"))];
    capture.connection(station(5), Duration::ZERO, &events);
    folder.write("paused.pcap", capture.into_bytes())
}

fn play(exe: &Path, capture: &Path, args: &[&str]) -> Station {
    Station::launch(replay(exe, capture, args), 1)
}

fn replay(exe: &Path, capture: &Path, args: &[&str]) -> Command {
    let mut command = command(exe);
    command.arg("--replay").arg("--source").arg(capture).args(args);
    command
}

fn station(host: u8) -> SocketAddrV4 {
    SocketAddrV4::new([10, 0, 0, host].into(), 8000)
}

const DONE: (Duration, Event<'static>) = (Duration::from_millis(1), Ends);
