//! Duty 1 under TLS: `close_notify` before FIN, always; kill, stop and reset never send it.

use std::path::Path;
use std::sync::mpsc;
use std::thread;

use rustix::process::Signal;

use super::{NARROW, Secured};
use crate::caller::connect_narrow;
use crate::fixtures::{EIGHT_MB, Large, lines, snapshot};
use crate::kernel::until;
use crate::rng::Rng;
use crate::table::Row;
use crate::tls::{BOTH, Caller, Ended, Heard, ONLY_12, call, client_config};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::heavy("tls::close_notify comes before FIN, always", |exe| {
            let large = Large::new(EIGHT_MB);
            let secured = Secured::large(exe, &large, &["--tls-min", "1.2"]);
            for versions in [BOTH, ONLY_12] {
                let config = client_config(&secured.of, None, versions);
                for _ in 0..5 {
                    assert!(call(secured.tls(), &config).complete() == large.snapshot);
                }
                // Of whom the kernel takes little at a time, too.
                let narrow = connect_narrow(secured.tls(), NARROW).expect("it listens");
                let heard = Caller::begin(narrow, &config).read_on();
                assert!(heard.complete() == large.snapshot);
            }
        }),
        Row::new("tls::an empty list is no byte and close_notify", |exe| {
            let secured = Secured::spawn(exe, &["--source", "/dev/null"]);
            for _ in 0..20 {
                let heard = call(secured.tls(), &secured.caller());
                assert_eq!(heard.complete(), b"");
            }
        }),
        Row::new("tls::short lists of every length around a record", |exe| {
            let folder = crate::fixtures::Folder::new();
            for length in [1, 6, 16 * 1024 - 1, 16 * 1024, 16 * 1024 + 1, 40_000] {
                let car = format!("1:{}:r", "b".repeat(length.max(4) - 4));
                let source = folder.write("cars", format!("{car}\n"));
                let secured = Secured::spawn(exe, &["--source", source.to_str().expect("text")]);
                secured.station.wait_until_it_serves(&car);
                assert!(call(secured.tls(), &secured.caller()).complete() == car.as_bytes());
            }
        }),
        Row::heavy("tls::killed a hundred times, a slow reader sees a reset", |exe| {
            let large = Large::new(EIGHT_MB);
            for round in 0..100 {
                killed(exe, &large, round);
            }
        }),
        Row::heavy("tls::killed, a fast reader never sees close_notify early", |exe| {
            let large = Large::new(EIGHT_MB);
            for round in 0..20 {
                fast(exe, &large, round);
            }
        }),
        Row::heavy("tls::killed in a handshake, an empty list is no answer", |exe| {
            let large = Large::new(100_000);
            for _ in 0..10 {
                let secured = Secured::large(exe, &large, &[]);
                let config = secured.caller();
                let silent: Vec<Caller> =
                    (0..5).map(|_| Caller::connect(secured.tls(), &config)).collect();
                let mut begun: Vec<Caller> =
                    (0..5).map(|_| Caller::connect(secured.tls(), &config)).collect();
                for caller in &mut begun {
                    // To the last byte but the answer.
                    let hello = caller.hello();
                    std::io::Write::write_all(&mut caller.stream(), &hello).expect("it listens");
                }
                secured.station.kill();
                for caller in silent.into_iter().chain(begun) {
                    let Heard { bytes, end } = caller.read_on();
                    assert!(bytes.is_empty() && end == Ended::Reset, "{end:?}");
                }
            }
        }),
        Row::heavy("tls::SIGTERM lets a snapshot finish", |exe| drained(exe, Signal::TERM)),
        Row::heavy("tls::SIGINT lets a snapshot finish", |exe| drained(exe, Signal::INT)),
        Row::heavy("tls::what --drain does not suffice for is reset", |exe| {
            let large = Large::new(EIGHT_MB);
            let mut secured = Secured::large(exe, &large, &["--drain", "300ms"]);
            let caller = begun(&secured, 1);
            secured.station.signal(Signal::TERM);
            crate::caller::wait_until_reset(caller.stream());
            assert_eq!(caller.read_on().end, Ended::Reset);
            assert_eq!(secured.station.finish(), 0, "{:#?}", secured.station.said());
        }),
        Row::new("tls::who is in a handshake when the station stops gets all, or a reset", |exe| {
            let folder = crate::fixtures::Folder::new();
            let source = folder.write("cars", lines(0..5));
            let args = ["--drain", "500ms", "--source", source.to_str().expect("text")];
            let mut secured = Secured::spawn(exe, &args);
            secured.station.wait_until_it_serves(snapshot(0..5));
            let config = secured.caller();
            let silent = Caller::connect(secured.tls(), &config);
            let late = Caller::connect(secured.tls(), &config);
            // Accepted is who came before somebody that was served.
            let _ = call(secured.tls(), &config).complete();
            secured.station.signal(Signal::TERM);
            let Heard { bytes, end } = late.read_on();
            assert!(
                end == Ended::Reset || (end == Ended::CloseNotify && bytes == snapshot(0..5)),
                "{} bytes, {end:?}",
                bytes.len()
            );
            crate::caller::wait_until_reset(silent.stream());
            assert_eq!(secured.station.finish(), 0, "{:#?}", secured.station.said());
        }),
    ]
}

/// A caller that is served and has read so much.
fn begun(secured: &Secured, count: usize) -> Caller {
    let narrow = connect_narrow(secured.tls(), NARROW).expect("it listens");
    let mut caller = Caller::begin(narrow, &secured.caller());
    caller.handshake().expect("a handshake");
    caller.read_some(count).expect("the station goes on");
    caller
}

/// Has read any number of bytes, from none to nearly all, when the station is killed.
fn killed(exe: &Path, large: &Large, round: u64) {
    let secured = Secured::large(exe, large, &[]);
    let most = large.snapshot.len() - 1_000_000;
    let count = match round {
        0 => 0,
        1 => 1,
        _ => Rng::new(round).below(most),
    };
    let caller = begun(&secured, count);
    secured.station.kill();
    let Heard { bytes, end } = caller.read_on();
    assert!(large.snapshot.starts_with(&bytes), "what came is the snapshot's");
    assert_eq!(end, Ended::Reset, "round {round}: {} of {}", bytes.len(), large.snapshot.len());
}

/// Reads as fast as it can; the station dies after some of it.
fn fast(exe: &Path, large: &Large, round: u64) {
    let secured = Secured::large(exe, large, &[]);
    let mut caller = Caller::connect(secured.tls(), &secured.caller());
    let begin = Rng::new(round).below(large.snapshot.len() / 2);
    let heard = thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel();
        let reader = scope.spawn(move || {
            caller.handshake().expect("a handshake");
            caller.read_some(begin).expect("the station goes on");
            sender.send(()).expect("somebody waits");
            caller.read_on()
        });
        receiver.recv().expect("the reader reads");
        secured.station.signal(Signal::KILL);
        reader.join().expect("no panic")
    });
    match heard.end {
        // It was quicker than the signal: then it has everything, and what follows can only be
        // the kill.
        Ended::CloseNotify | Ended::NotifiedThen(_) => assert!(heard.bytes == large.snapshot),
        end => assert_eq!(end, Ended::Reset, "round {round}: {} bytes", heard.bytes.len()),
    }
}

fn drained(exe: &Path, signal: Signal) {
    let large = Large::new(EIGHT_MB);
    let mut secured = Secured::large(exe, &large, &[]);
    let callers: Vec<Caller> = (0..3).map(|_| begun(&secured, 10_000)).collect();
    secured.station.signal(signal);
    until("newcomers are refused or reset", || {
        std::net::TcpStream::connect(secured.tls()).is_err().then_some(())
    });
    for caller in callers {
        assert!(caller.read_on().complete() == large.snapshot, "a running snapshot finishes");
    }
    assert_eq!(secured.station.finish(), 0, "{:#?}", secured.station.said());
}
