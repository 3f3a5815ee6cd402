//! Whether a file is one that was read before, and how far.

use std::collections::VecDeque;

use sha2::{Digest, Sha256};

use crate::{FileId, HEAD, Position, TAIL};

/// The positions that a file may have, tried one after the other.
#[derive(Debug)]
pub(crate) struct Judge {
    candidates: VecDeque<Position>,
    /// The first bytes of the file, once they were right for the first candidate.
    head: Option<Vec<u8>>,
}

/// A file's position, and what of the file proved it.
#[derive(Debug)]
pub(crate) struct Match {
    pub(crate) position: Position,
    /// The file's first bytes, as many as its head's hash is of.
    pub(crate) head: Vec<u8>,
    /// The bytes before the position, as many as its tail's hash is of.
    pub(crate) before: Vec<u8>,
}

impl Judge {
    /// Of `positions`, the newest first, those of this inode. A device may have another
    /// number after a restart: it only decides which are tried first.
    pub(crate) fn new(id: FileId, positions: &[Position]) -> Self {
        let may_be = |position: &&Position| position.id.inode == id.inode;
        let mut candidates: Vec<_> = positions.iter().filter(may_be).cloned().collect();
        candidates.sort_by_key(|position| position.id.device != id.device);
        Self { candidates: candidates.into(), head: None }
    }

    /// Whether any position may be that of the file.
    pub(crate) fn has_candidates(&self) -> bool {
        !self.candidates.is_empty()
    }

    /// The bytes to look at next, as an offset and a length; none if nothing matches, or if
    /// there is [nothing to look at](Self::known).
    pub(crate) fn wants(&self) -> Option<(u64, usize)> {
        let offset = self.candidates.front()?.offset;
        match self.head {
            _ if offset == 0 => None,
            None => Some((0, offset.min(HEAD) as usize)),
            Some(_) => Some((offset - offset.min(TAIL), offset.min(TAIL) as usize)),
        }
    }

    /// A position before the first byte, which is that of a file that was truncated. There is
    /// nothing to know the file by, and what is older than that is out of date.
    pub(crate) fn known(mut self) -> Option<Match> {
        let position = self.candidates.pop_front().filter(|position| position.offset == 0)?;
        Some(Match { position, head: Vec::new(), before: Vec::new() })
    }

    /// Takes the bytes that were wanted, or as many as there are.
    pub(crate) fn read(&mut self, bytes: &[u8]) -> Option<Match> {
        let (_, len) = self.wants()?;
        let position = self.candidates.front()?;
        let hash = if self.head.is_some() { position.tail } else { position.head };
        if bytes.len() != len || Sha256::digest(bytes)[..] != hash {
            self.candidates.pop_front();
            self.head = None;
            return None;
        }
        let Some(head) = self.head.take() else {
            self.head = Some(bytes.to_vec());
            return None;
        };
        let position = self.candidates.pop_front()?;
        Some(Match { position, head, before: bytes.to_vec() })
    }
}
