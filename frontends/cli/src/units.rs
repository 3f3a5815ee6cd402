//! Durations and sizes as people write them (cli.md): `250ms`, `64KiB`.

use std::time::Duration;

/// Reads a duration: a decimal number and one of `ms`, `s`, `m`, `h`, `d`.
///
/// Zero is a duration; whoever has no use for it says so.
///
/// # Errors
///
/// What is wrong, in words that do not repeat `text`.
///
/// ```
/// use std::time::Duration;
/// assert_eq!(carwatch_cli::duration("1.5s"), Ok(Duration::from_millis(1500)));
/// assert!(carwatch_cli::duration("10").is_err());
/// ```
pub fn duration(text: &str) -> Result<Duration, String> {
    let (billionths, unit) =
        number(text).ok_or("not a duration: write 250ms, 10s, 5m, 1h or 7d")?;
    let nanos_per_unit: u128 = match unit {
        "ms" => 1_000_000,
        "s" => BILLION,
        "m" => 60 * BILLION,
        "h" => 3600 * BILLION,
        "d" => 86_400 * BILLION,
        "" => return Err("a duration needs a unit: ms, s, m, h or d".into()),
        _ => return Err("unknown unit of time: there are ms, s, m, h and d".into()),
    };
    let nanos = billionths.checked_mul(nanos_per_unit).ok_or(TOO_LONG)? / BILLION;
    let seconds = u64::try_from(nanos / BILLION).map_err(|_| TOO_LONG)?;
    Ok(Duration::from_secs(seconds) + Duration::from_nanos((nanos % BILLION) as u64))
}

/// Reads a size in bytes: a decimal number and one of `B`, `KiB`, `MiB`, `GiB`, `TiB`, or
/// none for bytes. A fraction of a byte is rounded down.
///
/// # Errors
///
/// What is wrong, in words that do not repeat `text`.
///
/// ```
/// assert_eq!(carwatch_cli::size("64KiB"), Ok(65_536));
/// assert_eq!(carwatch_cli::size("512"), Ok(512));
/// ```
pub fn size(text: &str) -> Result<u64, String> {
    let (billionths, unit) =
        number(text).ok_or("not a size: write 512B, 64KiB, 256MiB, 1GiB or plain bytes")?;
    let bytes_per_unit: u128 = match unit {
        "" | "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "TiB" => 1 << 40,
        _ => return Err("unknown unit of size: there are B, KiB, MiB, GiB and TiB".into()),
    };
    let bytes = billionths.checked_mul(bytes_per_unit).ok_or(TOO_LARGE)? / BILLION;
    u64::try_from(bytes).map_err(|_| TOO_LARGE.into())
}

/// The number at the begin of `text` in billionths, and what follows it. Digits past the
/// ninth of a fraction are less than any unit here can tell apart.
fn number(text: &str) -> Option<(u128, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let (whole, fraction) = match number.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (number, "0"),
    };
    if whole.is_empty() || fraction.contains('.') {
        return None;
    }
    let billionths: u128 = format!("{fraction:0<9.9}").parse().ok()?;
    // A number past this is past every unit as well; the callers' checks say so.
    let whole: u128 = whole.parse().unwrap_or(u128::MAX / BILLION - 1);
    Some((whole.saturating_mul(BILLION).saturating_add(billionths), unit))
}

const BILLION: u128 = 1_000_000_000;
const TOO_LONG: &str = "too long a duration";
const TOO_LARGE: &str = "too large a size";

#[cfg(test)]
mod tests;
