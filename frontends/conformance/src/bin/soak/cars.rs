//! The cars of the soak: each is a function of its station and its number, so that whoever sees
//! one knows whether it was ever written, and what must stand before and after it.

use std::fmt::Write as _;
use std::ops::Range;

use conformance::fixtures::record;
use conformance::rng::Rng;

/// Time, brand and color of the nth car of a station. The time is its number.
pub(crate) fn car(station: &str, nth: usize) -> [String; 3] {
    let salt = station.bytes().fold(0, |sum, byte| sum * 31 + u64::from(byte));
    let mut rng = Rng::new(salt << 32 | nth as u64);
    let brand = BRANDS[rng.below(BRANDS.len())];
    let long = if rng.below(200) == 0 { "x".repeat(rng.below(3_000)) } else { String::new() };
    let color = COLORS[rng.below(COLORS.len())];
    [nth.to_string(), format!("{brand} {station}{long}"), color.to_owned()]
}

/// Those cars as lines of a source, NDJSON: every field arrives as it is.
pub(crate) fn lines(station: &str, numbers: Range<usize>) -> String {
    let mut text = String::new();
    for nth in numbers {
        let [time, brand, color] = car(station, nth);
        let object = serde_json::json!({"time": time, "brand": brand, "color": color});
        writeln!(text, "{object}").expect("a string");
    }
    text
}

/// The numbers of the cars, which must be consecutive ones of the station. The last one may be
/// `cut`: a beginning of what stands on the wire, that has all three fields.
///
/// # Errors
///
/// Says which is wrong and how.
pub(crate) fn numbers(
    station: &str,
    cars: &[[String; 3]],
    cut: bool,
) -> Result<Range<usize>, String> {
    let Some([time, ..]) = cars.first() else { return Ok(0..0) };
    let first: usize = time.parse().map_err(|_| format!("{:?} was never written", cars[0]))?;
    for (place, found) in cars.iter().enumerate() {
        let nth = first + place;
        let written = car(station, nth);
        let last = place + 1 == cars.len();
        if *found != written && !(cut && last && is_cut_of(found, &written)) {
            return Err(format!("at place {place} stands {found:?} and not {written:?}"));
        }
    }
    Ok(first..first + cars.len())
}

fn is_cut_of(found: &[String; 3], written: &[String; 3]) -> bool {
    let wire = record(written);
    let fields = |upto: usize| {
        let fields: Vec<String> = wire.get(..upto)?.split(':').map(unescape).collect();
        <[String; 3]>::try_from(fields).ok()
    };
    (0..wire.len()).any(|upto| fields(upto).as_ref() == Some(found))
}

fn unescape(field: &str) -> String {
    field.replace("%2E", ".").replace("%3A", ":").replace("%25", "%")
}

const BRANDS: [&str; 6] = ["peugeot", "B.M.W", "Lynk:Co", "Citroën", "100% \"new\"", ""];
const COLORS: [&str; 5] = ["red", "", "dark.green", "日本", "blue"];
