//! The peers of the core's splitter, and what all of them are given and must agree on.
//!
//! `cargo bench` times them; the tests here hold them to one [`Checksum`], so that none is
//! fast because it does less than it says. What runs in processes of its own is in [`beside`].
//! See performance.md beside this file.

pub mod beside;

use carwatch::wire::{self, Path, Piece, Splitter, Tail};

/// What a reader of a snapshot came to: as many cars and as many bytes in each field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checksum {
    /// How many cars.
    pub cars: u64,
    /// Bytes of all times, of all brands, of all colours.
    pub fields: [u64; 3],
}

impl Checksum {
    fn add(&mut self, time: &[u8], brand: &[u8], color: &[u8]) {
        self.cars += 1;
        for (sum, field) in self.fields.iter_mut().zip([time, brand, color]) {
            *sum += field.len() as u64;
        }
    }
}

/// Which letters a [`snapshot`] has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Letters {
    /// ASCII, and nothing else.
    Ascii,
    /// Others too, in every fourth record.
    QuarterOthers,
}

/// A snapshot of at least `len` bytes as stations send them, without an escape (the peers
/// know none). The same arguments give the same bytes.
#[must_use]
pub fn snapshot(len: usize, letters: Letters) -> Vec<u8> {
    let mut out = Vec::with_capacity(len + 64);
    let mut time = 97_264_836_u64;
    while out.len() < len {
        if !out.is_empty() {
            out.push(b'.');
        }
        // A step of a prime visits all pairs of brand and colour.
        time += 7;
        let brand = match letters {
            Letters::QuarterOthers if time.is_multiple_of(4) => "citroën",
            _ => BRANDS[time as usize % BRANDS.len()],
        };
        let color = COLORS[time as usize / 7 % COLORS.len()];
        out.extend_from_slice(format!("{time}:{brand}:{color}").as_bytes());
    }
    out
}

/// A response that is one car, as a station sends it to whoever asks early.
pub const RESPONSE_OF_30_BYTES: &[u8; 30] = b"97264836:volkswagen:metalgreen";

/// The core's splitter, given the whole response, with the instructions of `path`.
#[must_use]
pub fn core(path: Path, response: &[u8]) -> Checksum {
    let mut sum = Checksum::default();
    wire::split_by(path, response, carwatch::limits::RECORD, Tail::Whole, &mut |piece| {
        take(&mut sum, &piece);
    });
    sum
}

/// The core's splitter, given the response in segments as a socket gives them.
#[must_use]
pub fn core_in_segments(response: &[u8], segment: usize) -> Checksum {
    let mut sum = Checksum::default();
    let mut splitter = Splitter::new(carwatch::limits::RECORD);
    for bytes in response.chunks(segment) {
        splitter.feed(bytes, &mut |piece| take(&mut sum, &piece));
    }
    splitter.finish(Tail::Whole, &mut |piece| take(&mut sum, &piece));
    sum
}

/// What a program would write without the core: `str::split`, twice. It checks the text
/// once as a whole, undoes no escape, and knows neither limits nor rejections.
#[must_use]
pub fn str_split(response: &[u8]) -> Checksum {
    let mut sum = Checksum::default();
    let Ok(text) = str::from_utf8(response) else { return sum };
    for record in text.split('.') {
        let mut fields = record.split(':');
        if let (Some(time), Some(brand), Some(color), None) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        {
            sum.add(time.as_bytes(), brand.as_bytes(), color.as_bytes());
        }
    }
    sum
}

/// csv-core with `:` between fields and `.` between records. It copies every field, and
/// does not look at UTF-8.
#[must_use]
pub fn csv_core(response: &[u8]) -> Checksum {
    use csv_core::{ReadRecordResult, ReaderBuilder, Terminator};

    let mut sum = Checksum::default();
    let mut reader = ReaderBuilder::new()
        .delimiter(b':')
        .terminator(Terminator::Any(b'.'))
        .quoting(false)
        .build();
    let (mut input, mut record, mut ends) = (response, [0; 1024], [0; 4]);
    // How much of the two is filled by a record whose end has not come yet.
    let (mut bytes, mut fields) = (0, 0);
    loop {
        let (result, read, written, ended) =
            reader.read_record(input, &mut record[bytes..], &mut ends[fields..]);
        input = &input[read..];
        (bytes, fields) = (bytes + written, fields + ended);
        match result {
            ReadRecordResult::Record => {
                let [time, brand, color, _] = ends;
                sum.add(&record[..time], &record[time..brand], &record[brand..color]);
                (bytes, fields) = (0, 0);
            }
            // Asked again with no input left, it ends the last record.
            ReadRecordResult::InputEmpty => {}
            ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                unreachable!("no record of the snapshot is so long")
            }
            ReadRecordResult::End => return sum,
        }
    }
}

/// The same grammar for winnow's combinators: text that is checked once, and no rejections.
#[must_use]
pub fn winnow(response: &[u8]) -> Checksum {
    use winnow::Parser;
    use winnow::combinator::{opt, preceded, terminated};
    use winnow::token::take_till;

    let mut sum = Checksum::default();
    let Ok(mut input) = str::from_utf8(response) else { return sum };
    fn field<'a>(input: &mut &'a str) -> winnow::ModalResult<&'a str> {
        take_till(0.., ['.', ':']).parse_next(input)
    }
    while !input.is_empty() {
        let mut record = terminated((field, preceded(':', field), preceded(':', field)), opt('.'));
        let Ok((time, brand, color)) = record.parse_next(&mut input) else { return sum };
        sum.add(time.as_bytes(), brand.as_bytes(), color.as_bytes());
    }
    sum
}

/// The same grammar for nom's combinators: text that is checked once, and no rejections.
#[must_use]
pub fn nom(response: &[u8]) -> Checksum {
    use nom::Parser;
    use nom::bytes::complete::take_till;
    use nom::character::complete::char;
    use nom::combinator::opt;
    use nom::sequence::{preceded, terminated};

    let mut sum = Checksum::default();
    let Ok(mut input) = str::from_utf8(response) else { return sum };
    fn field(input: &str) -> nom::IResult<&str, &str> {
        take_till(|c| c == '.' || c == ':').parse(input)
    }
    while !input.is_empty() {
        let mut record = terminated(
            (field, preceded(char(':'), field), preceded(char(':'), field)),
            opt(char('.')),
        );
        let Ok((rest, (time, brand, color))) = record.parse(input) else { return sum };
        sum.add(time.as_bytes(), brand.as_bytes(), color.as_bytes());
        input = rest;
    }
    sum
}

/// What a careful hand writes over memchr: one pass over both separators, text checked once.
#[must_use]
pub fn memchr_driven(response: &[u8]) -> Checksum {
    let mut sum = Checksum::default();
    let Ok(text) = str::from_utf8(response) else { return sum };
    let bytes = text.as_bytes();
    let mut marks = memchr::memchr2_iter(b'.', b':', bytes);
    let mut from = 0;
    while let (Some(first), Some(second)) = (marks.next(), marks.next()) {
        let end = marks.next().unwrap_or(bytes.len());
        if bytes[first] != b':' || bytes[second] != b':' || bytes.get(end) == Some(&b':') {
            return sum;
        }
        let (time, brand, color) =
            (&text[from..first], &text[first + 1..second], &text[second + 1..end]);
        sum.add(time.as_bytes(), brand.as_bytes(), color.as_bytes());
        from = end + 1;
    }
    sum
}

/// Reads every byte, and no more: what memory allows.
#[must_use]
pub fn read_memory(response: &[u8]) -> u64 {
    let (words, _) = response.as_chunks::<8>();
    words.iter().fold(0, |sum, word| sum ^ u64::from_le_bytes(*word))
}

/// The yardstick: how many separators there are. It yields no field, so it has no [`Checksum`].
#[must_use]
pub fn count_separators(response: &[u8]) -> u64 {
    memchr::memchr2_iter(b'.', b':', response).count() as u64
}

fn take(sum: &mut Checksum, piece: &Piece<'_>) {
    if let Piece::Car { car, .. } = piece {
        sum.add(car.time.as_bytes(), car.brand.as_bytes(), car.color.as_bytes());
    }
}

const BRANDS: [&str; 11] = [
    "peugeot",
    "renault",
    "toyota",
    "volkswagen",
    "fiat",
    "skoda",
    "ford",
    "hyundai",
    "citroen",
    "mercedes",
    "kia",
];
const COLORS: [&str; 7] = ["red", "black", "white", "silver", "blue", "grey", "green"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_readers_come_to_the_same() {
        for letters in [Letters::Ascii, Letters::QuarterOthers] {
            for len in [0, 1, 64 * 1024] {
                let response = snapshot(len, letters);
                let expected = core(Path::Best, &response);
                for path in Path::here() {
                    assert_eq!(core(path, &response), expected);
                }
                assert_eq!(core_in_segments(&response, 1), expected);
                assert_eq!(core_in_segments(&response, 1460), expected);
                if len > 0 {
                    assert_eq!(count_separators(&response) + 1, 3 * expected.cars);
                    // None of these knows that zero bytes are zero cars.
                    for reader in [str_split, csv_core, winnow, nom, memchr_driven] {
                        assert_eq!(reader(&response), expected);
                    }
                }
            }
        }
    }

    #[test]
    fn the_snapshot_is_all_cars_and_no_shorter_than_asked() {
        let response = snapshot(64 * 1024, Letters::Ascii);
        assert!(response.len() >= 64 * 1024 && response.is_ascii());
        let sum = core(Path::Best, &response);
        let separators = 3 * sum.cars - 1;
        assert_eq!(sum.fields.iter().sum::<u64>() + separators, response.len() as u64);
    }

    #[test]
    fn a_quarter_has_other_letters() {
        let response = snapshot(64 * 1024, Letters::QuarterOthers);
        let records: Vec<&[u8]> = response.split(|&byte| byte == b'.').collect();
        let others = records.iter().filter(|record| !record.is_ascii()).count();
        assert_eq!(others, records.len() / 4);
    }
}
