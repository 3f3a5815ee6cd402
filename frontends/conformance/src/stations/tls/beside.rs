//! Plain and TLS listeners side by side, listeners that are handed over, and replays.

use std::net::{SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::Command;

use super::{both, identity};
use crate::caller::{call as plain_call, connect_narrow};
use crate::fixtures::{EIGHT_MB, Folder, Large, lines, snapshot};
use crate::station::Station;
use crate::table::Row;
use crate::tls::{BOTH, Caller, Certificates, Ended, Who, call, client_config};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("tls::without a scheme a listener speaks TLS, with tcp:// it does not", |exe| {
            let (folder, of) = (Folder::new(), Certificates::new());
            let mut command = Command::new(exe);
            command.arg("--source").arg(folder.write("cars", lines(0..5)));
            command.args(["--listen", "tcp://127.0.0.1:0", "--listen", "127.0.0.1:0"]);
            command.args(["--listen", "[::1]:0", "--listen", "tls://127.0.0.1:0"]);
            command.args(["--listen", "tcp://[::1]:0"]);
            identity(&mut command, &of, Who::Good);
            let station = Station::launch(command, 5);
            station.wait_until_it_serves(snapshot(0..5));
            let config = client_config(&of, None, BOTH);
            for (nth, address) in station.addresses().iter().enumerate() {
                if nth == 0 || nth == 4 {
                    assert_eq!(plain_call(*address).complete(), snapshot(0..5), "{address}");
                } else {
                    assert_eq!(call(*address, &config).complete(), snapshot(0..5), "{address}");
                }
            }
        }),
        Row::new("tls::a TLS client on a plain listener is no list", |exe| {
            let (_folder, secured) = super::handshakes::five(exe, &[]);
            let heard = call(secured.station.address(), &secured.caller());
            assert!(heard.bytes.is_empty() && matches!(heard.end, Ended::Other(_)), "{heard:?}");
            super::handshakes::good(&secured);
        }),
        Row::new("tls::a plain listener that is not loopback is one line of warning", warned),
        Row::new("tls::a socket that is handed over speaks TLS, or what its name says", |exe| {
            let folder = Folder::new();
            let source = folder.write("cars", lines(0..5));
            for (name, tls) in [
                (None, true),
                (Some("tls"), true),
                (Some("tcp"), false),
                (Some("cars.socket"), true),
            ] {
                let of = Certificates::new();
                let (station, address) = handed(exe, &of, &source, name);
                let config = client_config(&of, None, BOTH);
                crate::kernel::until("it knows its cars", || {
                    let bytes = if tls {
                        call(address, &config).complete()
                    } else {
                        plain_call(address).complete()
                    };
                    (bytes == snapshot(0..5)).then_some(())
                });
                assert_eq!(station.addresses(), [address]);
            }
        }),
        Row::heavy("tls::a kill is a reset on a socket that was handed over, too", |exe| {
            let large = Large::new(EIGHT_MB);
            for round in 0..5 {
                let of = Certificates::new();
                let (station, address) = handed(exe, &of, large.file.path(), None);
                let config = client_config(&of, None, BOTH);
                crate::kernel::until("it knows its cars", || {
                    (call(address, &config).complete() == large.snapshot).then_some(())
                });
                let narrow = connect_narrow(address, super::NARROW).expect("it listens");
                let mut caller = Caller::begin(narrow, &config);
                caller.handshake().expect("a handshake");
                caller.read_some(round * 1000).expect("the station goes on");
                station.kill();
                assert_eq!(caller.read_on().end, Ended::Reset);
            }
        }),
        Row::new("tls::a replay over TLS ends as it was recorded", |exe| {
            let (folder, of) = (Folder::new(), Certificates::new());
            let large = vec![b'x'; 3_000_000];
            for bytes in [&b""[..], b"1:a:b.2:c:d", b"\xff.\xfe", &large] {
                let path = folder.write("answer", bytes);
                let station = replayed(exe, &of, &path);
                let config = client_config(&of, None, BOTH);
                for _ in 0..2 {
                    assert!(call(station.address(), &config).complete() == bytes);
                }
            }
        }),
        Row::new("tls::places that silent ones took come free for others", |exe| {
            // Two places, taken by who says nothing on the TLS listener: a plain caller is served
            // as soon as one of them is reset.
            let (folder, of) = (Folder::new(), Certificates::new());
            let mut command = both(exe, &of);
            command.arg("--source").arg(folder.write("cars", lines(0..5)));
            command.args(["--max-connections", "2"]);
            let station = Station::launch(command, 2);
            station.wait_until_it_serves(snapshot(0..5));
            let tls = station.addresses()[1];
            let config = client_config(&of, None, BOTH);
            let silent = [(); 2].map(|()| Caller::connect(tls, &config));
            assert_eq!(plain_call(station.address()).complete(), snapshot(0..5));
            drop(silent);
        }),
    ]
}

fn warned(exe: &Path) {
    let of = Certificates::new();
    for (listen, warnings) in [
        (&["tcp://127.0.0.1:0"][..], 0),
        (&["tcp://[::1]:0", "tls://127.0.0.1:0"], 0),
        (&["tls://0.0.0.0:0", "127.0.0.1:0"], 0),
        (&["0.0.0.0:0"], 0),
        (&["tcp://0.0.0.0:0"], 1),
        (&["tcp://0.0.0.0:0", "tls://0.0.0.0:0"], 1),
        (&["tcp://[::]:0", "tcp://127.0.0.1:0"], 1),
        (&["tcp://0.0.0.0:0", "tcp://0.0.0.0:0"], 2),
    ] {
        let mut command = Command::new(exe);
        command.args(listen.iter().flat_map(|address| ["--listen", address]));
        identity(&mut command, &of, Who::Good);
        let station = Station::launch(command, listen.len());
        let said = station.stop();
        let plain: Vec<&String> =
            said.iter().filter(|line| line.contains("WARN") && line.contains("plain")).collect();
        assert_eq!(plain.len(), warnings, "{listen:?}: {said:#?}");
    }
    // Nor without any certificate.
    let mut command = Command::new(exe);
    command.args(["--listen", "0.0.0.0:0"]);
    let said = Station::launch(command, 1).stop();
    let count = said.iter().filter(|line| line.contains("WARN") && line.contains("plain")).count();
    assert_eq!(count, 1, "{said:#?}");
}

fn handed(
    exe: &Path,
    of: &Certificates,
    source: &Path,
    name: Option<&str>,
) -> (Station, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound");
    let mut shell = Command::new("sh");
    let script = "exec 3<&0 </dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec \"$0\" \"$@\"";
    shell.arg("-c").arg(script).arg(exe).arg("--source").arg(source);
    if let Some(name) = name {
        shell.env("LISTEN_FDNAMES", name);
    }
    identity(&mut shell, of, Who::Good);
    shell.stdin(OwnedFd::from(listener));
    let mut station = Station::start_as_it_is(shell);
    station.wait_until_it_listens(1);
    (station, address)
}

fn replayed(exe: &Path, of: &Certificates, capture: &Path) -> Station {
    let mut command = Command::new(exe);
    command.args(["--listen", "127.0.0.1:0", "--replay", "--source"]).arg(capture);
    identity(&mut command, of, Who::Good);
    Station::launch(command, 1)
}
