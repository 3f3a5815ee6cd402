//! The metrics as text, in version 0.0.4 of the format that Prometheus reads.
//!
//! The libraries for it keep counters of their own, which are registered and shared. Here
//! the counting is done elsewhere, and all that is left is this page of text.

use std::fmt::{self, Display, Write};
use std::time::Duration;

use carwatch::time::Unix;

use crate::metrics::{Metrics, StoreMetrics};

/// What the text is called.
pub(crate) const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The whole text.
pub(crate) fn text(metrics: &Metrics, ready: bool) -> String {
    let mut page = Page(String::with_capacity(8 * 1024));
    program(&mut page, metrics, ready);
    cars(&mut page, metrics);
    source(&mut page, metrics);
    connections(&mut page, metrics);
    if let Some(store) = &metrics.store {
        self::store(&mut page, store);
    }
    page.0
}

fn program(page: &mut Page, m: &Metrics, ready: bool) {
    let build = [("program", m.build.program), ("version", m.build.version)];
    page.family("carwatch_build_info", GAUGE, "The program; the value is always 1.");
    page.sample("carwatch_build_info", &build, 1);
    if let Some(started) = m.started {
        let help = "When the program started, in seconds since 1970.";
        page.gauge("process_start_time_seconds", help, Moment(started));
    }
    let help = "Whether the station does all it is there for; /readyz says what it does not.";
    page.gauge("carwatch_ready", help, u8::from(ready));
}

fn cars(page: &mut Page, m: &Metrics) {
    page.gauge("carwatch_cars", "Cars in the snapshot.", m.cars);
    page.gauge("carwatch_snapshot_bytes", "The snapshot's length.", m.snapshot_bytes);
    page.counter("carwatch_cars_accepted_total", "Cars that were committed.", m.cars_accepted);
    page.counter(
        "carwatch_cars_repeated_total",
        "Cars that were reported again, and not accepted again.",
        m.cars_repeated,
    );
    page.counter("carwatch_cars_dropped_total", "Cars that retention dropped.", m.cars_dropped);
    let kept = &m.retention;
    if let Some(cars) = kept.cars {
        page.gauge("carwatch_retention_limit_cars", "The most cars that are kept.", cars);
    }
    if let Some(bytes) = kept.bytes {
        let help = "The most bytes of snapshot that are kept.";
        page.gauge("carwatch_retention_limit_bytes", help, bytes);
    }
    if let Some(age) = kept.age {
        let help = "How long a car is kept after its arrival.";
        page.gauge("carwatch_retention_limit_seconds", help, Seconds(age));
    }
}

fn source(page: &mut Page, m: &Metrics) {
    let help = "Lines that could not become a car.";
    page.counters("carwatch_lines_refused_total", help, "reason", &m.lines_refused);
    let help = "Lines that are no cars and do not pretend to be.";
    page.counter("carwatch_lines_ignored_total", help, m.lines_ignored);
    let help = "The age of the oldest car that is not committed yet.";
    page.gauge("carwatch_ingest_lag_seconds", help, Seconds(m.ingest_lag));
    if let Some(at) = m.last_commit {
        let help = "When cars were committed last, in seconds since 1970.";
        page.gauge("carwatch_last_commit_timestamp_seconds", help, Moment(at));
    }
    let help = "Whether the source has ended.";
    page.gauge("carwatch_source_ended", help, u8::from(m.source_ended));
    if let Some(offset) = m.source_offset {
        let help = "How far the source has been read and committed.";
        page.gauge("carwatch_source_offset_bytes", help, offset);
    }
}

fn connections(page: &mut Page, m: &Metrics) {
    let help = "Snapshots that were sent whole.";
    page.counter("carwatch_snapshots_served_total", help, m.snapshots_served);
    page.counter("carwatch_sent_bytes_total", "Bytes of snapshots sent.", m.bytes_sent);
    page.gauge("carwatch_connections", "Connections that are open.", m.connections);
    let help = "Connections accepted.";
    page.counter("carwatch_connections_accepted_total", help, m.connections_accepted);
    let help = "Connections ended: whole for a clean end, tls_failed where no TLS handshake was \
                made, the other causes are resets.";
    page.counters("carwatch_connections_ended_total", help, "cause", &m.connections_ended);
    let help = "Connections reset before a byte was sent.";
    page.counters("carwatch_connections_refused_total", help, "cause", &m.connections_refused);
    page.counter("carwatch_accept_errors_total", "Accepts that failed.", m.accept_errors);
}

fn store(page: &mut Page, m: &StoreMetrics) {
    if let Some(bytes) = m.bytes {
        let help = "The store's size on disk, with its write-ahead log.";
        page.gauge("carwatch_store_bytes", help, bytes);
    }
    if let Some(rows) = m.rows {
        page.gauge("carwatch_store_cars", "Cars in the store.", rows);
    }
    let help = "Commits to the store that failed.";
    page.counter("carwatch_store_write_failures_total", help, m.write_failures);
    let help = "Whether the last commit to the store succeeded.";
    page.gauge("carwatch_store_writable", help, u8::from(m.writable));
}

/// The text so far. Writing to a `String` cannot fail.
struct Page(String);

impl Page {
    fn counter(&mut self, name: &str, help: &str, value: u64) {
        self.family(name, COUNTER, help);
        self.sample(name, &[], value);
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl Display) {
        self.family(name, GAUGE, help);
        self.sample(name, &[], value);
    }

    /// A counter for each value of a label; what stands there twice is added up, because no
    /// two samples may have the same labels.
    fn counters(&mut self, name: &str, help: &str, label: &str, values: &[(&str, u64)]) {
        self.family(name, COUNTER, help);
        for (nth, (of, _)) in values.iter().enumerate() {
            if values[..nth].iter().all(|(earlier, _)| earlier != of) {
                let same = values.iter().filter(|(other, _)| other == of);
                let sum = same.fold(0, |sum: u64, (_, count)| sum.saturating_add(*count));
                self.sample(name, &[(label, of)], sum);
            }
        }
    }

    fn family(&mut self, name: &str, kind: &str, help: &str) {
        let help = Escaped { text: help, quotes: false };
        let _ = write!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        self.0.push_str(name);
        let mut before = '{';
        for (label, text) in labels {
            let text = Escaped { text, quotes: true };
            let _ = write!(self.0, "{before}{label}=\"{text}\"");
            before = ',';
        }
        if !labels.is_empty() {
            self.0.push('}');
        }
        let _ = writeln!(self.0, " {value}");
    }
}

/// Help or a label's value, as the format has them escaped.
struct Escaped<'a> {
    text: &'a str,
    quotes: bool,
}

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.chars().try_for_each(|c| match c {
            '\\' => f.write_str(r"\\"),
            '\n' => f.write_str(r"\n"),
            '"' if self.quotes => f.write_str(r#"\""#),
            c => f.write_char(c),
        })
    }
}

/// A duration in seconds.
struct Seconds(Duration);

impl Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_secs_f64().fmt(f)
    }
}

/// A moment in seconds since 1970, to the millisecond.
struct Moment(Unix);

impl Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.as_millis();
        let sign = if millis < 0 { "-" } else { "" };
        let millis = millis.unsigned_abs();
        write!(f, "{sign}{}.{:03}", millis / 1000, millis % 1000)
    }
}

const COUNTER: &str = "counter";
const GAUGE: &str = "gauge";

#[cfg(test)]
mod tests;
