use parquet::basic::{LogicalType, Repetition, Type};
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::{FileReader, SerializedFileReader};

use super::*;
use crate::rows::Partition;

fn write(path: PathBuf, rows: u64, text: &str) -> SerializedFileReader<File> {
    let mut part = PartWriter::create(path, "gate", 1_795_330_000_123).expect("a part");
    for number in 0..rows {
        let unix = (number + 1 < rows).then_some(number.cast_signed());
        let time = unix.map_or("today".to_owned(), |unix| unix.to_string());
        let partition = Partition { station: 0, day: None };
        let fields = [time.as_bytes(), b"fiat", text.as_bytes()];
        part.push(Row { partition, unix, fields }).expect("taken");
    }
    let path = part.finish().expect("written");
    SerializedFileReader::new(File::open(path).expect("there")).expect("Parquet")
}

#[test]
fn the_columns_are_those_of_the_contract() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = write(folder.path().join("a"), 3, "red");
    let schema = file.metadata().file_metadata().schema_descr();
    let columns: Vec<_> = schema
        .columns()
        .iter()
        .map(|column| {
            let optional = column.self_type().get_basic_info().repetition() == Repetition::OPTIONAL;
            let text = column.logical_type_ref() == Some(&LogicalType::String);
            (column.name(), column.physical_type(), text, optional)
        })
        .collect();
    assert_eq!(
        columns,
        [
            ("station", Type::BYTE_ARRAY, true, false),
            ("time", Type::BYTE_ARRAY, true, false),
            ("brand", Type::BYTE_ARRAY, true, false),
            ("color", Type::BYTE_ARRAY, true, false),
            ("unix", Type::INT64, false, true),
            ("gathered_at", Type::INT64, false, false),
        ]
    );
}

#[test]
fn row_groups_end_by_rows_or_by_bytes_and_say_what_is_in_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let rows = GROUP_ROWS as u64 * 2 + 10;
    let file = write(folder.path().join("rows"), rows, "red");
    let groups: Vec<i64> =
        file.metadata().row_groups().iter().map(RowGroupMetaData::num_rows).collect();
    assert_eq!(groups, [122_880, 122_880, 10]);
    for group in file.metadata().row_groups() {
        let sorting = group.sorting_columns().expect("declared");
        assert_eq!((sorting[0].column_idx, sorting[0].nulls_first), (UNIX, false));
        assert!(group.columns().iter().all(|column| column.statistics().is_some()));
    }
    let last = file.metadata().row_group(2).column(4).statistics().expect("there").null_count_opt();
    assert_eq!(last, Some(1));

    let megabyte = "x".repeat(1 << 20);
    let file = write(folder.path().join("bytes"), 20, &megabyte);
    let groups: Vec<i64> =
        file.metadata().row_groups().iter().map(RowGroupMetaData::num_rows).collect();
    assert_eq!(groups, [8, 8, 4]);
}
