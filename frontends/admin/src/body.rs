//! The body of an answer: a text, or a snapshot that is sent from where it lies.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use carwatch::{Cursor, Snapshot};
use hyper::body::{Body, Buf, Bytes, Frame, SizeHint};

use crate::watch::Answering;

/// A body of known length, in one piece.
#[derive(Debug)]
pub(crate) struct Content {
    piece: Option<Piece>,
    len: u64,
    /// Dropped with the body: then all of the answer has been handed on.
    _answering: Option<Answering>,
}

/// What hyper writes from: nothing of it is copied on the way to the kernel.
#[derive(Debug)]
pub(crate) enum Piece {
    Bytes(Bytes),
    Snapshot(Snapshot, Cursor),
}

impl Content {
    pub(crate) fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self::of(Piece::Bytes(bytes.into()))
    }

    pub(crate) fn snapshot(snapshot: Snapshot) -> Self {
        let start = snapshot.start();
        Self::of(Piece::Snapshot(snapshot, start))
    }

    /// The same, keeping `answering` until it is dropped.
    pub(crate) fn keeping(self, answering: Answering) -> Self {
        Self { _answering: Some(answering), ..self }
    }

    fn of(piece: Piece) -> Self {
        let len = piece.left();
        Self { piece: (len > 0).then_some(piece), len, _answering: None }
    }
}

impl Body for Content {
    type Data = Piece;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Piece>, Infallible>>> {
        self.len = 0;
        Poll::Ready(self.piece.take().map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.piece.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.len)
    }
}

impl Piece {
    fn left(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Snapshot(snapshot, cursor) => snapshot.len() - cursor.position(),
        }
    }
}

impl Buf for Piece {
    fn remaining(&self) -> usize {
        usize::try_from(self.left()).unwrap_or(usize::MAX)
    }

    fn chunk(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Snapshot(snapshot, cursor) => snapshot.chunk(cursor),
        }
    }

    fn advance(&mut self, mut count: usize) {
        match self {
            Self::Bytes(bytes) => bytes.advance(count),
            Self::Snapshot(snapshot, cursor) => {
                while count > 0 {
                    let step = count.min(snapshot.chunk(cursor).len());
                    // A caller that goes past the end would otherwise go round for ever.
                    assert!(step > 0, "advanced past the end of a snapshot");
                    snapshot.advance(cursor, step);
                    count -= step;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
