//! What stations are given to serve: many cars, and large snapshots.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FileType, Mode, mknodat};
use tempfile::{NamedTempFile, TempDir};

use crate::station::Station;

/// Cars of all sorts, some awkward; no two are the same.
pub struct Cars(Vec<[String; 3]>);

impl Cars {
    /// So many.
    #[must_use]
    pub fn new(count: usize) -> Self {
        let brands = ["peugeot", "B.M.W", "Lynk:Co", "Citroën", "100% \"new\"", "a, b", ""];
        let colors = ["red", "", "dark.green", "日本", "blue"];
        let car = |nth: usize| {
            let time = (97_264_836 + nth).to_string();
            let brand = brands[nth % brands.len()].to_owned();
            [time, brand, colors[nth % colors.len()].to_owned()]
        };
        Self((0..count).map(car).collect())
    }

    /// The cars.
    #[must_use]
    pub fn cars(&self) -> &[[String; 3]] {
        &self.0
    }

    /// As CSV with a header.
    #[must_use]
    pub fn csv(&self) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["time", "brand", "color"]).expect("a buffer");
        for car in &self.0 {
            writer.write_record(car).expect("a buffer");
        }
        String::from_utf8(writer.into_inner().expect("a buffer")).expect("text")
    }

    /// As an object a line.
    #[must_use]
    pub fn ndjson(&self) -> String {
        let mut text = String::new();
        for [time, brand, color] in &self.0 {
            let object = serde_json::json!({"time": time, "brand": brand, "color": color});
            writeln!(text, "{object}").expect("a string");
        }
        text
    }

    /// As a station sends them.
    #[must_use]
    pub fn snapshot(&self) -> String {
        self.0.iter().map(record).collect::<Vec<_>>().join(".")
    }
}

/// A car as it stands on the wire.
#[must_use]
pub fn record(car: &[String; 3]) -> String {
    let escape = |field: &String| field.replace('%', "%25").replace('.', "%2E").replace(':', "%3A");
    car.each_ref().map(escape).join(":")
}

/// So many cars from the `first` on as lines of records, each its own.
#[must_use]
pub fn lines(numbers: Range<usize>) -> String {
    numbers.map(|nth| format!("{nth}:car:red\n")).collect()
}

/// The snapshot of those lines.
#[must_use]
pub fn snapshot(numbers: Range<usize>) -> Vec<u8> {
    lines(numbers).trim_end().replace('\n', ".").into_bytes()
}

/// A temporary folder with a source, a store and whatever else a case writes.
pub struct Folder(TempDir);

impl Folder {
    /// An empty one.
    ///
    /// # Panics
    ///
    /// If it cannot be made.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it makes a folder")]
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    /// Its own path.
    #[must_use]
    pub fn root(&self) -> &Path {
        self.0.path()
    }

    /// The path of a file in it, which need not be there.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file from its begin.
    ///
    /// # Panics
    ///
    /// If it cannot be written.
    #[track_caller]
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).expect("a temporary file");
        path
    }

    /// Makes a FIFO in it, which nobody writes to.
    ///
    /// # Panics
    ///
    /// If the system will not.
    pub fn fifo(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        let made = mknodat(CWD, &path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0);
        made.expect("a FIFO");
        path
    }

    /// Appends to a file, which need not be there yet.
    ///
    /// # Panics
    ///
    /// If it cannot be written.
    #[track_caller]
    pub fn append(&self, name: &str, text: impl AsRef<[u8]>) {
        let file = OpenOptions::new().append(true).create(true).open(self.path(name));
        file.and_then(|mut file| file.write_all(text.as_ref())).expect("a temporary file");
    }

    /// Renames a file.
    ///
    /// # Panics
    ///
    /// If it cannot be renamed.
    #[track_caller]
    pub fn rename(&self, from: &str, to: &str) {
        fs::rename(self.path(from), self.path(to)).expect("a temporary folder");
    }
}

/// A source file with this text.
///
/// # Panics
///
/// If it cannot be written.
#[must_use]
pub fn file(text: impl AsRef<[u8]>) -> NamedTempFile {
    let mut file = NamedTempFile::new().expect("a temporary folder");
    file.write_all(text.as_ref()).expect("a temporary file");
    file
}

/// A snapshot of at least `len` bytes, and the source file it comes from. Its records are
/// long, so that it is read in no time; no two are the same.
pub struct Large {
    /// Holds the cars, a record a line.
    pub file: NamedTempFile,
    /// What every caller must get.
    pub snapshot: Vec<u8>,
}

impl Large {
    /// One of at least `len` bytes.
    #[must_use]
    pub fn new(len: usize) -> Self {
        let fill: String = ('a'..='z').cycle().take(RECORD - 20).collect();
        let records: Vec<String> =
            (0..len.div_ceil(RECORD)).map(|nth| format!("{nth:09}:{fill}:red")).collect();
        Self { file: file(records.join("\n") + "\n"), snapshot: records.join(".").into_bytes() }
    }

    /// A station that knows all of it.
    ///
    /// # Panics
    ///
    /// If it does not come to know it.
    #[must_use]
    #[track_caller]
    pub fn station(&self, exe: &Path, args: &[&str]) -> Station {
        let source = self.file.path().to_str().expect("text");
        let station = Station::spawn(exe, [&["--source", source], args].concat());
        self.wait_until_known(&station);
        station
    }

    /// Waits until a station that has this source knows all of it.
    ///
    /// # Panics
    ///
    /// If it does not come to know it.
    #[track_caller]
    pub fn wait_until_known(&self, station: &Station) {
        let known = station.snapshot_when(|bytes| bytes.len() >= self.snapshot.len());
        assert!(known == self.snapshot, "the snapshot is the records, joined");
    }
}

const RECORD: usize = 50_000;

/// The size of snapshot that no kernel buffer swallows.
pub const EIGHT_MB: usize = 8_000_000;
