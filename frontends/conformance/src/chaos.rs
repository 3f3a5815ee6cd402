//! A proxy that spoils connections, between clients and one station.
//!
//! Its toxics are Toxiproxy's ([`Toxic`]); they are added and taken away while it runs, and act
//! on the connections that are open as well. A connection that no toxic touches ends as its
//! peers end it: FIN stays FIN, RST stays RST.

mod link;
mod pipe;
#[cfg(test)]
mod tests;
mod toxic;

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::{Domain, SockRef, Socket, Type};

use crate::PATIENCE;
use crate::rng::Rng;
use pipe::Active;

pub use toxic::{Direction, End, Toxic};

/// A proxy on a port of 127.0.0.2 of its own, until it is dropped; that resets its connections.
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// What a proxy has done so far.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// Connections that it has taken.
    pub connections: u64,
    /// Of these, those that it has reset at once, since there was no station.
    pub stationless: u64,
    /// Bytes that it has passed on, [up and down](Direction).
    pub bytes: [u64; 2],
    /// Connections that a toxic has ended, by its [kind](Toxic::kind).
    pub cut: [u64; Toxic::KINDS],
    /// Of these, those that were ended by FIN. Each is counted before its FIN is sent.
    pub forged: u64,
}

/// What a proxy and its connections know of each other.
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    toxics: Mutex<Vec<(Direction, Active)>>,
    /// Held while connecting: no connection is made to a station that was taken away.
    station: Mutex<Option<SocketAddr>>,
    counts: Mutex<Counts>,
}

struct State {
    wanted: Wanted,
    listens: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Up,
    Down,
    Gone,
}

impl Proxy {
    /// One that listens, with no toxic. `seed` decides the sizes and delays that vary.
    ///
    /// # Panics
    ///
    /// If there is no port.
    #[must_use]
    pub fn new(station: Option<SocketAddr>, seed: u64) -> Self {
        // Bound and never listening: it keeps the port while the proxy is down.
        let holder = bind(SocketAddr::from((HOST, 0)));
        let address = holder.local_addr().expect("bound").as_socket().expect("IPv4");
        let shared = Arc::new(Shared {
            state: Mutex::new(State { wanted: Wanted::Up, listens: false }),
            changed: Condvar::new(),
            toxics: Mutex::default(),
            station: Mutex::new(station),
            counts: Mutex::default(),
        });
        let thread = thread::spawn({
            let shared = Arc::clone(&shared);
            move || serve(&holder, &shared, Rng::new(seed))
        });
        let proxy = Self { address, shared, thread: Some(thread) };
        proxy.want(Wanted::Up);
        proxy
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on it connects to this station, or, without one, resets who comes. Connections
    /// that are open stay so.
    ///
    /// # Panics
    ///
    /// If a thread of it panicked.
    pub fn aim(&self, station: Option<SocketAddr>) {
        *lock(&self.shared.station) = station;
    }

    /// Adds a toxic to a direction, beside those that it has.
    ///
    /// # Panics
    ///
    /// If a thread of it panicked.
    pub fn add(&self, direction: Direction, toxic: Toxic) {
        let active = Active { toxic, since: Instant::now() };
        lock(&self.shared.toxics).push((direction, active));
    }

    /// Takes all toxics away.
    ///
    /// # Panics
    ///
    /// If a thread of it panicked.
    pub fn clear(&self) {
        lock(&self.shared.toxics).clear();
    }

    /// Refuses connections from now on, and resets those that are open.
    ///
    /// # Panics
    ///
    /// If a thread of it panicked.
    pub fn down(&self) {
        self.want(Wanted::Down);
    }

    /// Listens again, at the same address.
    ///
    /// # Panics
    ///
    /// If a thread of it panicked.
    pub fn up(&self) {
        self.want(Wanted::Up);
    }

    /// What it has done so far.
    ///
    /// # Panics
    ///
    /// If a thread of it panicked.
    #[must_use]
    pub fn counts(&self) -> Counts {
        lock(&self.shared.counts).clone()
    }

    fn want(&self, wanted: Wanted) {
        let mut state = lock(&self.shared.state);
        state.wanted = wanted;
        while state.listens != (wanted == Wanted::Up) {
            let waited = self.shared.changed.wait_timeout(state, PATIENCE);
            let (after, timed_out) = waited.expect("no panic inside");
            assert!(!timed_out.timed_out(), "the proxy's thread is gone");
            state = after;
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        if let Ok(mut state) = self.shared.state.lock() {
            state.wanted = Wanted::Gone;
        }
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

impl Shared {
    fn wanted(&self) -> Wanted {
        lock(&self.state).wanted
    }

    fn is_up(&self) -> bool {
        self.wanted() == Wanted::Up
    }

    fn toxics(&self, of: Direction) -> Vec<Active> {
        let toxics = lock(&self.toxics);
        toxics.iter().filter(|(direction, _)| *direction == of).map(|(_, active)| *active).collect()
    }

    fn count(&self, change: impl FnOnce(&mut Counts)) {
        change(&mut lock(&self.counts));
    }

    fn is_listening(&self, listens: bool) {
        lock(&self.state).listens = listens;
        self.changed.notify_all();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no panic inside")
}

/// Not 127.0.0.1, from whose ports connections are made: one of these would now and then have the
/// port of a proxy that is down, which could not listen there again.
const HOST: [u8; 4] = [127, 0, 0, 2];

/// Two sockets may be bound to an address as long as neither listens.
fn bind(address: SocketAddr) -> Socket {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.set_reuse_address(true).expect("a socket");
    socket.bind(&address.into()).expect("a free port");
    socket
}

fn serve(holder: &Socket, shared: &Arc<Shared>, mut rng: Rng) {
    let address = holder.local_addr().expect("bound").as_socket().expect("IPv4");
    let mut listener: Option<TcpListener> = None;
    let mut links: Vec<JoinHandle<()>> = Vec::new();
    loop {
        match (shared.wanted(), &listener) {
            (Wanted::Gone, _) => break,
            (Wanted::Up, None) => {
                let socket = bind(address);
                socket.listen(128).expect("a bound socket");
                socket.set_nonblocking(true).expect("a socket");
                listener = Some(socket.into());
                shared.is_listening(true);
            }
            (Wanted::Down, Some(_)) => {
                drop(listener.take());
                shared.is_listening(false);
            }
            _ => {}
        }
        links.retain(|link| !link.is_finished());
        wait(listener.as_ref());
        while let Some((client, _)) = listener.as_ref().and_then(|l| l.accept().ok()) {
            shared.count(|counts| counts.connections += 1);
            let (shared, seed) = (Arc::clone(shared), rng.below(usize::MAX));
            links.push(thread::spawn(move || begin(client, &shared, seed)));
        }
    }
    drop(listener);
    for link in links {
        let _ = link.join();
    }
}

fn begin(client: TcpStream, shared: &Shared, seed: usize) {
    let station = {
        let station = lock(&shared.station);
        station.and_then(|station| TcpStream::connect(station).ok())
    };
    if let Some(station) = station {
        return link::run(client, station, shared, seed);
    }
    shared.count(|counts| counts.stationless += 1);
    let _ = SockRef::from(&client).set_linger(Some(Duration::ZERO));
}

/// Waits for a connection, and not so long that a change of state goes unseen.
fn wait(listener: Option<&TcpListener>) {
    let fd = listener.map(AsFd::as_fd);
    let mut fds: Vec<PollFd<'_>> = fd.iter().map(|fd| PollFd::new(fd, PollFlags::IN)).collect();
    // Interrupted or not, the caller looks again.
    let _ = poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 10_000_000 }));
}
