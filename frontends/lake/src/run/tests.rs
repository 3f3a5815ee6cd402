use proptest::prelude::*;

use super::*;
use crate::merge::merge;
use crate::rows::Rows;

type Owned = (u32, Option<i32>, Option<i64>, [String; 3]);

fn row((station, day, unix, fields): &Owned) -> Row<'_> {
    let [a, b, c] = fields;
    let partition = Partition { station: *station, day: *day };
    Row { partition, unix: *unix, fields: [a.as_bytes(), b.as_bytes(), c.as_bytes()] }
}

fn rows() -> impl Strategy<Value = Vec<Owned>> {
    let unix = proptest::option::of(prop_oneof![any::<i64>(), 0..3i64]);
    let day = proptest::option::of(prop_oneof![any::<i32>(), 0..3i32]);
    let text = || proptest::string::string_regex("(?s).{0,3}").expect("a pattern");
    let one = (0..4u32, day, unix, [text(), text(), text()]);
    proptest::collection::vec(one, 0..200)
}

proptest! {
    /// A stable sort of the whole is the law; how it is cut into runs must not show.
    #[test]
    fn runs_merged_are_the_whole_sorted(owned in rows(), run_length in 1usize..60) {
        let folder = tempfile::tempdir()?;
        let mut runs = Vec::new();
        for (number, chunk) in owned.chunks(run_length).enumerate() {
            let mut rows = Rows::default();
            for one in chunk {
                rows.push(row(one), folder.path()).expect("not too long");
            }
            rows.sort();
            let mut run = RunWriter::create(folder.path().join(number.to_string())).expect("a run");
            rows.iter().try_for_each(|row| run.push(row)).expect("written");
            runs.push(run.finish().expect("written"));
        }
        let mut expected: Vec<&Owned> = owned.iter().collect();
        expected.sort_by_key(|one| row(one).key());
        let mut at = 0;
        merge(&runs, &mut |found| {
            assert_eq!(found, row(expected[at]));
            at += 1;
            Ok(())
        }).expect("read");
        prop_assert_eq!(at, expected.len());
    }
}

#[test]
fn a_run_that_was_cut_within_a_row_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run");
    let mut run = RunWriter::create(path.clone()).expect("a run");
    run.push(row(&(1, None, Some(5), ["5".into(), "fiat".into(), "red".into()]))).expect("written");
    run.finish().expect("written");
    let whole = std::fs::read(&path).expect("read");
    for length in 1..whole.len() {
        std::fs::write(&path, &whole[..length]).expect("written");
        assert!(RunReader::open(&path).is_err(), "{length}");
    }
}
