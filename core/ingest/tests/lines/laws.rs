//! What holds of every input: segments never matter, and every format says the same.

use crate::common::{input, read};
use carwatch::Car;
use carwatch_ingest::Format;
use proptest::prelude::{Strategy, prop_assert, prop_assert_eq, prop_oneof, proptest};

fn formats() -> impl Strategy<Value = Format> {
    proptest::sample::select(Format::ALL.to_vec())
}

/// `bytes` cut at these places.
fn cut<'a>(bytes: &'a [u8], at: &[proptest::sample::Index]) -> Vec<&'a [u8]> {
    let mut at: Vec<_> = at.iter().map(|index| index.index(bytes.len() + 1)).collect();
    at.extend([0, bytes.len()]);
    at.sort_unstable();
    at.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect()
}

fn cars() -> impl Strategy<Value = Vec<Car<'static>>> {
    let field = "([ -~]|[.:%,\"'{}]|%2[Ee]|[éß車🚗\u{1b}\u{feff}]){0,8}";
    let quoted = "([ -~]|[.:%,\"\r\n]|\\PC){0,8}";
    let field = || prop_oneof![field, quoted];
    let car =
        (field(), field(), field()).prop_map(|(time, brand, color)| Car::new(time, brand, color));
    proptest::collection::vec(car, 0..20)
}

proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(1000))]

    #[test]
    fn segments_never_matter(format in formats(), input in input(), at: Vec<proptest::sample::Index>) {
        let whole = read(format, [&*input]);
        prop_assert_eq!(&read(format, cut(&input, &at)), &whole);
        prop_assert_eq!(&read(format, input.chunks(1)), &whole);
    }

    #[test]
    fn every_line_is_told_once_and_in_order(format in formats(), input in input()) {
        let seen = read(format, [&*input]);
        prop_assert!(seen.is_sorted_by(|a, b| a.0 < b.0), "{:?}", seen);
        let lines: Vec<_> = input.split(|byte| *byte == b'\n').collect();
        prop_assert!(seen.iter().all(|(number, _)| (1..=lines.len() as u64).contains(number)));
        if matches!(format, Format::Record | Format::Ndjson) {
            // One mark at the very start is passed over.
            let text = input.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&input);
            let there: Vec<_> = (1..)
                .zip(text.split(|byte| *byte == b'\n'))
                .filter(|(_, line)| !line.iter().all(u8::is_ascii_whitespace))
                .map(|(number, _)| number)
                .collect();
            prop_assert_eq!(seen.iter().map(|(number, _)| *number).collect::<Vec<u64>>(), there);
        }
    }

    #[test]
    fn every_format_says_the_same(cars in cars()) {
        let expected: Vec<_> = cars.iter().cloned().map(Ok).collect();
        let came = |format, text: &[u8]| {
            read(format, [text]).into_iter().map(|(_, read)| read).collect::<Vec<_>>()
        };
        let ndjson = ndjson(&cars);
        prop_assert_eq!(&came(Format::Ndjson, &ndjson), &expected);
        prop_assert_eq!(&came(Format::Auto, &ndjson), &expected);
        let csv = csv(&cars);
        prop_assert_eq!(&came(Format::Csv, &csv), &expected);
        prop_assert_eq!(&came(Format::Auto, &csv), &expected);
    }

    #[test]
    fn records_say_the_same_where_no_field_breaks_the_line(cars in cars()) {
        let fits = |car: &&Car<'_>| ![&car.time, &car.brand, &car.color].iter().any(|f| f.contains(['\r', '\n']));
        let cars: Vec<_> = cars.iter().filter(fits).cloned().collect();
        let text: Vec<_> = cars.iter().map(Car::to_record).collect();
        let came: Vec<_> = read(Format::Record, [format!("\n{}", text.join("\n")).as_bytes()])
            .into_iter()
            .map(|(_, read)| read)
            .collect();
        prop_assert_eq!(came, cars.into_iter().map(Ok).collect::<Vec<_>>());
    }
}

/// A thousand cars that are awkward in every way at once, in each format.
#[test]
fn a_thousand_awkward_cars_are_the_same_in_every_format() {
    let bits = [".", ":", "%", "%2E", "\"", ",", "'", " ", "é", "🚗", "{", "=", "x", ""];
    let field = |n: usize, extra: &str| {
        let pick = |step: usize| bits[(n / step + n * step) % bits.len()];
        format!("{}{}{extra}{}", pick(1), pick(14), pick(196))
    };
    for (extra, formats) in [
        ("", &[Format::Record, Format::Csv, Format::Ndjson, Format::Auto][..]),
        ("\r\n", &[Format::Csv, Format::Ndjson]),
    ] {
        let cars: Vec<_> = (0..1000)
            .map(|n| Car::new(field(n, "t"), field(n + 333, extra), field(n * 7, "")))
            .collect();
        for format in formats {
            let text = match format {
                Format::Csv => csv(&cars),
                Format::Ndjson => ndjson(&cars),
                Format::Record | Format::Auto => {
                    cars.iter().map(Car::to_record).collect::<Vec<_>>().join("\n").into_bytes()
                }
            };
            let came: Vec<_> = read(*format, text.chunks(1000))
                .into_iter()
                .map(|(_, read)| read.expect("a car"))
                .collect();
            assert_eq!(came, cars, "{format}");
        }
    }
}

fn ndjson(cars: &[Car<'_>]) -> Vec<u8> {
    let line = |car: &Car<'_>| {
        format!(
            "{}\n",
            serde_json::json!({"time": car.time, "brand": car.brand, "color": car.color})
        )
    };
    cars.iter().map(line).collect::<String>().into_bytes()
}

fn csv(cars: &[Car<'_>]) -> Vec<u8> {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    writer.write_record(["time", "brand", "color"]).expect("a Vec");
    for car in cars {
        writer.write_record([&*car.time, &*car.brand, &*car.color]).expect("a Vec");
    }
    writer.into_inner().expect("a Vec")
}
