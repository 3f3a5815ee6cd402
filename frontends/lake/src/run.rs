//! Sorted rows on disk, while a batch has more than memory is meant to hold. Private to a batch:
//! no other program, and no other version of this one, reads it.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use crate::error::LakeError;
use crate::rows::{Partition, Row, split};

/// Writes rows, which come sorted.
#[derive(Debug)]
pub(crate) struct RunWriter {
    path: PathBuf,
    file: BufWriter<File>,
}

impl RunWriter {
    pub(crate) fn create(path: PathBuf) -> Result<Self, LakeError> {
        let file = File::create_new(&path).map_err(LakeError::io(&path, "create"))?;
        Ok(Self { path, file: BufWriter::with_capacity(BUFFER, file) })
    }

    pub(crate) fn push(&mut self, row: Row<'_>) -> Result<(), LakeError> {
        write_row(&mut self.file, row).map_err(LakeError::io(&self.path, "write"))
    }

    pub(crate) fn finish(mut self) -> Result<PathBuf, LakeError> {
        self.file.flush().map_err(LakeError::io(&self.path, "write"))?;
        Ok(self.path)
    }
}

/// Reads a run, and has one row of it at hand.
#[derive(Debug)]
pub(crate) struct RunReader {
    path: PathBuf,
    file: BufReader<File>,
    head: Head,
    bytes: Vec<u8>,
}

#[derive(Debug)]
struct Head {
    partition: Partition,
    unix: Option<i64>,
    lengths: [u32; 3],
}

impl RunReader {
    /// None if the run has no row.
    pub(crate) fn open(path: &Path) -> Result<Option<Self>, LakeError> {
        let file = File::open(path).map_err(LakeError::io(path, "read"))?;
        let partition = Partition { station: 0, day: None };
        let mut run = Self {
            path: path.to_owned(),
            file: BufReader::with_capacity(BUFFER, file),
            head: Head { partition, unix: None, lengths: [0; 3] },
            bytes: Vec::new(),
        };
        Ok(run.advance()?.then_some(run))
    }

    pub(crate) fn row(&self) -> Row<'_> {
        let Head { partition, unix, lengths } = self.head;
        Row { partition, unix, fields: split(&self.bytes, lengths) }
    }

    /// Goes on to the next row; false if there is none.
    pub(crate) fn advance(&mut self) -> Result<bool, LakeError> {
        self.read_row().map_err(LakeError::io(&self.path, "read"))
    }

    fn read_row(&mut self) -> io::Result<bool> {
        if self.file.fill_buf()?.is_empty() {
            return Ok(false);
        }
        let mut head = [0; HEAD];
        self.file.read_exact(&mut head)?;
        self.head = decode(&head);
        let length = self.head.lengths.iter().map(|length| *length as usize).sum();
        self.bytes.resize(length, 0);
        self.file.read_exact(&mut self.bytes)?;
        Ok(true)
    }
}

fn write_row(out: &mut impl Write, row: Row<'_>) -> io::Result<()> {
    let mut head = Vec::with_capacity(HEAD);
    head.extend(row.partition.station.to_le_bytes());
    head.push(u8::from(row.partition.day.is_some()));
    head.extend(row.partition.day.unwrap_or_default().to_le_bytes());
    head.push(u8::from(row.unix.is_some()));
    head.extend(row.unix.unwrap_or_default().to_le_bytes());
    for field in row.fields {
        // `Rows` took no longer one.
        head.extend(u32::try_from(field.len()).unwrap_or(u32::MAX).to_le_bytes());
    }
    out.write_all(&head)?;
    row.fields.iter().try_for_each(|field| out.write_all(field))
}

fn decode(head: &[u8; HEAD]) -> Head {
    let word = |at: usize| [head[at], head[at + 1], head[at + 2], head[at + 3]];
    let day = (head[4] == 1).then(|| i32::from_le_bytes(word(5)));
    let long =
        u64::from(u32::from_le_bytes(word(10))) | u64::from(u32::from_le_bytes(word(14))) << 32;
    Head {
        partition: Partition { station: u32::from_le_bytes(word(0)), day },
        unix: (head[9] == 1).then(|| long.cast_signed()),
        lengths: [18, 22, 26].map(|at| u32::from_le_bytes(word(at))),
    }
}

/// A row before its fields: station, day, unix, the lengths of the fields; in bytes.
const HEAD: usize = 30;
const BUFFER: usize = 64 * 1024;

#[cfg(test)]
mod tests;
