use std::fs::{self, File};

use carwatch::Car;

use super::*;

#[test]
fn the_folder_and_those_around_it_are_created_and_stay_empty() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path().join("a/b/lake");
    Lake::open(&dir).expect("opened");
    assert_eq!(fs::read_dir(&dir).expect("there").count(), 0);
    Lake::open(&dir).expect("opened again");
}

#[test]
fn what_cannot_be_written_is_an_error_before_anything_is_gathered() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    File::create(&file).expect("created");
    let error = Lake::open(&file).expect_err("a file").to_string();
    assert_eq!(error, format!("Parquet: cannot write into {}: it is not a folder", file.display()));
    let error = Lake::open(&file.join("a/b")).expect_err("below a file").to_string();
    assert!(error.contains("cannot create the folder") && error.contains("file/a"), "{error}");
    // Even root cannot write there.
    let proc = Path::new("/proc/carwatch");
    if Path::new("/proc/self").exists() {
        assert!(Lake::open(proc).is_err());
        assert!(Lake::open(Path::new("/proc/self")).is_err());
    }
    assert_eq!(fs::read_dir(folder.path()).expect("there").count(), 1);
}

#[test]
fn a_failure_takes_along_the_folders_it_created() {
    let folder = tempfile::tempdir().expect("a folder");
    // The last name is longer than any file system takes.
    let dir = folder.path().join("a/b").join("x".repeat(300));
    assert!(Lake::open(&dir).is_err());
    assert_eq!(fs::read_dir(folder.path()).expect("there").count(), 0);
}

#[test]
fn an_error_shows_no_control_characters() {
    let dir = Path::new("/proc/a\u{1b}[2J");
    let error = Lake::open(dir).expect_err("not there").to_string();
    assert!(error.contains(r"\u{1b}[2J") && !error.contains('\u{1b}'), "{error}");
}

#[test]
fn a_batch_is_seen_after_its_commit_and_not_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let lake = Lake::open(folder.path()).expect("opened");
    let mut batch = lake.begin(Unix::from_millis(0));
    batch.add("gate", &Car::new("1", "fiat", "red")).expect("taken");
    assert_eq!(fs::read_dir(folder.path()).expect("there").count(), 0);
    batch.commit().expect("committed");
    let names: Vec<_> = fs::read_dir(folder.path())
        .expect("there")
        .map(|entry| entry.expect("there").file_name())
        .collect();
    assert_eq!(names, ["station=gate"]);
    // Nothing at all leaves nothing at all.
    let written = lake.begin(Unix::from_millis(0)).commit().expect("committed");
    assert_eq!((written.cars, written.parts), (0, 0));
}
