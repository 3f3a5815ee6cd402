//! Recordings that are played over real sockets, on the streams of both runtimes.

use std::fmt::Display;
use std::future::pending;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll};
use std::thread;
use std::time::{Duration, Instant};

use async_io::Async;
use carwatch::limits::{ClientLimits, StationLimits};
use carwatch::replay::{Ending, Script, Turns};
use carwatch::{Host, OwnLimits, Reason, Target, Verdict};
use carwatch_driver::{client, server};
use futures_util::FutureExt;
use futures_util::future::{AbortHandle, Abortable};
use futures_util::io::{AsyncRead, AsyncWrite};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::{Domain, SockRef, Socket, Type};

/// Plays `stations`, each on a port of its own, while `client` runs.
fn replaying<S, R>(
    stations: Vec<Vec<Script>>,
    client: impl FnOnce(&[SocketAddr], &server::Control) -> R,
) -> R
where
    S: TryFrom<TcpStream, Error: Display> + AsyncRead + AsyncWrite + AsFd + Unpin + Send + 'static,
{
    let limits = StationLimits::default();
    let listen = |nth| {
        let listener = server::bind("127.0.0.1:0".parse().unwrap(), &limits).unwrap();
        (listener, nth)
    };
    let listeners: Vec<(TcpListener, usize)> = (0..stations.len()).map(listen).collect();
    let addresses: Vec<_> = listeners.iter().map(|(l, _)| l.local_addr().unwrap()).collect();
    let stations = stations.into_iter().map(|scripts| Turns::new(scripts).unwrap()).collect();
    let control = server::Control::new(limits);
    let (stop, stopped) = AbortHandle::new_pair();
    let stopped = Abortable::new(pending::<()>(), stopped);
    let station = thread::spawn({
        let control = control.clone();
        move || {
            // Who is held in silence is not waited for so long.
            let stopped = stopped.map(|_| Duration::from_hours(1));
            let spawn = |connection| thread::spawn(|| async_io::block_on(connection));
            let listeners = listeners.into_iter().map(|(socket, of)| (socket.into(), of)).collect();
            let replay = server::replay::<S, _>(listeners, stations, control, stopped, spawn);
            async_io::block_on(replay).unwrap();
        }
    });
    let result = client(&addresses, &control);
    stop.abort();
    station.join().unwrap();
    result
}

fn script(chunks: &[(u64, &[u8])], ending: Ending, ends: u64) -> Script {
    let mut script = Script::new(ending, Duration::from_millis(ends));
    for (after, bytes) in chunks {
        script.push(Duration::from_millis(*after), bytes);
    }
    script
}

const CHUNKS: [(u64, &[u8]); 3] = [(20, b"1:peug"), (60, b"eot:red.2:re"), (140, b"nault:blu")];

/// Reads to the end: every byte with when it came, and the end with when that was.
fn read_to_end(
    stream: &mut TcpStream,
    begin: Instant,
) -> (Vec<(u8, Duration)>, io::Result<Duration>) {
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let (mut bytes, mut buffer) = (Vec::new(), [0; 64 * 1024]);
    loop {
        let read = stream.read(&mut buffer);
        let now = begin.elapsed();
        match read {
            Ok(0) => return (bytes, Ok(now)),
            Ok(n) => bytes.extend(buffer[..n].iter().map(|byte| (*byte, now))),
            Err(error) => return (bytes, Err(error)),
        }
    }
}

fn is_reset<T>(ended: &io::Result<T>) -> bool {
    ended.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::ConnectionReset)
}

fn plays_all_three_endings<S>()
where
    S: TryFrom<TcpStream, Error: Display> + AsyncRead + AsyncWrite + AsFd + Unpin + Send + 'static,
{
    let expected: Vec<u8> = CHUNKS.concat_bytes();
    for ending in [Ending::Fin, Ending::Reset] {
        replaying::<S, _>(vec![vec![script(&CHUNKS, ending, 200)]], |addresses, _| {
            let begin = Instant::now();
            let mut stream = TcpStream::connect(addresses[0]).unwrap();
            let (bytes, ended) = read_to_end(&mut stream, begin);
            assert!(begin.elapsed() >= Duration::from_millis(200));
            assert_eq!(bytes.iter().map(|(byte, _)| *byte).collect::<Vec<_>>(), expected);
            let mut times = bytes.iter().map(|(_, time)| *time);
            for (after, chunk) in CHUNKS {
                for _ in chunk {
                    assert!(times.next().unwrap() >= Duration::from_millis(after), "early");
                }
            }
            match ending {
                Ending::Fin => assert!(ended.is_ok(), "{ended:?}"),
                _ => assert!(is_reset(&ended), "{ended:?}"),
            }
        });
    }
    // Silence, until the station stops.
    let mut held =
        replaying::<S, _>(vec![vec![script(&CHUNKS, Ending::Silent, 0)]], |addresses, _| {
            let mut stream = TcpStream::connect(addresses[0]).unwrap();
            let mut bytes = vec![0; expected.len()];
            stream.read_exact(&mut bytes).unwrap();
            assert_eq!(bytes, expected);
            stream.set_nonblocking(true).unwrap();
            assert_eq!(stream.read(&mut [0]).unwrap_err().kind(), io::ErrorKind::WouldBlock);
            stream.set_nonblocking(false).unwrap();
            stream
        });
    assert!(is_reset(&held.read(&mut [0])));
}

trait Concat {
    fn concat_bytes(&self) -> Vec<u8>;
}

impl Concat for [(u64, &[u8]); 3] {
    fn concat_bytes(&self) -> Vec<u8> {
        self.iter().flat_map(|(_, bytes)| bytes.to_vec()).collect()
    }
}

#[test]
fn bytes_times_and_endings_on_smol() {
    plays_all_three_endings::<smol::net::TcpStream>();
}

#[test]
fn bytes_times_and_endings_on_async_std() {
    plays_all_three_endings::<async_std::net::TcpStream>();
}

/// Each chunk is a write of its own, however many are due at once.
#[test]
fn chunks_are_not_joined() {
    let mut script = Script::new(Ending::Fin, Duration::ZERO);
    let sizes: Vec<usize> = (0..500).map(|nth| 1 + nth * 7 % 90).collect();
    for size in &sizes {
        script.push(Duration::ZERO, &vec![b'x'; *size]);
    }
    replaying::<Noted, _>(vec![vec![script]], |addresses, _| {
        let mut stream = TcpStream::connect(addresses[0]).unwrap();
        let (bytes, ended) = read_to_end(&mut stream, Instant::now());
        assert_eq!((bytes.len(), ended.is_ok()), (sizes.iter().sum(), true));
    });
    assert_eq!(*WRITES.lock().unwrap(), sizes);
}

static WRITES: Mutex<Vec<usize>> = Mutex::new(Vec::new());

/// A stream that notes the length of each write.
struct Noted(Async<TcpStream>);

impl TryFrom<TcpStream> for Noted {
    type Error = io::Error;

    fn try_from(stream: TcpStream) -> io::Result<Self> {
        Async::new(stream).map(Self)
    }
}

impl AsFd for Noted {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl AsyncRead for Noted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Noted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.0).poll_write(cx, bytes);
        if let Poll::Ready(Ok(n)) = written {
            WRITES.lock().unwrap().push(n);
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_close(cx)
    }
}

/// A client that has not read anything when the reset comes still finds every byte before it.
#[test]
fn a_reset_destroys_nothing_that_was_sent_before_it() {
    replaying::<Async<TcpStream>, _>(
        vec![vec![script(&CHUNKS, Ending::Reset, 0)]],
        |addresses, _| {
            let mut stream = TcpStream::connect(addresses[0]).unwrap();
            {
                let mut broken = [PollFd::new(&stream, PollFlags::empty())];
                let patience = Timespec { tv_sec: 60, tv_nsec: 0 };
                assert_eq!(poll(&mut broken, Some(&patience)).unwrap(), 1);
            }
            let (bytes, ended) = read_to_end(&mut stream, Instant::now());
            assert_eq!(bytes.len(), CHUNKS.concat_bytes().len());
            assert!(is_reset(&ended), "{ended:?}");
        },
    );
}

/// What waits for the client's window when the time of the reset comes is sent first. Of these
/// lengths some end just behind the window, where the kernel takes what it cannot send.
#[test]
fn a_reset_waits_for_what_has_not_left_yet() {
    for chunks in (1..200).step_by(3) {
        let mut recorded = Script::new(Ending::Reset, Duration::ZERO);
        (0..chunks).for_each(|nth| recorded.push(Duration::ZERO, &[nth; 1000]));
        let expected = recorded.bytes().to_vec();
        replaying::<Async<TcpStream>, _>(vec![vec![recorded]], |addresses, control| {
            let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
            socket.set_recv_buffer_size(4 * 1024).unwrap();
            socket.connect(&addresses[0].into()).unwrap();
            let mut stream = TcpStream::from(socket);
            // A client that is late: how late does not matter.
            let begin = Instant::now();
            while control.counts().sent < expected.len() as u64
                && begin.elapsed() < Duration::from_millis(20)
            {
                thread::yield_now();
            }
            let (bytes, ended) = read_to_end(&mut stream, Instant::now());
            assert_eq!(bytes.len(), expected.len());
            assert!(bytes.iter().map(|(byte, _)| byte).eq(&expected));
            assert!(is_reset(&ended), "{ended:?}");
        });
    }
}

#[test]
fn a_client_that_talks_and_shuts_down_first_gets_the_same() {
    replaying::<Async<TcpStream>, _>(
        vec![vec![script(&CHUNKS, Ending::Fin, 150)]],
        |addresses, _| {
            let mut stream = TcpStream::connect(addresses[0]).unwrap();
            stream.write_all(&[b'?'; 100_000]).unwrap();
            stream.shutdown(Shutdown::Write).unwrap();
            let (bytes, ended) = read_to_end(&mut stream, Instant::now());
            assert_eq!((bytes.len(), ended.is_ok()), (CHUNKS.concat_bytes().len(), true));
        },
    );
}

#[test]
fn a_client_that_leaves_the_silence_frees_its_place() {
    let silent = script(&CHUNKS[..1], Ending::Silent, 0);
    replaying::<Async<TcpStream>, _>(vec![vec![silent]], |addresses, control| {
        let mut stream = TcpStream::connect(addresses[0]).unwrap();
        stream.read_exact(&mut [0; 6]).unwrap();
        assert_eq!(control.counts().open, 1);
        SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
        drop(stream);
        let begin = Instant::now();
        while control.counts().open > 0 {
            assert!(begin.elapsed() < Duration::from_secs(60));
            thread::yield_now();
        }
        assert!(control.counts().ended.contains(&("whole", 1)));
    });
}

/// Retries see what the first client saw: attempt by attempt, station by station.
#[test]
fn each_connection_is_the_next_attempt_of_its_station() {
    let never = script(&[], Ending::Reset, 0);
    let cut = script(&CHUNKS, Ending::Reset, 0);
    let whole = script(&CHUNKS, Ending::Fin, 0);
    let other = script(&[(0, b"3:a:b")], Ending::Fin, 0);
    let stations = vec![vec![never, cut, whole], vec![other]];
    replaying::<Async<TcpStream>, _>(stations, |addresses, _| {
        let outcome = |nth: usize, retries| {
            let limits = ClientLimits { retries, ..ClientLimits::default() };
            let connect = |address| Async::<TcpStream>::connect(address);
            let gathering =
                client::gather(vec![at(addresses[nth])], &limits, 1, connect, pending(), Nobody);
            async_io::block_on(gathering).stations.remove(0)
        };
        for _ in 0..2 {
            let failed = outcome(0, 0).outcome;
            assert_eq!(failed.verdict.as_str(), "failed");
            assert_eq!(failed.verdict.fault().unwrap().reason, Reason::Reset);
            let other = outcome(1, 0).outcome;
            assert_eq!((other.verdict.is_complete(), other.cars), (true, 1));
            let partial = outcome(0, 0).outcome;
            assert_eq!((partial.verdict.as_str(), partial.cars, partial.bytes), ("partial", 1, 27));
            assert_eq!(outcome(0, 0).outcome.verdict, Verdict::Complete { verified: false });
        }
        let tried = outcome(0, 2);
        assert_eq!((tried.attempts, tried.outcome.cars), (3, 2));
    });
}

struct Nobody;

impl client::Observer for Nobody {}

fn at(address: SocketAddr) -> Target {
    Target {
        name: "gate".into(),
        address: address.to_string(),
        host: Host::Ip(address.ip()),
        port: address.port(),
        own: OwnLimits::default(),
    }
}
