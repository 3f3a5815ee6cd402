//! The folder of `--parquet`, read by a reader that is not the writer's.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use parquet::basic::{Compression, Type};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

use crate::fixtures::Folder;

/// What a row of a part holds; when it was gathered is the clock's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stored {
    pub(super) station: String,
    /// Time, brand and color.
    pub(super) fields: [String; 3],
    pub(super) unix: Option<i64>,
}

/// One such row.
pub(super) fn stored(station: &str, fields: [&str; 3], unix: Option<i64>) -> Stored {
    Stored { station: station.to_owned(), fields: fields.map(str::to_owned), unix }
}

/// Every row of every part, with the folder it is in, sorted; of stations whose names need no
/// escapes. Panics if there is anything else but whole parts.
#[track_caller]
pub(super) fn read(folder: &Folder) -> Vec<(String, Stored)> {
    let rows = read_all(folder);
    for (at, stored) in &rows {
        let named = at.split('/').next() == Some(&format!("station={}", stored.station));
        // An address is a name, too, and its colon is escaped.
        assert!(named || stored.station.contains(':'), "{stored:?} is in {at}");
    }
    rows
}

/// The same, whatever the names of the stations are.
#[track_caller]
pub(super) fn read_all(folder: &Folder) -> Vec<(String, Stored)> {
    let lake = folder.path("lake");
    let mut rows = Vec::new();
    for path in files(&lake) {
        let within = path.strip_prefix(&lake).ok().and_then(Path::to_str).expect("text");
        let [station, date, name] = within.split('/').collect::<Vec<_>>()[..] else {
            panic!("{within} is left in the folder")
        };
        assert!(station.starts_with("station=") && date.starts_with("date="), "{within}");
        let is_seen = !name.starts_with(['.', '_']) && name.ends_with(".parquet");
        assert!(is_seen, "{within} is none of the files that Spark takes for parts");
        let bytes = fs::read(&path).expect("a file");
        assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"), "{within} is whole");
        let of = part(&path);
        assert!(!of.is_empty(), "{within} holds nothing");
        let times: Vec<i64> = of.iter().filter_map(|row| row.unix).collect();
        assert!(times.is_sorted(), "{within} is sorted");
        rows.extend(of.into_iter().map(|row| (format!("{station}/{date}"), row)));
    }
    rows.sort();
    rows
}

#[track_caller]
fn part(path: &Path) -> Vec<Stored> {
    let reader = SerializedFileReader::new(File::open(path).expect("it is there"));
    let reader = reader.unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let metadata = reader.metadata();
    let columns = metadata.file_metadata().schema_descr();
    let types: Vec<(&str, Type)> =
        columns.columns().iter().map(|column| (column.name(), column.physical_type())).collect();
    let expected = [
        ("station", Type::BYTE_ARRAY),
        ("time", Type::BYTE_ARRAY),
        ("brand", Type::BYTE_ARRAY),
        ("color", Type::BYTE_ARRAY),
        ("unix", Type::INT64),
        ("gathered_at", Type::INT64),
    ];
    assert_eq!(types, expected, "{}", path.display());
    let compression = metadata.row_group(0).column(0).compression();
    assert!(matches!(compression, Compression::ZSTD(_) | Compression::SNAPPY), "{compression}");
    let row = |row: Result<parquet::record::Row, _>| {
        let row = row.expect("a row");
        let column = |name: &str| {
            row.get_column_iter().find(|(is, _)| *is == name).expect("it is there").1.clone()
        };
        let text = |name: &str| match column(name) {
            Field::Str(text) => text,
            other => panic!("{name} is a string, not {other:?}"),
        };
        let unix = match column("unix") {
            Field::Null => None,
            Field::Long(unix) => Some(unix),
            other => panic!("unix is a nullable int64, not {other:?}"),
        };
        let fields = ["time", "brand", "color"].map(text);
        Stored { station: text("station"), fields, unix }
    };
    reader.get_row_iter(None).expect("rows").map(row).collect()
}

/// Every file below a folder, or none if it is not there.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
