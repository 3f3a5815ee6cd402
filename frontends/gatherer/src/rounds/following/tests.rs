//! What `--watch` prints, round after round, by the rules of continuity.

use carwatch::fetch::{End, Fetch};
use carwatch::follow::Follow;
use carwatch::limits::{ClientLimits, RECORD};
use carwatch::time::Instant;
use carwatch::{Reason, Report, StationReport};

use super::*;

#[test]
fn a_tail_waits_until_it_is_confirmed_amended_or_given_up() {
    let mut watched = Watched::new();
    assert_eq!(watched.round(Some(b"1:a:x.2:b:blu")), "1");
    // Something follows it, amended; and the last again waits.
    assert_eq!(watched.round(Some(b"1:a:x.2:b:blue.3:c:x")), "2blue");
    // The same bytes again.
    assert_eq!(watched.round(Some(b"1:a:x.2:b:blue.3:c:x")), "3");
    assert_eq!(watched.round(Some(b"1:a:x.2:b:blue.3:c:x.4:d:x")), "");
    // Another list: what waited is printed as it is.
    assert_eq!(watched.round(Some(b"7:e:x.8:f:x")), "4 7");
    assert_eq!(watched.end(), "8");
}

#[test]
fn what_waits_goes_on_waiting_while_a_station_is_away() {
    let mut watched = Watched::new();
    assert_eq!(watched.round(Some(b"1:a:x.2:b:x")), "1");
    assert_eq!(watched.round(None), "");
    assert_eq!(watched.round(Some(b"2:b:x.3:c:x")), "2 2");
    assert_eq!(watched.end(), "3");
    assert_eq!(watched.end(), "", "only once");
}

#[test]
fn an_amended_tail_that_is_cut_again_is_printed_once() {
    let mut watched = Watched::new();
    assert_eq!(watched.round(Some(b"1:a:x.2:b:b")), "1");
    assert_eq!(watched.round(Some(b"1:a:x.2:b:bl")), "");
    assert_eq!(watched.round(Some(b"1:a:x.2:b:blue.3:c:x")), "2blue");
}

#[test]
fn a_tail_that_was_no_car_becomes_one() {
    let mut watched = Watched::new();
    assert_eq!(watched.round(Some(b"1:a:x.2:b")), "1");
    assert_eq!(watched.round(Some(b"1:a:x.2:b:x.")), "2");
    assert_eq!(watched.round(Some(b"1:a:x.2:b:x.3:c:x")), "");
    assert_eq!(watched.end(), "3");
}

#[test]
fn what_an_earlier_run_printed_is_not_printed_again() {
    for (snapshot, printed) in [
        (&b"1:a:x.2:b:blu"[..], ""),
        (b"1:a:x.2:b:blu.3:c:x.4:d:x", "3"),
        (b"1:a:x.2:b:blue.3:c:x.4:d:x", "3"),
        (b"1:a:x.2:b:blue", ""),
    ] {
        let mut watched = Watched::new();
        let mut earlier = Follow::new();
        let _ = earlier.next(b"1:a:x.2:b:blu", Ends::Unverified);
        let follow = Follow::restore(earlier.memory());
        let waiting = Waiting::after(&follow, true, RECORD);
        watched.following.stations[0] = Station { name: "gate".into(), follow, waiting };
        assert_eq!(watched.round(Some(snapshot)), printed, "{}", snapshot.escape_ascii());
    }
}

#[test]
fn what_an_earlier_run_could_not_print_is_printed() {
    for (snapshot, printed) in [
        (&b"1:a:x.2:b:blu"[..], "2blu"),
        (b"1:a:x.2:b:blue.3:c:x.4:d:x", "2blue 3"),
        (b"8:e:x.9:f:x", "2blu 8"),
    ] {
        let mut watched = Watched::new();
        let mut follow = Follow::new();
        let _ = follow.next(b"1:a:x.2:b:blu", Ends::Unverified);
        let waiting = Waiting::after(&follow, false, RECORD);
        watched.following.stations[0] = Station { name: "gate".into(), follow, waiting };
        assert_eq!(watched.round(Some(snapshot)), printed, "{}", snapshot.escape_ascii());
    }
}

#[test]
fn a_round_that_cannot_be_printed_is_behind_all_the_same() {
    let mut watched = Watched::new();
    assert_eq!(watched.round(Some(b"1:a:x.2:b:x")), "1");
    let report = watched.report(Some(b"1:a:x.2:b:x.3:c:x"));
    let full = &mut |_: &dyn Cars| Err(Failure::Said("the disk is full".into()));
    assert!(watched.following.round(&report, Unix::from_millis(0), full).is_err());
    assert_eq!(watched.end(), "3", "and not 2, which may be there");
}

/// One station under `--watch`; what is printed reads as the times, and the colour where that
/// is not `x`.
struct Watched {
    following: Following,
}

impl Watched {
    fn new() -> Self {
        let args = carwatch_cli::parse_from(
            "client-smol",
            crate::args::ENV_PREFIX,
            ["", "gate=h:1", "--watch", "1s"],
        );
        let plan = crate::plan::Plan::new(args.expect("arguments"), &Default::default(), None);
        let plan = plan.expect("a plan");
        Self { following: Following::open(&plan).expect("nothing to open") }
    }

    /// `None` is a station that is away.
    fn round(&mut self, snapshot: Option<&[u8]>) -> String {
        let report = self.report(snapshot);
        let mut said = Said::default();
        let round =
            self.following.round(&report, Unix::from_millis(0), &mut |cars| said.take(cars));
        round.expect("kept");
        said.0
    }

    fn report(&self, snapshot: Option<&[u8]>) -> Report {
        let now = Instant::from_nanos(0);
        let mut fetch = Fetch::new(&ClientLimits::default(), Instant::NEVER, now);
        let end = match snapshot {
            Some(snapshot) => {
                let _ = fetch.receive(snapshot, now);
                End::Fin
            }
            None => End::Fault(Reason::Reset.into()),
        };
        let station = StationReport {
            name: "gate".into(),
            address: "h:1".into(),
            outcome: fetch.finish(end),
            attempts: 1,
            first_byte: None,
            elapsed: None,
        };
        Report { stations: vec![station], elapsed: None }
    }

    fn end(&mut self) -> String {
        let mut said = Said::default();
        self.following.last(&mut |cars| said.take(cars)).expect("kept");
        said.0
    }
}

#[derive(Default)]
struct Said(String);

impl Said {
    fn take(&mut self, cars: &dyn Cars) -> Result<(), Failure> {
        let Self(said) = self;
        cars.for_each(&mut |merged| {
            let color = Some(&*merged.car.color).filter(|color| *color != "x").unwrap_or("");
            let gap = if said.is_empty() { "" } else { " " };
            *said = format!("{said}{gap}{}{color}", merged.car.time);
            Ok(())
        })
        .expect("a String takes everything");
        Ok(())
    }
}
