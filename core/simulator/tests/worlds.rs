//! Worlds run, each as it did before.

use simulator::{Options, Ran, run};

#[test]
fn nothing_goes_wrong_in_two_thousand_worlds() {
    let mut all = Ran::default();
    for seed in 0..2000 {
        let options = Options::of(seed);
        all.add(&run(&options).unwrap_or_else(|wrong| panic!("{wrong}\n{options}")));
    }
    for (count, outcome) in all.outcomes.iter().zip(simulator::OUTCOMES) {
        assert!(*count > 0 || outcome == "other", "nothing came to {outcome}");
    }
}

/// What a failing seed is made of: of a world in which responses are too large, that is all that
/// is left.
#[test]
fn a_world_shrinks_to_what_matters() {
    let too_large = |options: &Options| {
        let place = simulator::OUTCOMES.iter().position(|&word| word == "too_large");
        run(options).is_ok_and(|ran| ran.outcomes[place.expect("it is one")] > 0)
    };
    let mut seeds = (0..).map(Options::of);
    let found = seeds.find(|options| options.stations > 4 && too_large(options));
    let found = found.expect("there are many");
    let small = simulator::shrink(&found, too_large);
    assert!(too_large(&small), "{small}");
    assert_eq!((small.stations, small.clients, small.retries), (1, 1, 0), "{small}");
    assert!(small.faults.count_ones() <= 1, "{small}");
}

/// In every build, on every machine. They are others once worlds are made otherwise, or the core
/// decides otherwise.
#[test]
fn a_seed_is_a_world() {
    let traces = (0..8).map(|seed| run(&Options::of(seed)).expect("nothing goes wrong").trace);
    let traces: Vec<String> = traces.map(|trace| format!("{trace:016x}")).collect();
    assert_eq!(traces, TRACES);
}

const TRACES: [&str; 8] = [
    "26a2d5b87d6fef3a",
    "006dec5fd224e11d",
    "4832ee9d2bb1c48d",
    "6bab5e757fe16619",
    "c692c069682b8c7e",
    "072b6aee58634607",
    "65273ddf0b645d88",
    "c6033e27e3966042",
];
