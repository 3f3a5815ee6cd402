use std::time::Duration;

use super::{Simulation, due_at, due_by};
use crate::desk::{Sourced, desk};
use crate::status::Status;

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

fn simulated(seed: Option<u64>) -> String {
    let status = Status::default();
    let (_desk, intake, inbox) = desk(status);
    // At this rate there is one car and then none.
    Simulation::new(1e-300, seed).run(intake);
    let Ok(Sourced::Cars(batch)) = inbox.sourced.try_recv() else { panic!("no car") };
    assert_eq!(batch.cars(), 1);
    assert!(inbox.sourced.is_closed() && inbox.sourced.is_empty());
    batch.iter().next().unwrap().0.to_record()
}

#[test]
fn a_seed_decides_the_cars_and_their_times() {
    let (once, again) = (simulated(Some(7)), simulated(Some(7)));
    assert_eq!(once, again);
    assert!(once.starts_with("97264836:"));
}

#[test]
fn without_a_seed_cars_pass_now() {
    let text = simulated(None);
    let time: i64 = text.split(':').next().unwrap().parse().unwrap();
    assert!(time > 1_700_000_000, "{text}");
    assert_ne!(Simulation::new(1.0, None).seed, Simulation::new(1.0, None).seed);
}
