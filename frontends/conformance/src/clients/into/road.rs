//! A station whose list grows, is trimmed, is cut, and is reset, all from call to call.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use socket2::SockRef;

use crate::rng::Rng;

/// It serves until it is dropped. No two of its records are the same.
pub(super) struct Road {
    address: SocketAddr,
    list: Arc<Mutex<List>>,
    thread: Option<JoinHandle<()>>,
}

struct List {
    name: &'static str,
    /// How many cars there ever were.
    cars: usize,
    /// How many of the first of them are forgotten.
    trimmed: usize,
    mode: Mode,
    rng: Rng,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Grows and breaks.
    Wild,
    /// Stays, and is whole.
    Calm,
    Gone,
}

impl Road {
    pub(super) fn new(name: &'static str, seed: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("bound");
        let rng = Rng::new(seed);
        let list = List { name, cars: 0, trimmed: 0, mode: Mode::Wild, rng };
        let list = Arc::new(Mutex::new(list));
        let thread = thread::spawn({
            let list = Arc::clone(&list);
            move || serve(&listener, &list)
        });
        Self { address, list, thread: Some(thread) }
    }

    /// As a station is given on a command line.
    pub(super) fn station(&self) -> String {
        format!("{}={}", self.list.lock().expect("no panic inside").name, self.address)
    }

    /// From now on it stays as it is; answers every record that ever was.
    pub(super) fn calm(&self) -> Vec<String> {
        let mut list = self.list.lock().expect("no panic inside");
        list.mode = Mode::Calm;
        list.records(0, list.cars)
    }
}

impl Drop for Road {
    fn drop(&mut self) {
        if let Ok(mut list) = self.list.lock() {
            list.mode = Mode::Gone;
        }
        // Wakes the thread that waits in accept.
        let _ = TcpStream::connect(self.address);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// What it answers to one call.
enum Answer {
    Fin(String),
    Reset(String),
    Nothing,
}

impl List {
    fn answer(&mut self) -> Answer {
        match self.mode {
            Mode::Gone => return Answer::Nothing,
            Mode::Calm => return Answer::Fin(self.records(self.trimmed, self.cars).join(".")),
            Mode::Wild => {}
        }
        self.cars += self.rng.below(4);
        // It keeps more than a client could miss while it is killed a few times in a row.
        let spare = self.cars.saturating_sub(KEPT);
        self.trimmed = self.trimmed.max(spare);
        let mut snapshot = self.records(self.trimmed, self.cars).join(".");
        match self.rng.below(6) {
            // Cut in the next record, and the client cannot know.
            0 | 1 => {
                let next = self.records(self.cars, self.cars + 1).remove(0);
                snapshot += if snapshot.is_empty() { "" } else { "." };
                snapshot += &next[..self.rng.below(next.len())];
                // It is there from now on: a list only grows.
                self.cars += 1;
                Answer::Fin(snapshot)
            }
            2 => {
                snapshot.truncate(self.rng.below(snapshot.len() + 1));
                Answer::Reset(snapshot)
            }
            _ => Answer::Fin(snapshot),
        }
    }

    fn records(&self, from: usize, to: usize) -> Vec<String> {
        let brand = |nth: usize| ["peugeot", "opel", ""][nth % 3];
        (from..to).map(|nth| format!("{nth}:{}:on {}", brand(nth), self.name)).collect()
    }
}

fn serve(listener: &TcpListener, list: &Mutex<List>) {
    while let Ok((stream, _)) = listener.accept() {
        let answer = list.lock().expect("no panic inside").answer();
        if matches!(answer, Answer::Nothing) {
            return;
        }
        // An error is the client's end, which is what this is about.
        let _ = give(stream, &answer);
    }
}

fn give(mut stream: TcpStream, answer: &Answer) -> std::io::Result<()> {
    match answer {
        Answer::Nothing => {}
        Answer::Fin(snapshot) => {
            stream.write_all(snapshot.as_bytes())?;
            stream.shutdown(Shutdown::Write)?;
            stream.read_to_end(&mut Vec::new())?;
        }
        Answer::Reset(snapshot) => {
            stream.write_all(snapshot.as_bytes())?;
            SockRef::from(&stream).set_linger(Some(Duration::ZERO))?;
        }
    }
    Ok(())
}

const KEPT: usize = 300;
