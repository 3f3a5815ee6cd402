//! The flags of a station program (cli.md, Station).

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use carwatch::limits::StationLimits;
use carwatch_cli::{LogArgs, duration};
use carwatch_formats::visible::visible;
use carwatch_ingest::Format;
use clap::Parser;
use clap::builder::{OsStringValueParser, TypedValueParser};

use crate::listen::Listen;

/// A roadside station: whoever connects gets every car it has seen so far.
#[derive(Clone, Debug, Parser)]
#[command(version)]
pub(crate) struct Args {
    /// Where to listen: [tcp://]host:port, IPv4, IPv6 in brackets, or a name, which stands for
    /// all its addresses; port 0 takes a free one. May be given again, or as a list with commas
    #[arg(
        long,
        value_name = "ADDR",
        value_delimiter = ',',
        value_parser = Listen::parse,
        default_value = "127.0.0.1:8000"
    )]
    pub(crate) listen: Vec<Listen>,

    /// Where cars come from: simulate, - for stdin, or the path of a file
    #[arg(long, value_parser = OsStringValueParser::new().try_map(source), default_value = "simulate")]
    pub(crate) source: Source,

    /// What a line of the source is: record (time:brand:color), csv (after a header line with
    /// time, brand and color), ndjson, or auto, which looks at the first line
    #[arg(long, value_parser = format, default_value = "auto")]
    pub(crate) format: Format,

    /// How many cars the simulator sees in a second; 0 for none
    #[arg(long, value_name = "N", value_parser = rate, allow_negative_numbers = true, default_value = "1")]
    pub(crate) rate: f64,

    /// The simulator's seed: the same seed gives the same cars, times included. Without it a
    /// random one is taken, and the times are those of the clock
    #[arg(long, value_name = "N", value_parser = seed, allow_negative_numbers = true)]
    pub(crate) seed: Option<u64>,

    /// How many connections are served at once; the others wait
    #[arg(long, value_name = "N", value_parser = connections, default_value_t = StationLimits::default().connections)]
    pub(crate) max_connections: usize,

    /// A client that takes nothing for so long is reset
    #[arg(long, value_name = "DURATION", value_parser = time_out, default_value = "30s")]
    pub(crate) write_timeout: Duration,

    /// On SIGTERM or SIGINT, how long running snapshots have to finish; a second signal ends
    /// that at once
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "10s")]
    pub(crate) drain: Duration,

    #[command(flatten)]
    pub(crate) log: LogArgs,
}

impl Args {
    pub(crate) fn limits(&self) -> StationLimits {
        StationLimits {
            connections: self.max_connections,
            write_timeout: self.write_timeout,
            ..StationLimits::default()
        }
    }

    /// A word about flags that the source has no use for.
    pub(crate) fn unused(&self) -> Option<&'static str> {
        let simulated = self.source == Source::Simulate;
        if simulated && self.format != Format::Auto {
            return Some("--format does nothing: simulated cars come in no format");
        }
        let tuned = self.seed.is_some() || self.rate != 1.0;
        (!simulated && tuned)
            .then_some("--rate and --seed do nothing: only simulated cars heed them")
    }
}

/// Where cars come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Simulate,
    Stdin,
    File(PathBuf),
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Simulate => f.write_str("simulate"),
            Self::Stdin => f.write_str("stdin"),
            Self::File(path) => visible(&path.to_string_lossy()).fmt(f),
        }
    }
}

/// The prefix of the environment variables.
pub(crate) const PREFIX: &str = "CARWATCH_STATION";

fn source(text: OsString) -> Result<Source, String> {
    match text.to_str() {
        Some("") => Err("write simulate, - for stdin, or the path of a file".into()),
        Some("simulate") => Ok(Source::Simulate),
        Some("-") => Ok(Source::Stdin),
        _ => Ok(Source::File(text.into())),
    }
}

fn format(text: &str) -> Result<Format, String> {
    text.parse().map_err(|_| "there are auto, record, csv and ndjson".into())
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if rate.is_finite() && rate.is_sign_positive() => Ok(rate),
        _ => Err("write a number of cars a second, like 0, 0.5 or 100".into()),
    }
}

fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("write a whole number from 0 to {}", u64::MAX))
}

fn connections(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("a station that serves nobody is none: at least 1".into()),
        Ok(connections) => Ok(connections),
        Err(_) => Err("write a whole number, at least 1".into()),
    }
}

fn time_out(text: &str) -> Result<Duration, String> {
    match duration(text)? {
        Duration::ZERO => Err("0 would reset every client: write 30s, or however long".into()),
        time_out => Ok(time_out),
    }
}

#[cfg(test)]
mod tests;
