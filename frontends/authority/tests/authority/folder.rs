//! What is made, what is used again, and that nothing is ever overwritten.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use carwatch_authority::Error;

use crate::judge::{files, names, text};
use crate::place::{Place, is_whole};

#[test]
fn from_nothing() {
    let place = Place::new();
    let made = place.make(&["gate=192.0.2.7", "bridge=b.example,::1"], &[]).expect("made");
    assert_eq!(
        names(&place.dir),
        [
            "bridge.key",
            "bridge.pem",
            "ca.key",
            "ca.pem",
            "client.key",
            "client.pem",
            "gate.key",
            "gate.pem"
        ]
    );
    is_whole(
        &place.dir,
        &[("gate", "192.0.2.7"), ("bridge", "b.example"), ("bridge", "::1")],
        &["client"],
    );
    assert!(made.authority.is_new && made.clients[0].is_new);
    assert_eq!(made.notes, [""; 0]);
    assert_eq!(made.authority.pem, place.path("ca.pem"));
    let told: Vec<_> = made.stations.iter().map(|it| (it.name.as_str(), it.hosts.len())).collect();
    assert_eq!(told, [("gate", 1), ("bridge", 2)]);
    assert_eq!(made.stations[1].key, place.path("bridge.key"));
}

#[test]
fn a_station_that_is_added_later_has_the_same_ca_and_the_same_client() {
    let place = Place::new();
    let first = place.make(&["gate=192.0.2.7"], &[]).expect("made");
    let before = files(&place.dir);
    let second = place.make(&["bridge=192.0.2.8"], &[]).expect("made");
    let after = files(&place.dir);
    assert!(before.iter().all(|file| after.contains(file)), "nothing changed");
    assert_eq!(after.len(), before.len() + 2);
    is_whole(&place.dir, &[("gate", "192.0.2.7"), ("bridge", "192.0.2.8")], &["client"]);
    assert!(!second.authority.is_new && !second.clients[0].is_new);
    for (old, new) in
        [(&first.authority, &second.authority), (&first.clients[0], &second.clients[0])]
    {
        assert_eq!((&old.fingerprint, &old.until), (&new.fingerprint, &new.until));
    }
    // Clients alone, and more than one.
    let third = place.make(&[], &["desk", "phone"]).expect("made");
    assert!(third.stations.is_empty());
    is_whole(&place.dir, &[("gate", "192.0.2.7")], &["client", "desk", "phone"]);
    assert_eq!(names(&place.dir).len(), 12);
}

#[test]
fn clients_by_name_are_instead_of_the_one_by_default() {
    let place = Place::new();
    place.make(&["gate=192.0.2.7"], &["desk"]).expect("made");
    assert!(!place.path("client.pem").exists());
    is_whole(&place.dir, &[("gate", "192.0.2.7")], &["desk"]);
}

#[test]
fn what_is_there_is_never_overwritten() {
    let place = Place::new();
    place.make(&["gate=192.0.2.7"], &[]).expect("made");
    for (stations, clients, file) in [
        (&["gate=192.0.2.9"][..], &[][..], "gate.pem"),
        (&["bridge=b", "gate=g"], &[], "gate.pem"),
        (&["bridge=b"], &["client"], "client.pem"),
        (&["bridge=b"], &["desk", "gate"], "gate.pem"),
        (&["client=b"], &["desk"], "client.pem"),
    ] {
        let why = place.refuses(stations, clients, &[file, "is there already"]);
        assert!(matches!(why, Error::Writing(_)), "{why:?}");
    }
    // One of the two is enough, and be it a link that leads nowhere, or a folder.
    place.put("tunnel.key", "mine");
    place.refuses(&["tunnel=t"], &[], &["tunnel.key", "is there already"]);
    symlink("/nowhere/at/all", place.path("lane.pem")).expect("a link");
    place.refuses(&["lane=l"], &[], &["lane.pem", "is there already"]);
    fs::create_dir(place.path("road.pem")).expect("a folder");
    place.refuses(&["road=r"], &[], &["road.pem", "is there already"]);
}

#[test]
fn half_a_pair_is_named_by_what_is_missing() {
    for (gone, left) in [("ca.pem", "ca.key"), ("ca.key", "ca.pem")] {
        let place = Place::new();
        place.make(&["gate=g"], &[]).expect("made");
        fs::remove_file(place.path(gone)).expect("it was there");
        let missing = format!("{} is missing", place.path(gone).display());
        let why = place.refuses(&["bridge=b"], &[], &[left, &missing]);
        assert!(matches!(why, Error::Asked(_)), "{why:?}");
    }
    for (gone, left) in [("client.pem", "client.key"), ("client.key", "client.pem")] {
        let place = Place::new();
        place.make(&["gate=g"], &[]).expect("made");
        fs::remove_file(place.path(gone)).expect("it was there");
        place.refuses(&["bridge=b"], &[], &[left, gone, "is missing"]);
    }
    // A client without its CA.
    let place = Place::new();
    place.make(&["gate=g"], &[]).expect("made");
    fs::remove_file(place.path("ca.pem")).expect("it was there");
    fs::remove_file(place.path("ca.key")).expect("it was there");
    place.refuses(&["bridge=b"], &[], &["client.pem is there", "ca.pem is missing"]);
    place.make(&["bridge=b"], &["desk"]).expect("a new CA, and a client of it");
}

#[test]
fn a_place_that_cannot_be_one() {
    let place = Place::new();
    fs::write(&place.dir, "a file").expect("a file");
    let why = place.make(&["gate=g"], &[]).expect_err("no folder");
    assert!(matches!(why, Error::Writing(_)) && why.to_string().contains("carwatch-ca"), "{why}");
    assert_eq!(text(&place.dir), "a file");
    let mut nowhere = Place::new();
    nowhere.dir = nowhere.dir.with_file_name("no/such\u{1b}");
    let why = nowhere.make(&["gate=g"], &[]).expect_err("no folder").to_string();
    assert!(why.contains(r"no/such\u{1b}") && !why.contains('\u{1b}'), "{why}");
    let place = Place::new();
    symlink("nowhere", &place.dir).expect("a link");
    let why = place.make(&["gate=g"], &[]).expect_err("no folder").to_string();
    assert!(why.contains("No such file"), "{why}");
    // What would have to be read, and is no file.
    let place = Place::new();
    fs::create_dir_all(place.path("ca.pem")).expect("a folder");
    place.refuses(&["gate=g"], &[], &["cannot read", "ca.pem"]);
}

#[test]
fn what_others_may_do_is_said() {
    let place = Place::new();
    place.make(&["gate=g"], &[]).expect("made");
    let mode = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it is ours");
    };
    mode(&place.dir, 0o770);
    mode(&place.path("ca.key"), 0o644);
    let made = place.make(&["bridge=b"], &[]).expect("made");
    assert_eq!(made.notes.len(), 2, "{:?}", made.notes);
    assert!(made.notes[0].contains("may write into") && made.notes[1].contains("may read"));
}
