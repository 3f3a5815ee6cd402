//! The flags of a station program (cli.md, Station).

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use carwatch::Retention;
use carwatch::admit::{Network, NetworkError, Rules};
use carwatch::limits::StationLimits;
use carwatch_admin::Token;
use carwatch_cli::{LogArgs, duration};
use carwatch_formats::visible::visible;
use carwatch_ingest::{Format, Reading, Time};
use clap::Parser;
use clap::builder::{OsStringValueParser, TypedValueParser};

use crate::files::lasting;
use crate::keep::{Keep, retention};
use crate::listen::Listen;
use crate::maps;
use crate::secure::TlsArgs;

/// A roadside station: whoever connects gets every car it has seen so far.
#[derive(Clone, Debug, Parser)]
#[command(version)]
pub(crate) struct Args {
    /// Where to listen: [tcp://|tls://]host:port, IPv4, IPv6 in brackets, or a name, which stands
    /// for all its addresses; port 0 takes a free one. Without a scheme it is TLS if there is
    /// --tls-cert. May be given again, or as a list with commas [default: 127.0.0.1:8000, or the
    /// sockets that were handed over]
    #[arg(long, value_name = "ADDR", value_delimiter = ',', value_parser = Listen::parse)]
    pub(crate) listen: Vec<Listen>,

    /// Where cars come from: simulate, - for stdin, or the path of a file
    #[arg(long, value_parser = OsStringValueParser::new().try_map(source), default_value = "simulate")]
    pub(crate) source: Source,

    /// Keep reading the source, a file, as it grows, through rotation, truncation and deletion. A
    /// last line without its newline waits for it
    #[arg(long)]
    pub(crate) follow: bool,

    /// What a line of the source is: record (time:brand:color), csv (after a header line with
    /// time, brand and color), ndjson, or auto, which looks at the first line
    #[arg(long, value_parser = format, default_value = "auto")]
    pub(crate) format: Format,

    /// Where the fields stand in what a detector writes: frigate, platerecognizer, openalpr,
    /// opendatacam, or the path of a TOML file
    #[arg(long, value_name = "MAP")]
    pub(crate) map: Option<String>,

    /// What becomes of a car's time: text is left as it is, unix is whole seconds since 1970
    /// [default: text; unix with a map]
    #[arg(long, value_name = "text|unix", value_parser = time)]
    pub(crate) time: Option<Time>,

    /// How many cars the simulator sees in a second; 0 for none
    #[arg(long, value_name = "N", value_parser = rate, allow_negative_numbers = true, default_value = "1")]
    pub(crate) rate: f64,

    /// The simulator's seed: the same seed gives the same cars, times included. Without it a
    /// random one is taken, and the times are those of the clock
    #[arg(long, value_name = "N", value_parser = seed, allow_negative_numbers = true)]
    pub(crate) seed: Option<u64>,

    /// Commit the cars, and how far the source was read, to this SQLite file, and start from
    /// what is there
    #[arg(long, value_name = "FILE", value_parser = OsStringValueParser::new().try_map(store))]
    pub(crate) store: Option<PathBuf>,

    /// Keep no more than so many cars (100000), none that came longer ago (7d), no more bytes of
    /// snapshot (512MiB). May be given again: the tightest wins, and the oldest go first
    #[arg(
        long,
        value_name = "LIMIT",
        value_delimiter = ',',
        value_parser = Keep::parse,
        allow_negative_numbers = true
    )]
    pub(crate) keep: Vec<Keep>,

    /// How many connections are served at once; the others wait
    #[arg(long, value_name = "N", value_parser = connections, default_value_t = StationLimits::default().connections)]
    pub(crate) max_connections: usize,

    /// How many connections of one address are served at once, of IPv6 by /64; the others are
    /// reset
    #[arg(long, value_name = "N", value_parser = connections, allow_negative_numbers = true)]
    pub(crate) max_per_source: Option<usize>,

    /// Who may connect, as networks or addresses; others are reset
    #[arg(
        long,
        value_name = "CIDR",
        value_delimiter = ',',
        value_parser = network,
        help = "Who may connect, as a network: 10.0.0.0/8, 2001:db8::/32 or one address; others \
                are reset. May be given again. It says nothing about --admin"
    )]
    pub(crate) allow: Vec<Network>,

    /// A client that takes nothing for so long is reset
    #[arg(long, value_name = "DURATION", value_parser = time_out, default_value = "30s")]
    pub(crate) write_timeout: Duration,

    /// Serve again what a capture recorded, the source being its file: pcap, pcapng or the raw
    /// bytes of one answer, each also gz. Whoever connects gets the same bytes in the same
    /// chunks at the same times, and the same end; of several stations each has a --listen
    #[arg(long)]
    pub(crate) replay: bool,

    /// On SIGTERM or SIGINT, how long running snapshots have to finish; a second signal ends
    /// that at once
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "10s")]
    pub(crate) drain: Duration,

    /// Where to listen for HTTP, in plain text: /metrics, /healthz, /readyz, /snapshot and POST
    /// /cars
    #[arg(long, value_name = "ADDR", value_parser = Listen::parse_plain)]
    pub(crate) admin: Option<Listen>,

    /// The file with the bearer token that POST /cars asks for; without it nobody may post
    #[arg(long, value_name = "FILE")]
    pub(crate) admin_token_file: Option<PathBuf>,

    /// Read flags from this TOML file, by their names; SIGHUP reads it again
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// See whether everything is in order, without starting, and exit
    #[arg(long)]
    pub(crate) check: bool,

    #[command(flatten)]
    pub(crate) tls: TlsArgs,

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

    /// What whoever posts must know, if anybody may.
    pub(crate) fn token(&self) -> Result<Option<Token>, String> {
        let Some(file) = &self.admin_token_file else { return Ok(None) };
        lasting(file)?;
        Token::from_file(file).map(Some)
    }

    /// Who may connect.
    pub(crate) fn rules(&self) -> Rules {
        let allow = (!self.allow.is_empty()).then(|| self.allow.clone());
        Rules { allow, per_source: self.max_per_source }
    }

    /// How much is kept.
    pub(crate) fn retention(&self) -> Retention {
        retention(&self.keep)
    }

    /// How the lines of the source are read, and what is posted. The error is one in usage.
    pub(crate) fn reading(&self) -> Result<Reading, String> {
        let map = self.map.as_deref().map(maps::open).transpose()?;
        let by_map = if map.is_some() { Time::Unix } else { Time::Text };
        let time = self.time.unwrap_or(by_map);
        Ok(Reading { format: self.format, map: map.map(Arc::new), time, ..Reading::default() })
    }

    /// Where to listen; the default address only if nothing else is there to listen on.
    pub(crate) fn listens(&self, by_default: bool) -> Vec<Listen> {
        if self.listen.is_empty() && by_default {
            return vec![Listen::default()];
        }
        self.listen.clone()
    }

    /// The flags that differ from those of `old`, and that only a start heeds.
    pub(crate) fn fixed_since(&self, old: &Self) -> Vec<&'static str> {
        [
            ("--listen", self.listen != old.listen),
            ("--source", self.source != old.source),
            ("--replay", self.replay != old.replay),
            ("--follow", self.follow != old.follow),
            ("--format", self.format != old.format),
            ("--map", self.map != old.map),
            ("--time", self.time != old.time),
            ("--rate", self.rate != old.rate),
            ("--seed", self.seed != old.seed),
            ("--store", self.store != old.store),
            ("--admin", self.admin != old.admin),
            // A listener is of one kind from its begin to its end; which certificate it has, which
            // clients and which versions it takes, can change.
            ("--tls-cert", self.tls.is_given() && !old.tls.is_given()),
            ("the log's flags", self.log != old.log),
        ]
        .into_iter()
        .filter_map(|(flag, differs)| differs.then_some(flag))
        .collect()
    }

    /// What is wrong with flags that are fine one by one.
    pub(crate) fn contradiction(&self) -> Option<String> {
        if let Some(message) = self.tls.contradiction(&self.listen) {
            return Some(message);
        }
        let file = matches!(self.source, Source::File(_));
        if self.replay {
            if !file {
                return Some("--replay needs a file as --source, a capture".into());
            }
            let idle = self.idle_in_a_replay();
            return (!idle.is_empty()).then(|| {
                format!("--replay serves a recording as it is: it goes without {}", idle.join(", "))
            });
        }
        (self.follow && !file).then(|| "--follow needs a file as --source".into())
    }

    /// The flags about cars that come in, of which a replay has none.
    fn idle_in_a_replay(&self) -> Vec<&'static str> {
        [
            ("--follow", self.follow),
            ("--format", self.format != Format::Auto),
            ("--map", self.map.is_some()),
            ("--time", self.time.is_some()),
            ("--rate", self.rate != 1.0),
            ("--seed", self.seed.is_some()),
            ("--store", self.store.is_some()),
            ("--keep", !self.keep.is_empty()),
            ("--admin-token-file", self.admin_token_file.is_some()),
        ]
        .into_iter()
        .filter_map(|(flag, given)| given.then_some(flag))
        .collect()
    }

    /// A word about flags that nothing has a use for; `admin` is whether there is an admin
    /// listener, from wherever.
    pub(crate) fn unused(&self, admin: bool) -> Option<&'static str> {
        let simulated = self.source == Source::Simulate;
        if simulated && self.format != Format::Auto {
            return Some("--format does nothing: simulated cars come in no format");
        }
        if self.admin_token_file.is_some() && !admin {
            return Some("--admin-token-file does nothing without --admin");
        }
        if simulated && !admin && (self.map.is_some() || self.time.is_some()) {
            return Some("--map and --time do nothing: simulated cars need neither");
        }
        if self.map.is_some() && self.format == Format::Record {
            return Some("--map does nothing for the lines of --format record");
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

fn store(text: OsString) -> Result<PathBuf, &'static str> {
    match text.to_str() {
        Some("") => Err("write the path of a file"),
        // It is stdin everywhere else.
        Some("-") => Err("a store is a file: for one of that name write ./-"),
        _ => Ok(text.into()),
    }
}

fn format(text: &str) -> Result<Format, String> {
    text.parse().map_err(|_| "there are auto, record, csv and ndjson".into())
}

fn time(text: &str) -> Result<Time, String> {
    match text {
        "text" => Ok(Time::Text),
        "unix" => Ok(Time::Unix),
        _ => Err("there are text and unix".into()),
    }
}

fn network(text: &str) -> Result<Network, String> {
    text.parse().map_err(|error: NetworkError| error.to_string())
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
