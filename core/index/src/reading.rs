//! One answer on its way into the index.

use carwatch::Verdict;
use carwatch::wire::{Piece, Splitter, Tail};

use crate::Index;

/// Reads an answer, in whatever segments it comes.
#[derive(Debug)]
pub struct Reading {
    splitter: Splitter,
    seen: u64,
    /// What came of the current piece in earlier segments, as far as it is kept.
    carry: Vec<u8>,
    most: usize,
}

impl Reading {
    /// Begins an answer called `name`, with records of at most `limit` bytes. Of what is
    /// rejected as many bytes are kept.
    pub fn new(index: &mut Index, name: &str, limit: usize) -> Self {
        index.begin(name);
        Self { splitter: Splitter::new(limit), seen: 0, carry: Vec::new(), most: limit }
    }

    /// Takes the next bytes.
    pub fn feed(&mut self, index: &mut Index, segment: &[u8]) {
        let Self { splitter, seen, carry, most } = self;
        let origin = *seen;
        let mut head = &carry[..];
        splitter.feed(segment, &mut |piece| {
            let Piece::Rejected(rejection) = &piece else {
                head = &[];
                return index.take(&piece, &[]);
            };
            let from = rejection.at.start.saturating_sub(origin) as usize;
            let to = rejection.at.end.saturating_sub(origin) as usize;
            let rest = &segment[from.min(to)..to];
            let rest = &rest[..rest.len().min(most.saturating_sub(head.len()))];
            if head.is_empty() {
                index.take(&piece, rest);
            } else {
                index.take(&piece, &[head, rest].concat());
            }
            head = &[];
        });
        if let Some(dot) = memrchr(segment) {
            carry.clear();
            let rest = &segment[dot + 1..];
            carry.extend_from_slice(&rest[..rest.len().min(*most)]);
        } else {
            let room = most.saturating_sub(carry.len());
            carry.extend_from_slice(&segment[..segment.len().min(room)]);
        }
        *seen += segment.len() as u64;
        index.reached(*seen);
    }

    /// Ends it, and says what came of it. Of one that failed nothing is kept (protocol.md).
    pub fn finish(self, index: &mut Index, verdict: &Verdict) {
        let tail = match verdict {
            Verdict::Complete { .. } => Tail::Whole,
            Verdict::Partial(_) | Verdict::Failed(_) => Tail::Cut,
        };
        let raw = self.carry;
        self.splitter.finish(tail, &mut |piece| index.take(&piece, &raw));
        index.reached(self.seen);
        index.settle(verdict);
    }
}

fn memrchr(segment: &[u8]) -> Option<usize> {
    segment.iter().rposition(|byte| *byte == b'.')
}
