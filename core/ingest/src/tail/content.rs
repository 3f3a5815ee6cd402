//! What was read of one file: its lines, and enough of its bytes to know them again.

use sha2::{Digest, Sha256};

use crate::{Checkpoint, FileId, Format, HEAD, Line, Lines, Position, Reading, TAIL};

/// A file's content as far as it was read.
#[derive(Debug)]
pub(crate) struct Content {
    /// None once it is at its end.
    lines: Option<Lines>,
    /// Where the lines' checkpoint stands, its `consumed` counted from the file's begin.
    checkpoint: Checkpoint,
    /// Where `lines` began.
    base: u64,
    /// How far it was read.
    read: u64,
    /// The first bytes, at most [`HEAD`].
    head: Vec<u8>,
    /// The bytes before the checkpoint, at most [`TAIL`].
    before: Vec<u8>,
    /// Those from the checkpoint to `read`; only the last [`TAIL`] of them while a line is
    /// skipped for its length, during which the checkpoint does not move.
    ahead: Vec<u8>,
    /// Whether its begin, too, is a position.
    from_begin: bool,
}

impl Content {
    /// Nothing of it yet.
    pub(crate) fn new(reading: Reading) -> Self {
        let lines = Lines::with(reading);
        Self {
            checkpoint: lines.checkpoint(),
            lines: Some(lines),
            base: 0,
            read: 0,
            head: Vec::new(),
            before: Vec::new(),
            ahead: Vec::new(),
            from_begin: false,
        }
    }

    /// Nothing of it yet, but there are positions of what it held before, which its begin
    /// takes the place of.
    pub(crate) fn again(reading: Reading) -> Self {
        Self { from_begin: true, ..Self::new(reading) }
    }

    /// All before `position`, where `head` and `before` were found.
    pub(crate) fn resume(
        reading: Reading,
        position: &Position,
        head: Vec<u8>,
        before: Vec<u8>,
    ) -> Self {
        let checkpoint = Checkpoint {
            consumed: position.offset,
            line: position.line,
            format: position.format,
            header: position.header.clone(),
        };
        Self {
            lines: Some(checkpoint.resume(reading)),
            checkpoint,
            base: position.offset,
            read: position.offset,
            head,
            before,
            ahead: Vec::new(),
            from_begin: true,
        }
    }

    /// The format of its lines.
    pub(crate) const fn format(&self) -> Format {
        self.checkpoint.format
    }

    /// How far it was read, in bytes.
    pub(crate) const fn end(&self) -> u64 {
        self.read
    }

    /// The first bytes, as they were read.
    pub(crate) fn head(&self) -> &[u8] {
        &self.head
    }

    /// The last bytes before [`end`](Self::end), as they were read: at most [`TAIL`].
    pub(crate) fn last(&self) -> Vec<u8> {
        last(&self.before, &self.ahead)
    }

    /// Takes the bytes at [`end`](Self::end).
    pub(crate) fn feed(&mut self, bytes: &[u8], sink: &mut impl FnMut(Line<'_>)) {
        let Some(lines) = &mut self.lines else { return };
        lines.feed(bytes, sink);
        let checkpoint = lines.checkpoint();
        let skipping = lines.is_skipping();
        self.settle(bytes, checkpoint);
        if skipping {
            let too_many = self.ahead.len().saturating_sub(TAIL as usize);
            self.ahead.drain(..too_many);
        }
    }

    /// Its end: takes a last line without a newline too.
    pub(crate) fn finish(&mut self, sink: &mut impl FnMut(Line<'_>)) {
        if let Some(lines) = self.lines.take() {
            let checkpoint = lines.finish(sink);
            self.settle(&[], checkpoint);
        }
    }

    /// It is gone, and what would have followed with it.
    pub(crate) fn abandon(self, sink: &mut impl FnMut(Line<'_>)) {
        if let Some(lines) = self.lines {
            lines.abandon(sink);
        }
    }

    /// The position where the lines' checkpoint stands; none at the very begin, where there
    /// is nothing to know the file by, unless another one has to give way to it.
    pub(crate) fn position(&self, id: FileId) -> Option<Position> {
        let Checkpoint { consumed: offset, line, format, ref header } = self.checkpoint;
        let head = &self.head[..offset.min(HEAD) as usize];
        (offset > 0 || self.from_begin).then(|| Position {
            id,
            head: Sha256::digest(head).into(),
            tail: Sha256::digest(&self.before).into(),
            offset,
            line,
            format,
            header: header.clone(),
        })
    }

    /// Moves on by `bytes`, with the checkpoint of the lines after them.
    fn settle(&mut self, bytes: &[u8], checkpoint: Checkpoint) {
        let consumed = self.base + checkpoint.consumed;
        let advance = (consumed - self.checkpoint.consumed) as usize;
        self.read += bytes.len() as u64;
        self.checkpoint = Checkpoint { consumed, ..checkpoint };
        let missing = (HEAD as usize - self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..missing]);

        let behind = (self.read - consumed) as usize;
        if let Some(at) = bytes.len().checked_sub(behind) {
            // Mostly. What stood ahead need not be whole.
            self.before = last(&self.last(), &bytes[..at]);
            self.ahead.clear();
            self.ahead.extend_from_slice(&bytes[at..]);
        } else {
            if advance > 0 {
                self.before = last(&self.before, &self.ahead[..advance]);
                self.ahead.drain(..advance);
            }
            self.ahead.extend_from_slice(bytes);
        }
    }
}

/// The last bytes of `before` and `after` as one, at most [`TAIL`].
fn last(before: &[u8], after: &[u8]) -> Vec<u8> {
    let of = |bytes: &[u8], most: usize| bytes[bytes.len().saturating_sub(most)..].to_vec();
    let after = of(after, TAIL as usize);
    [of(before, TAIL as usize - after.len()), after].concat()
}

#[cfg(test)]
mod tests;
