//! `--for DURATION` and `--seed N`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub(crate) struct Arguments {
    /// How long the chaos goes on; the calm before and after it takes some seconds more.
    pub(crate) chaos: Duration,
    pub(crate) seed: u64,
}

impl Arguments {
    /// Reads them; without a seed it is one that nobody chose.
    pub(crate) fn parse(args: impl IntoIterator<Item = String>) -> Option<Self> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
        let mut found = Self { chaos: Duration::from_secs(30), seed: now.as_nanos() as u64 };
        let mut args = args.into_iter();
        while let Some(flag) = args.next() {
            let value = args.next()?;
            match flag.as_str() {
                "--for" => found.chaos = duration(&value)?,
                "--seed" => found.seed = value.parse().ok()?,
                _ => return None,
            }
        }
        Some(found)
    }
}

/// As the programs read it: `30s`, `10m`, `2h`.
fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return None,
    };
    let number: u64 = number.parse().ok()?;
    (number > 0).then(|| Duration::from_secs(number * seconds))
}
