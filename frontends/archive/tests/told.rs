//! Whether a tail was printed, which a run leaves to the next one.

mod common;

use carwatch::follow::{Ends, How};
use carwatch_archive::{Archive, Problem};
use common::{Tested, round, round_told, rows};
use rusqlite::Connection;

#[test]
fn a_tail_is_told_with_its_round_or_later() -> Tested {
    use Ends::{Partial, Unverified, Verified};
    /// A snapshot, how it ends, whether its tail is printed with it, and whether it counts as
    /// printed then.
    type Step = (&'static str, Ends, bool, bool);
    let cases: [&[Step]; 8] = [
        &[("a::.b::blu", Unverified, true, true)],
        &[("a::.b::blu", Unverified, false, false)],
        // There is no tail that waits.
        &[("a::.b::blu", Verified, false, true), ("a::.b::blu.c", Partial, false, true)],
        &[("a::.b::blu", Unverified, false, false), ("a::.b::blu", Unverified, false, true)],
        &[("a::.b::blu", Unverified, false, false), ("a::.b::blue.c::", Verified, false, true)],
        &[("a::.b::blu", Unverified, false, false), ("x::", Unverified, true, true)],
        // What was printed stays so where it is amended; what comes after it is another.
        &[
            ("a::.b::bl", Unverified, true, true),
            ("a::.b::blu", Unverified, false, true),
            ("a::.b::blue.c::", Unverified, false, false),
            ("a::.b::b", Unverified, true, false),
            ("a::.b::blue.c::d", Unverified, false, false),
        ],
        // What is no car was not printed.
        &[("a::.b", Unverified, true, true), ("a::.b::", Unverified, false, false)],
    ];
    for case in cases {
        let folder = tempfile::tempdir()?;
        let mut archive = Archive::open(&folder.path().join("cars.db"))?;
        assert!(archive.told("gate")?, "nothing is known of it");
        for (snapshot, ends, told, expected) in case {
            let mut follow = archive.follow("gate")?;
            round_told(&mut archive, &mut follow, snapshot.as_bytes(), *ends, *told)?;
            assert_eq!(archive.told("gate")?, *expected, "{snapshot} of {case:?}");
        }
    }
    Ok(())
}

#[test]
fn all_tails_are_told_at_once() -> Tested {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("cars.db");
    let mut archive = Archive::open(&file)?;
    archive.tell(["gate"])?;
    let mut follow = archive.follow("gate")?;
    round_told(&mut archive, &mut follow, b"a::.b::blu", Ends::Unverified, false)?;
    // As by a kill: the next client finds it so.
    drop(archive);
    let mut archive = Archive::open(&file)?;
    assert!(!archive.told("gate")?);
    assert!(archive.told("bridge")?, "nothing is known of it");
    archive.tell(["bridge"])?;
    assert!(!archive.told("gate")?, "another station's");
    archive.tell(["bridge", "gate"])?;
    assert!(archive.told("gate")?);
    assert_eq!(archive.follow("gate")?, follow, "nothing else changed");
    assert_eq!(rows(&file, "SELECT provisional, told FROM stations")?, ["1|1"]);
    drop(archive);
    assert!(Archive::open(&file)?.told("gate")?);
    Ok(())
}

#[test]
fn another_program_that_writes_is_named() -> Tested {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("cars.db");
    let mut archive = Archive::open(&file)?;
    let mut follow = archive.follow("gate")?;
    round_told(&mut archive, &mut follow, b"a::.b::", Ends::Unverified, false)?;
    let other = Connection::open(&file)?;
    other.execute_batch("BEGIN IMMEDIATE")?;
    let stored = round_told(&mut archive, &mut follow, b"a::.b::.c::", Ends::Unverified, false);
    for error in
        [stored.map(drop).expect_err("locked"), archive.tell(["gate"]).expect_err("locked")]
    {
        assert!(matches!(error.problem, Problem::Busy(_)), "{error:?}");
        let words = error.to_string();
        assert!(words.contains("another program is writing to it"), "{words}");
        assert!(words.contains("cars.db") && words.contains("SQLite code 5"), "{words}");
    }
    other.execute_batch("ROLLBACK")?;
    assert!(!archive.told("gate")?);
    let mut follow = archive.follow("gate")?;
    let (how, stored) = round(&mut archive, &mut follow, b"a::.b::.c::", Ends::Unverified)?;
    assert_eq!((how, &*stored.added), (How::Continued, &[1][..]));
    Ok(())
}
