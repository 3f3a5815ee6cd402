//! How wide text for people is, and whether it has colours: by what the stream is, and by what
//! the environment says.

use std::ffi::OsString;
use std::io::IsTerminal;
use std::os::fd::AsFd;

use carwatch_formats::Look;
use terminal_size::{Width, terminal_size_of};

/// How text for people looks on `stream`.
///
/// `COLUMNS`, if it is a number of at least 1, is the width of a terminal, and of what is none
/// as well. Colours are for a terminal that is not dumb, unless `NO_COLOR` is set to anything.
pub(crate) fn look(stream: &(impl AsFd + IsTerminal)) -> Look {
    let terminal =
        stream.is_terminal().then(|| terminal_size_of(stream).map(|(Width(columns), _)| columns));
    of(terminal, |name| std::env::var_os(name))
}

/// The same for a stream that is no `terminal`, or one of so many columns, as far as is known.
fn of(terminal: Option<Option<u16>>, variable: impl Fn(&str) -> Option<OsString>) -> Look {
    let set = |name| variable(name).filter(|value| !value.is_empty());
    let columns = set("COLUMNS").and_then(|columns| {
        let digits = columns.to_str()?.trim();
        // Wider than any terminal is as good as any width.
        let number = digits.bytes().all(|byte| byte.is_ascii_digit()).then_some(digits)?;
        number.parse::<u128>().ok().filter(|number| *number > 0)
    });
    let columns = columns.map(|columns| u16::try_from(columns).unwrap_or(u16::MAX));
    let smart = set("TERM").is_some_and(|term| term != "dumb");
    Look {
        width: columns.or(terminal.flatten()),
        color: terminal.is_some() && smart && set("NO_COLOR").is_none(),
    }
}

#[cfg(test)]
mod tests;
