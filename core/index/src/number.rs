//! Times as numbers.

/// The number of which these bytes are the one way to write it.
pub(crate) fn plain_number(text: &[u8]) -> Option<i64> {
    if text.is_empty() || text.len() > 18 || (text[0] == b'0' && text.len() > 1) {
        return None;
    }
    // Every row has one: eight digits at once take a third of the time.
    let (first, rest) = match text.split_first_chunk() {
        Some((first, rest)) => (eight_digits(*first)?, rest),
        None => (0, text),
    };
    rest.iter().try_fold(first, |number, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit < 10).then(|| number * 10 + i64::from(digit))
    })
}

/// The number that eight digits are: pairs of neighbours become one, three times.
const fn eight_digits(text: [u8; 8]) -> Option<i64> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let digits = u64::from_le_bytes(text) ^ (ONES * 0x30);
    // Above 9 a digit and 118 reach 128; above 127 it is there already.
    if (digits | ((digits & (ONES * 0x7f)) + ONES * 118)) & (ONES * 0x80) != 0 {
        return None;
    }
    let twos = (digits * 10 + (digits >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (twos * 100 + (twos >> 16)) & 0x0000_ffff_0000_ffff;
    Some(((fours * 10_000 + (fours >> 32)) & 0xffff_ffff).cast_signed())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::plain_number;

    proptest! {
        /// A number is taken only where writing it gives back its text.
        #[test]
        fn is_the_one_way_to_write_it(text in "[0-9]{1,20}|[/0-9:\\-+ A\u{80}-\u{ff}]{0,20}") {
            let plain = text.parse::<i64>().ok().filter(|number| {
                *number >= 0 && text.len() <= 18 && number.to_string() == text
            });
            prop_assert_eq!(plain_number(text.as_bytes()), plain);
        }

        /// One byte that is no digit is found wherever it is.
        #[test]
        fn takes_digits_only(text in "[1-9][0-9]{0,17}", place in any::<usize>(), byte in any::<u8>()) {
            let mut text = text.into_bytes();
            let place = place % text.len();
            text[place] = byte;
            let is_number = text.iter().all(u8::is_ascii_digit)
                && (text[0] != b'0' || text.len() == 1);
            prop_assert_eq!(plain_number(&text).is_some(), is_number);
        }
    }
}
