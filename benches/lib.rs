//! The peers of the core's splitter, and what all of them are given and must agree on.
//!
//! `cargo bench` times them; the tests here hold them to one [`Checksum`], so that none is
//! fast because it does less than it says. See performance.md beside this file.

use carwatch::wire::{self, Piece, Splitter, Tail};

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

/// A snapshot of at least `len` bytes as stations send them, without an escape (the peers
/// know none). The same length gives the same bytes.
#[must_use]
pub fn snapshot(len: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(len + 64);
    let mut time = 97_264_836_u64;
    while out.len() < len {
        if !out.is_empty() {
            out.push(b'.');
        }
        // A step of a prime visits all pairs of brand and colour.
        time += 7;
        let brand = BRANDS[time as usize % BRANDS.len()];
        let color = COLORS[time as usize / 7 % COLORS.len()];
        out.extend_from_slice(format!("{time}:{brand}:{color}").as_bytes());
    }
    out
}

/// The core's splitter, given the whole response.
#[must_use]
pub fn core_whole(response: &[u8]) -> Checksum {
    let mut sum = Checksum::default();
    wire::split(response, carwatch::limits::RECORD, Tail::Whole, &mut |piece| {
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

/// The floor: how many separators there are, found as fast as memory allows. It yields no
/// field, so it has no [`Checksum`], only a count of cars.
#[must_use]
pub fn count_separators(response: &[u8]) -> u64 {
    let dots =
        memchr::memchr2_iter(b'.', b':', response).filter(|&at| response[at] == b'.').count();
    dots as u64 + u64::from(!response.is_empty())
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
    "citroën",
    "mercedes",
    "kia",
];
const COLORS: [&str; 7] = ["red", "black", "white", "silver", "blue", "grey", "green"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_readers_come_to_the_same() {
        for len in [0, 1, 64 * 1024] {
            let response = snapshot(len);
            let expected = core_whole(&response);
            assert_eq!(expected.cars, count_separators(&response));
            assert_eq!(core_in_segments(&response, 1), expected);
            assert_eq!(core_in_segments(&response, 1460), expected);
            if len > 0 {
                // Neither knows that zero bytes are zero cars.
                assert_eq!(str_split(&response), expected);
                assert_eq!(csv_core(&response), expected);
            }
        }
    }

    #[test]
    fn the_snapshot_is_all_cars_and_no_shorter_than_asked() {
        let response = snapshot(64 * 1024);
        assert!(response.len() >= 64 * 1024);
        let sum = core_whole(&response);
        let separators = 3 * sum.cars - 1;
        assert_eq!(sum.fields.iter().sum::<u64>() + separators, response.len() as u64);
    }
}
