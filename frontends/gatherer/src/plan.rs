//! What a command line comes to: the stations, the limits, the outputs, or the usage
//! error that the flags make together.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Duration;

use carwatch::Target;
use carwatch::limits::ClientLimits;
use carwatch_cli::Own;
use carwatch_driver::client;
use carwatch_driver::tls::To;
use carwatch_formats::Format;

use crate::args::{Args, Summary, When};
use crate::demo::Demo;
use crate::output::is_same_file;
use crate::stations::{Scheme, Station};
use crate::{station_config, stations};

/// Where a client looks that was not told where.
pub(crate) const DEFAULT_STATION: &str = "127.0.0.1:8000";

/// Everything that a gather needs to know before it begins.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) targets: Vec<Target>,
    /// How each of them is spoken to, if not in plain text.
    pub(crate) tls: Vec<Option<To>>,
    /// Whether they are [`DEFAULT_STATION`] for want of anything else.
    pub(crate) by_default: bool,
    /// Whether they are those of `--demo`.
    pub(crate) demo: bool,
    pub(crate) limits: ClientLimits,
    pub(crate) format: Format,
    pub(crate) keep_partial: bool,
    pub(crate) csv_raw: bool,
    pub(crate) output: Option<PathBuf>,
    pub(crate) into: Option<PathBuf>,
    pub(crate) parquet: Option<PathBuf>,
    pub(crate) capture: Option<PathBuf>,
    /// From the begin of one round to that of the next, if there is more than one.
    pub(crate) watch: Option<Duration>,
    pub(crate) progress: When,
    pub(crate) summary: Summary,
    pub(crate) summary_file: Option<PathBuf>,
    pub(crate) min_ok: Option<usize>,
    pub(crate) strict: bool,
}

impl Plan {
    /// Judges the flags together. `demo` are the stations of `--demo`, if it is given.
    ///
    /// # Errors
    ///
    /// A usage error.
    pub(crate) fn new(args: Args, own: &Own, demo: Option<Vec<Target>>) -> Result<Self, String> {
        let is_demo = demo.is_some();
        let stations = match demo {
            Some(_) if !args.stations.is_empty() || own.is_typed("tag") => {
                return Err("--demo brings its own stations and takes no others".into());
            }
            Some(_) if own.is_typed("tls") => {
                return Err("--demo brings its own stations, which speak plain text".into());
            }
            Some(targets) => {
                let plain = |target| Station { scheme: Some(Scheme::Tcp), ..Station::from(target) };
                targets.into_iter().map(plain).collect()
            }
            None => station_config::targets(own, &args.stations, &args.tag)?,
        };
        let by_default = stations.is_empty();
        let stations = match by_default {
            true => stations::read(&[DEFAULT_STATION.to_owned()])?,
            false => stations,
        };
        let tls = args.tls.to(own, &stations)?;
        let targets: Vec<_> = stations.into_iter().map(|station| station.target).collect();
        let min_ok = args.success.min_ok.or(is_demo.then_some(Demo::MIN_OK));
        if let Some(min_ok) = min_ok.filter(|n| *n > targets.len()) {
            return Err(match targets.len() {
                1 => format!("--min-ok {min_ok}: there is only 1 station"),
                all => format!("--min-ok {min_ok}: there are only {all} stations"),
            });
        }
        let mut output = args.output;
        // As everywhere: stdout, and what is there by default.
        output.output = output.output.filter(|path| path != Path::new("-"));
        let format = output.format.unwrap_or_else(|| {
            let on_terminal = output.output.is_none() && std::io::stdout().is_terminal();
            if on_terminal || is_demo { Format::Table } else { Format::Ndjson }
        });
        if output.keep_partial && format == Format::Wire {
            return Err("--keep-partial: the wire format cannot mark a car as partial".into());
        }
        if args.gather.watch.is_some() && output.output.is_some() {
            return Err("--watch prints as it goes, and --output changes as a whole at the end: \
                        send stdout to the file instead"
                .into());
        }
        let beside = |suffix| Some(beside(output.into.as_deref()?, suffix));
        let read = args.stations.iter().filter_map(|station| station.strip_prefix('@'));
        let inputs = read.map(|file| ("a file of stations", Some(PathBuf::from(file))));
        let outputs = [
            ("--output", output.output.clone()),
            ("--into", output.into.clone()),
            ("a file of SQLite's beside --into", beside("-wal")),
            ("a file of SQLite's beside --into", beside("-shm")),
            ("the lock beside --into", beside(".lock")),
            ("--capture", output.capture.clone()),
            ("--summary-file", output.summary_file.clone()),
            ("--parquet", output.parquet.clone()),
            ("--log-file", args.log.log_file.clone()),
            ("--config", args.config.clone()),
        ];
        for (flag, file) in args.tls.files() {
            // One by one: a certificate and its key may lie in one file.
            let with = outputs.iter().cloned().chain([(flag, Some(file.to_owned()))]);
            differ(&with.collect::<Vec<_>>())?;
        }
        differ(&outputs.into_iter().chain(inputs).collect::<Vec<_>>())?;
        for (flag, path) in [("--into", &output.into), ("--capture", &output.capture)] {
            if path.as_deref() == Some(Path::new("-")) {
                return Err(format!("{flag} writes a file, not stdout"));
            }
        }
        let gather = args.gather;
        let limits = ClientLimits {
            connections: gather.concurrency,
            connect_timeout: gather.connect_timeout,
            idle_timeout: gather.idle_timeout,
            deadline: gather.deadline,
            retries: gather.retries,
            response: gather.max_response,
            memory: gather.max_memory,
            ..ClientLimits::default()
        };
        Ok(Self {
            targets,
            tls,
            by_default,
            demo: is_demo,
            limits,
            format,
            keep_partial: output.keep_partial,
            csv_raw: output.csv_raw,
            output: output.output,
            into: output.into,
            parquet: output.parquet,
            capture: output.capture,
            watch: gather.watch,
            progress: output.progress,
            summary: output.summary,
            summary_file: output.summary_file,
            min_ok,
            strict: args.success.strict,
        })
    }
}

impl Plan {
    /// Where to gather from, for the driver.
    pub(crate) fn stations(&self) -> Vec<client::Station> {
        let each = self.targets.iter().cloned().zip(self.tls.iter().cloned());
        each.map(|(target, tls)| client::Station { target, tls }).collect()
    }
}

/// A file whose name goes on after that of another.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Whether no two outputs are one file. The error is one in usage.
fn differ(outputs: &[(&str, Option<PathBuf>)]) -> Result<(), String> {
    for (nth, (flag, path)) in outputs.iter().enumerate() {
        for (other, same) in &outputs[nth + 1..] {
            if let (Some(path), Some(same)) = (path, same)
                && is_same_file(path, same)
            {
                return Err(format!("{flag} and {other} are the same file"));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
