//! Alone in its program: the umask is the whole process's.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::SystemTime;

use carwatch_authority::{Order, make};
use rustix::fs::Mode;
use rustix::process::umask;

#[test]
fn files_are_for_their_owner_alone_whatever_the_umask() {
    let there = tempfile::tempdir().expect("a folder");
    for mask in [0o000, 0o002, 0o022, 0o077] {
        let dir = there.path().join(format!("{mask:o}"));
        umask(Mode::from_raw_mode(mask));
        let order = |name: &str| Order {
            dir: dir.clone(),
            stations: vec![format!("{name}=192.0.2.7").parse().expect("a station")],
            clients: Vec::new(),
            days: None,
        };
        let made = make(&order("gate"), SystemTime::now()).expect("a CA");
        make(&order("bridge"), SystemTime::now()).expect("another station");
        umask(Mode::from_raw_mode(0o022));
        assert_eq!(made.notes, [""; 0]);
        let mode = |path| fs::metadata(path).expect("it is there").permissions().mode() & 0o7777;
        assert_eq!(mode(dir.clone()), 0o700);
        let files: Vec<_> = fs::read_dir(&dir)
            .expect("it is there")
            .map(|entry| entry.expect("an entry").path())
            .collect();
        assert_eq!(files.len(), 8, "{files:?}");
        for file in files {
            assert_eq!(mode(file.clone()), 0o600, "{} under {mask:o}", file.display());
        }
    }
}
