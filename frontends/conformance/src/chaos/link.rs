//! One connection through a proxy: both its directions, in one thread.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::SockRef;

use super::Shared;
use super::pipe::{Active, Pipe, Step};
use super::toxic::{Direction, End};
use crate::rng::Rng;

/// Forwards between the two until both directions have ended, a toxic ends them, or the proxy
/// goes down.
pub(super) fn run(client: TcpStream, station: TcpStream, shared: &Shared, seed: usize) {
    let now = Instant::now();
    let way = |direction, seed| Way {
        direction,
        pipe: Pipe::new(now, Rng::new(seed)),
        blocked: false,
        over: false,
    };
    let ways = [way(Direction::Up, seed as u64), way(Direction::Down, !(seed as u64))];
    let mut link = Link { streams: [client, station], ways, shared };
    let end = link.forward().unwrap_or(Over::Cut(End::Reset));
    link.finish(end);
}

/// Its streams are the client's and the station's; a way leads from the stream of its number to
/// the other one.
struct Link<'a> {
    streams: [TcpStream; 2],
    ways: [Way; 2],
    shared: &'a Shared,
}

struct Way {
    direction: Direction,
    pipe: Pipe,
    /// Its destination takes no more for now.
    blocked: bool,
    /// Its end was passed on.
    over: bool,
}

/// How a connection is over.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Over {
    /// Both directions have ended, as their sources did.
    Both,
    /// By the proxy, or because one of the peers broke.
    Cut(End),
}

impl Link<'_> {
    fn forward(&mut self) -> io::Result<Over> {
        for stream in &self.streams {
            stream.set_nonblocking(true)?;
            stream.set_nodelay(true)?;
        }
        let mut buffer = vec![0; 16 * 1024];
        loop {
            if !self.shared.is_up() {
                return Ok(Over::Cut(End::Reset));
            }
            let mut pause = SLICE;
            for nth in 0..2 {
                let toxics = self.shared.toxics(self.ways[nth].direction);
                match self.pass(nth, &toxics)? {
                    Passed::Wait(wait) => pause = pause.min(wait),
                    Passed::Over(over) => return Ok(over),
                }
            }
            if self.ways.iter().all(|way| way.over) {
                return Ok(Over::Both);
            }
            let readable = self.wait(pause)?;
            let ends = self.ways.iter_mut().zip(&mut self.streams).zip(readable);
            for ((way, stream), readable) in ends {
                if readable && way.pipe.wants_more() {
                    let now = Instant::now();
                    match stream.read(&mut buffer) {
                        Ok(0) => way.pipe.read_end(now),
                        Ok(count) => {
                            let toxics = self.shared.toxics(way.direction);
                            way.pipe.read(&buffer[..count], &toxics, now);
                        }
                        Err(error) if is_transient(&error) => {}
                        Err(error) => return Err(error),
                    }
                }
            }
        }
    }

    /// Sends what is due of that way, and ends it if it is time.
    fn pass(&mut self, nth: usize, toxics: &[Active]) -> io::Result<Passed> {
        let (way, mut to) = (&mut self.ways[nth], &self.streams[1 - nth]);
        way.blocked = false;
        if way.over {
            return Ok(Passed::Wait(SLICE));
        }
        loop {
            let now = Instant::now();
            match way.pipe.next(toxics, now) {
                Step::Write(bytes) => match to.write(bytes) {
                    Ok(count) => {
                        way.pipe.wrote(count, toxics, now);
                        self.shared.count(|counts| {
                            counts.bytes[way.direction as usize] += count as u64;
                        });
                    }
                    Err(error) if is_transient(&error) => {
                        way.blocked = true;
                        return Ok(Passed::Wait(SLICE));
                    }
                    Err(error) => return Err(error),
                },
                Step::Wait(at) => {
                    // Rounded up to poll's milliseconds: else it would spin through the last one.
                    let wait = at.saturating_duration_since(now) + Duration::from_millis(1);
                    return Ok(Passed::Wait(wait));
                }
                Step::Idle => return Ok(Passed::Wait(SLICE)),
                Step::Ended => {
                    way.over = true;
                    let _ = to.shutdown(Shutdown::Write);
                    return Ok(Passed::Wait(SLICE));
                }
                Step::Cut(kind, end) => {
                    // Told before it is done: who sees a forged end finds it counted.
                    self.shared.count(|counts| {
                        counts.cut[kind] += 1;
                        counts.forged += u64::from(end == End::Fin);
                    });
                    return Ok(Passed::Over(Over::Cut(end)));
                }
            }
        }
    }

    /// Waits until something can be done; which of the two has something to be read.
    fn wait(&self, pause: Duration) -> io::Result<[bool; 2]> {
        let wanted = [0, 1].map(|nth| {
            let mut flags = PollFlags::empty();
            flags.set(PollFlags::IN, self.ways[nth].pipe.wants_more());
            flags.set(PollFlags::OUT, self.ways[1 - nth].blocked);
            flags
        });
        // One of which nothing is wanted would be reported all the time once it is gone.
        let asked: Vec<usize> = (0..2).filter(|nth| !wanted[*nth].is_empty()).collect();
        let borrowed = self.streams.each_ref().map(AsFd::as_fd);
        let fd = |nth: &usize| PollFd::new(&borrowed[*nth], wanted[*nth]);
        let mut fds: Vec<PollFd<'_>> = asked.iter().map(fd).collect();
        match poll(&mut fds, Some(&Timespec::try_from(pause).expect("milliseconds"))) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let mut readable = [false; 2];
        for (nth, fd) in asked.iter().zip(&fds) {
            readable[*nth] = !(fd.revents() - PollFlags::OUT).is_empty();
        }
        Ok(readable)
    }

    fn finish(mut self, over: Over) {
        match over {
            Over::Both => {}
            Over::Cut(End::Reset) => {
                for stream in &self.streams {
                    let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
                }
            }
            Over::Cut(End::Fin) => {
                for stream in &self.streams {
                    let _ = stream.shutdown(Shutdown::Write);
                }
                // What is unread at a close makes a RST of the FIN.
                for stream in &mut self.streams {
                    let _ = stream.set_nonblocking(false);
                    let _ = stream.set_read_timeout(Some(LINGERS));
                    while matches!(stream.read(&mut [0; 16 * 1024]), Ok(1..)) {}
                }
            }
        }
    }
}

enum Passed {
    /// As far as it goes; look again after so long.
    Wait(Duration),
    Over(Over),
}

fn is_transient(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

/// How soon a change of the toxics is seen.
const SLICE: Duration = Duration::from_millis(20);
/// How long a connection that was ended by FIN waits for its peers to end it too.
const LINGERS: Duration = Duration::from_secs(1);
