//! Every line is read once, and in order, whatever happens to its file and the station.

use std::collections::BTreeSet;

use carwatch_ingest::{Format, News};

use crate::history::{History, Kind};

const CALM: Kind = Kind {
    format: Format::Record,
    kills: false,
    truncates: false,
    deletes: false,
    returns: false,
    patient: true,
    settled: false,
};

/// Checks the law over many histories: what was missing of what was written, of all, and
/// what was told.
fn check(kind: Kind, seeds: std::ops::Range<u64>) -> (usize, usize, Vec<News>) {
    let (mut missing, mut all) = (0, 0);
    let mut news = Vec::new();
    for seed in seeds {
        let mut history = History::new(kind, seed);
        history.run(300);
        let seen: BTreeSet<_> = history.committed.iter().copied().collect();
        let lost: Vec<_> = history
            .all()
            .filter(|line| !seen.contains(line) && !history.may_miss.contains(line))
            .collect();
        let twice = history.committed.len() - seen.len();
        let sorted = kind.returns || history.committed.is_sorted();
        if !lost.is_empty() || twice > 0 || !sorted {
            let log = history.log.join("\n");
            panic!("seed {seed} of {kind:?}: lost {lost:?}, {twice} twice, {sorted}\n{log}");
        }
        all += history.all().count();
        missing += history.all().filter(|line| !seen.contains(line)).count();
        news.extend(history.news);
    }
    (missing, all, news)
}

#[test]
fn nothing_is_lost_by_rotation() {
    for format in [Format::Record, Format::Csv, Format::Auto] {
        let (missing, all, news) = check(Kind { format, ..CALM }, 0..200);
        assert_eq!(missing, 0, "of {all}");
        assert!(all > 20_000, "{all}");
        assert!(news.contains(&News::Replaced) && news.contains(&News::Gone));
    }
}

#[test]
fn nothing_is_lost_by_deletion() {
    let (missing, all, _) = check(Kind { deletes: true, ..CALM }, 0..400);
    assert_eq!(missing, 0, "of {all}");
}

#[test]
fn nothing_is_lost_by_files_that_come_back() {
    let (missing, all, news) = check(Kind { returns: true, ..CALM }, 0..400);
    assert_eq!(missing, 0, "of {all}");
    assert!(news.contains(&News::Back));
    assert!(news.iter().any(|news| matches!(news, News::Resumed { .. })));
}

#[test]
fn only_what_is_overwritten_unseen_is_lost_by_truncation() {
    let (missing, all, news) = check(Kind { truncates: true, ..CALM }, 0..400);
    assert!(missing * 4 < all, "{missing} of {all}");
    assert!(news.contains(&News::Truncated));
}

/// However often it is rotated while the station is down, or while files wait for their turn.
#[test]
fn nothing_is_lost_by_kills_once_there_is_a_position() {
    for format in [Format::Record, Format::Csv, Format::Auto] {
        let kind = Kind { kills: true, settled: true, format, ..CALM };
        let (missing, all, news) = check(kind, 0..400);
        assert_eq!(missing, 0, "of {all}");
        assert!(all > 20_000, "{all}");
        assert!(news.iter().any(|news| matches!(news, News::Rest { .. })));
        assert!(news.iter().any(|news| matches!(news, News::Between { offset: 0, .. })));
    }
}

/// But what was in files that nobody can find any more.
#[test]
fn nothing_is_lost_or_doubled_by_kills() {
    for format in [Format::Record, Format::Csv, Format::Auto] {
        let (missing, all, news) = check(Kind { kills: true, format, ..CALM }, 0..400);
        assert!(missing * 3 < all, "{missing} of {all}");
        assert!(news.iter().any(|news| matches!(news, News::Rest { .. })));
        assert!(news.iter().any(|news| matches!(news, News::Resumed { .. })));
    }
}

#[test]
fn whatever_happens_at_once() {
    let kind = Kind { kills: true, truncates: true, deletes: true, ..CALM };
    for (returns, patient) in [(false, true), (true, true), (false, false), (true, false)] {
        let (missing, all, news) = check(Kind { returns, patient, ..kind }, 0..400);
        assert!(missing * 4 < all * 3, "{missing} of {all}");
        assert!(news.contains(&News::Unmatched) && news.contains(&News::Missing));
    }
}
