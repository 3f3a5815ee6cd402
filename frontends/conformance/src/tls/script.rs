//! What a TLS station does to a connection: how it begins, which records, how it ends.

use std::sync::Arc;

use crate::hostile::{Gate, Pieces};
use crate::rng::Rng;

/// How a connection begins.
#[derive(Clone, Copy, Debug)]
pub enum Opening {
    /// As it should: the handshake, to its end.
    Handshake,
    /// The handshake is read and not answered.
    Silence,
    /// So many bytes of the answer to it, and then silence.
    Begun(usize),
    /// The answer to it, a byte every 20 ms.
    Trickle,
    /// These bytes in plain text instead, and then FIN.
    Plain(&'static [u8]),
    /// These bytes in plain text instead, and then silence.
    PlainHeld(&'static [u8]),
    /// RST as soon as something came.
    Reset,
}

/// How a connection ends whose handshake is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// `close_notify`, then FIN.
    CloseNotify,
    /// `close_notify`, and no FIN before the client goes.
    Held,
    /// `close_notify`, then RST once the client has read it.
    NotifyReset,
    /// FIN alone.
    Fin,
    /// The socket is closed as the kernel closes that of a process that died: FIN alone.
    Dies,
    /// RST, once the client has read all that was sent before it.
    Reset,
    /// A fatal alert, encrypted as it should be, then FIN.
    Alert,
    /// A fatal alert in plain text, as somebody in between may send it, then FIN.
    ForgedAlert,
    /// A `close_notify` in plain text, as somebody in between may send it, then FIN.
    ForgedNotify,
    /// A record that is not the station's, then FIN.
    ForgedRecord,
    /// Silence until the client goes.
    Stall,
}

/// What is done to one connection.
#[derive(Clone, Debug)]
pub struct Script {
    pub(super) opening: Opening,
    /// A record each, if it is not longer than one may be.
    pub(super) chunks: Arc<[Vec<u8>]>,
    pub(super) end: End,
    pub(super) hold: Option<Gate>,
}

impl Script {
    /// Sends `bytes` in one piece, then ends so.
    #[must_use]
    pub fn new(bytes: impl AsRef<[u8]>, end: End) -> Self {
        Self { opening: Opening::Handshake, chunks: Arc::new([]), end, hold: None }
            .chunks(vec![bytes.as_ref().to_vec()])
    }

    /// Begins so, and goes no further.
    #[must_use]
    pub fn opening(opening: Opening) -> Self {
        Self { opening, ..Self::new("", End::Stall) }
    }

    /// The same in these pieces.
    #[must_use]
    pub fn in_pieces(self, pieces: Pieces) -> Self {
        let bytes = self.chunks.concat();
        let chunks = match pieces {
            Pieces::Whole => vec![bytes],
            Pieces::Bytes => bytes.chunks(1).map(<[u8]>::to_vec).collect(),
            Pieces::Random(seed) => random(&bytes, seed),
        };
        self.chunks(chunks)
    }

    /// The same, but what was sent is not ended before `gate` opens.
    #[must_use]
    pub fn ended_after(self, gate: &Gate) -> Self {
        Self { hold: Some(gate.clone()), ..self }
    }

    fn chunks(self, chunks: Vec<Vec<u8>>) -> Self {
        let chunks = chunks.into_iter().filter(|chunk| !chunk.is_empty()).collect();
        Self { chunks, ..self }
    }
}

fn random(bytes: &[u8], seed: u64) -> Vec<Vec<u8>> {
    let (mut rng, mut rest, mut chunks) = (Rng::new(seed), bytes, Vec::new());
    while !rest.is_empty() {
        let most = if rng.below(4) == 0 { rest.len() } else { rest.len().min(700) };
        let (piece, later) = rest.split_at(1 + rng.below(most));
        chunks.push(piece.to_vec());
        rest = later;
    }
    chunks
}
