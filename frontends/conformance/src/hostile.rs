//! Stations that do what real ones do at their worst, to the letter of a script.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use socket2::{Domain, SockAddr, SockRef, Socket, Type};

use crate::PATIENCE;
use crate::kernel::wait_until_read;
use crate::rng::Rng;

/// In what pieces a response is written; each is a segment of its own.
#[derive(Clone, Copy, Debug)]
pub enum Pieces {
    /// One write.
    Whole,
    /// A write for every byte.
    Bytes,
    /// Splits of this seed.
    Random(u64),
}

impl Pieces {
    /// The three ways in which every response is served.
    pub const ALL: [Self; 3] = [Self::Whole, Self::Bytes, Self::Random(7)];
}

/// How a response ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// FIN: complete.
    Fin,
    /// RST, once the client has read all that was sent before it.
    Reset,
    /// Silence until the client goes.
    Stall,
    /// One more byte every 20 ms until the client goes.
    Trickle,
    /// As many more bytes as the client takes, until it goes.
    Endless,
}

/// What is done to one connection.
#[derive(Clone, Debug)]
pub struct Script {
    bytes: Arc<[u8]>,
    pieces: Pieces,
    end: End,
    before: Option<Gate>,
    hold: Option<Gate>,
}

impl Script {
    /// Sends `bytes` in one piece, then ends so.
    #[must_use]
    pub fn new(bytes: impl AsRef<[u8]>, end: End) -> Self {
        let bytes = bytes.as_ref().into();
        Self { bytes, pieces: Pieces::Whole, end, before: None, hold: None }
    }

    /// The same in these pieces.
    #[must_use]
    pub fn in_pieces(self, pieces: Pieces) -> Self {
        Self { pieces, ..self }
    }

    /// The same, but nothing is sent before `gate` opens.
    #[must_use]
    pub fn sent_after(self, gate: &Gate) -> Self {
        Self { before: Some(gate.clone()), ..self }
    }

    /// The same, but what was sent is not ended before `gate` opens.
    #[must_use]
    pub fn ended_after(self, gate: &Gate) -> Self {
        Self { hold: Some(gate.clone()), ..self }
    }
}

/// Shut until it is opened, once and for all.
#[derive(Clone, Debug, Default)]
pub struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    /// Lets everybody through.
    pub fn open(&self) {
        *self.0.0.lock().expect("no panic inside") = true;
        self.0.1.notify_all();
    }

    /// Waits for it to open, at most [`PATIENCE`].
    pub fn pass(&self) {
        let shut = self.0.0.lock().expect("no panic inside");
        let _ = self.0.1.wait_timeout_while(shut, PATIENCE, |open| !*open);
    }
}

/// How far a hostile station has come, over all its connections.
#[derive(Clone, Copy, Debug, Default)]
pub struct Progress {
    /// Connections accepted.
    pub accepted: usize,
    /// Connections on which all bytes were sent, and read by the client.
    pub delivered: usize,
    /// Connections that are over.
    pub over: usize,
    /// Bytes that clients sent; they owe none.
    pub heard: usize,
}

type Shared = Arc<(Mutex<Progress>, Condvar)>;

/// A hostile station on a free port of 127.0.0.1, until it is dropped.
pub struct Hostile {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    progress: Shared,
    thread: Option<JoinHandle<()>>,
}

impl Hostile {
    /// Does `script` to every connection.
    #[must_use]
    pub fn new(script: Script) -> Self {
        Self::each(vec![script])
    }

    /// Does the nth script to the nth connection; the last one to those after it, too.
    ///
    /// # Panics
    ///
    /// If there is no script or no port.
    #[must_use]
    pub fn each(scripts: Vec<Script>) -> Self {
        assert!(!scripts.is_empty(), "a script");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("bound");
        let stop = Arc::new(AtomicBool::new(false));
        let progress = Shared::default();
        let shared = (Arc::clone(&stop), Arc::clone(&progress));
        let thread = thread::spawn(move || accept(&listener, &scripts, &shared.0, &shared.1));
        Self { address, stop, progress, thread: Some(thread) }
    }

    /// Where it listens, as a station is given on a command line.
    #[must_use]
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// Waits until `reached`; panics after [`PATIENCE`].
    #[track_caller]
    pub fn wait(&self, reached: impl Fn(&Progress) -> bool) -> Progress {
        let progress = self.progress.0.lock().expect("no panic inside");
        let (progress, waited) = self
            .progress
            .1
            .wait_timeout_while(progress, PATIENCE, |progress| !reached(progress))
            .expect("no panic inside");
        assert!(!waited.timed_out(), "a hostile station got no further than {:?}", *progress);
        *progress
    }
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the thread that waits in accept.
        let _ = TcpStream::connect(self.address);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// A port on which nobody listens and which nobody else can take.
pub struct Refusing(Socket);

impl Refusing {
    /// Takes a free port of 127.0.0.1.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it takes a port")]
    pub fn new() -> Self {
        Self(bound().expect("a free port"))
    }

    /// That port, as a station is given on a command line.
    #[must_use]
    pub fn address(&self) -> String {
        address_of(&self.0).to_string()
    }
}

/// A listener whose backlog is full: whoever connects hears nothing at all.
pub struct Deaf {
    socket: Socket,
    _queued: Vec<TcpStream>,
}

impl Deaf {
    /// Takes a free port of 127.0.0.1 and fills its backlog.
    ///
    /// # Panics
    ///
    /// If there is no port, or the backlog has no end.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it takes a port")]
    pub fn new() -> Self {
        let socket = bound().expect("a free port");
        socket.listen(0).expect("bound");
        let address = address_of(&socket);
        let mut queued = Vec::new();
        while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
            queued.push(stream);
            assert!(queued.len() < 100, "a backlog of 0 takes {} connections", queued.len());
        }
        Self { socket, _queued: queued }
    }

    /// That port, as a station is given on a command line.
    #[must_use]
    pub fn address(&self) -> String {
        address_of(&self.socket).to_string()
    }
}

fn bound() -> io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SockAddr::from(SocketAddr::from(([127, 0, 0, 1], 0))))?;
    Ok(socket)
}

fn address_of(socket: &Socket) -> SocketAddr {
    socket.local_addr().ok().and_then(|address| address.as_socket()).expect("bound to IPv4")
}

fn accept(listener: &TcpListener, scripts: &[Script], stop: &AtomicBool, progress: &Shared) {
    let mut connections = Vec::new();
    for nth in 0.. {
        let accepted = listener.accept();
        if stop.load(Ordering::SeqCst) {
            break;
        }
        let Ok((stream, _)) = accepted else { break };
        let script = scripts[nth.min(scripts.len() - 1)].clone();
        let progress = Arc::clone(progress);
        advance(&progress, |progress| progress.accepted += 1);
        connections.push(thread::spawn(move || {
            // An error is the client's going away, which is no matter of the station.
            let heard = perform(stream, &script, &progress).unwrap_or(0);
            advance(&progress, |progress| {
                progress.over += 1;
                progress.heard += heard;
            });
        }));
    }
    for connection in connections {
        let _ = connection.join();
    }
}

/// Does what the script says; answers how many bytes the client sent.
fn perform(mut stream: TcpStream, script: &Script, progress: &Shared) -> io::Result<usize> {
    let (client, here) = (stream.peer_addr()?, stream.local_addr()?);
    stream.set_nodelay(true)?;
    if let Some(gate) = &script.before {
        gate.pass();
    }
    send(&mut stream, &script.bytes, script.pieces)?;
    if !script.bytes.is_empty() && script.end != End::Fin || script.hold.is_some() {
        wait_until_read(client, here);
    }
    advance(progress, |progress| progress.delivered += 1);
    if let Some(gate) = &script.hold {
        gate.pass();
    }
    match script.end {
        End::Fin => stream.shutdown(std::net::Shutdown::Write)?,
        End::Reset => {
            SockRef::from(&stream).set_linger(Some(Duration::ZERO))?;
            return Ok(0);
        }
        End::Stall => {}
        End::Trickle => loop {
            // The pace of the trickle itself.
            thread::sleep(Duration::from_millis(20));
            stream.write_all(b"x")?;
        },
        End::Endless => loop {
            stream.write_all(&[b'x'; 16 * 1024])?;
        },
    }
    let mut heard = 0;
    let mut buffer = [0; 1024];
    loop {
        match stream.read(&mut buffer)? {
            0 => return Ok(heard),
            n => heard += n,
        }
    }
}

fn send(stream: &mut TcpStream, bytes: &[u8], pieces: Pieces) -> io::Result<()> {
    match pieces {
        Pieces::Whole => stream.write_all(bytes),
        Pieces::Bytes => bytes.chunks(1).try_for_each(|byte| stream.write_all(byte)),
        Pieces::Random(seed) => {
            let mut rng = Rng::new(seed);
            let mut rest = bytes;
            while !rest.is_empty() {
                // Mostly short, so that short responses are split, too.
                let most = if rng.below(4) == 0 { rest.len() } else { rest.len().min(7) };
                let (piece, later) = rest.split_at(1 + rng.below(most));
                stream.write_all(piece)?;
                rest = later;
            }
            Ok(())
        }
    }
}

fn advance(progress: &Shared, change: impl FnOnce(&mut Progress)) {
    change(&mut progress.0.lock().expect("no panic inside"));
    progress.1.notify_all();
}
