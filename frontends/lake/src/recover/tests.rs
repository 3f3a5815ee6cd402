use std::path::PathBuf;

use super::*;
use crate::Lake;
use crate::publish::Part;
use crate::staging::Staging;

/// A batch that died: its folder, without anyone who holds the lock. `list` is what it meant to do.
fn dead(dir: &Path, files: &[&str], list: Option<&str>) -> PathBuf {
    let folder = dir.join(format!("{}dead", staging::prefix()));
    fs::create_dir(&folder).expect("created");
    fs::write(folder.join(LOCK), "").expect("written");
    for file in files {
        fs::write(folder.join(file), file).expect("written");
    }
    if let Some(list) = list {
        fs::write(folder.join("list"), list).expect("written");
    }
    folder
}

const A: &str = "station=a/date=unknown/part-1-a-0.parquet";
const B: &str = "station=b/date=unknown/part-1-a-1.parquet";

#[test]
fn a_batch_that_died_before_its_commit_is_removed() {
    let lake = tempfile::tempdir().expect("a folder");
    dead(lake.path(), &["1.part", "2.run", "list.writing"], None);
    Lake::open(lake.path()).expect("opened");
    assert_eq!(fs::read_dir(lake.path()).expect("there").count(), 0);
}

#[test]
fn a_batch_that_died_after_its_commit_is_finished() {
    let list = format!("1.part\t{A}\n2.part\t{B}\n");
    // It died before the first rename, and after it.
    for at_home in [false, true] {
        let lake = tempfile::tempdir().expect("a folder");
        let files: &[&str] = if at_home { &["2.part"] } else { &["1.part", "2.part"] };
        dead(lake.path(), files, Some(&list));
        if at_home {
            fs::create_dir_all(lake.path().join(A).parent().expect("one")).expect("created");
            fs::write(lake.path().join(A), "1.part").expect("written");
        }
        Lake::open(lake.path()).expect("opened");
        assert_eq!(fs::read(lake.path().join(A)).expect("there"), b"1.part");
        assert_eq!(fs::read(lake.path().join(B)).expect("there"), b"2.part");
        assert_eq!(fs::read_dir(lake.path()).expect("there").count(), 2);
    }
}

#[test]
fn what_lives_is_left_alone_and_so_is_what_others_left() {
    let lake = tempfile::tempdir().expect("a folder");
    let living = Staging::create(lake.path()).expect("created");
    let others = lake.path().join("_carwatch-00000000-0");
    fs::create_dir(&others).expect("created");
    fs::write(others.join(LOCK), "").expect("written");
    Lake::open(lake.path()).expect("opened");
    assert!(living.folder().join(LOCK).exists() && others.join(LOCK).exists());
}

#[test]
fn a_list_that_leads_elsewhere_is_not_carried_out() {
    for list in [
        "1.part\t../../x",
        "1.part\tstation=a/date=b/../x",
        "../1.part\tstation=a/date=b/part-x",
        "..\tstation=a/date=b/part-x",
        "1.part",
        "1.part\tstation=a/../part-x",
    ] {
        let lake = tempfile::tempdir().expect("a folder");
        dead(lake.path(), &["1.part"], Some(list));
        let error = Lake::open(lake.path()).expect_err(list).to_string();
        assert!(error.contains("it is no list of parts"), "{error}");
    }
}

#[test]
fn what_publishing_writes_down_is_what_is_carried_out() {
    let lake = tempfile::tempdir().expect("a folder");
    let mut staging = Staging::create(lake.path()).expect("created");
    let file = staging.new_file("part");
    fs::write(&file, "whole").expect("written");
    let parts = [Part { file, name: A.to_owned() }];
    publish::publish(lake.path(), &staging, &parts).expect("published");
    assert_eq!(fs::read(lake.path().join(A)).expect("there"), b"whole");
    assert_eq!(publish::resume(lake.path(), staging.folder()), Ok(true));
    assert_eq!(fs::read(lake.path().join(A)).expect("there"), b"whole");
}
