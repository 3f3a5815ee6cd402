//! Server and client pumps against each other, on the streams of both runtimes and on
//! streams that misbehave in ways no real one can be made to.

use std::cell::Cell;
use std::future::{Future, pending};
use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use async_io::Async;
use carwatch::limits::{ClientLimits, StationLimits};
use carwatch::time::Instant;
use carwatch::{Car, Host, Outcome, Reason, Report, Roster, Target, Verdict};
use carwatch_driver::{client, server};
use futures_util::FutureExt;
use futures_util::io::{AsyncRead, AsyncWrite};

/// Serves `cars` cars on `S` while `client` runs, and returns what that returned.
fn beside_a_station<S, R>(cars: usize, client: impl FnOnce(SocketAddr) -> R) -> R
where
    S: TryFrom<TcpStream, Error: std::fmt::Display>,
    S: AsyncRead + AsyncWrite + AsFd + Unpin + Send + 'static,
{
    let limits = StationLimits::default();
    let listener = server::bind("127.0.0.1:0".parse().unwrap(), &limits).unwrap();
    let address = listener.local_addr().unwrap();
    let mut roster = Roster::default();
    for nth in 0..cars {
        roster
            .append(&Car::new(nth.to_string(), "peugeot", "red"), Instant::from_nanos(0))
            .unwrap();
    }
    let roster = Arc::new(Mutex::new(roster));
    let control = server::Control::new(limits);
    let (stop, stopped) = futures_util::future::AbortHandle::new_pair();
    let stopped = futures_util::future::Abortable::new(pending::<()>(), stopped);
    let station = std::thread::spawn(move || {
        let stopped = stopped.map(|_| Duration::from_secs(5));
        let spawn = |connection| std::thread::spawn(|| async_io::block_on(connection));
        let serving = server::serve::<S, _>(vec![listener.into()], roster, control, stopped, spawn);
        async_io::block_on(serving).unwrap();
    });
    let result = client(address);
    stop.abort();
    station.join().unwrap();
    result
}

fn gather<S, F>(target: Target, connect: impl Fn(SocketAddr) -> F) -> Report
where
    F: Future<Output = io::Result<S>> + 'static,
    S: AsyncRead + AsyncWrite + AsFd + Unpin + 'static,
{
    struct Count<'a>(&'a Cell<u32>);
    impl client::Observer for Count<'_> {
        fn settled(&mut self, _: usize, _: &Target, _: &Outcome) {
            self.0.set(self.0.get() + 1);
        }
    }
    let settled = Cell::new(0);
    let limits = ClientLimits::default();
    let gathering = client::gather(vec![target], &limits, 1, connect, pending(), Count(&settled));
    let report = async_io::block_on(gathering);
    assert_eq!(settled.get(), 1);
    report
}

fn at(address: SocketAddr) -> Target {
    Target {
        name: "gate".into(),
        address: address.to_string(),
        host: Host::Ip(address.ip()),
        port: address.port(),
        own: carwatch::OwnLimits::default(),
    }
}

#[test]
fn a_list_arrives_whole_on_both_runtimes() {
    for cars in [0, 1, 100_000] {
        let smol = beside_a_station::<smol::net::TcpStream, _>(cars, |address| {
            gather(at(address), smol::net::TcpStream::connect::<SocketAddr>)
        });
        let async_std = beside_a_station::<async_std::net::TcpStream, _>(cars, |address| {
            gather(at(address), async_std::net::TcpStream::connect::<SocketAddr>)
        });
        for report in [smol, async_std] {
            let outcome = &report.stations[0].outcome;
            assert_eq!(outcome.verdict, Verdict::Complete { verified: false });
            assert_eq!(outcome.cars, cars as u64);
        }
    }
}

#[test]
fn a_socket_that_met_itself_is_refused() {
    let report = gather(at("127.0.0.1:9".parse().unwrap()), |_| async {
        // What connecting to a free port of one's own can come to, made on purpose.
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None)?;
        socket.bind(&"127.0.0.1:0".parse::<SocketAddr>().unwrap().into())?;
        socket.connect(&socket.local_addr()?)?;
        Async::new(TcpStream::from(socket))
    });
    assert_eq!(report.stations[0].outcome.verdict.fault().unwrap().reason, Reason::Refused);
}

#[test]
fn a_panic_in_one_connection_resets_that_one_and_no_other() {
    beside_a_station::<FirstPanics, _>(10_000, |address| {
        let connect = |address| Async::<TcpStream>::connect(address);
        let first = gather(at(address), connect);
        let fault = first.stations[0].outcome.verdict.fault().expect("not complete").clone();
        assert_eq!(fault.reason, Reason::Reset);
        let second = gather(at(address), connect);
        assert_eq!(second.stations[0].outcome.cars, 10_000);
    });
}

/// A stream of the station whose first one panics at its second write.
struct FirstPanics {
    stream: Async<TcpStream>,
    writes: usize,
    panics: bool,
}

impl TryFrom<TcpStream> for FirstPanics {
    type Error = io::Error;

    fn try_from(stream: TcpStream) -> io::Result<Self> {
        static SECOND: AtomicBool = AtomicBool::new(false);
        let panics = !SECOND.swap(true, Ordering::Relaxed);
        Ok(Self { stream: Async::new(stream)?, writes: 0, panics })
    }
}

impl AsFd for FirstPanics {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

impl AsyncRead for FirstPanics {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for FirstPanics {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.writes += 1;
        assert!(!self.panics || self.writes < 2, "on purpose");
        Pin::new(&mut self.stream).poll_write(cx, &bytes[..bytes.len().min(1000)])
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_close(cx)
    }
}

#[test]
fn a_listener_that_closes_resets_its_backlog() {
    let limits = StationLimits::default();
    let listener: TcpListener = server::bind("127.0.0.1:0".parse().unwrap(), &limits).unwrap();
    let mut caller = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    caller.shutdown(Shutdown::Write).unwrap();
    drop(listener);
    let error = io::Read::read(&mut caller, &mut [0]).expect_err("an end, as of an empty list");
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
}
