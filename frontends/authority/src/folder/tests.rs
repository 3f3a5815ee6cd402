use std::fs;
use std::sync::Barrier;

use super::Folder;
use crate::Error;

fn files(names: &[&str], text: &str) -> Vec<(String, String)> {
    names.iter().map(|name| ((*name).to_owned(), text.to_owned())).collect()
}

#[test]
fn what_was_begun_is_taken_away_again() {
    let dir = tempfile::tempdir().expect("a folder");
    fs::write(dir.path().join("c"), "old").expect("a file");
    let why =
        Folder::open(dir.path()).expect("a folder").write(&files(&["a", "b", "c", "d"], "new"));
    assert!(
        matches!(&why, Err(Error::Writing(why)) if why.contains("c is there already")),
        "{why:?}"
    );
    let names: Vec<_> = fs::read_dir(dir.path())
        .expect("it is there")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(names, ["c"]);
    assert_eq!(fs::read_to_string(dir.path().join("c")).expect("it is there"), "old");
}

#[test]
fn a_folder_that_was_made_for_nothing_is_gone_again() {
    let there = tempfile::tempdir().expect("a folder");
    let path = there.path().join("new");
    drop(Folder::open(&path).expect("made"));
    assert!(!path.exists());
    let refused = Folder::open(&path).expect("made").write(&files(&["a", "no/such"], ""));
    assert!(refused.is_err() && !path.exists());
    Folder::open(&path).expect("made").write(&files(&["a"], "")).expect("written");
    drop(Folder::open(&path).expect("there"));
    assert!(path.join("a").exists());
}

#[test]
fn a_file_that_cannot_be_written_is_named_and_not_left() {
    let dir = tempfile::tempdir().expect("a folder");
    let name = "x".repeat(300);
    let refused = Folder::open(dir.path()).expect("a folder").write(&files(&["a", &name], ""));
    assert!(matches!(&refused, Err(Error::Writing(why)) if why.contains(&name)), "{refused:?}");
    assert_eq!(fs::read_dir(dir.path()).expect("it is there").count(), 0);
}

/// Where folders cannot be locked.
#[test]
fn without_a_lock_one_run_has_all_files_and_the_others_none() {
    for _ in 0..50 {
        let dir = tempfile::tempdir().expect("a folder");
        let barrier = Barrier::new(4);
        let won: usize = std::thread::scope(|scope| {
            let run = |n: usize| {
                let folder = Folder::open(dir.path()).expect("a folder");
                folder.itself.unlock().expect("it was locked");
                barrier.wait();
                usize::from(folder.write(&files(&["a", "b", "c"], &n.to_string())).is_ok())
            };
            let runs: Vec<_> = (0..4).map(|n| scope.spawn(move || run(n))).collect();
            runs.into_iter().map(|run| run.join().expect("no panic")).sum()
        });
        assert_eq!(won, 1);
        let texts: Vec<_> = ["a", "b", "c"]
            .map(|name| fs::read_to_string(dir.path().join(name)).expect("it is there"))
            .to_vec();
        assert!(texts.iter().all(|text| *text == texts[0]), "{texts:?}");
    }
}

#[test]
fn whoever_comes_second_waits_for_the_first_even_if_the_folder_vanishes() {
    let there = tempfile::tempdir().expect("a folder");
    let path = there.path().join("new");
    let first = Folder::open(&path).expect("made");
    std::thread::scope(|scope| {
        let second =
            scope.spawn(|| Folder::open(&path).expect("made anew").write(&files(&["a"], "")));
        drop(first);
        second.join().expect("no panic").expect("written");
    });
    assert!(path.join("a").exists());
}
