//! Bytes in, physical lines out, in bounded memory. What a line says is not known here.

/// Cuts bytes into lines at every `\n`, whatever segments they come in.
///
/// It copies only a line that lies in more than one segment, and holds at most the limit.
#[derive(Debug)]
pub(crate) struct Split {
    limit: usize,
    /// The number of the current line, from 1.
    number: u64,
    /// The current line as far as it came in earlier segments.
    carry: Vec<u8>,
    /// How much came in earlier segments of a current line that was too long; 0 if it is
    /// not. It is reported, and the rest of it is passed over.
    skipped: u64,
}

/// A line that passed the limit; it is told once, as soon as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLong {
    /// The limit, in bytes.
    pub(crate) limit: usize,
}

impl Split {
    /// A splitter at the start of line `number`, for lines of at most `limit` bytes
    /// (their line end, LF or CRLF, does not count).
    pub(crate) const fn new(limit: usize, number: u64) -> Self {
        Self { limit, number, carry: Vec::new(), skipped: 0 }
    }

    /// Takes the next bytes. `sink` is handed lines without `\n`, but with a `\r` before it.
    pub(crate) fn feed(
        &mut self,
        bytes: &[u8],
        sink: &mut impl FnMut(u64, Result<&[u8], TooLong>),
    ) {
        let mut from = 0;
        for newline in memchr::memchr_iter(b'\n', bytes) {
            self.end_line(&bytes[from..newline], sink);
            self.number += 1;
            from = newline + 1;
        }
        let rest = &bytes[from..];
        if rest.is_empty() {
            return;
        }
        if self.skipped > 0 {
            self.skipped += rest.len() as u64;
        } else if self.fits(rest) {
            self.carry.extend_from_slice(rest);
        } else {
            sink(self.number, Err(TooLong { limit: self.limit }));
            self.skipped = (self.carry.len() + rest.len()) as u64;
            self.carry = Vec::new();
        }
    }

    /// The number of the current line, and how much of it came.
    pub(crate) const fn current(&self) -> (u64, u64) {
        (self.number, self.carry.len() as u64 + self.skipped)
    }

    /// Whether the current line was too long.
    pub(crate) const fn is_skipping(&self) -> bool {
        self.skipped > 0
    }

    /// The end of the input: what stands after the last `\n` is a line too.
    pub(crate) fn finish(&self, sink: &mut impl FnMut(u64, Result<&[u8], TooLong>)) {
        if !self.carry.is_empty() {
            sink(self.number, Ok(&self.carry));
        }
    }

    fn end_line(&mut self, rest: &[u8], sink: &mut impl FnMut(u64, Result<&[u8], TooLong>)) {
        if self.skipped > 0 {
            self.skipped = 0;
        } else if !self.fits(rest) {
            self.carry.clear();
            sink(self.number, Err(TooLong { limit: self.limit }));
        } else if self.carry.is_empty() {
            sink(self.number, Ok(rest));
        } else {
            self.carry.extend_from_slice(rest);
            sink(self.number, Ok(&self.carry));
            self.carry.clear();
        }
    }

    /// Whether the current line may go on with `rest`, of which a last `\r` may yet turn
    /// out to belong to the line end.
    fn fits(&self, rest: &[u8]) -> bool {
        let last = rest.last().or(self.carry.last());
        self.carry.len() + rest.len() <= self.limit + usize::from(last == Some(&b'\r'))
    }
}

/// A line without the `\r` of its line end.
pub(crate) fn without_cr(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Whether there is nothing on a line but blanks: such lines are ignored in every format.
pub(crate) fn is_blank(line: &[u8]) -> bool {
    line.iter().all(u8::is_ascii_whitespace)
}
