//! What one gather puts into the lake: cars come in any order, and are sorted into parts.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use carwatch::Car;
use carwatch::time::Unix;

use crate::error::LakeError;
use crate::lake::Sizes;
use crate::merge::merge;
use crate::part::PartWriter;
use crate::place::{day, folder_of_day, station_folder};
use crate::publish::{PART, Part, publish};
use crate::rows::{Partition, Row, Rows};
use crate::run::RunWriter;
use crate::staging::Staging;

/// Cars that are to be seen together. Dropped without a commit, it leaves nothing.
#[derive(Debug)]
pub struct Batch {
    dir: PathBuf,
    gathered_at: Unix,
    sizes: Sizes,
    stations: HashMap<Arc<str>, u32>,
    names: Vec<Arc<str>>,
    last: u32,
    rows: Rows,
    runs: Vec<PathBuf>,
    /// Created by what needs it first.
    staging: Option<Staging>,
    cars: u64,
}

/// What a commit wrote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Cars, all that were added.
    pub cars: u64,
    /// Parquet files.
    pub parts: u64,
}

impl Batch {
    pub(crate) fn new(dir: PathBuf, gathered_at: Unix, sizes: Sizes) -> Self {
        Self {
            dir,
            gathered_at,
            sizes,
            stations: HashMap::new(),
            names: Vec::new(),
            last: 0,
            rows: Rows::default(),
            runs: Vec::new(),
            staging: None,
            cars: 0,
        }
    }

    /// Takes a car of a station, which is called so in every part.
    ///
    /// # Errors
    ///
    /// [`LakeError`] if rows had to go to disk and could not. The batch is then of no more use.
    pub fn add(&mut self, station: &str, car: &Car<'_>) -> Result<(), LakeError> {
        let unix = car.unix_seconds();
        let partition = Partition { station: self.number(station)?, day: unix.and_then(day) };
        let fields = [car.time.as_bytes(), car.brand.as_bytes(), car.color.as_bytes()];
        self.rows.push(Row { partition, unix, fields }, &self.dir)?;
        self.cars += 1;
        if self.rows.size() >= self.sizes.rows { self.spill() } else { Ok(()) }
    }

    /// Writes what was added, and returns when all of it is on the disk and seen by readers.
    ///
    /// # Errors
    ///
    /// [`LakeError`] if that is impossible; then none of it is there.
    pub fn commit(mut self) -> Result<Written, LakeError> {
        if self.cars == 0 {
            return Ok(Written::default());
        }
        let parts = self.write_parts()?;
        let staging = self.staging.as_ref().expect("the parts lie there");
        publish(&self.dir, staging, &parts)?;
        Ok(Written { cars: self.cars, parts: parts.len() as u64 })
    }

    /// The number of a station within this batch.
    fn number(&mut self, station: &str) -> Result<u32, LakeError> {
        // Cars of a station come together.
        if self.names.get(self.last as usize).is_some_and(|last| **last == *station) {
            return Ok(self.last);
        }
        self.last = match self.stations.get(station) {
            Some(number) => *number,
            None => {
                let number = u32::try_from(self.names.len()).map_err(|_| {
                    LakeError::new(&self.dir, "write into", "more stations than 2^32")
                })?;
                let name: Arc<str> = station.into();
                self.names.push(Arc::clone(&name));
                self.stations.insert(name, number);
                number
            }
        };
        Ok(self.last)
    }

    /// Sends the rows to disk, sorted, and keeps the number of such runs small.
    fn spill(&mut self) -> Result<(), LakeError> {
        self.rows.sort();
        let mut run = RunWriter::create(self.staging()?.new_file("run"))?;
        for row in self.rows.iter() {
            run.push(row)?;
        }
        self.rows.clear();
        self.runs.push(run.finish()?);
        if self.runs.len() >= self.sizes.runs {
            let mut run = RunWriter::create(self.staging()?.new_file("run"))?;
            merge(&self.runs, &mut |row| run.push(row))?;
            let merged = run.finish()?;
            for old in std::mem::replace(&mut self.runs, vec![merged]) {
                std::fs::remove_file(&old).map_err(LakeError::io(&old, "remove"))?;
            }
        }
        Ok(())
    }

    fn write_parts(&mut self) -> Result<Vec<Part>, LakeError> {
        self.staging()?;
        if self.runs.is_empty() {
            self.rows.sort();
        } else if !self.rows.is_empty() {
            self.spill()?;
        }
        let rows = std::mem::take(&mut self.rows);
        let staging = self.staging.as_mut().expect("created above");
        let (names, gathered_at) = (&self.names, self.gathered_at.as_millis());
        let mut parts = Parts {
            staging,
            names,
            gathered_at,
            longest: self.sizes.part,
            open: None,
            done: Vec::new(),
        };
        if self.runs.is_empty() {
            rows.iter().try_for_each(|row| parts.push(row))?;
        } else {
            // No more is needed of them; the runs have them all.
            drop(rows);
            merge(&self.runs, &mut |row| parts.push(row))?;
        }
        parts.finish()
    }

    fn staging(&mut self) -> Result<&mut Staging, LakeError> {
        if self.staging.is_none() {
            self.staging = Some(Staging::create(&self.dir)?);
        }
        Ok(self.staging.as_mut().expect("created just now"))
    }
}

/// Sorted rows into parts, one after another.
struct Parts<'a> {
    staging: &'a mut Staging,
    names: &'a [Arc<str>],
    gathered_at: i64,
    /// How much text a part takes, in bytes.
    longest: usize,
    open: Option<(Partition, PartWriter)>,
    done: Vec<Part>,
}

impl Parts<'_> {
    fn push(&mut self, row: Row<'_>) -> Result<(), LakeError> {
        let goes_on = self.open.as_ref().is_some_and(|(partition, part)| {
            *partition == row.partition && part.taken() < self.longest
        });
        if !goes_on {
            self.end_part()?;
            let station = &self.names[row.partition.station as usize];
            let part =
                PartWriter::create(self.staging.new_file("part"), station, self.gathered_at)?;
            self.open = Some((row.partition, part));
        }
        let (_, part) = self.open.as_mut().expect("opened above");
        part.push(row)
    }

    fn end_part(&mut self) -> Result<(), LakeError> {
        let Some((partition, part)) = self.open.take() else { return Ok(()) };
        let station = station_folder(&self.names[partition.station as usize]);
        let date = folder_of_day(partition.day);
        // Sorted by name is sorted by time; chance keeps apart what began in the same instant.
        let (when, id, number) = (self.gathered_at.max(0), self.staging.id(), self.done.len());
        let name = format!("{station}/{date}/{PART}{when:013}-{id:016x}-{number:04}.parquet");
        self.done.push(Part { file: part.finish()?, name });
        Ok(())
    }

    fn finish(mut self) -> Result<Vec<Part>, LakeError> {
        self.end_part()?;
        Ok(self.done)
    }
}

#[cfg(test)]
mod tests;
