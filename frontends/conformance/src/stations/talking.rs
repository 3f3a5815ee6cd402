//! Duty 2: a client that talks still gets everything, if it sends at most 1 MiB.

use std::io::Write;
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::thread;

use crate::caller::read_on;
use crate::fixtures::{EIGHT_MB, Large, file};
use crate::station::Station;
use crate::table::Row;

pub(super) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    let ways: [(&str, Talk); 6] = [
        ("1 MiB before it reads", talk_first),
        ("1 MiB while it reads", talk_meanwhile),
        ("1 MiB byte by byte at first", talk_bytes),
        ("1 MiB, then shuts down its side, then reads", talk_and_shut),
        ("a request line", talk_request),
        ("nothing, and shuts down its side first", shut_first),
    ];
    for (name, talk) in ways {
        rows.push(Row::heavy(format!("talking::{name}: an 8 MB snapshot"), move |exe| {
            let large = Large::new(EIGHT_MB);
            let station = large.station(exe, &[]);
            check(&station, talk, &large.snapshot);
        }));
        rows.push(Row::new(format!("talking::{name}: a small snapshot"), move |exe| {
            small(exe, talk, "1:a:b\n2:c:d\n", b"1:a:b.2:c:d");
        }));
        rows.push(Row::new(format!("talking::{name}: an empty snapshot"), move |exe| {
            small(exe, talk, "", b"");
        }));
    }
    rows
}

/// Talks over the connection, then reads it to its end.
type Talk = fn(TcpStream) -> crate::caller::Answer;

fn small(exe: &Path, talk: Talk, source: &str, expected: &[u8]) {
    let source = file(source);
    let station = Station::spawn(exe, ["--source", source.path().to_str().expect("text")]);
    let known = station.snapshot_when(|bytes| bytes.len() >= expected.len());
    assert_eq!(known, expected);
    check(&station, talk, expected);
}

fn check(station: &Station, talk: Talk, expected: &[u8]) {
    for _ in 0..3 {
        let stream = TcpStream::connect(station.address()).expect("it listens");
        let bytes = talk(stream).complete();
        assert_eq!(bytes.len(), expected.len());
        assert!(bytes == expected, "every byte of the snapshot");
    }
}

const TALK: usize = 1024 * 1024;

fn talk_first(mut stream: TcpStream) -> crate::caller::Answer {
    stream.write_all(&vec![b'?'; TALK]).expect("the station listens to it all");
    read_on(stream)
}

fn talk_meanwhile(stream: TcpStream) -> crate::caller::Answer {
    let mut talker = stream.try_clone().expect("a socket");
    let talking = thread::spawn(move || talker.write_all(&vec![b'?'; TALK]));
    let answer = read_on(stream);
    talking.join().expect("no panic").expect("the station listens to it all");
    answer
}

fn talk_bytes(mut stream: TcpStream) -> crate::caller::Answer {
    stream.set_nodelay(true).expect("a socket");
    for _ in 0..1000 {
        stream.write_all(b"?").expect("the station listens to it all");
    }
    stream.write_all(&vec![b'?'; TALK - 1000]).expect("the station listens to it all");
    read_on(stream)
}

fn talk_and_shut(mut stream: TcpStream) -> crate::caller::Answer {
    stream.write_all(&vec![b'?'; TALK]).expect("the station listens to it all");
    stream.shutdown(Shutdown::Write).expect("connected");
    read_on(stream)
}

fn talk_request(mut stream: TcpStream) -> crate::caller::Answer {
    stream.write_all(b"GET / HTTP/1.1\r\nHost: station\r\n\r\n").expect("the station listens");
    read_on(stream)
}

fn shut_first(stream: TcpStream) -> crate::caller::Answer {
    stream.shutdown(Shutdown::Write).expect("connected");
    read_on(stream)
}
