//! The disk is full.

use std::path::{Path, PathBuf};
use std::process::Command;

use conformance::fixtures::Folder;

use crate::Case;
use crate::watched::{Road, recovered, stuck};

pub(crate) const CASES: &[Case] = &[
    ("full::a disk of 1 MB, until there is more", until_there_is_more),
    ("full::a disk of 1 MB, and the station is killed meanwhile", and_killed),
    ("full::a station that starts on a full disk serves what it has", started),
];

/// A file system of its own, in memory.
struct Disk(Folder);

impl Disk {
    fn of_a_megabyte() -> Self {
        let folder = Folder::new();
        run("mount", &["-t", "tmpfs", "-o", "size=1m", "none", path(&folder)]);
        Self(folder)
    }

    fn grow(&self) {
        run("mount", &["-o", "remount,size=64m", path(&self.0)]);
    }

    fn db(&self) -> PathBuf {
        self.0.path("cars.db")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a station may have it open still.
        let _ = Command::new("umount").args(["--lazy", path(&self.0)]).status();
    }
}

fn path(folder: &Folder) -> &str {
    folder.root().to_str().expect("text")
}

#[track_caller]
fn run(program: &str, args: &[&str]) {
    let status = Command::new(program).args(args).status().expect("it is there");
    assert!(status.success(), "{program} {args:?}: {status}; has it the right to?");
}

/// More cars than there is room for; answers what the station serves then.
fn fill(road: &mut Road, disk: &Disk, exe: &Path) -> conformance::station::Station {
    let station = road.station(exe, &disk.db());
    for _ in 0..50 {
        road.write(1_000);
    }
    let served = stuck(&station, &disk.db());
    assert!(road.snapshot().starts_with(&served) && served.len() < road.snapshot().len());
    station
}

fn until_there_is_more(exe: &Path) {
    let (mut road, disk) = (Road::new(), Disk::of_a_megabyte());
    let station = fill(&mut road, &disk, exe);
    disk.grow();
    recovered(&station, &disk.db(), &road.snapshot());
    road.write(1_000);
    recovered(&station, &disk.db(), &road.snapshot());
}

fn and_killed(exe: &Path) {
    let (mut road, disk) = (Road::new(), Disk::of_a_megabyte());
    let station = fill(&mut road, &disk, exe);
    station.kill();
    disk.grow();
    let station = road.station(exe, &disk.db());
    recovered(&station, &disk.db(), &road.snapshot());
}

fn started(exe: &Path) {
    let (mut road, disk) = (Road::new(), Disk::of_a_megabyte());
    let station = fill(&mut road, &disk, exe);
    station.kill();
    // It listens, though what is new in its source cannot be committed.
    let station = road.station(exe, &disk.db());
    let served = stuck(&station, &disk.db());
    assert!(!served.is_empty() && road.snapshot().starts_with(&served));
    disk.grow();
    recovered(&station, &disk.db(), &road.snapshot());
}
