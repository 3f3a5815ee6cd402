//! What `--keep` says: how many cars, how old, or how many bytes of them.

use std::time::Duration;

use carwatch::Retention;
use carwatch_cli::{duration, size};

/// One limit on what is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    Cars(u64),
    Age(Duration),
    Bytes(u64),
}

impl Keep {
    /// Reads `100000`, `7d` or `512MiB`: the unit tells which of them it is.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        const WORDS: &str = "write a number of cars (100000), a time (7d) or a size (512MiB)";
        let keep = if text.bytes().all(|byte| byte.is_ascii_digit()) {
            Self::Cars(text.parse().map_err(|_| WORDS)?)
        } else if text.ends_with('B') {
            Self::Bytes(size(text)?)
        } else {
            Self::Age(duration(text).map_err(|_| WORDS)?)
        };
        match keep {
            Self::Cars(0) | Self::Bytes(0) | Self::Age(Duration::ZERO) => {
                Err("0 would keep nothing: leave it out to keep everything".into())
            }
            keep => Ok(keep),
        }
    }
}

/// All limits together; of several of one kind the tightest.
pub(crate) fn retention(keep: &[Keep]) -> Retention {
    let mut all = Retention::default();
    for keep in keep {
        match *keep {
            Keep::Cars(most) => all.cars = tighter(all.cars, most),
            Keep::Age(most) => all.age = tighter(all.age, most),
            Keep::Bytes(most) => all.bytes = tighter(all.bytes, most),
        }
    }
    all
}

fn tighter<T: Ord>(so_far: Option<T>, most: T) -> Option<T> {
    so_far.into_iter().chain([most]).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_tells_the_kind_and_the_tightest_wins() {
        let keep: Vec<_> = ["100000", "7d", "512MiB", "1KiB", "250ms", "3", "1.5KiB", "36h"]
            .map(|text| Keep::parse(text).unwrap_or_else(|error| panic!("{text}: {error}")))
            .into();
        assert_eq!(keep[1], Keep::Age(Duration::from_hours(7 * 24)));
        assert_eq!(keep[2], Keep::Bytes(512 << 20));
        let all =
            Retention { cars: Some(3), age: Some(Duration::from_millis(250)), bytes: Some(1024) };
        assert_eq!(retention(&keep), all);
        assert_eq!(retention(&[]), Retention::default());
    }

    #[test]
    fn what_is_none_of_them_is_refused() {
        for text in ["", "many", "-1", "1.5", "7 d", "7w", "1e3", "5MB", "99999999999999999999"] {
            assert!(Keep::parse(text).is_err(), "{text:?}");
        }
        for text in ["0", "0s", "0B", "000", "0KiB", "0.0d"] {
            assert!(Keep::parse(text).unwrap_err().contains("keep nothing"), "{text:?}");
        }
    }
}
