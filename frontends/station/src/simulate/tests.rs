use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_channel::bounded;
use carwatch::Roster;

use super::{Simulation, due_at, due_by};

#[test]
fn the_first_car_is_due_at_once_and_the_others_at_the_rate() {
    assert_eq!(due_at(0, 2.0), Some(Duration::ZERO));
    assert_eq!(due_at(1, 2.0), Some(Duration::from_millis(500)));
    assert_eq!(due_at(10, 0.1), Some(Duration::from_secs(100)));
    assert_eq!(due_by(Duration::ZERO, 2.0), 1);
    assert_eq!(due_by(Duration::from_millis(499), 2.0), 1);
    assert_eq!(due_by(Duration::from_millis(500), 2.0), 2);
    assert_eq!(due_by(Duration::from_secs(1), 100_000.0), 100_001);
    assert_eq!(due_by(Duration::from_secs(1), f64::MAX), u64::MAX);
}

#[test]
fn a_rate_of_zero_is_no_car_and_one_near_it_is_one() {
    assert_eq!(due_at(0, 0.0), None);
    assert_eq!(due_at(0, 1e-300), Some(Duration::ZERO));
    assert_eq!(due_at(1, 1e-300), None);
}

fn simulated(seed: Option<u64>) -> Roster {
    let roster = Arc::new(Mutex::new(Roster::default()));
    let (progress, _waiting) = bounded(1);
    // At this rate there is one car and then none.
    Simulation::new(1e-300, seed).run(&roster, &progress);
    drop(progress);
    Arc::into_inner(roster).unwrap().into_inner().unwrap()
}

#[test]
fn a_seed_decides_the_cars_and_their_times() {
    let (mut once, mut again) = (simulated(Some(7)), simulated(Some(7)));
    let snapshot = once.snapshot();
    assert_eq!(snapshot.to_vec(), again.snapshot().to_vec());
    assert!(snapshot.to_vec().starts_with(b"97264836:"));
    assert_eq!(once.cars(), 1);
}

#[test]
fn without_a_seed_cars_pass_now() {
    let text = String::from_utf8(simulated(None).snapshot().to_vec()).unwrap();
    let time: i64 = text.split(':').next().unwrap().parse().unwrap();
    assert!(time > 1_700_000_000, "{text}");
    assert_ne!(Simulation::new(1.0, None).seed, Simulation::new(1.0, None).seed);
}
