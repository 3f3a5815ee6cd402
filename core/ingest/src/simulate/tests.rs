use super::Simulator;

#[test]
fn the_first_cars_of_seed_1_never_change() {
    let mut simulator = Simulator::new(1);
    let records: Vec<_> = (0..5).map(|_| simulator.next().to_record()).collect();
    assert_eq!(
        records,
        [
            "97264836:skoda:black",
            "97264842:citroën:grey",
            "97264854:skoda:black",
            "97264864:opel:silver",
            "97264875:skoda:red",
        ]
    );
}

#[test]
fn seeds_differ() {
    let first_ten = |seed| {
        let mut simulator = Simulator::new(seed);
        (0..10).map(|_| simulator.next()).collect::<Vec<_>>()
    };
    assert_eq!(first_ten(7), first_ten(7));
    assert_ne!(first_ten(7), first_ten(8));
}

#[test]
fn time_never_goes_back_and_starts_where_the_tutorial_does() {
    let mut simulator = Simulator::new(42);
    let mut last = 97_264_836;
    assert_eq!(simulator.next().unix_seconds(), Some(last));
    for _ in 0..10_000 {
        let now = simulator.next().unix_seconds().expect("decimal seconds");
        assert!((1..=12).contains(&(now - last)));
        last = now;
    }
}

#[test]
fn every_brand_and_color_turns_up_about_as_often_as_its_weight_says() {
    let mut simulator = Simulator::new(3);
    let cars: Vec<_> = (0..100_000).map(|_| simulator.next()).collect();
    for (weight, brand) in super::BRANDS {
        let seen = cars.iter().filter(|car| car.brand == brand).count() as u64;
        assert!((weight * 70..weight * 130).contains(&seen), "{brand}: {seen}");
    }
    for (weight, color) in super::COLORS {
        let seen = cars.iter().filter(|car| car.color == color).count() as u64;
        assert!((weight * 70..weight * 130).contains(&seen), "{color}: {seen}");
    }
}
