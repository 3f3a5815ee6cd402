//! A thousand stations on one thread.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::SockRef;

use super::holes::Holes;
use super::kinds::{Does, Kind};
use super::queues::busy;
use crate::hostile::Refusing;

/// Stations of all kinds in turn, each on a free port of 127.0.0.1, until it is dropped.
pub(super) struct Peer {
    addresses: Vec<String>,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    _refusing: Vec<Refusing>,
    _holes: Holes,
}

#[derive(Default)]
struct Shared {
    stop: AtomicBool,
    /// The most bytes that unfinished responses had together.
    peak: AtomicU64,
}

impl Peer {
    pub(super) fn new(stations: usize) -> Self {
        let count = |kind| (0..stations).filter(|nth| Kind::of(*nth) == kind).count();
        let refusing: Vec<Refusing> = (0..count(Kind::Refusing)).map(|_| Refusing::new()).collect();
        let holes = Holes::new(count(Kind::BlackHoled));
        let (mut refuse, mut swallow) = (refusing.iter(), holes.addresses().into_iter());
        let (mut addresses, mut listeners) = (Vec::new(), Vec::new());
        for nth in 0..stations {
            let kind = Kind::of(nth);
            let Some(does) = kind.does(nth) else {
                addresses.push(match kind {
                    Kind::Refusing => refuse.next().expect("one each").address(),
                    _ => swallow.next().expect("one each").to_string(),
                });
                continue;
            };
            let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
            listener.set_nonblocking(true).expect("a socket");
            addresses.push(listener.local_addr().expect("bound").to_string());
            listeners.push((listener, does));
        }
        let shared = Arc::<Shared>::default();
        let stations = Stations { listeners, connections: Vec::new(), shared: Arc::clone(&shared) };
        let thread = Some(thread::spawn(move || stations.run()));
        Self { addresses, shared, thread, _refusing: refusing, _holes: holes }
    }

    pub(super) fn addresses(&self) -> &[String] {
        &self.addresses
    }

    /// The most bytes that were sent in responses that were not finished yet, none of which
    /// counts for more than a limit of `super::kinds::MOST` and what may be read past it.
    pub(super) fn peak(&self) -> u64 {
        self.shared.peak.load(Ordering::SeqCst)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

struct Stations {
    listeners: Vec<(TcpListener, Does)>,
    connections: Vec<Connection>,
    shared: Arc<Shared>,
}

impl Stations {
    fn run(mut self) {
        let tick = Timespec::try_from(TICK).expect("short");
        while !self.shared.stop.load(Ordering::SeqCst) {
            let events = {
                let listening =
                    self.listeners.iter().map(|(listener, _)| (listener.as_fd(), PollFlags::IN));
                let connected =
                    self.connections.iter().map(|one| (one.stream.as_fd(), one.waits_for()));
                let fds: Vec<_> = listening.chain(connected).collect();
                let mut fds: Vec<_> =
                    fds.iter().map(|(fd, flags)| PollFd::new(fd, *flags)).collect();
                if poll(&mut fds, Some(&tick)).is_err() {
                    continue;
                }
                fds.iter().map(|fd| !fd.revents().is_empty()).collect::<Vec<_>>()
            };
            let (calls, moves) = events.split_at(self.listeners.len());
            let now = Instant::now();
            let mut moves = moves.iter();
            self.connections.retain_mut(|one| {
                let ready = *moves.next().expect("one each");
                !ready && !one.is_due(now) || one.advance(now).is_ok_and(|goes_on| goes_on)
            });
            self.reset_what_was_read();
            let in_flight: u64 = self.connections.iter().map(|one| one.sent.min(CAP) as u64).sum();
            self.shared.peak.fetch_max(in_flight, Ordering::SeqCst);
            for ((listener, does), _) in self.listeners.iter().zip(calls).filter(|(_, call)| **call)
            {
                if let Ok((stream, client)) = listener.accept() {
                    self.connections.extend(Connection::new(stream, client, does.clone(), now));
                }
            }
        }
    }

    /// Only once the client has all of it: a reset may overtake what was sent before it.
    fn reset_what_was_read(&mut self) {
        if !self.connections.iter().any(Connection::is_to_be_reset) {
            return;
        }
        let busy = busy();
        self.connections.retain(|one| {
            let both = [(one.here, one.client), (one.client, one.here)];
            if !one.is_to_be_reset() || both.iter().any(|way| busy.contains(way)) {
                return true;
            }
            let _ = SockRef::from(&one.stream).set_linger(Some(Duration::ZERO));
            false
        });
    }
}

struct Connection {
    stream: TcpStream,
    here: SocketAddr,
    client: SocketAddr,
    does: Does,
    sent: usize,
    next: Instant,
    /// All is sent, and its end too.
    is_over: bool,
}

impl Connection {
    fn new(stream: TcpStream, client: SocketAddr, does: Does, now: Instant) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        // What is on its way counts as sent; so let there be little of it.
        SockRef::from(&stream).set_send_buffer_size(64 * 1024)?;
        let here = stream.local_addr()?;
        Ok(Self { stream, here, client, does, sent: 0, next: now, is_over: false })
    }

    fn waits_for(&self) -> PollFlags {
        let writes = match &self.does {
            Does::Finish(_) => !self.is_over,
            Does::Reset(bytes) => self.sent < bytes.len(),
            Does::Endless(..) => true,
            Does::Drip(_) => false,
        };
        if writes { PollFlags::IN | PollFlags::OUT } else { PollFlags::IN }
    }

    fn is_due(&self, now: Instant) -> bool {
        matches!(self.does, Does::Drip(_)) && self.next <= now
    }

    fn is_to_be_reset(&self) -> bool {
        matches!(&self.does, Does::Reset(bytes) if self.sent == bytes.len())
    }

    /// Does what is next; answers whether there is more to do. An error is the client's going.
    fn advance(&mut self, now: Instant) -> io::Result<bool> {
        match self.stream.read(&mut [0; 64]) {
            Ok(0) => return Ok(false),
            Ok(_) => {}
            Err(e) if e.kind() == ErrorKind::WouldBlock => {}
            Err(e) => return Err(e),
        }
        let rest: &[u8] = match &self.does {
            Does::Finish(bytes) | Does::Reset(bytes) => &bytes[self.sent..],
            Does::Endless(head, _) if self.sent < head.len() => &head[self.sent..],
            Does::Endless(head, unit) => &unit[(self.sent - head.len()) % unit.len()..],
            Does::Drip(bytes) if self.next <= now => {
                self.next += Duration::from_secs(1);
                &bytes[self.sent..=self.sent]
            }
            Does::Drip(_) => &[],
        };
        if !rest.is_empty() {
            match self.stream.write(rest) {
                Ok(count) => self.sent += count,
                Err(e) if e.kind() == ErrorKind::WouldBlock => {}
                Err(e) => return Err(e),
            }
        }
        if let Does::Finish(bytes) = &self.does
            && self.sent == bytes.len()
            && !self.is_over
        {
            self.is_over = true;
            self.stream.shutdown(Shutdown::Write)?;
        }
        Ok(true)
    }
}

const TICK: Duration = Duration::from_millis(20);

/// More than that of one response nobody keeps.
const CAP: usize = super::kinds::MOST as usize + 64 * 1024;
