//! Duties 2 and 4 under TLS: who talks, who shuts its side, who does not read.

use std::net::Shutdown;
use std::path::Path;
use std::time::Duration;

use super::{NARROW, Secured};
use crate::caller::{call as plain_call, connect_narrow, wait_until_reset};
use crate::fixtures::{EIGHT_MB, Folder, Large};
use crate::http::metric;
use crate::kernel::{is_closed, resident, until};
use crate::table::Row;
use crate::tls::{BOTH, Caller, Ended, ONLY_12, call, client_config};

pub(super) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    let ways: [(&str, Way); 9] = [
        ("goes on after close_notify", |caller| {
            caller.notify().expect("it listens");
            // No TLS any more; what comes after it is ignored (RFC 8446 6.1), but read.
            std::io::Write::write_all(&mut caller.stream(), &[b'?'; 40_000]).expect("it listens");
        }),
        ("says close_notify first", |caller| caller.notify().expect("it listens")),
        ("says close_notify and sends FIN first", |caller| {
            caller.notify().expect("it listens");
            caller.stream().shutdown(Shutdown::Write).expect("connected");
        }),
        ("sends FIN first, without close_notify", |caller| {
            caller.stream().shutdown(Shutdown::Write).expect("connected");
        }),
        ("sends a request", |caller| {
            caller.talk(b"GET / HTTP/1.1\r\nHost: station\r\n\r\n").expect("it listens");
        }),
        ("sends 1 MiB before it reads", |caller| {
            caller.talk(&vec![b'?'; TALK]).expect("it listens to it all");
        }),
        ("sends 1 MiB, close_notify and FIN", |caller| {
            caller.talk(&vec![b'?'; TALK]).expect("it listens to it all");
            caller.notify().expect("it listens");
            caller.stream().shutdown(Shutdown::Write).expect("connected");
        }),
        ("sends 1 MiB, and close_notify later", |caller| {
            caller.talk(&vec![b'?'; TALK]).expect("it listens to it all");
            // By then all of that is read.
            std::thread::sleep(Duration::from_millis(200));
            caller.notify().expect("it listens");
            caller.stream().shutdown(Shutdown::Write).expect("connected");
        }),
        ("sends a byte a record", |caller| {
            for _ in 0..1000 {
                caller.talk(b"?").expect("it listens to it all");
            }
        }),
    ];
    for (name, way) in ways {
        for (size, length) in [("8 MB", EIGHT_MB), ("short", 1000)] {
            let name = format!("tls::a client that {name} gets everything: a {size} list");
            rows.push(Row::heavy(name, move |exe| talk(exe, length, way)));
        }
    }
    rows.push(Row::heavy("tls::a stalled reader is reset after --write-timeout", |exe| {
        let large = Large::new(EIGHT_MB);
        let secured = Secured::large(exe, &large, &["--write-timeout", "500ms"]);
        let narrow = connect_narrow(secured.tls(), NARROW).expect("it listens");
        let mut caller = Caller::begin(narrow, &secured.caller());
        caller.handshake().expect("a handshake");
        caller.read_some(1).expect("the station goes on");
        wait_until_reset(caller.stream());
        let heard = caller.read_on();
        assert_eq!(heard.end, Ended::Reset);
        assert!(heard.bytes.len() < large.snapshot.len());
        assert!(call(secured.tls(), &secured.caller()).complete() == large.snapshot);
    }));
    rows.push(Row::heavy("tls::more than 1 MiB after close_notify is a reset", |exe| {
        let large = Large::new(EIGHT_MB);
        let secured = Secured::large(exe, &large, &[]);
        let narrow = connect_narrow(secured.tls(), NARROW).expect("it listens");
        let mut caller = Caller::begin(narrow, &secured.caller());
        caller.handshake().expect("a handshake");
        caller.notify().expect("it listens");
        // Until the station has heard enough of it.
        let _ = std::io::Write::write_all(&mut caller.stream(), &[b'?'; 3 * TALK]);
        wait_until_reset(caller.stream());
        assert!(call(secured.tls(), &secured.caller()).complete() == large.snapshot);
    }));
    rows.push(Row::heavy("tls::who shakes hands slowly and stalls makes room at the cap", late));
    rows.push(Row::heavy(
        "tls::whatever is left of a list, a stalled reader's place comes free",
        left,
    ));
    rows.push(Row::heavy("tls::three hundred stalled, and good ones beside them", crowd));
    rows.push(Row::heavy("tls::a reader that leaves costs nothing", leaves));
    rows.push(Row::heavy("tls::a record that does not decrypt ends the connection", |exe| {
        let large = Large::new(EIGHT_MB);
        let secured = Secured::large(exe, &large, &[]);
        let narrow = connect_narrow(secured.tls(), NARROW).expect("it listens");
        let mut caller = Caller::begin(narrow, &secured.caller());
        caller.handshake().expect("a handshake");
        caller.read_some(1).expect("the station goes on");
        let forged = b"\x17\x03\x03\x00\x20################################";
        std::io::Write::write_all(&mut caller.stream(), forged).expect("it listens");
        let heard = caller.read_on();
        let end = &heard.end;
        assert!(matches!(end, Ended::Reset | Ended::Alert(_)), "{end:?}");
        assert!(heard.bytes.len() < large.snapshot.len());
        assert!(call(secured.tls(), &secured.caller()).complete() == large.snapshot);
    }));
    rows
}

/// What a client does once hands are shaken.
type Way = fn(&mut Caller);

/// What a client may send at most (limits.md): what it says, and not what TLS makes of it.
const TALK: usize = 1024 * 1024;

fn talk(exe: &Path, length: usize, way: Way) {
    let large = Large::new(length);
    let secured = Secured::large(exe, &large, &["--tls-min", "1.2"]);
    for versions in [BOTH, ONLY_12] {
        let config = client_config(&secured.of, None, versions);
        let mut caller = Caller::connect(secured.tls(), &config);
        caller.handshake().expect("a handshake");
        way(&mut caller);
        let stream = caller.stream().try_clone().expect("a descriptor");
        assert!(caller.read_on().complete() == large.snapshot);
        // It came through here, where nothing is far; a RST after it would destroy it on its way
        // to somebody else.
        let _ = stream.shutdown(Shutdown::Write);
        let ours = stream.local_addr().expect("connected");
        until("it is closed", || is_closed(ours, secured.tls()).then_some(()));
        assert!(stream.take_error().expect("a socket").is_none(), "it was reset");
    }
}

/// What the kernel takes of a list at once says nothing of whoever took long to shake hands: it
/// pays for no place.
fn late(exe: &Path) {
    let large = Large::new(EIGHT_MB);
    // Longer than anybody here waits.
    let args = ["--max-connections", "4", "--write-timeout", "300s"];
    let secured = Secured::large(exe, &large, &args);
    let config = secured.caller();
    let mut slow = [(); 4].map(|()| {
        let narrow = connect_narrow(secured.tls(), NARROW).expect("it listens");
        let mut caller = Caller::begin(narrow, &config);
        caller.all_but_the_last_flight().expect("a handshake");
        caller
    });
    // The time in which a new connection pays for nothing, and more.
    std::thread::sleep(Duration::from_millis(1_300));
    for caller in &mut slow {
        caller.handshake().expect("a handshake");
        caller.read_some(1).expect("the station goes on");
    }
    assert!(plain_call(secured.station.address()).complete() == large.snapshot);
}

/// Readers that read nothing of lists of many lengths: of some the kernel has all, of some the
/// end is still encrypted on the station's side.
fn left(exe: &Path) {
    let folder = Folder::new();
    let source = folder.write("cars", "");
    let source = source.to_str().expect("text");
    let args = ["--follow", "--source", source, "--write-timeout", "500ms"];
    let secured = Secured::spawn(exe, &[&args[..], &["--admin", "127.0.0.1:0"]].concat());
    let (admin, config) = (secured.station.admin(), secured.caller());
    let (mut list, mut stalled) = (String::new(), Vec::new());
    for nth in 0..48 {
        let car = format!("{nth}:{}:red", "b".repeat(8 * 1024));
        folder.append("cars", format!("{car}\n"));
        list.push_str(if list.is_empty() { "" } else { "." });
        list.push_str(&car);
        secured.station.wait_until_it_serves(&list);
        let narrow = connect_narrow(secured.tls(), NARROW).expect("it listens");
        let mut caller = Caller::begin(narrow, &config);
        caller.handshake().expect("a handshake");
        stalled.push((caller, list.len()));
    }
    until("their places are free", || (metric(admin, "carwatch_connections") < 1.0).then_some(()));
    let mut whole = 0;
    for (caller, length) in stalled {
        let heard = caller.read_on();
        match heard.end {
            Ended::CloseNotify => {
                assert!(heard.bytes == list.as_bytes()[..length], "{length} bytes");
                whole += 1;
            }
            end => assert_eq!(end, Ended::Reset, "of {length} bytes"),
        }
    }
    println!("left: {whole} of 48 were with the kernel");
    assert!((1..48).contains(&whole), "some were, and some were not: {whole}");
}

/// What a stalled reader costs, and that it delays nobody.
fn crowd(exe: &Path) {
    let large = Large::new(EIGHT_MB);
    let secured = Secured::large(exe, &large, &[]);
    let config = secured.caller();
    assert!(call(secured.tls(), &config).complete() == large.snapshot);
    let before = resident(secured.station.pid());
    let stalled: Vec<Caller> = (0..STALLED)
        .map(|_| {
            let narrow = connect_narrow(secured.tls(), 4096).expect("it listens");
            let mut caller = Caller::begin(narrow, &config);
            caller.handshake().expect("a handshake");
            caller.read_some(1).expect("the station goes on");
            caller
        })
        .collect();
    let each = resident(secured.station.pid()).saturating_sub(before) / STALLED as u64;
    for _ in 0..3 {
        assert!(call(secured.tls(), &config).complete() == large.snapshot);
    }
    println!("tls readers: {each} bytes of user memory each");
    // A record that is encrypted (limits.md), one of which some has left, and what TLS itself is.
    assert!(each <= 48 * 1024, "{each} bytes of user memory each");
    let last = stalled.into_iter().next_back().expect("three hundred");
    assert!(last.read_on().complete() == large.snapshot);
}

const STALLED: usize = 300;

/// Two hundred that take some of it and leave, some of them in the handshake.
fn leaves(exe: &Path) {
    let large = Large::new(EIGHT_MB);
    let secured = Secured::large(exe, &large, &["--admin", "127.0.0.1:0"]);
    let (admin, config) = (secured.station.admin(), secured.caller());
    for nth in 0..200 {
        let mut caller = Caller::connect(secured.tls(), &config);
        match nth % 4 {
            0 => {}
            1 => {
                let hello = caller.hello();
                std::io::Write::write_all(&mut caller.stream(), &hello).expect("it listens");
            }
            2 => caller.handshake().expect("a handshake"),
            _ => {
                caller.handshake().expect("a handshake");
                caller.read_some(100_000).expect("the station goes on");
            }
        }
    }
    until("their places are free", || (metric(admin, "carwatch_connections") < 1.0).then_some(()));
    assert!(call(secured.tls(), &config).complete() == large.snapshot);
}
