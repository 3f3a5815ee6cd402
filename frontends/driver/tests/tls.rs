//! A station and a client that speak TLS with each other, on the streams of both runtimes.

use std::fs;
use std::future::{Future, pending};
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use carwatch::gather::DialId;
use carwatch::limits::{ClientLimits, StationLimits};
use carwatch::time::Instant;
use carwatch::{Car, Host, Outcome, OwnLimits, Reason, Roster, Target, Verdict};
use carwatch_driver::client::{self, Ending, Observer, Station};
use carwatch_driver::server::{self, Listening, Settings};
use carwatch_driver::tls::{Acceptor, Connector, Identity, To, Version};
use futures_util::FutureExt;
use futures_util::future::{AbortHandle, Abortable};
use futures_util::io::{AsyncRead, AsyncWrite};
use tempfile::TempDir;

/// The files of a station, and of somebody else's CA.
struct Files {
    folder: TempDir,
}

impl Files {
    fn new() -> Self {
        let files = Self { folder: TempDir::new().unwrap() };
        for who in ["station", "stranger"] {
            let made = rcgen::generate_simple_self_signed(["gate.example".to_owned()]).unwrap();
            fs::write(files.path(&format!("{who}.pem")), made.cert.pem()).unwrap();
            fs::write(files.path(&format!("{who}.key")), made.signing_key.serialize_pem()).unwrap();
        }
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn acceptor(&self, client_ca: Option<&str>) -> Acceptor {
        let (cert, key) = (self.path("station.pem"), self.path("station.key"));
        let ca = client_ca.map(|name| self.path(name));
        let identity = Identity { cert: &cert, key: &key };
        Acceptor::from_files(identity, ca.as_deref(), Version::V1_3).unwrap()
    }

    /// For a client that trusts this CA.
    fn to(&self, ca: &str, name: &str) -> To {
        let ca = self.path(ca);
        Connector::from_files(Some(&ca), None, Version::V1_3).unwrap().to(name).unwrap()
    }
}

/// Serves `cars` cars over TLS, and beside it in plain text, while `client` runs.
fn beside_a_station<S>(cars: usize, acceptor: Acceptor, client: impl FnOnce([SocketAddr; 2]))
where
    S: TryFrom<TcpStream, Error: std::fmt::Display>,
    S: AsyncRead + AsyncWrite + AsFd + Unpin + Send + 'static,
{
    let limits = StationLimits::default();
    let bind = || server::bind("127.0.0.1:0".parse().unwrap(), &limits).unwrap();
    let listeners: [TcpListener; 2] = [bind(), bind()];
    let addresses = listeners.each_ref().map(|listener| listener.local_addr().unwrap());
    let listeners = listeners.into_iter().zip([true, false]);
    let listeners = listeners.map(|(socket, tls)| Listening { socket, tls }).collect();
    let mut roster = Roster::default();
    for nth in 0..cars {
        let car = Car::new(nth.to_string(), "peugeot", "red");
        roster.append(&car, Instant::from_nanos(0)).unwrap();
    }
    let roster = Arc::new(Mutex::new(roster));
    let settings = Settings { tls: Some(acceptor), ..Settings::from(limits) };
    let control = server::Control::new(settings);
    let (stop, stopped) = AbortHandle::new_pair();
    let stopped = Abortable::new(pending::<()>(), stopped);
    let station = std::thread::spawn(move || {
        let stopped = stopped.map(|_| Duration::from_secs(5));
        let spawn = |connection| std::thread::spawn(|| async_io::block_on(connection));
        let serving = server::serve::<S, _>(listeners, roster, control, stopped, spawn);
        async_io::block_on(serving).unwrap();
    });
    client(addresses);
    stop.abort();
    station.join().unwrap();
}

/// What came of one station, and how its connection ended if it was made.
fn gather<S, F>(
    address: SocketAddr,
    tls: Option<To>,
    connect: impl Fn(SocketAddr) -> F,
) -> (Outcome, Option<Ending>)
where
    F: Future<Output = io::Result<S>> + 'static,
    S: AsyncRead + AsyncWrite + AsFd + Unpin + 'static,
{
    struct Note<'a>(&'a mut Option<Ending>);
    impl Observer for Note<'_> {
        fn ended(&mut self, _: DialId, ending: Ending, _: &Outcome, _: Instant) {
            *self.0 = Some(ending);
        }
    }
    let target = Target {
        name: "gate".into(),
        address: address.to_string(),
        host: Host::Ip(address.ip()),
        port: address.port(),
        own: OwnLimits::default(),
    };
    let mut ending = None;
    let limits = ClientLimits { idle_timeout: Duration::from_secs(20), ..ClientLimits::default() };
    let stations = vec![Station { target, tls }];
    let gathering = client::gather(stations, &limits, 1, connect, pending(), Note(&mut ending));
    let mut report = async_io::block_on(gathering);
    (report.stations.remove(0).outcome, ending)
}

/// One table for both runtimes.
fn rows<S, F>(connect: impl Fn(SocketAddr) -> F + Copy)
where
    S: TryFrom<TcpStream, Error: std::fmt::Display>,
    S: AsyncRead + AsyncWrite + AsFd + Unpin + Send + 'static,
    F: Future<Output = io::Result<S>> + 'static,
{
    let files = Files::new();
    for cars in [0, 1, 100_000] {
        beside_a_station::<S>(cars, files.acceptor(None), |[tls, plain]| {
            let (outcome, ending) =
                gather(tls, Some(files.to("station.pem", "gate.example")), connect);
            assert_eq!(outcome.verdict, Verdict::Complete { verified: true });
            assert_eq!((outcome.cars, ending), (cars as u64, Some(Ending::CloseNotify)));

            let (outcome, ending) = gather(plain, None, connect);
            assert_eq!(outcome.verdict, Verdict::Complete { verified: false });
            assert_eq!((outcome.cars, ending), (cars as u64, Some(Ending::Fin)));
        });
    }
    beside_a_station::<S>(1, files.acceptor(None), |[tls, plain]| {
        let failed = |address, to| {
            let (outcome, ending) = gather(address, to, connect);
            assert_eq!((outcome.cars, ending), (0, None));
            let Verdict::Failed(fault) = outcome.verdict else { panic!("{:?}", outcome.verdict) };
            (fault.reason, fault.detail.unwrap())
        };
        let table = [
            (tls, "stranger.pem", "gate.example", "unknown issuer"),
            (tls, "station.pem", "127.0.0.1", "has gate.example, wanted 127.0.0.1"),
            (plain, "station.pem", "gate.example", "what came is not TLS"),
        ];
        for (address, ca, name, words) in table {
            let (reason, detail) = failed(address, Some(files.to(ca, name)));
            assert_eq!(reason, Reason::Tls);
            assert!(detail.contains(words), "{detail}");
        }
        // Who says nothing is never taken to speak TLS.
        let (outcome, ending) = gather(tls, None, connect);
        assert_eq!(outcome.verdict.fault().unwrap().reason, Reason::Reset);
        assert_eq!((outcome.bytes, ending), (0, Some(Ending::Broken)));
    });
    beside_a_station::<S>(1, files.acceptor(Some("stranger.pem")), |[tls, _]| {
        // In TLS 1.3 the client has shaken hands before it is refused.
        let to = files.to("station.pem", "gate.example");
        let (outcome, ending) = gather(tls, Some(to), connect);
        let fault = outcome.verdict.fault().unwrap();
        assert_eq!((fault.reason, ending), (Reason::Tls, Some(Ending::Broken)));
        assert!(fault.detail.as_ref().unwrap().contains("a client certificate is demanded"));
    });
}

#[test]
fn on_smol() {
    rows::<smol::net::TcpStream, _>(smol::net::TcpStream::connect::<SocketAddr>);
}

#[test]
fn on_async_std() {
    rows::<async_std::net::TcpStream, _>(async_std::net::TcpStream::connect::<SocketAddr>);
}
