//! The sqlite3 shell on the store of a station that runs.

use std::path::Path;
use std::process::Command;

use conformance::caller::call;

use crate::Case;
use crate::watched::{Road, recovered};

pub(crate) const CASES: &[Case] = &[("shell::people query the store while it runs", query)];

fn query(exe: &Path) {
    let mut road = Road::new();
    road.write(100);
    let db = road.db();
    let station = road.station(exe, &db);
    for _ in 0..20 {
        station.wait_until_it_serves(road.snapshot());
        for flags in [&["-readonly"][..], &[]] {
            let count = sqlite3(&db, flags, "SELECT count(*) FROM cars");
            assert_eq!(count.trim(), road.written.to_string());
            let sql = "SELECT color, count(*), max(arrived_at) > min(arrived_at) - 1 \
                FROM cars WHERE brand = 'car' GROUP BY color";
            assert_eq!(sqlite3(&db, flags, sql).trim(), format!("red|{}|1", road.written));
        }
        road.write(100);
        let served = call(station.address()).complete();
        assert!(road.snapshot().starts_with(&served));
    }
    let copy = road.folder.path("copy.db");
    station.wait_until_it_serves(road.snapshot());
    let _ = sqlite3(&db, &[], &format!(".backup '{}'", copy.display()));
    assert!(conformance::store::snapshot(&copy) == road.snapshot(), "a backup has all of it");
    assert_eq!(sqlite3(&db, &[], "PRAGMA integrity_check").trim(), "ok");
    recovered(&station, &db, &road.snapshot());
}

#[track_caller]
fn sqlite3(db: &Path, flags: &[&str], sql: &str) -> String {
    let output = Command::new("sqlite3").args(flags).arg(db).arg(sql).output().expect("a shell");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{sql}: {said}");
    String::from_utf8(output.stdout).expect("text")
}
