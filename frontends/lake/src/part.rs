//! One Parquet file: its columns, its row groups, how it is encoded. Where it comes to lie, and
//! which rows it gets in which order, is for others.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::SortingColumn;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

use crate::error::LakeError;
use crate::rows::Row;

/// Writes one part: the rows of one partition, sorted.
pub(crate) struct PartWriter {
    path: PathBuf,
    station: ByteArray,
    gathered_at: i64,
    file: SerializedFileWriter<File>,
    group: Group,
    /// How much text it took, in bytes.
    taken: usize,
}

/// The rows of a row group, by column.
#[derive(Default)]
struct Group {
    text: [Text; 3],
    unix: Vec<Option<i64>>,
}

/// A column of text: all of it, and where each value ends.
#[derive(Default)]
struct Text {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl PartWriter {
    /// `gathered_at` in Unix milliseconds.
    pub(crate) fn create(
        path: PathBuf,
        station: &str,
        gathered_at: i64,
    ) -> Result<Self, LakeError> {
        let file = File::create_new(&path).map_err(LakeError::io(&path, "create"))?;
        let schema = parse_message_type(SCHEMA).map_err(LakeError::parquet(&path))?;
        let file = SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties()))
            .map_err(LakeError::parquet(&path))?;
        let station = ByteArray::from(station);
        Ok(Self { path, station, gathered_at, file, group: Group::default(), taken: 0 })
    }

    pub(crate) fn push(&mut self, row: Row<'_>) -> Result<(), LakeError> {
        self.taken += self.group.push(row);
        if self.group.unix.len() >= GROUP_ROWS || self.group.size() >= GROUP_BYTES {
            self.end_group().map_err(LakeError::parquet(&self.path))?;
        }
        Ok(())
    }

    /// How much text it took, in bytes.
    pub(crate) const fn taken(&self) -> usize {
        self.taken
    }

    /// Writes the rest and the footer. What is left is to sync it.
    pub(crate) fn finish(mut self) -> Result<PathBuf, LakeError> {
        self.end_group().map_err(LakeError::parquet(&self.path))?;
        self.file.close().map_err(LakeError::parquet(&self.path))?;
        Ok(self.path)
    }

    fn end_group(&mut self) -> Result<(), ParquetError> {
        let Group { text: [time, brand, color], unix } = std::mem::take(&mut self.group);
        let rows = unix.len();
        if rows == 0 {
            return Ok(());
        }
        let mut group = self.file.next_row_group()?;
        column::<ByteArrayType>(&mut group, &vec![self.station.clone(); rows], None)?;
        for text in [time, brand, color] {
            column::<ByteArrayType>(&mut group, &text.into_values(), None)?;
        }
        let present: Vec<i16> = unix.iter().map(|unix| i16::from(unix.is_some())).collect();
        let numbers: Vec<i64> = unix.into_iter().flatten().collect();
        column::<Int64Type>(&mut group, &numbers, Some(&present))?;
        column::<Int64Type>(&mut group, &vec![self.gathered_at; rows], None)?;
        group.close()?;
        Ok(())
    }
}

impl Group {
    /// Says how much text it took, in bytes.
    fn push(&mut self, row: Row<'_>) -> usize {
        for (text, field) in self.text.iter_mut().zip(row.fields) {
            text.bytes.extend_from_slice(field);
            text.ends.push(text.bytes.len());
        }
        self.unix.push(row.unix);
        row.fields.iter().map(|field| field.len()).sum()
    }

    fn size(&self) -> usize {
        self.text.iter().map(|text| text.bytes.len()).sum()
    }
}

impl Text {
    /// The values, which share the bytes.
    fn into_values(self) -> Vec<ByteArray> {
        let all = ByteArray::from(self.bytes);
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| all.slice(start, end - start)).collect()
    }
}

/// Writes the next column of a row group.
fn column<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, File>,
    values: &[T::T],
    present: Option<&[i16]>,
) -> Result<(), ParquetError> {
    let missing = || ParquetError::General("the schema has fewer columns".into());
    let mut column = group.next_column()?.ok_or_else(missing)?;
    column.typed::<T>().write_batch(values, present, None)?;
    column.close()
}

/// zstd: of a million cars, each takes 6.5 bytes in parts of a thousand and 1.6 in parts of some
/// hundred thousand (`examples/lake_speed.rs`), where snappy makes 11.3 and 4.2 of it, at nearly the
/// same speed; the C compiler that it needs is needed for SQLite anyway. `time` and `unix` get no
/// dictionary: their values hardly repeat, and with one it were 8.9 and 4.2. The delta encodings
/// save little more, and not every reader in use knows them.
fn properties() -> WriterProperties {
    let by_unix = SortingColumn { column_idx: UNIX, descending: false, nulls_first: false };
    WriterProperties::builder()
        .set_created_by(concat!("carwatch ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_sorting_columns(Some(vec![by_unix]))
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_column_dictionary_enabled("time".into(), false)
        .set_column_dictionary_enabled("unix".into(), false)
        .build()
}

/// `gathered_at` is a plain number, the one that stands in SQLite, and not a timestamp: `SELECT *`
/// then works everywhere as it is (DuckDB's Python needs pytz to hand out a timestamp with a zone),
/// and each reader has a function for it (`frontends/docs/scale.md`).
const SCHEMA: &str = "message car {
    required binary station (STRING);
    required binary time (STRING);
    required binary brand (STRING);
    required binary color (STRING);
    optional int64 unix;
    required int64 gathered_at;
}";
/// The place of `unix` in it.
const UNIX: i32 = 4;

/// Rows of a row group: what readers spread over threads, and skip by its least and greatest
/// values. 122,880 is a full batch for DuckDB (60 of its vectors), and some MiB of cars.
const GROUP_ROWS: usize = 122_880;
/// Bytes of text in a row group: 8 MiB, whatever the rows are. It is in memory twice, once
/// as it came and once encoded.
const GROUP_BYTES: usize = 8 << 20;

#[cfg(test)]
mod tests;
