//! What becomes known round by round is the same document as if it had come at once.

use carwatch::{Car, Report};
use carwatch_formats::{Format, Options, Rolling, UnknownFormat};
use proptest::prelude::*;

type Seen = (&'static str, Car<'static>, bool);

fn cars() -> impl Strategy<Value = Vec<Seen>> {
    let station = prop::sample::select(vec!["gate", "yard, \"north\"", "=1"]);
    let car = (station, ".{0,4}", ".{0,4}", "[=+a,.:%\"\n]{0,3}", any::<bool>());
    let seen = car.prop_map(|(station, time, brand, color, partial)| {
        (station, Car::new(time, brand, color), partial)
    });
    prop::collection::vec(seen, 0..12)
}

fn rounds(options: &Options, rounds: &[Vec<Seen>]) -> String {
    let (mut rolling, mut out) = (Rolling::new(options.clone()), Vec::new());
    for cars in rounds {
        rolling.add(cars, &mut out).expect("a Vec takes everything");
    }
    let report = Report { stations: Vec::new(), elapsed: None };
    rolling.finish(&report, 0, &mut out).expect("a Vec takes everything");
    String::from_utf8(out).expect("every format is UTF-8")
}

proptest! {
    #[test]
    fn rounds_are_one_document(
        cars in cars(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
        keep_partial: bool, csv_raw: bool,
    ) {
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(cars.len() + 1)).collect();
        cuts.extend([0, cars.len()]);
        cuts.sort_unstable();
        let parts: Vec<_> = cuts.windows(2).map(|pair| cars[pair[0]..pair[1]].to_vec()).collect();
        for format in [Format::Csv, Format::Ndjson, Format::Json, Format::Wire] {
            let options = Options { keep_partial, csv_raw, ..Options::new(format) };
            prop_assert_eq!(rounds(&options, &parts), rounds(&options, std::slice::from_ref(&cars)), "{}", format);
        }
    }
}

/// A table cannot know how wide later cars are: it goes on while they fit, and begins anew
/// below an empty line where they do not.
#[test]
fn a_table_goes_on_until_it_must_begin_anew() {
    let round = |brand: &'static str| vec![("gate", Car::new("1", brand, "red"), false)];
    let options = Options::new(Format::Table);
    let same = rounds(&options, &[round("fiat"), vec![], round("seat")]);
    assert_eq!(same.lines().count(), 4, "titles, a rule, two cars: {same}");
    let wider = rounds(&options, &[round("fiat"), round("volkswagen")]);
    assert_eq!(wider.lines().filter(|line| line.is_empty()).count(), 1, "{wider}");
    assert_eq!(wider.lines().count(), 7, "{wider}");
}

#[test]
fn every_format_goes_by_its_name() {
    for format in Format::ALL {
        assert_eq!(format.to_string().parse(), Ok(format));
        let listed = UnknownFormat.to_string();
        assert!(listed.split([' ', ',']).any(|word| word == format.as_str()), "{listed}");
    }
    assert_eq!(format!("{:>6}|", Format::Csv), "   csv|");
    for unknown in ["", "CSV", "xml", "csv "] {
        assert_eq!(unknown.parse::<Format>(), Err(UnknownFormat));
    }
}
