//! The table of cli.md written a second time, row by row as it stands there, against
//! every combination of facts.

use super::{Exit, Facts, Signal};

#[test]
fn the_first_row_that_holds_decides() {
    let mut tried = 0;
    for facts in every_combination() {
        let row = rows().into_iter().find(|(_, holds)| holds(&facts)).expect("the last row holds");
        assert_eq!(Exit::of(&facts).code(), row.0, "{facts:?}");
        tried += 1;
    }
    assert_eq!(tried, 3 * 2 * 2 * 2 * (2 * 5 + 3 * 5 + 4 * 5));
}

#[test]
fn output_is_published_on_0_1_and_5_alone() {
    for facts in every_combination() {
        let exit = Exit::of(&facts);
        assert_eq!(exit.publishes(), [0, 1, 5].contains(&exit.code()), "{facts:?}");
    }
}

type Row = (u8, fn(&Facts) -> bool);

fn rows() -> [Row; 7] {
    [
        (130, |f| f.signal == Some(Signal::Interrupt)),
        (143, |f| f.signal == Some(Signal::Terminate)),
        (4, |f| f.output_failed),
        (5, |f| is_enough(f) && f.strict && f.rejected),
        (0, is_enough),
        (3, |f| f.complete == 0),
        (1, |_| true),
    ]
}

fn is_enough(facts: &Facts) -> bool {
    facts.complete == facts.stations || facts.min_ok.is_some_and(|n| facts.complete >= n)
}

/// One, two and three stations; every number of complete ones; every quorum.
fn every_combination() -> Vec<Facts> {
    let mut all = Vec::new();
    for signal in [None, Some(Signal::Interrupt), Some(Signal::Terminate)] {
        for (output_failed, strict, rejected) in (0..8).map(|n| (n & 1 > 0, n & 2 > 0, n & 4 > 0)) {
            for (stations, complete) in (1..=3).flat_map(|n| (0..=n).map(move |c| (n, c))) {
                for min_ok in [None, Some(0), Some(1), Some(2), Some(3)] {
                    all.push(Facts {
                        signal,
                        output_failed,
                        stations,
                        complete,
                        min_ok,
                        strict,
                        rejected,
                    });
                }
            }
        }
    }
    all
}
