//! Each toxic between a caller and a peer that echoes, over real sockets.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::{Direction, End, Proxy, Toxic};
use crate::PATIENCE;
use crate::kernel::until;

/// A peer that sends back what it gets, and ends when it is told the end; it tells how each of
/// its connections ended.
fn echo() -> (SocketAddr, Receiver<io::Result<usize>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound");
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            if sender.send(echo_one(stream)).is_err() {
                return;
            }
        }
    });
    (address, receiver)
}

fn echo_one(mut stream: TcpStream) -> io::Result<usize> {
    let (mut buffer, mut total) = ([0; 4096], 0);
    loop {
        match stream.read(&mut buffer)? {
            0 => return Ok(total),
            count => {
                stream.write_all(&buffer[..count])?;
                total += count;
            }
        }
    }
}

/// A caller's end of a fresh connection.
fn connected(proxy: &Proxy) -> TcpStream {
    let stream = TcpStream::connect(proxy.address()).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
    stream
}

/// Sends `bytes` and the end; what comes back, until what end, after how long.
fn echoed(proxy: &Proxy, bytes: &[u8]) -> (Vec<u8>, io::Result<()>, Duration) {
    let begin = Instant::now();
    let mut stream = connected(proxy);
    let sent = stream.write_all(bytes).and_then(|()| stream.shutdown(Shutdown::Write));
    let mut came = Vec::new();
    let ended = sent.and_then(|()| stream.read_to_end(&mut came).map(|_| ()));
    (came, ended, begin.elapsed())
}

fn is_reset(ended: &io::Result<()>) -> bool {
    // EPIPE if the reset is noticed while sending.
    let kinds = [ErrorKind::ConnectionReset, ErrorKind::BrokenPipe, ErrorKind::NotConnected];
    ended.as_ref().is_err_and(|error| kinds.contains(&error.kind()))
}

fn with(toxic: Toxic, run: impl Fn(&Proxy, Direction)) {
    for direction in [Direction::Up, Direction::Down] {
        let (peer, _ends) = echo();
        let proxy = Proxy::new(Some(peer), 1);
        proxy.add(direction, toxic);
        run(&proxy, direction);
    }
}

const MB: usize = 1_000_000;

#[test]
fn without_a_toxic_every_byte_and_both_ends_are_passed_on() {
    let (peer, ends) = echo();
    let proxy = Proxy::new(Some(peer), 1);
    // In one go it would be a deadlock: nobody reads what comes back meanwhile.
    let mut stream = connected(&proxy);
    let bytes: Vec<u8> = (0..MB).map(|nth| nth.to_le_bytes()[nth % 3]).collect();
    let (sent, mut reads) = (bytes.clone(), stream.try_clone().expect("a socket"));
    let writer = thread::spawn(move || {
        stream.write_all(&sent).expect("the proxy reads");
        stream.shutdown(Shutdown::Write).expect("connected");
    });
    let mut came = Vec::new();
    reads.read_to_end(&mut came).expect("FIN stays FIN");
    writer.join().expect("no panic");
    assert!(came == bytes);
    assert_eq!(ends.recv().expect("it ended").expect("FIN stays FIN"), MB);
    let counts = proxy.counts();
    assert_eq!((counts.connections, counts.bytes), (1, [MB as u64; 2]));
}

#[test]
fn a_reset_stays_a_reset() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let proxy = Proxy::new(Some(listener.local_addr().expect("bound")), 1);
    let mut stream = connected(&proxy);
    let (accepted, _) = listener.accept().expect("the proxy connects");
    socket2::SockRef::from(&accepted).set_linger(Some(Duration::ZERO)).expect("a socket");
    drop(accepted);
    let ended = stream.read(&mut [0; 1]).map(|_| ());
    assert!(is_reset(&ended), "{ended:?}");
}

#[test]
fn latency() {
    let delay = Duration::from_millis(60);
    with(Toxic::Latency { delay, jitter: Duration::ZERO }, |proxy, _| {
        let (came, ended, took) = echoed(proxy, b"1:a:b");
        ended.expect("a clean end");
        assert!(came == b"1:a:b" && took >= delay, "{took:?}");
    });
}

#[test]
fn bandwidth() {
    with(Toxic::Bandwidth { rate: 50_000 }, |proxy, _| {
        let (came, ended, took) = echoed(proxy, &[7; 5_000]);
        ended.expect("a clean end");
        // A tenth of a second, less the last piece, for which nobody waits.
        assert!(came == [7; 5_000] && took >= Duration::from_millis(50), "{took:?}");
    });
}

#[test]
fn slow_close() {
    let delay = Duration::from_millis(80);
    with(Toxic::SlowClose { delay }, |proxy, _| {
        let (came, ended, took) = echoed(proxy, b"1:a:b");
        ended.expect("a clean end");
        assert!(came == b"1:a:b" && took >= delay, "{took:?}");
    });
}

#[test]
fn timeout() {
    let after = Duration::from_millis(50);
    for end in [End::Fin, End::Reset] {
        with(Toxic::Timeout { after, end }, |proxy, _| {
            let (came, ended, took) = echoed(proxy, b"1:a:b");
            assert!(came.is_empty() && took >= after, "{took:?}");
            assert_eq!(is_reset(&ended), end == End::Reset, "{ended:?}");
            assert_eq!(proxy.counts().forged, u64::from(end == End::Fin));
        });
    }
}

#[test]
fn reset_peer() {
    with(Toxic::ResetPeer { after: Duration::ZERO }, |proxy, _| {
        let (came, ended, _) = echoed(proxy, b"1:a:b");
        assert!(came.is_empty() && is_reset(&ended), "{ended:?}");
        assert_eq!(proxy.counts().cut.iter().sum::<u64>(), 1);
    });
}

#[test]
fn slicer() {
    let pause = Duration::from_millis(1);
    with(Toxic::Slicer { size: 10, variation: 5, pause }, |proxy, _| {
        let (came, ended, took) = echoed(proxy, &[7; 1_000]);
        ended.expect("a clean end");
        // No piece is larger than 15 bytes.
        assert!(came == [7; 1_000] && took >= pause * (1_000 / 15), "{took:?}");
    });
}

#[test]
fn limit_data() {
    for end in [End::Fin, End::Reset] {
        for bytes in [0, 1, 1_000] {
            with(Toxic::LimitData { bytes, end }, |proxy, direction| {
                let (came, ended, _) = echoed(proxy, &[7; 5_000]);
                let most = usize::try_from(bytes).expect("few");
                match (direction, end) {
                    (Direction::Down, End::Fin) => assert_eq!(came.len(), most),
                    // A reset destroys what was on its way, and what was not echoed yet never came.
                    _ => assert!(came.len() <= most, "{}", came.len()),
                }
                assert_eq!(is_reset(&ended), end == End::Reset, "{ended:?}");
                let nth = direction as usize;
                assert_eq!(proxy.counts().bytes[nth], bytes);
            });
        }
    }
}

#[test]
fn down_refuses_and_resets_and_up_is_the_same_address() {
    let (peer, _ends) = echo();
    let proxy = Proxy::new(Some(peer), 1);
    let address = proxy.address();
    for _ in 0..5 {
        let mut open = connected(&proxy);
        open.write_all(b"1:a:b").expect("connected");
        open.read_exact(&mut [0; 5]).expect("the echo");
        proxy.down();
        let refused = TcpStream::connect(address).expect_err("it is down");
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
        let ended = open.read(&mut [0; 1]).map(|_| ());
        assert!(is_reset(&ended), "{ended:?}");
        proxy.up();
        assert_eq!(echoed(&proxy, b"2:c:d").0, b"2:c:d");
    }
}

#[test]
fn without_a_station_who_comes_is_reset() {
    let proxy = Proxy::new(None, 1);
    let ended = connected(&proxy).read(&mut [0; 1]).map(|_| ());
    assert!(is_reset(&ended), "{ended:?}");
    let (peer, _ends) = echo();
    proxy.aim(Some(peer));
    assert_eq!(echoed(&proxy, b"1:a:b").0, b"1:a:b");
    assert_eq!(proxy.counts().stationless, 1);
}

#[test]
fn a_toxic_that_is_taken_away_sets_free_what_it_held() {
    let (peer, _ends) = echo();
    let proxy = Proxy::new(Some(peer), 1);
    proxy.add(Direction::Up, Toxic::Timeout { after: PATIENCE * 2, end: End::Reset });
    let mut stream = connected(&proxy);
    stream.write_all(b"1:a:b").expect("connected");
    until("the proxy takes it", || (proxy.counts().connections == 1).then_some(()));
    assert_eq!(proxy.counts().bytes, [0, 0]);
    proxy.clear();
    stream.read_exact(&mut [0; 5]).expect("the echo");
}
