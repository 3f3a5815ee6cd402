//! Who stands between a client and a station: forwards, and cuts.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::{Domain, SockRef, Socket, Type};

use super::records::Records;
use super::serving::Serving;
use crate::PATIENCE;
use crate::kernel::wait_until_read;

/// What is done to what the station sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// All of it is passed on; however the station ends, the client sees FIN.
    Never,
    /// All of it is passed on, and so is the station's FIN or RST.
    Nothing,
    /// FIN after so many bytes.
    FinAfter(usize),
    /// FIN after so many whole records.
    FinAfterRecords(usize),
    /// RST after so many bytes, once the client has read them.
    ResetAfter(usize),
    /// All of it is passed on, but a bit of the byte at this place.
    Flip(usize),
}

/// What went from the station to the client, and a little of what the client sent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Passed {
    /// Bytes that were passed on.
    pub bytes: usize,
    /// Records that were passed on whole.
    pub records: usize,
    /// Whether the client sent an encrypted record: its handshake was over by then (TLS 1.3).
    pub client_finished: bool,
    /// Whether it was cut.
    pub cut: bool,
}

/// A forwarder on a free port of 127.0.0.1, until it is dropped.
pub struct Middle {
    serving: Serving,
    passed: Arc<Mutex<Vec<Passed>>>,
}

/// The one connection that is held in its middle.
pub struct Held {
    held: Receiver<()>,
    go_on: Sender<()>,
}

impl Held {
    /// Waits until the station has sent so much; it goes on by no more than a few buffers.
    ///
    /// # Panics
    ///
    /// If that does not come to pass.
    pub fn wait(&self) {
        self.held.recv_timeout(PATIENCE).expect("the station sends so much");
    }

    /// Passes on what comes, and has come meanwhile.
    ///
    /// # Panics
    ///
    /// If the connection is over.
    pub fn release(self) {
        self.go_on.send(()).expect("it is held");
    }
}

impl Middle {
    /// Forwards each connection to `station` and cuts it so.
    ///
    /// # Panics
    ///
    /// If there is no port.
    #[must_use]
    pub fn new(station: SocketAddr, cut: Cut) -> Self {
        Self::serve(station, cut, None)
    }

    /// The same for one connection, which is held once the station has sent `at` bytes.
    ///
    /// # Panics
    ///
    /// If there is no port.
    #[must_use]
    pub fn holding(station: SocketAddr, cut: Cut, at: usize) -> (Self, Held) {
        let ((is_held, held), (go_on, goes_on)) = (channel(), channel());
        (Self::serve(station, cut, Some(Hold { at, is_held, goes_on })), Held { held, go_on })
    }

    fn serve(station: SocketAddr, cut: Cut, hold: Option<Hold>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let passed = Arc::<Mutex<Vec<Passed>>>::default();
        let (shared, hold) = (Arc::clone(&passed), Mutex::new(hold));
        let serving = Serving::new(listener, move |_, client| {
            let Ok(station) = connect(station) else { return };
            let hold = hold.lock().expect("no panic inside").take();
            let mut forward =
                Forward { cut, hold, passed: Passed::default(), theirs: Records::new() };
            // An error is somebody's going away.
            let _ = forward.run(client, station);
            shared.lock().expect("no panic inside").push(forward.passed);
        });
        Self { serving, passed }
    }

    /// Where it listens, without a scheme.
    #[must_use]
    pub fn address(&self) -> String {
        self.serving.address().to_string()
    }

    /// What it passed on, of the connections that are over; waits for them.
    ///
    /// # Panics
    ///
    /// If a connection of it panicked.
    #[must_use]
    pub fn passed(self) -> Vec<Passed> {
        let Self { serving, passed, .. } = self;
        drop(serving);
        let passed = passed.lock().expect("no panic inside");
        passed.clone()
    }
}

/// Connects with a buffer of a fixed size: what the station has sent is about what was read.
fn connect(station: SocketAddr) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(station), Type::STREAM, None)?;
    socket.set_recv_buffer_size(64 * 1024)?;
    socket.connect(&station.into())?;
    Ok(socket.into())
}

struct Hold {
    at: usize,
    is_held: Sender<()>,
    goes_on: Receiver<()>,
}

struct Forward {
    cut: Cut,
    hold: Option<Hold>,
    passed: Passed,
    theirs: Records,
}

impl Forward {
    fn run(&mut self, mut client: TcpStream, mut station: TcpStream) -> io::Result<()> {
        client.set_nodelay(true)?;
        station.set_nodelay(true)?;
        let mut buffer = vec![0; 16 * 1024];
        let mut from_client = Records::new();
        let (mut talks, mut is_deaf) = (true, false);
        loop {
            let (speaks, answers) = readable(&client, &station, talks)?;
            if speaks {
                let count = client.read(&mut buffer)?;
                talks = count > 0;
                from_client.feed(&buffer[..count]);
                self.passed.client_finished |= from_client.encrypted > 0;
                let told = match talks {
                    true => station.write_all(&buffer[..count]),
                    false => station.shutdown(Shutdown::Write),
                };
                // It has died; what it sent before is still to be passed on. To be told so once
                // is all that the kernel does: reading ends as if it had finished.
                if told.is_err() {
                    (talks, is_deaf) = (false, true);
                }
            }
            if answers {
                // A station that broke is one that ended, to whoever is behind this.
                let read = station.read(&mut buffer);
                let is_broken = read.is_err() || is_deaf;
                let count = read.unwrap_or(0);
                if count == 0 && is_broken && self.cut == Cut::Nothing {
                    return reset(&client);
                }
                if count == 0 || self.pass(&mut client, &mut buffer[..count])? {
                    break;
                }
            }
        }
        if matches!(self.cut, Cut::ResetAfter(_)) && self.passed.cut {
            return reset(&client);
        }
        client.shutdown(Shutdown::Write)?;
        drop(station);
        client.set_read_timeout(Some(PATIENCE))?;
        loop {
            let count = client.read(&mut buffer)?;
            from_client.feed(&buffer[..count]);
            self.passed.client_finished |= from_client.encrypted > 0;
            if count == 0 {
                return Ok(());
            }
        }
    }

    /// Passes on what may be passed on; whether it was cut there.
    fn pass(&mut self, client: &mut TcpStream, bytes: &mut [u8]) -> io::Result<bool> {
        let before = self.passed.bytes;
        let (count, cut) = match self.cut {
            Cut::Never | Cut::Nothing => (bytes.len(), false),
            Cut::Flip(at) => {
                if let Some(byte) = at.checked_sub(before).and_then(|at| bytes.get_mut(at)) {
                    *byte ^= 1;
                    self.passed.cut = true;
                }
                (bytes.len(), false)
            }
            Cut::FinAfter(most) | Cut::ResetAfter(most) => {
                let left = most.saturating_sub(before);
                (left.min(bytes.len()), left <= bytes.len())
            }
            Cut::FinAfterRecords(most) => {
                let mut upto = 0;
                while upto < bytes.len() && self.theirs.whole < most {
                    self.theirs.feed(&bytes[upto..=upto]);
                    upto += 1;
                }
                (upto, self.theirs.whole >= most)
            }
        };
        if !matches!(self.cut, Cut::FinAfterRecords(_)) {
            self.theirs.feed(&bytes[..count]);
        }
        client.write_all(&bytes[..count])?;
        self.passed.bytes += count;
        if let Some(hold) = self.hold.take_if(|hold| hold.at <= before + count) {
            // Whoever waited may have given up, and failed for it.
            let _ = hold.is_held.send(());
            let _ = hold.goes_on.recv();
        }
        self.passed.records = self.theirs.whole;
        self.passed.cut |= cut;
        Ok(cut)
    }
}

/// Makes of the end of `client` a RST, once it has read what it was sent.
fn reset(client: &TcpStream) -> io::Result<()> {
    wait_until_read(client.peer_addr()?, client.local_addr()?);
    SockRef::from(client).set_linger(Some(Duration::ZERO))
}

/// Which of the two has something to read, or has ended.
fn readable(client: &TcpStream, station: &TcpStream, talks: bool) -> io::Result<(bool, bool)> {
    let (client, station) = (client.as_fd(), station.as_fd());
    let wanted = if talks { PollFlags::IN } else { PollFlags::empty() };
    let mut fds = [PollFd::new(&station, PollFlags::IN), PollFd::new(&client, wanted)];
    let time = Timespec::try_from(PATIENCE).expect("seconds");
    if poll(&mut fds, Some(&time))? == 0 {
        return Err(io::ErrorKind::TimedOut.into());
    }
    let gone = PollFlags::ERR | PollFlags::HUP;
    let answers = !fds[0].revents().is_empty();
    let speaks = fds[1].revents();
    if !talks && speaks.intersects(gone) {
        // The client is gone altogether.
        return Err(io::ErrorKind::ConnectionReset.into());
    }
    Ok((talks && !speaks.is_empty(), answers))
}
