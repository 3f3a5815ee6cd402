use std::fs;
use std::path::PathBuf;
use std::thread;

use super::super::queue;
use super::{LogHandle, append, check};

/// A log into a file called `log` in a fresh folder.
fn log() -> (tempfile::TempDir, PathBuf, queue::Queue, queue::Guard, LogHandle) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let (queue, guard) =
        queue::start(append(&path).unwrap(), |lost| panic!("{lost} lost")).unwrap();
    let handle = LogHandle::new(queue.clone(), Some(path.clone()));
    (folder, path, queue, guard, handle)
}

#[test]
fn after_a_rotation_lines_go_to_the_new_file() {
    let (_folder, path, queue, guard, handle) = log();
    queue.push(b"one\n");
    let old = path.with_extension("1");
    fs::rename(&path, &old).unwrap();
    queue.push(b"two\n");
    handle.reopen().unwrap();
    queue.push(b"three\n");
    drop(guard);
    assert_eq!(fs::read_to_string(old).unwrap(), "one\ntwo\n");
    assert_eq!(fs::read_to_string(path).unwrap(), "three\n");
}

#[test]
fn a_file_that_nobody_renamed_goes_on() {
    let (_folder, path, queue, guard, handle) = log();
    queue.push(b"one\n");
    handle.reopen().unwrap();
    handle.reopen().unwrap();
    queue.push(b"two\n");
    drop(guard);
    assert_eq!(fs::read_to_string(path).unwrap(), "one\ntwo\n");
}

#[test]
fn rotated_again_and_again_no_line_is_lost_or_cut_or_out_of_order() {
    let (folder, path, queue, guard, handle) = log();
    let (writers, lines, rotations) = (4, 500, 50);
    thread::scope(|scope| {
        for writer in 0..writers {
            let queue = queue.clone();
            scope.spawn(move || {
                for line in 0..lines {
                    queue.push(format!("{writer} {line:0>200}\n").as_bytes());
                }
            });
        }
        for nth in 0..rotations {
            fs::rename(&path, folder.path().join(format!("log.{nth:0>3}"))).unwrap();
            handle.reopen().unwrap();
        }
    });
    drop(guard);
    let mut files: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    // The newest has no number.
    files.rotate_left(1);
    let mut next = vec![0; writers];
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.is_empty() || text.ends_with('\n'), "{file:?} ends in a line's middle");
        for line in text.lines() {
            let (writer, number) = line.split_once(' ').unwrap();
            let writer: usize = writer.parse().unwrap();
            assert_eq!(number, format!("{:0>200}", next[writer]), "{file:?}");
            next[writer] += 1;
        }
    }
    assert_eq!(next, vec![lines; writers]);
}

#[test]
fn a_file_that_cannot_be_opened_leaves_the_old_one() {
    let (folder, path, queue, guard, handle) = log();
    let old = path.with_extension("1");
    fs::rename(&path, &old).unwrap();
    fs::create_dir(&path).unwrap();
    let error = handle.reopen().unwrap_err();
    let path = path.display();
    assert!(error.starts_with(&format!("cannot open the log file {path}: ")), "{error}");
    queue.push(b"still here\n");
    drop(guard);
    assert_eq!(fs::read_to_string(old).unwrap(), "still here\n");
    drop(folder);
}

#[test]
fn a_log_without_a_file_has_nothing_to_open() {
    let (_folder, path, queue, guard, _) = log();
    LogHandle::new(queue.clone(), None).reopen().unwrap();
    queue.push(b"one\n");
    drop(guard);
    assert_eq!(fs::read_to_string(path).unwrap(), "one\n");
}

#[test]
fn a_check_makes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    check(&path).unwrap();
    assert!(!path.exists());
    fs::write(&path, "one\n").unwrap();
    check(&path).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "one\n");
    check("relative-and-not-there".as_ref()).unwrap();
    for wrong in [folder.path().to_owned(), path.join("below"), folder.path().join("no/log")] {
        let error = check(&wrong).unwrap_err();
        assert!(error.starts_with(&format!("cannot open the log file {}: ", wrong.display())));
    }
}
