//! Continuity by examples; [`laws`] has what holds for all lists, [`truth`] what people want.

mod laws;
mod naive;
mod truth;

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::*;
use crate::Car;
use crate::limits::RECORD;
use Ends::{Partial, Unverified, Verified};
use How::{Continued, First, Restarted, Stale};
use TailFate::{Abandoned, Amended, Confirmed};

/// What each of some snapshots is to the one before: how, the tail's fate, the first new piece.
fn run(snapshots: &[(&str, Ends)]) -> Vec<(How, Option<TailFate>, u64)> {
    let mut follow = Follow::new();
    let each = |&(snapshot, ends): &(&str, Ends)| {
        let what = follow.next(snapshot.as_bytes(), ends);
        (what.how, what.tail, what.new)
    };
    snapshots.iter().map(each).collect()
}

/// What the last of some snapshots is to the one before.
fn last(snapshots: &[(&str, Ends)]) -> (How, Option<TailFate>, u64) {
    run(snapshots).pop().expect("one at least")
}

#[test]
fn growth_trimming_and_restart() {
    assert_eq!(
        run(&[
            ("a.b", Verified),
            ("a.b.c", Verified),
            ("b.c.d.e", Verified),
            ("e", Verified),
            ("f.g", Verified),
            ("", Verified),
            ("h", Verified),
        ]),
        [
            (First, None, 0),
            (Continued, None, 2),
            (Continued, None, 2),
            (Continued, None, 1),
            (Restarted, None, 0),
            (Restarted, None, 0),
            (Continued, None, 0),
        ]
    );
}

#[test]
fn a_tail_is_confirmed_amended_or_abandoned() {
    let cut = ("a.blu", Unverified);
    assert_eq!(last(&[cut, ("a.blu.c", Verified)]), (Continued, Some(Confirmed), 2));
    assert_eq!(last(&[cut, ("a.blu", Unverified)]), (Continued, Some(Confirmed), 2));
    assert_eq!(last(&[cut, ("a.blue", Unverified)]), (Continued, Some(Amended), 2));
    assert_eq!(last(&[cut, ("a.blue.c", Partial)]), (Continued, Some(Amended), 2));
    assert_eq!(last(&[cut, ("a.red", Verified)]), (Restarted, Some(Abandoned), 0));
    assert_eq!(last(&[cut, ("", Unverified)]), (Restarted, Some(Abandoned), 0));
    assert_eq!(last(&[("a.", Unverified), ("a.b", Verified)]), (Continued, Some(Amended), 2));
    // Of a verified answer, and before a separator, nothing is cut.
    assert_eq!(last(&[("a.blu", Verified), ("a.blue", Verified)]), (Restarted, None, 0));
    assert_eq!(last(&[("a.blu.x", Partial), ("a.blue", Verified)]), (Restarted, None, 0));
}

#[test]
fn a_provisional_tail_alone_matches_only_where_it_was_all() {
    let (one, two) = (("blu", Unverified), ("a.blu", Unverified));
    assert_eq!(last(&[one, ("blue.c", Verified)]), (Continued, Some(Amended), 1));
    assert_eq!(last(&[one, ("blu.c", Verified)]), (Continued, Some(Confirmed), 1));
    assert_eq!(last(&[two, ("blue.c", Verified)]), (Restarted, Some(Abandoned), 0));
    assert_eq!(last(&[two, ("blu.c", Verified)]), (Restarted, Some(Abandoned), 0));
    // The same bytes came again, so it is certain from then on, though it is the last again.
    assert_eq!(last(&[two, two, ("blu.c", Verified)]), (Continued, None, 1));
    assert_eq!(last(&[two, two, ("a.blue", Verified)]), (Restarted, None, 0));
    assert_eq!(last(&[("a.b", Verified), ("a.b", Unverified), ("b.c", Verified)]).0, Continued);
}

#[test]
fn a_cut_copy_is_stale() {
    let whole = ("a.blue.c.d", Verified);
    for cut in ["a.bl", "a.", "a.blue.", "blue.", "b"] {
        let expected = match cut {
            // One piece counts at the begin of the list alone.
            "b" => (Restarted, None, 0),
            _ => (Stale, None, 2 + u64::from(cut == "a.blue.")),
        };
        assert_eq!(last(&[whole, (cut, Unverified)]), expected, "{cut}");
        assert_ne!(last(&[whole, (cut, Verified)]).0, Stale, "{cut}");
    }
    let whole = ("aa.bb.c.d", Verified);
    assert_eq!(last(&[whole, ("a", Unverified)]), (Stale, None, 1));
    assert_eq!(last(&[whole, ("c.d", Unverified)]), (Continued, None, 2));
    // Cut between two pieces, or restarted: nobody knows.
    for pieces in ["aa", "bb", "c", "aa.bb", "bb.c"] {
        assert_eq!(last(&[whole, (pieces, Unverified)]), (Restarted, None, 0), "{pieces}");
    }
    assert_eq!(last(&[whole, ("aa.c", Unverified)]), (Restarted, None, 0));
    assert_eq!(last(&[whole, ("aa.bb", Verified)]), (Restarted, None, 0));
    assert_eq!(last(&[whole, ("aa.bb.", Partial)]), (Stale, None, 2));
    assert_eq!(last(&[whole, ("bb.c.rest", Partial)]), (Stale, None, 2));
    assert_eq!(last(&[whole, ("aa.c.rest", Partial)]), (Restarted, None, 0));
    // It is not remembered: what comes next is compared with the whole list.
    assert_eq!(last(&[whole, ("aa.b", Unverified), ("aa.bb.c.d.e", Verified)]).2, 4);
}

#[test]
fn the_same_bytes_again_are_no_cut_copy() {
    let whole = ("1:vw:red.2:fiat:blue", Unverified);
    let (cut, more) = (("1:vw:", Unverified), ("1:vw:.9:vw:red", Verified));
    assert_eq!(last(&[whole, cut]), (Stale, None, 1));
    assert_eq!(last(&[whole, cut, cut]), (Restarted, Some(Abandoned), 0));
    // It is remembered as any other is whose bytes came again: its tail is certain.
    assert_eq!(last(&[whole, cut, cut, cut]), (Continued, None, 1));
    assert_eq!(last(&[whole, cut, cut, more]), (Continued, None, 1));
    // Any other snapshot in between, and it is as new.
    for between in [whole, ("1:vw:r", Unverified), ("1:vw:r", Partial), ("1:vw:red.9", Partial)] {
        assert_eq!(last(&[whole, cut, between, cut]).0, Stale, "{between:?}");
    }
    // Of a partial answer it is known that it was cut.
    let partial = ("1:vw:red.", Partial);
    assert_eq!(last(&[whole, partial, partial, partial]), (Stale, None, 1));
    assert_eq!(last(&[whole, cut, ("1:vw:", Partial), cut]), (Stale, None, 1));
}

#[test]
fn the_fingerprint_is_kept_and_stays_as_it_is() {
    let mut follow = Follow::new();
    assert_eq!(follow.next(b"aa.bbb.c.d", Verified).how, First);
    assert_eq!(follow.memory().stale, None);
    assert_eq!(follow.next(b"aa.bb", Unverified).how, Stale);
    assert_eq!(follow.memory().stale, Some(FINGERPRINT));
    assert_eq!(Follow::restore(follow.memory()).next(b"aa.bb", Unverified).how, Restarted);
    assert_eq!(follow.next(b"aa.bb", Unverified).how, Restarted);
    assert_eq!(follow.memory().stale, None);
}

/// Of `aa.bb`: FNV-1a in 64 bits of these bytes and then `05 00 00 00 00 00 00 00`.
const FINGERPRINT: u64 = 0xa2b0_750d_21b9_75be;

#[test]
fn a_partial_answer_without_a_separator_says_nothing() {
    assert_eq!(last(&[("a.b", Verified), ("x", Partial)]), (Stale, None, 0));
    assert_eq!(last(&[("a.b", Unverified), ("", Partial), ("a.bb", Verified)]).1, Some(Amended));
    assert_eq!(run(&[("x", Partial), ("a", Verified)]), [(First, None, 0), (First, None, 0)]);
    let emptied = [("", Verified), ("x", Partial), ("a", Verified)];
    assert_eq!(
        run(&emptied).iter().map(|what| what.0).collect::<Vec<_>>(),
        [First, Continued, Continued]
    );
}

#[test]
fn identical_records_are_cars_of_their_own() {
    for ends in [Verified, Unverified] {
        let (mut follow, mut cars) = (Follow::new(), 0);
        for count in 1..=10 {
            let list = vec!["today:vw:red"; count].join(".");
            let what = follow.next(list.as_bytes(), ends);
            cars += count as u64 - what.new;
            assert_eq!(cars, count as u64);
        }
    }
}

#[test]
fn past_the_limit_one_more_is_one_more() {
    let list = |count: usize| vec!["today:vw:red"; count].join(".").into_bytes();
    for (from, ends) in [(REMEMBERED, Verified), (REMEMBERED + 3, Unverified)] {
        let mut follow = Follow::new();
        assert_eq!(follow.next(&list(from), ends).new, 0);
        for more in 1..=3 {
            assert_eq!(follow.next(&list(from + more), ends).new, (from + more - 1) as u64);
        }
        let memory = follow.memory();
        assert_eq!(memory.forgotten, (from + 3 - REMEMBERED) as u64);
        assert_eq!(memory.pieces.len(), REMEMBERED * "today:vw:red.".len());
    }
}

#[test]
fn a_window_is_found_behind_as_many_as_were_forgotten() {
    let mut follow = Follow::remembering(2);
    assert_eq!(follow.next(b"a.b.c.d", Verified).new, 0);
    assert_eq!(follow.clone().next(b"a.b.c.d.e", Verified).new, 4);
    assert_eq!(follow.clone().next(b"b.c.d.e", Verified).new, 3);
    assert_eq!(follow.clone().next(b"d.e", Verified).new, 1);
    // The last place it can be at, for the law is never more new cars.
    assert_eq!(follow.clone().next(b"c.d.c.d.e", Verified).new, 4);
    // Behind more than were forgotten it cannot be the same list.
    assert_eq!(follow.clone().next(b"x.x.x.c.d.e", Verified).how, Restarted);
}

#[test]
fn any_memory_is_taken() {
    let memory = |pieces: &'static str, provisional, seen| {
        Follow::restore(Memory {
            pieces: pieces.as_bytes().into(),
            forgotten: 7,
            provisional,
            seen,
            stale: None,
        })
    };
    assert_eq!(Follow::restore(Memory::default()), Follow::new());
    assert_eq!(memory("a.b.cut", false, true), memory("a.b.", false, true));
    assert_eq!(memory("", true, true), memory("", false, true));
    assert_eq!(memory("a.", true, false), memory("a.", true, true));
    let long = "a.".repeat(REMEMBERED + 1);
    assert_eq!(
        Follow::restore(Memory { pieces: long.as_bytes().into(), ..Memory::default() }).forgotten,
        1
    );
}
