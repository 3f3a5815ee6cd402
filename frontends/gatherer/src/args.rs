//! The command line of a client, as cli.md has it. What the flags come to is `plan`'s.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use carwatch_cli::{LogArgs, duration, size};
use carwatch_formats::Format;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Parser, Subcommand, ValueEnum};

use crate::ca::CaArgs;
use crate::completions::Shell;
use crate::inspect::InspectArgs;
use crate::secure::TlsArgs;

/// The prefix of the environment variables that stand for flags.
pub(crate) const ENV_PREFIX: &str = "CARWATCH_CLIENT";

/// Gathers cars from stations: connects to each, reads its snapshot, prints the cars and a
/// report of every station.
///
/// Cars go to stdout, in the order of the stations given; everything else goes to stderr.
#[derive(Debug, Parser)]
#[command(version, after_help = EXITS, args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    // Its help is no doc comment, where brackets would be links.
    #[arg(value_name = "STATION", help = STATION)]
    pub(crate) stations: Vec<String>,

    /// TOML with values of these flags, and stations as [[stations]] tables: name, address, tags,
    /// connect-timeout, idle-timeout, max-response, server-name
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,

    /// Gather only from the stations of --config that have this tag, or one of these
    #[arg(long, value_name = "T")]
    pub(crate) tag: Vec<String>,

    /// Needs nothing else: gathers from three simulated stations inside this process, one of
    /// which refuses connections
    #[arg(long)]
    pub(crate) demo: bool,

    #[command(flatten)]
    pub(crate) output: OutputArgs,

    #[command(flatten)]
    pub(crate) gather: GatherArgs,

    #[command(flatten)]
    pub(crate) tls: TlsArgs,

    #[command(flatten)]
    pub(crate) success: SuccessArgs,

    #[command(flatten)]
    pub(crate) log: LogArgs,
}

/// What there is to do besides gathering.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Parses captures: raw responses, pcap, pcapng, each also gz; prints what gathering would
    /// have printed, with a caret under each bad byte
    Inspect(InspectArgs),
    /// Makes a private CA, and certificates for a handful of stations and their clients
    Ca(CaArgs),
    /// Prints the completions for a shell
    Completions {
        /// For which
        #[arg(value_name = "SHELL")]
        shell: Shell,
    },
    /// Prints the manual page
    Man,
}

/// What is printed, and where to.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// How to print the cars [default: table on a terminal, else ndjson]
    #[arg(short, long, value_parser = format())]
    pub(crate) format: Option<Format>,

    /// Write the cars to this file instead of stdout; it changes as a whole, on exit 0, 1 and
    /// 5, or not at all
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Add the cars that are new by continuity to this SQLite database, over any number of runs
    #[arg(long, value_name = "FILE.db")]
    pub(crate) into: Option<PathBuf>,

    /// Write the cars as Parquet below this folder too, by station and day
    #[arg(long, value_name = "DIR")]
    pub(crate) parquet: Option<PathBuf>,

    /// Record what is received, when, and how it ends, for Wireshark and for `inspect`
    #[arg(long, value_name = "FILE.pcapng")]
    pub(crate) capture: Option<PathBuf>,

    /// Merge the cars of partial stations too, each marked `partial` (not with wire)
    #[arg(long)]
    pub(crate) keep_partial: bool,

    /// Write CSV without the guard against spreadsheet formulas
    #[arg(long)]
    pub(crate) csv_raw: bool,

    /// Show a bar over the stations on stderr; auto: on a terminal
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) progress: When,

    /// How to print the report on stderr
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    pub(crate) summary: Summary,

    /// Write the report into this file too, as JSON, on every exit but 2
    #[arg(long, value_name = "FILE")]
    pub(crate) summary_file: Option<PathBuf>,
}

/// What a gather puts up with.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Gather")]
pub(crate) struct GatherArgs {
    /// Gather again and again, so long from one begin to the next, and print only new cars;
    /// ends by a signal
    #[arg(long, value_name = "D", value_parser = some_time, allow_hyphen_values = true)]
    pub(crate) watch: Option<Duration>,

    /// Connections at once
    #[arg(short = 'j', long, value_name = "N", default_value = "64", value_parser = at_least_one, allow_negative_numbers = true)]
    pub(crate) concurrency: usize,

    /// The longest time one attempt may take to connect
    #[arg(long, value_name = "D", default_value = "3s", value_parser = some_time, allow_hyphen_values = true)]
    pub(crate) connect_timeout: Duration,

    /// The longest silence of a station
    #[arg(long, value_name = "D", default_value = "10s", value_parser = some_time, allow_hyphen_values = true)]
    pub(crate) idle_timeout: Duration,

    /// The longest time the whole gather may take; with --watch, each round
    #[arg(long, value_name = "D", default_value = "60s", value_parser = some_time, allow_hyphen_values = true)]
    pub(crate) deadline: Duration,

    /// Further attempts at a station that could not be reached or broke off
    #[arg(long, value_name = "N", default_value = "0", value_parser = whole::<u32>, allow_negative_numbers = true)]
    pub(crate) retries: u32,

    /// The longest response of one station
    #[arg(long, value_name = "SIZE", default_value = "256MiB", value_parser = some_size, allow_hyphen_values = true)]
    pub(crate) max_response: u64,

    /// The memory that all unfinished responses may take together
    #[arg(long, value_name = "SIZE", default_value = "1GiB", value_parser = some_size, allow_hyphen_values = true)]
    pub(crate) max_memory: u64,
}

/// What counts as success.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Success")]
pub(crate) struct SuccessArgs {
    /// How many stations must be complete for exit 0 [default: all]
    #[arg(long, value_name = "N", value_parser = whole::<usize>, allow_negative_numbers = true)]
    pub(crate) min_ok: Option<usize>,

    /// Exit 5 instead of 0 if a record was rejected
    #[arg(long)]
    pub(crate) strict: bool,
}

/// When there is a bar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// If stderr is a terminal
    #[default]
    Auto,
    /// Always; where stderr is no terminal, as plain lines
    Always,
    /// Never
    Never,
}

/// In which form the report goes to stderr.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Summary {
    /// A line for each station
    #[default]
    Text,
    /// One JSON document
    Json,
    /// Not at all
    None,
}

const STATION: &str = "Where to gather from: [NAME=][tls://|tcp://]HOST:PORT, or @FILE with one of these a \
     line and `#` comments, or the name of a station of --config; in place of all that --config \
     has [default: 127.0.0.1:8000]";

const EXITS: &str = "\
Exit status; the first that holds:
  2          wrong usage
  130, 143   stopped by SIGINT or SIGTERM, after printing what had arrived
  4          the cars or the report could not be written, or the log not be opened
  0          every station is complete, or as many as --min-ok asks for
             (5 instead if --strict is given and a record was rejected)
  3          no station is complete
  1          some station is not complete

Durations read 250ms, 10s, 5m; sizes 64KiB, 256MiB. COLUMNS is the width of tables and of the
report; NO_COLOR and TERM=dumb turn colours off.";

pub(crate) fn format() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(Format::as_str)).try_map(|name| name.parse())
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match whole(text)? {
        0 => Err("must be at least 1".into()),
        number => Ok(number),
    }
}

pub(crate) fn whole<N: FromStr>(text: &str) -> Result<N, String> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(number) if digits => Ok(number),
        Err(_) if digits => Err("too large a number".into()),
        _ => Err("not a whole number".into()),
    }
}

fn some_time(text: &str) -> Result<Duration, String> {
    match duration(text)? {
        Duration::ZERO => Err("no time at all; must be longer than 0s".into()),
        time => Ok(time),
    }
}

pub(crate) fn some_size(text: &str) -> Result<u64, String> {
    match size(text)? {
        0 => Err("no room at all; must be more than 0".into()),
        size => Ok(size),
    }
}

#[cfg(test)]
mod tests;
