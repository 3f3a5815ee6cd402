//! What is done to a connection: which bytes, in what pieces, when, and how it ends.

use std::io::{self, Write};
use std::net::TcpStream;
use std::sync::{Arc, Condvar, Mutex};

use crate::PATIENCE;
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
    /// FIN, and RST right behind it, whether or not the client has looked: it sees either.
    FinReset,
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
    pub(super) bytes: Arc<[u8]>,
    pub(super) pieces: Pieces,
    pub(super) end: End,
    pub(super) before: Option<Gate>,
    pub(super) hold: Option<Gate>,
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

/// Writes `bytes` in these pieces.
pub(super) fn send(stream: &mut TcpStream, bytes: &[u8], pieces: Pieces) -> io::Result<()> {
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
