//! SIGHUP reads certificate and key again, and drops nobody.

use std::fs;
use std::path::Path;

use rustix::process::Signal;

use super::NARROW;
use crate::caller::connect_narrow;
use crate::fixtures::{EIGHT_MB, Folder, Large, lines, snapshot};
use crate::kernel::until;
use crate::station::Station;
use crate::table::Row;
use crate::tls::{BOTH, Caller, Certificates, Ended, Who, call, client_config};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::heavy("tls::SIGHUP renews the certificate, and drops nobody", |exe| {
            let large = Large::new(EIGHT_MB);
            let renewable = Renewable::new();
            let station = renewable.station(exe, large.file.path(), &[]);
            large.wait_until_known(&station);
            let config = client_config(&renewable.of, None, BOTH);
            let tls = station.addresses()[1];
            let mut slow = Caller::begin(connect_narrow(tls, NARROW).expect("it listens"), &config);
            slow.handshake().expect("a handshake");
            slow.read_some(1000).expect("the station goes on");
            // One in the middle of its handshake goes on with what it began with, or the new.
            let mut early = Caller::connect(tls, &config);
            assert_eq!(shown(&station, &renewable.of), Who::Good);
            renewable.put(Who::Renewed);
            station.signal(Signal::HUP);
            until("a new one sees the new one", || {
                (shown(&station, &renewable.of) == Who::Renewed).then_some(())
            });
            early.handshake().expect("a handshake");
            assert!(early.read_on().complete() == large.snapshot);
            assert_eq!(slow.certificate(), renewable.of.der(Who::Good));
            assert!(slow.read_on().complete() == large.snapshot, "nobody is dropped");
            for _ in 0..3 {
                assert_eq!(shown(&station, &renewable.of), Who::Renewed);
            }
        }),
        Row::new("tls::a renewal that is broken is logged, and changes nothing", broken),
        Row::new("tls::SIGHUP reads --client-ca again", |exe| {
            let folder = Folder::new();
            let renewable = Renewable::new();
            let (of, ca) = (&renewable.of, renewable.folder.path("clients.pem"));
            fs::copy(of.ca(), &ca).expect("a copy");
            let args = ["--client-ca", ca.to_str().expect("text")];
            let station = renewable.station(exe, &folder.write("cars", lines(0..5)), &args);
            station.wait_until_it_serves(snapshot(0..5));
            let served = |who| {
                let heard = call(station.addresses()[1], &client_config(of, Some(who), BOTH));
                match heard.end {
                    Ended::CloseNotify => true,
                    Ended::Alert(_) if heard.bytes.is_empty() => false,
                    end => panic!("{end:?}"),
                }
            };
            assert!(served(Who::Client) && !served(Who::StrangeClient));
            fs::copy(of.path("other.pem"), &ca).expect("a copy");
            station.signal(Signal::HUP);
            until("the other CA's get in", || served(Who::StrangeClient).then_some(()));
            assert!(!served(Who::Client));
        }),
        Row::new("tls::a configuration turns to other files at SIGHUP", |exe| {
            let (folder, of) = (Folder::new(), Certificates::new());
            let source = folder.write("cars", lines(0..5));
            let write = |who| {
                let text = format!(
                    "listen = [\"tcp://127.0.0.1:0\", \"tls://127.0.0.1:0\"]\nsource = {:?}\n\
                    tls-cert = {:?}\ntls-key = {:?}\ntls-min = \"1.2\"\n",
                    source.to_str().expect("text"),
                    of.cert(who),
                    of.key(who),
                );
                folder.write("station.toml", text)
            };
            let mut command = std::process::Command::new(exe);
            command.arg("--config").arg(write(Who::Good));
            let station = Station::launch(command, 2);
            station.wait_until_it_serves(snapshot(0..5));
            assert_eq!(shown(&station, &of), Who::Good);
            write(Who::Renewed);
            station.signal(Signal::HUP);
            until("it shows the other", || (shown(&station, &of) == Who::Renewed).then_some(()));
        }),
    ]
}

/// Certificate and key under names of their own, so that they can be put in place.
struct Renewable {
    of: Certificates,
    folder: Folder,
}

impl Renewable {
    fn new() -> Self {
        let renewable = Self { of: Certificates::new(), folder: Folder::new() };
        renewable.put(Who::Good);
        renewable
    }

    fn put(&self, who: Who) {
        fs::copy(self.of.cert(who), self.folder.path("station.pem")).expect("a copy");
        fs::copy(self.of.key(who), self.folder.path("station.key")).expect("a copy");
    }

    fn station(&self, exe: &Path, source: &Path, args: &[&str]) -> Station {
        let mut command = std::process::Command::new(exe);
        command.args(["--listen", "tcp://127.0.0.1:0", "--listen", "tls://127.0.0.1:0"]);
        command.arg("--tls-cert").arg(self.folder.path("station.pem"));
        command.arg("--tls-key").arg(self.folder.path("station.key"));
        command.arg("--source").arg(source).args(args);
        Station::launch(command, 2)
    }
}

/// Whose certificate the station shows now.
fn shown(station: &Station, of: &Certificates) -> Who {
    let config = client_config(of, None, BOTH);
    let mut caller = Caller::connect(station.addresses()[1], &config);
    caller.handshake().expect("a handshake");
    let shown = caller.certificate();
    let who = Who::ALL.into_iter().find(|who| of.der(*who) == shown);
    who.expect("one of ours")
}

fn broken(exe: &Path) {
    let folder = Folder::new();
    let renewable = Renewable::new();
    let (of, files) = (&renewable.of, &renewable.folder);
    let station = renewable.station(exe, &folder.write("cars", lines(0..5)), &[]);
    station.wait_until_it_serves(snapshot(0..5));
    let break_it: [(&str, &dyn Fn()); 5] = [
        ("station.pem", &|| fs::remove_file(files.path("station.pem")).expect("a file")),
        ("station.key", &|| {
            renewable.put(Who::Good);
            fs::remove_file(files.path("station.key")).expect("a file");
        }),
        ("station.pem", &|| {
            renewable.put(Who::Good);
            files.write("station.pem", "half a fi");
        }),
        ("station.key", &|| {
            renewable.put(Who::Good);
            files.write("station.key", "");
        }),
        // As it is while somebody copies one file after the other.
        ("station.key", &|| {
            renewable.put(Who::Good);
            fs::copy(of.cert(Who::Renewed), files.path("station.pem")).expect("a copy");
        }),
    ];
    for (name, break_it) in break_it {
        break_it();
        let before = station.said().len();
        station.signal(Signal::HUP);
        let path = files.path(name);
        until("it is logged as an error that names the file", || {
            let said = station.said();
            let named = |line: &&String| {
                line.contains("ERROR") && line.contains(path.to_str().expect("text"))
            };
            said[before..].iter().find(named).map(|_| ())
        });
        assert_eq!(shown(&station, of), Who::Good, "everything stays as it was");
        let config = client_config(of, None, BOTH);
        assert_eq!(call(station.addresses()[1], &config).complete(), snapshot(0..5));
    }
    // And a good one is taken again.
    renewable.put(Who::Renewed);
    station.signal(Signal::HUP);
    until("it is taken", || (shown(&station, of) == Who::Renewed).then_some(()));
}
