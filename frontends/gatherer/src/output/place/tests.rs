//! Names of streams, links to what is not there, and what is no file.

use std::fs;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::{Place, is_same_file};

#[test]
fn a_stream_is_never_a_file_to_be_replaced() {
    let folder = tempfile::tempdir().expect("a folder");
    let link = folder.path().join("link");
    symlink("/dev/stdout", &link).expect("a link");
    for name in
        ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "/dev/../proc/thread-self/fd/1"]
    {
        assert!(matches!(Place::of(Path::new(name)), Ok(Place::Stdout)), "{name}");
    }
    assert!(matches!(Place::of(&link), Ok(Place::Stdout)));
    for name in ["/dev/stderr", "/dev/fd/2", "/proc/self/fd/2"] {
        assert!(matches!(Place::of(Path::new(name)), Ok(Place::Stderr)), "{name}");
    }
}

#[test]
fn another_descriptor_is_appended_to() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let number = file.as_file().as_raw_fd();
    for name in [format!("/dev/fd/{number}"), format!("/proc/{}/fd/{number}", std::process::id())] {
        fs::write(file.path(), "head\n").expect("written");
        let target = super::super::Target::at(Path::new(&name)).expect("can be written");
        let written = target.write(|out| out.write_all(b"cars\n")).expect("written");
        written.publish().expect("published");
        assert_eq!(fs::read(file.path()).expect("read"), b"head\ncars\n", "{name}");
    }
    let error = Place::of(Path::new("/dev/fd/999999")).expect_err("it is not open");
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
}

#[test]
fn a_link_to_no_file_yet_stays_a_link() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, link) = (folder.path().join("cars"), folder.path().join("link"));
    symlink("cars", &link).expect("a link");
    let target = super::super::Target::at(&link).expect("can be written");
    target.write(|out| out.write_all(b"new")).expect("written").publish().expect("published");
    assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
    assert_eq!(fs::read(path).expect("read"), b"new");
    let circle = folder.path().join("circle");
    symlink("circle", &circle).expect("a link");
    assert!(Place::of(&circle).is_err());
}

#[test]
fn a_folder_is_refused_before_it_is_there() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["new/", "new/.", ".", ""] {
        let path = folder.path().join(name);
        let error = Place::of(&path).expect_err(name);
        assert_eq!(error.kind(), io::ErrorKind::IsADirectory, "{name}");
    }
}

#[test]
fn one_file_under_two_names_is_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, link) = (folder.path().join("cars"), folder.path().join("link"));
    symlink("cars", &link).expect("a link");
    assert!(is_same_file(&path, &link));
    assert!(!is_same_file(&path, &folder.path().join("other")));
    assert!(!is_same_file(Path::new("/dev/stdout"), Path::new("/dev/stdout")));
    assert!(!is_same_file(Path::new("/dev/null"), Path::new("/dev/null")));
}
