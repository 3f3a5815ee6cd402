//! What rounds leave in the tables.

mod common;

use std::time::Duration;

use carwatch::follow::{Ends, Follow, How};
use carwatch::time::Unix;
use carwatch::{Fault, Outcome, Reason, Report};
use carwatch_archive::{Archive, Followed, Gathered};
use common::{Tested, answered, round, rows};
use proptest::prelude::*;

const CARS: &str = "SELECT time, brand, color, partial, provisional FROM cars ORDER BY id";

#[test]
fn a_round_is_a_row_of_each_kind() -> Tested {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("cars.db");
    let mut archive = Archive::open(&file)?;
    let mut gate = answered("gate", b"1:B%2EM%2EW:red.bad.2:vw:", Ends::Verified);
    gate.outcome.cars = 2;
    gate.outcome.rejected = 1;
    gate.first_byte = Some(Duration::from_micros(1_500));
    gate.elapsed = Some(Duration::from_millis(3));
    let mut bridge = answered("bridge", b"", Ends::Partial);
    bridge.outcome = Outcome::failed(Fault::new(Reason::Refused, "Connection refused"));
    let cut = answered("cut", b"1:fiat:blue.2:fi", Ends::Partial);
    let report =
        Report { stations: vec![gate, bridge, cut], elapsed: Some(Duration::from_millis(20)) };
    let mut follow = Follow::new();
    let what = follow.next(&report.stations[0].outcome.response, Ends::Verified);
    let followed = [Some(Followed { what, ends: Ends::Verified, follow: &follow })];
    let stored = archive.store(&Gathered {
        started: Unix::from_millis(97_264_836_000),
        report: &report,
        followed: &followed,
        record_limit: carwatch::limits::RECORD,
        told: true,
    })?;
    assert_eq!((stored.gather, &*stored.added), (1, &[2, 0, 0][..]));
    assert_eq!(
        rows(&file, "SELECT * FROM cars")?,
        ["1|gate|1|B.M.W|red|97264836000|1|0|0", "2|gate|2|vw||97264836000|1|0|0"]
    );
    assert_eq!(rows(&file, "SELECT * FROM gathers")?, ["1|97264836000|20|1|1|1|2"]);
    assert_eq!(
        rows(&file, "SELECT * FROM outcomes")?,
        [
            "1|1|gate|127.0.0.1:8000|complete||1|2|2|1|25|1|1.5|3||first",
            "2|1|bridge|127.0.0.1:8000|failed|refused|0|0|0|0|0|1|||Connection refused|",
            "3|1|cut|127.0.0.1:8000|partial|reset|0|0|0|0|16|1|||connection reset by peer|",
        ]
    );
    assert_eq!(rows(&file, "SELECT station FROM stations")?, ["gate"]);
    Ok(())
}

#[test]
fn a_tail_is_one_row_whatever_becomes_of_it() -> Tested {
    use Ends::{Partial, Unverified, Verified};
    type Case = (&'static [(&'static str, Ends)], &'static [&'static str]);
    let cases: [Case; 9] = [
        (&[("a::.b::blu", Unverified)], &["a|||0|0", "b||blu|0|1"]),
        (&[("a::.b::blu", Unverified); 2], &["a|||0|0", "b||blu|0|0"]),
        (&[("a::.b::blu", Unverified), ("a::.b::blue", Unverified)], &["a|||0|0", "b||blue|0|1"]),
        (&[("a::.b::blu", Unverified), ("a::.b::blue.c", Partial)], &["a|||0|0", "b||blue|1|0"]),
        // It begins to be a car, and ceases to be one.
        (&[("a::.b:", Unverified), ("a::.b::.c::", Verified)], &["a|||0|0", "b|||0|0", "c|||0|0"]),
        (&[("a::.b::", Unverified), ("a::.b:::.c::", Verified)], &["a|||0|0", "c|||0|0"]),
        // Nothing is known of it: it stays what it is, and no later tail is taken for it.
        (
            &[("a::.b::blu", Unverified), ("x::", Unverified), ("x::red", Unverified)],
            &["a|||0|0", "b||blu|0|1", "x||red|0|1"],
        ),
        // The new tail is no car, so there is no row that stands for it.
        (
            &[("a::.b::", Unverified), ("a::.b::c.d", Unverified), ("a::.b::c.d::", Verified)],
            &["a|||0|0", "b||c|0|0", "d|||0|0"],
        ),
        // A cut copy changes nothing, and the tail is still there to be amended.
        (
            &[("a::.b::blu", Unverified), ("a::.b:", Unverified), ("a::.b::blue", Verified)],
            &["a|||0|0", "b||blue|0|0"],
        ),
    ];
    for (snapshots, expected) in cases {
        for reopened in [false, true] {
            let folder = tempfile::tempdir()?;
            let file = folder.path().join("cars.db");
            let mut archive = Archive::open(&file)?;
            let mut follow = archive.follow("gate")?;
            for (snapshot, ends) in snapshots {
                if reopened {
                    drop(archive);
                    archive = Archive::open(&file)?;
                    follow = archive.follow("gate")?;
                }
                round(&mut archive, &mut follow, snapshot.as_bytes(), *ends)?;
            }
            assert_eq!(rows(&file, CARS)?, expected, "{snapshots:?}");
        }
    }
    Ok(())
}

#[test]
fn what_went_on_stands_beside_each_outcome() -> Tested {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("cars.db");
    let mut archive = Archive::open(&file)?;
    let mut follow;
    for (snapshot, how, added) in [
        ("aa::.bb::", How::First, 2),
        ("aa::.bb::.c::", How::Continued, 1),
        ("aa::.b", How::Stale, 0),
        ("x::", How::Restarted, 1),
        ("x::.y::.z::", How::Continued, 2),
        ("x::.y:", How::Stale, 0),
        ("x::.y", How::Stale, 0),
        ("x::.y:", How::Stale, 0),
        ("x::.y:", How::Restarted, 1),
    ] {
        // Each round by a client of its own.
        follow = archive.follow("gate")?;
        let (went, stored) =
            round(&mut archive, &mut follow, snapshot.as_bytes(), Ends::Unverified)?;
        assert_eq!((went, &*stored.added), (how, &[added][..]));
    }
    assert_eq!(
        rows(&file, "SELECT gather, continuity, new FROM outcomes")?,
        [
            "1|first|2",
            "2|continued|1",
            "3|stale|0",
            "4|restarted|1",
            "5|continued|2",
            "6|stale|0",
            "7|stale|0",
            "8|stale|0",
            "9|restarted|1",
        ]
    );
    assert_eq!(rows(&file, "SELECT sum(new) FROM gathers")?, ["7"]);
    Ok(())
}

#[test]
fn ten_identical_records_are_ten_cars() -> Tested {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("cars.db");
    for count in 1..=10 {
        let mut archive = Archive::open(&file)?;
        let mut follow = archive.follow("gate")?;
        let list = vec!["today:vw:red"; count].join(".");
        round(&mut archive, &mut follow, list.as_bytes(), Ends::Unverified)?;
        assert_eq!(rows(&file, "SELECT count(*) FROM cars")?, [count.to_string()]);
    }
    Ok(())
}

#[test]
fn a_tail_that_was_deleted_by_hand_stays_so() -> Tested {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("cars.db");
    let mut archive = Archive::open(&file)?;
    let mut follow = Follow::new();
    round(&mut archive, &mut follow, b"a::.b::blu", Ends::Unverified)?;
    let other = rusqlite::Connection::open(&file)?;
    other.execute_batch("DELETE FROM cars WHERE id = 2")?;
    other.execute_batch("INSERT INTO cars VALUES(2, 'bridge', 'x', '', '', 0, 0, 0, 1)")?;
    round(&mut archive, &mut follow, b"a::.b::blue.c::", Ends::Verified)?;
    assert_eq!(rows(&file, CARS)?, ["a|||0|0", "x|||0|1", "c|||0|0"]);
    Ok(())
}

/// What is stored of a list that is trimmed, grows, is cut and begins anew, in parts, is what
/// is remembered of it.
fn memories(steps: &[(usize, usize, usize, Ends)], size: usize) -> Tested {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("cars.db");
    let mut archive = Archive::open(&file)?;
    let mut follow = Follow::new();
    let (mut list, mut number) = (Vec::new(), 0);
    for (trim, grow, cut, ends) in steps {
        list.drain(..list.len().min(*trim));
        list.extend((number..number + grow).map(|n| format!("{n}{}", "x".repeat(n % size))));
        number += grow;
        let mut bytes = list.join(".").into_bytes();
        bytes.truncate(bytes.len().saturating_sub(*cut));
        for _ in 0..1 + trim % 2 {
            round(&mut archive, &mut follow, &bytes, *ends)?;
            assert_eq!(archive.follow("gate")?, follow);
        }
        let too_large = "SELECT count(*) FROM memory WHERE length(pieces) > 16384 + 2000";
        assert_eq!(rows(&file, too_large)?, ["0"], "a part is some 16 KiB");
    }
    drop(archive);
    assert_eq!(Archive::open(&file)?.follow("gate")?, follow);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_memory_is_that_of_the_follower(
        steps in proptest::collection::vec((
            prop_oneof![3 => 0usize..40, 1 => 0usize..2_000],
            prop_oneof![3 => 0usize..60, 1 => 0usize..1_500],
            prop_oneof![Just(0), 0usize..30],
            prop_oneof![Just(Ends::Verified), Just(Ends::Unverified), Just(Ends::Partial)],
        ), 1..16),
        size in prop_oneof![Just(1), 1usize..1_000],
    ) {
        memories(&steps, size).map_err(|error| TestCaseError::fail(error.to_string()))?;
    }
}

#[test]
fn a_memory_at_its_limit_moves_on() -> Tested {
    use Ends::{Unverified, Verified};
    memories(
        &[
            (0, 65_530, 0, Verified),
            (0, 4, 0, Unverified),
            (0, 4, 2, Unverified),
            (100, 5_000, 0, Verified),
            (0, 0, 0, Verified),
            (0, 66_000, 1, Unverified),
            (130_000, 1, 0, Verified),
        ],
        3,
    )
}
