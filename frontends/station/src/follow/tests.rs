use std::collections::VecDeque;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;

/// A folder of its own, gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("carwatch-follow-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn append(&self, name: &str, text: &str) {
        let mut file = OpenOptions::new().append(true).create(true).open(self.path(name)).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    /// Lets the file system's clock move on.
    fn tick(&self) {
        let now = || {
            fs::write(self.path("tick"), "").unwrap();
            fs::metadata(self.path("tick")).unwrap().modified().unwrap()
        };
        let start = now();
        while now() == start {
            thread::yield_now();
        }
    }

    fn rename(&self, from: &str, to: &str) {
        fs::rename(self.path(from), self.path(to)).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Does the next thing to the folder whenever all was read, and ends after the last.
struct Script<'a> {
    acts: VecDeque<Box<dyn FnOnce() + 'a>>,
    /// Cars by their time, refusals as `!`, `.` for a batch, `=` when it has caught up, and
    /// `|` before each act.
    seen: String,
    positions: Vec<Position>,
}

impl Taker for Script<'_> {
    fn line(&mut self, line: Line<'_>) {
        match line {
            Line::Car { car, .. } => self.seen += &car.time,
            _ => self.seen.push('!'),
        }
    }

    fn batch(&mut self, position: Option<Position>) {
        self.seen.push('.');
        if let Some(position) = position {
            self.positions.retain(|known| known.id != position.id);
            self.positions.insert(0, position);
        }
    }

    fn caught_up(&mut self) {
        self.seen.push('=');
    }

    fn wait(&mut self) -> ControlFlow<()> {
        self.seen.push('|');
        match self.acts.pop_front() {
            None => ControlFlow::Break(()),
            Some(act) => {
                act();
                ControlFlow::Continue(())
            }
        }
    }
}

/// What is seen of `cars.log` while `acts` happen, and the positions at last.
fn seen(
    folder: &Folder,
    positions: Vec<Position>,
    acts: Vec<Box<dyn FnOnce() + '_>>,
) -> (String, Vec<Position>) {
    let mut script =
        Script { acts: acts.into(), seen: String::new(), positions: positions.clone() };
    follow(&folder.path("cars.log"), true, Reading::default(), positions, &mut script).unwrap();
    (script.seen, script.positions)
}

/// To its end, without following it.
fn once(folder: &Folder, positions: Vec<Position>) -> io::Result<(String, Vec<Position>)> {
    let mut script =
        Script { acts: VecDeque::new(), seen: String::new(), positions: positions.clone() };
    follow(&folder.path("cars.log"), false, Reading::default(), positions, &mut script)?;
    Ok((script.seen, script.positions))
}

macro_rules! acts {
    ($($act:expr),* $(,)?) => { vec![$(Box::new(move || $act) as Box<dyn FnOnce() + '_>),*] };
}

#[test]
fn a_file_is_followed_through_whatever_becomes_of_it() {
    let folder = Folder::new();
    let f = &folder;
    f.append("cars.log", "1:a:b\n2:a");
    let acts = acts![
        f.append("cars.log", ":b\n"),
        f.rename("cars.log", "old"),
        f.append("old", "3:a:b\n4:a:b"),
        f.append("cars.log", ""),
        f.append("cars.log", "5:a:b\n"),
        f.append("cars.log", "6:a:b\n"),
        // Copy-truncate.
        {
            fs::write(f.path("cars.log"), "").unwrap();
            f.append("cars.log", "7:a:b\n");
        },
        fs::remove_file(f.path("cars.log")).unwrap(),
        f.append("cars.log", "8:a:b\n"),
        (),
    ];
    let (seen, _) = seen(f, Vec::new(), acts);
    assert_eq!(seen, "1.=|2.||3.|".to_owned() + "|4.5.|6.|.7.||8.||");
}

/// The old file is found beside what the path is a link to, too.
#[test]
fn a_link_leads_to_it() {
    let folder = Folder::new();
    let other = Folder::new();
    other.append("a", "1:a:b\n");
    std::os::unix::fs::symlink(other.path("a"), folder.path("cars.log")).unwrap();
    let (first, positions) = seen(&folder, Vec::new(), Vec::new());
    assert_eq!(first, "1.=|");
    other.append("a", "2:a:b\n");
    other.append("b", "3:a:b\n");
    fs::remove_file(folder.path("cars.log")).unwrap();
    std::os::unix::fs::symlink(other.path("b"), folder.path("cars.log")).unwrap();
    assert_eq!(seen(&folder, positions, Vec::new()).0, "2.3.=|");
}

#[test]
fn it_is_waited_for() {
    let folder = Folder::new();
    let f = &folder;
    let (seen, _) = seen(f, Vec::new(), acts![(), f.append("cars.log", "1:a:b\n")]);
    assert_eq!(seen, "=||1.|");
}

#[test]
fn without_following_it_is_read_to_its_end() {
    let folder = Folder::new();
    let missing = once(&folder, Vec::new()).unwrap_err();
    assert_eq!(missing.kind(), io::ErrorKind::NotFound);
    folder.append("cars.log", "1:a:b\n2:a:b");
    let (seen, positions) = once(&folder, Vec::new()).unwrap();
    assert_eq!(seen, "1.2.=");
    assert_eq!((positions[0].offset, positions[0].line), (11, 2));
    assert_eq!(once(&folder, positions.clone()).unwrap().0, "=");
    folder.append("cars.log", "\n3:a:b\n");
    assert_eq!(once(&folder, positions).unwrap().0, "3.=");
    // As much as takes several reads.
    let long: String = (0..100_000).map(|_| "x:a:b\n").collect();
    fs::write(folder.path("cars.log"), long).unwrap();
    let (seen, _) = once(&folder, Vec::new()).unwrap();
    assert_eq!(seen.matches('x').count(), 100_000);
    assert!(seen.matches('.').count() >= 10);
}

/// A file that is not to be read, where the permissions say so; a link to itself.
#[test]
fn what_was_there_is_read_while_the_path_leads_nowhere() {
    let folder = Folder::new();
    let f = &folder;
    f.append("cars.log", "1:a:b\n");
    let (seen, _) = seen(
        f,
        Vec::new(),
        acts![
            {
                f.rename("cars.log", "old");
                std::os::unix::fs::symlink("cars.log", f.path("cars.log")).unwrap();
                f.append("old", "2:a:b\n");
            },
            f.append("old", "3:a:b\n"),
            {
                fs::remove_file(f.path("cars.log")).unwrap();
                f.append("cars.log", "4:a:b\n");
            },
        ],
    );
    assert_eq!(seen, "1.=|2.|3.|4.|");
}

#[test]
fn what_cannot_be_read_at_the_start_is_an_error_and_later_is_tried_again() {
    let folder = Folder::new();
    let f = &folder;
    fs::create_dir(f.path("cars.log")).unwrap();
    let mut script = Script { acts: VecDeque::new(), seen: String::new(), positions: Vec::new() };
    let path = f.path("cars.log");
    let error = follow(&path, true, Reading::default(), Vec::new(), &mut script).unwrap_err();
    assert_eq!(error.to_string(), "it is not a regular file");
    fs::remove_dir(&path).unwrap();
    f.append("cars.log", "1:a:b\n");
    let (seen, _) = seen(
        f,
        Vec::new(),
        acts![
            {
                f.rename("cars.log", "old");
                fs::create_dir(f.path("cars.log")).unwrap();
            },
            f.append("old", "2:a:b\n"),
            {
                fs::remove_dir(f.path("cars.log")).unwrap();
                f.append("cars.log", "3:a:b\n");
            },
        ],
    );
    assert_eq!(seen, "1.=||2.|3.|");
}

mod restarts;
