//! Cars in memory, before they are sorted into partitions. This file knows no disk.

use crate::error::LakeError;
use std::path::Path;

/// What one folder of parts is about: a station (its number within the batch) and a day
/// (days since 1970-01-01; none: unknown).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Partition {
    pub(crate) station: u32,
    pub(crate) day: Option<i32>,
}

/// One car, its fields as bytes of UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row<'a> {
    pub(crate) partition: Partition,
    pub(crate) unix: Option<i64>,
    pub(crate) fields: [&'a [u8]; 3],
}

/// The order of rows; equals stay as they arrived. Within a partition it is by time, nulls last.
pub(crate) type Key = (Partition, bool, Option<i64>);

impl Row<'_> {
    pub(crate) const fn key(&self) -> Key {
        (self.partition, self.unix.is_none(), self.unix)
    }
}

/// Rows in the order they came, or sorted.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    bytes: Vec<u8>,
    entries: Vec<Entry>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    partition: Partition,
    unix: Option<i64>,
    start: usize,
    lengths: [u32; 3],
}

impl Rows {
    /// `path` is for the error.
    pub(crate) fn push(&mut self, row: Row<'_>, path: &Path) -> Result<(), LakeError> {
        let lengths = lengths(&row.fields).ok_or_else(|| {
            LakeError::new(path, "take a car into", format!("its text passes {LONGEST} bytes"))
        })?;
        let start = self.bytes.len();
        for field in row.fields {
            self.bytes.extend_from_slice(field);
        }
        self.entries.push(Entry { partition: row.partition, unix: row.unix, start, lengths });
        Ok(())
    }

    /// How much memory they take, in bytes.
    pub(crate) fn size(&self) -> usize {
        self.bytes.len() + self.entries.len() * size_of::<Entry>()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(crate) fn sort(&mut self) {
        // Stable: what came first stays first.
        self.entries.sort_by_key(|entry| (entry.partition, entry.unix.is_none(), entry.unix));
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        self.entries.iter().map(|entry| {
            let rest = &self.bytes[entry.start..];
            let fields = split(rest, entry.lengths);
            Row { partition: entry.partition, unix: entry.unix, fields }
        })
    }

    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.entries.clear();
    }
}

/// The three fields that stand at the head of `bytes`, one after another.
pub(crate) fn split(bytes: &[u8], lengths: [u32; 3]) -> [&[u8]; 3] {
    let [time, brand, color] = lengths.map(|length| length as usize);
    let (a, rest) = bytes.split_at(time);
    let (b, rest) = rest.split_at(brand);
    [a, b, &rest[..color]]
}

/// The lengths of the fields, none if a page of Parquet could not hold them.
fn lengths(fields: &[&[u8]; 3]) -> Option<[u32; 3]> {
    let sum: usize = fields.iter().map(|field| field.len()).sum();
    (sum <= LONGEST).then(|| fields.map(|field| u32::try_from(field.len()).unwrap_or(u32::MAX)))
}

/// The longest car, in bytes of text: 1 GiB. A page of Parquet counts in 31 bits.
const LONGEST: usize = 1 << 30;
