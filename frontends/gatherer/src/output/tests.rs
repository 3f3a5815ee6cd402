//! What becomes of the file, and of the folder around it.

use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use super::{Failure, Target};

#[test]
fn a_file_changes_as_a_whole_and_only_when_published() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("cars.csv");
    fs::write(&path, "old").expect("written");
    let target = Target::at(&path).expect("can be written");
    let written = target.write(|out| out.write_all(b"new")).expect("written");
    assert_eq!(fs::read(&path).expect("read"), b"old");
    written.publish().expect("published");
    assert_eq!(fs::read(&path).expect("read"), b"new");
    assert_eq!(files(folder.path()), ["cars.csv"]);
}

#[test]
fn what_is_not_published_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("cars.csv");
    let target = Target::at(&path).expect("can be written");
    assert_eq!(files(folder.path()), [""; 0], "nothing stands there while it is gathered");
    drop(target.write(|out| out.write_all(b"new")).expect("written"));
    assert_eq!(files(folder.path()), [""; 0]);
    let failed = target.write(|_| Err(io::ErrorKind::StorageFull.into()));
    assert!(matches!(failed, Err(Failure::Said(_))), "{failed:?}");
    assert_eq!(files(folder.path()), [""; 0]);
}

#[test]
fn a_replaced_file_keeps_its_mode_and_its_link() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, link) = (folder.path().join("cars.csv"), folder.path().join("link"));
    fs::write(&path, "old").expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o606)).expect("mode");
    symlink("cars.csv", &link).expect("a link");
    let target = Target::at(&link).expect("can be written");
    target.write(|out| out.write_all(b"new")).expect("written").publish().expect("published");
    assert_eq!(fs::read(&path).expect("read"), b"new");
    assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o606);
    assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
}

#[test]
fn a_new_file_is_one_like_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let (ours, other) = (folder.path().join("ours"), folder.path().join("other"));
    fs::write(&other, "").expect("written");
    let target = Target::at(&ours).expect("can be written");
    target.write(|_| Ok(())).expect("written").publish().expect("published");
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode();
    assert_eq!(mode(&ours), mode(&other));
}

#[test]
fn a_device_is_written_to_and_stays_one() {
    let target = Target::at(Path::new("/dev/null")).expect("can be written");
    target.write(|out| out.write_all(b"new")).expect("written").publish().expect("published");
    assert!(!fs::metadata("/dev/null").expect("there").is_file());
    let full = Target::at(Path::new("/dev/full")).expect("can be opened");
    let failed = full.write(|out| out.write_all(b"new")).expect_err("no space");
    let Failure::Said(words) = failed else { panic!("silent") };
    assert_eq!(words, "cannot write /dev/full: No space left on device (os error 28)");
}

#[test]
fn what_cannot_be_written_is_known_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let told = |path: &Path| Target::at(path).expect_err("cannot be written");
    assert_eq!(
        told(Path::new("no/such/folder/a\u{1b}b")),
        r"cannot write no/such/folder/a\u{1b}b: No such file or directory (os error 2)",
    );
    assert!(told(folder.path()).ends_with(": is a directory"));
    assert!(told(Path::new("")).starts_with("cannot write : "));
}

#[test]
fn a_closed_pipe_is_no_news() {
    let target = Target::at(Path::new("/dev/null")).expect("can be written");
    let failed = target.write(|_| Err(io::ErrorKind::BrokenPipe.into()));
    assert!(matches!(failed, Err(Failure::Closed)), "{failed:?}");
}

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries.map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}
