//! Handshakes that fail, that are slow, or that are none: each costs its connection alone.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::Path;

use rustls::AlertDescription;

use super::Secured;
use crate::caller::{Answer, call as plain_call, read_on};
use crate::fixtures::{Folder, lines, snapshot};
use crate::http::metric;
use crate::kernel::until;
use crate::table::Row;
use crate::tls::{Caller, Certificates, Ended, ONLY_12, ONLY_13, call, client_config};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("tls::who speaks plain text is reset, and gets no FIN", plain_talkers),
        Row::new("tls::who sends FIN at once is reset, and gets no FIN", |exe| {
            // To a client of plain text a FIN would be an empty list.
            let (_folder, secured) = five(exe, &[]);
            for _ in 0..20 {
                let stream = TcpStream::connect(secured.tls()).expect("it listens");
                stream.shutdown(Shutdown::Write).expect("connected");
                let answer = read_on(stream);
                assert!(answer.is_reset() && answer.bytes.is_empty(), "{answer:?}");
            }
            good(&secured);
        }),
        Row::new("tls::half a hello, then FIN, is reset", |exe| {
            let (_folder, secured) = five(exe, &[]);
            for part in [1, 5, 50, 100] {
                let mut caller = Caller::connect(secured.tls(), &secured.caller());
                let hello = caller.hello();
                caller.stream().write_all(&hello[..part]).expect("it listens");
                caller.stream().shutdown(Shutdown::Write).expect("connected");
                let answer = read_on(caller.stream().try_clone().expect("a socket"));
                assert!(answer.is_reset() && answer.bytes.is_empty(), "{part}: {answer:?}");
            }
            good(&secured);
        }),
        Row::new("tls::a hello byte by byte is a hello", |exe| {
            let (_folder, secured) = five(exe, &[]);
            let mut caller = Caller::connect(secured.tls(), &secured.caller());
            for byte in caller.hello() {
                caller.stream().write_all(&[byte]).expect("it listens");
            }
            assert_eq!(caller.read_on().complete(), snapshot(0..5));
        }),
        Row::new("tls::a hello that takes for ever is reset all the same", |exe| {
            let (_folder, secured) = five(exe, &[]);
            let mut caller = Caller::connect(secured.tls(), &secured.caller());
            let hello = caller.hello();
            let mut came = 0;
            // A byte each tenth of a second would take longer than the time-out, many times.
            for byte in &hello {
                if caller.stream().write_all(&[*byte]).is_err() {
                    break;
                }
                came += 1;
                if crate::caller::hears_within(
                    caller.stream(),
                    std::time::Duration::from_millis(100),
                ) {
                    break;
                }
            }
            assert!(came < hello.len(), "data extends no time-out");
            let answer = read_on(caller.stream().try_clone().expect("a socket"));
            assert!(answer.is_reset() && answer.bytes.is_empty(), "{answer:?}");
        }),
        Row::new("tls::1.2 is refused unless --tls-min says so", |exe| {
            let (_folder, secured) = five(exe, &[]);
            let old = client_config(&secured.of, None, ONLY_12);
            let heard = call(secured.tls(), &old);
            assert_eq!(heard.end, Ended::Alert(AlertDescription::ProtocolVersion));
            assert!(heard.bytes.is_empty());
            good(&secured);
            let (_folder, secured) = five(exe, &["--tls-min", "1.3"]);
            let old = client_config(&secured.of, None, ONLY_12);
            assert!(matches!(call(secured.tls(), &old).end, Ended::Alert(_)));
            let (_folder, secured) = five(exe, &["--tls-min", "1.2"]);
            for versions in [ONLY_12, ONLY_13] {
                let config = client_config(&secured.of, None, versions);
                assert_eq!(call(secured.tls(), &config).complete(), snapshot(0..5));
            }
        }),
        Row::new("tls::who does not believe the station costs it nothing", |exe| {
            let (_folder, secured) = five(exe, &["--admin", "127.0.0.1:0"]);
            let admin = secured.station.admin();
            let others = client_config(&Certificates::new(), None, ONLY_13);
            for _ in 0..20 {
                let heard = call(secured.tls(), &others);
                assert!(heard.bytes.is_empty(), "{:?}", heard.end);
                assert_ne!(heard.end, Ended::CloseNotify);
            }
            until("they are counted", || (metric(admin, FAILED) >= 20.0).then_some(()));
            good(&secured);
            assert_eq!(metric(admin, FAILED), 20.0, "and nobody else");
        }),
        Row::new("tls::failed handshakes are counted, and logged", |exe| {
            let (_folder, secured) = five(exe, &["--admin", "127.0.0.1:0"]);
            let admin = secured.station.admin();
            assert_eq!(metric(admin, FAILED), 0.0);
            for nth in 1..=3 {
                let mut stream = TcpStream::connect(secured.tls()).expect("it listens");
                stream.write_all(b"GET / HTTP/1.1\r\n\r\n").expect("it listens");
                assert!(read_on(stream).ended.is_err());
                until("it is counted", || (metric(admin, FAILED) >= f64::from(nth)).then_some(()));
            }
            good(&secured);
            assert_eq!(metric(admin, FAILED), 3.0);
            assert!(metric(admin, "carwatch_connections_ended_total{cause=\"whole\"}") >= 1.0);
            secured.station.wait_for_line(|line| line.to_lowercase().contains("tls"));
        }),
        Row::new("tls::the snapshot is that of accept", |exe| {
            let (folder, secured) = five(exe, &["--follow"]);
            let early = Caller::connect(secured.tls(), &secured.caller());
            // Accepted is who came before somebody that was served.
            good(&secured);
            folder.append("cars", lines(5..9));
            secured.station.wait_until_it_serves(snapshot(0..9));
            assert_eq!(early.read_on().complete(), snapshot(0..5));
            assert_eq!(call(secured.tls(), &secured.caller()).complete(), snapshot(0..9));
        }),
        Row::new("tls::who may not connect is reset before a handshake", |exe| {
            let (_folder, secured) = five(exe, &["--allow", "127.0.0.2/32"]);
            let heard = call(secured.tls(), &secured.caller());
            assert!(heard.bytes.is_empty() && heard.end == Ended::Reset, "{heard:?}");
            let source = super::super::allow::local(2);
            let stream = crate::caller::connect_from(source, secured.tls(), None);
            let caller = Caller::begin(stream.expect("it listens"), &secured.caller());
            assert_eq!(caller.read_on().complete(), snapshot(0..5));
        }),
    ]
}

pub(super) const FAILED: &str = "carwatch_connections_ended_total{cause=\"tls_failed\"}";

/// A station of five cars.
pub(super) fn five(exe: &Path, args: &[&str]) -> (Folder, Secured) {
    let folder = Folder::new();
    let source = folder.write("cars", lines(0..5));
    let args = [&["--source", source.to_str().expect("text")], args].concat();
    let secured = Secured::spawn(exe, &args);
    if !args.contains(&"--allow") {
        secured.station.wait_until_it_serves(snapshot(0..5));
    }
    (folder, secured)
}

#[track_caller]
pub(super) fn good(secured: &Secured) {
    assert_eq!(call(secured.tls(), &secured.caller()).complete(), snapshot(0..5));
    assert_eq!(plain_call(secured.station.address()).complete(), snapshot(0..5));
}

fn plain_talkers(exe: &Path) {
    let (_folder, secured) = five(exe, &[]);
    let garbage = vec![0xaa; 64 * 1024];
    for said in [
        &b"GET / HTTP/1.1\r\nHost: station\r\n\r\n"[..],
        b"hello",
        b"\r\n",
        b"1:a:b.2:c:d",
        b"\x17\x03\x03\x00\x05hello",
        b"\x80\x2e\x01\x00\x02 an SSL 2 hello, as it may look",
        b"\x16\x03\x01\xff\xff",
        &garbage,
    ] {
        for shuts in [false, true] {
            let mut stream = TcpStream::connect(secured.tls()).expect("it listens");
            // It may be reset before all of it is sent.
            let _ = stream.write_all(said);
            if shuts {
                let _ = stream.shutdown(Shutdown::Write);
            }
            let Answer { bytes, ended } = read_on(stream);
            // An alert, which to a client in plain text is a list, is for who seems to speak TLS.
            let alert = said[0] == 22 && bytes.first() == Some(&21);
            assert!(bytes.is_empty() || alert, "{said:?}: {bytes:?}");
            assert!(ended.is_err(), "{said:?}, {shuts}: a clean end after {} bytes", bytes.len());
        }
    }
    good(&secured);
    // Who only listens, as the tutorial's client does, hears nothing, and then no clean end.
    let mut stream = TcpStream::connect(secured.tls()).expect("it listens");
    stream.set_read_timeout(Some(crate::PATIENCE)).expect("a socket");
    let error = stream.read(&mut [0]).expect_err("no byte and no FIN");
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "{error}");
}
