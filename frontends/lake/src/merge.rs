//! Sorted runs into one sorted stream, with one row of each in memory.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::path::PathBuf;

use crate::error::LakeError;
use crate::rows::Row;
use crate::run::RunReader;

/// Hands out the rows of all runs in order. Of equal ones that of the earlier run comes first,
/// so runs in the order of arrival keep it.
pub(crate) fn merge(
    runs: &[PathBuf],
    sink: &mut impl FnMut(Row<'_>) -> Result<(), LakeError>,
) -> Result<(), LakeError> {
    let mut readers = Vec::with_capacity(runs.len());
    for path in runs {
        readers.extend(RunReader::open(path)?);
    }
    let keys = readers.iter().enumerate().map(|(run, reader)| Reverse((reader.row().key(), run)));
    let mut heap: BinaryHeap<_> = keys.collect();
    while let Some(Reverse((_, run))) = heap.pop() {
        let reader = &mut readers[run];
        sink(reader.row())?;
        if reader.advance()? {
            heap.push(Reverse((reader.row().key(), run)));
        }
    }
    Ok(())
}
