use std::ffi::OsStr;
use std::io::Write;
use std::sync::{Arc, Mutex};

use tracing_subscriber::EnvFilter;

use super::{LogArgs, LogError, LogFormat, Sanitised, queue, subscriber};

fn filter(verbose: u8, quiet: u8, rust_log: Option<&str>) -> Result<String, String> {
    let args = LogArgs { verbose, quiet, ..LogArgs::default() };
    args.filter(rust_log.map(OsStr::new)).map(|filter| filter.to_string())
}

#[test]
fn each_flag_moves_the_level_by_one() {
    for (verbose, quiet, level) in [
        (0, 0, "info"),
        (1, 0, "debug"),
        (2, 0, "trace"),
        (9, 0, "trace"),
        (0, 1, "warn"),
        (1, 1, "info"),
    ] {
        assert_eq!(filter(verbose, quiet, None), Ok(format!("carwatch={level},warn")));
    }
    assert_eq!(filter(0, 2, None), Ok("error".into()));
    assert_eq!(filter(0, 255, None), Ok("error".into()));
}

#[test]
fn rust_log_is_heeded_unless_a_flag_says_more() {
    assert_eq!(filter(0, 0, Some("polling=trace")), Ok("polling=trace".into()));
    assert_eq!(filter(0, 0, Some("")), filter(0, 0, None));
    assert_eq!(filter(1, 0, Some("off")), filter(1, 0, None));
    assert_eq!(filter(0, 2, Some("trace")), filter(0, 2, None));
    let refused = filter(0, 0, Some("carwatch=loud")).unwrap_err();
    assert!(refused.starts_with("RUST_LOG: "), "{refused}");
}

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn logged(format: LogFormat, event: impl FnOnce()) -> String {
    let sink = Sink::default();
    let (queue, guard) = queue::start(sink.clone(), |_| ()).unwrap();
    let log = subscriber(Sanitised { queue, format }, EnvFilter::new("trace"));
    tracing::dispatcher::with_default(&log, event);
    drop(guard);
    String::from_utf8(sink.0.lock().unwrap().clone()).unwrap()
}

/// What a stranger may put into a value that is logged.
const HOSTILE: &str = "\u{1b}[2J\u{7f}\u{9b}\u{202e}\u{200b}\u{feff}\r\nforged";

#[test]
fn a_text_line_is_one_line_without_control_characters() {
    let line =
        logged(LogFormat::Text, || tracing::info!(shown = %HOSTILE, quoted = HOSTILE, "{HOSTILE}"));
    assert_eq!(line.matches('\n').count(), 1, "{line:?}");
    let body = line.trim_end_matches('\n');
    assert!(
        !body.contains(|c: char| c.is_control() || "\u{202e}\u{200b}\u{feff}".contains(c)),
        "{line:?}"
    );
    assert!(
        body.contains(r"shown=\u{1b}[2J\u{7f}\u{9b}\u{202e}\u{200b}\u{feff}\u{d}\u{a}forged"),
        "{line}"
    );
}

#[test]
fn a_json_line_says_the_same_characters_as_escapes() {
    let line = logged(LogFormat::Json, || tracing::info!(shown = %HOSTILE, n = 3, "made"));
    assert_eq!(line.matches('\n').count(), 1, "{line:?}");
    assert!(line.trim_end_matches('\n').is_ascii(), "{line:?}");
    let parsed: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(parsed["shown"], HOSTILE);
    assert_eq!(parsed["n"], 3);
    assert_eq!(parsed["message"], "made");
    assert_eq!(parsed["level"], "INFO");
}

#[test]
fn times_are_rfc_3339_in_utc() {
    let line = logged(LogFormat::Text, || tracing::warn!("here"));
    let time = line.split(' ').next().unwrap();
    let shape: String = time.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    assert_eq!(shape, "0000-00-00T00:00:00.000000Z");
}

#[test]
fn a_file_that_cannot_be_opened_is_named() {
    let args = LogArgs { log_file: Some("/nonexistent/log".into()), ..LogArgs::default() };
    let said = args.init().unwrap_err();
    assert!(matches!(said, LogError::Output(_)), "{said:?}");
    assert!(said.to_string().starts_with("cannot open the log file /nonexistent/log: "), "{said}");
}

#[test]
fn the_name_of_a_file_forges_no_line() {
    let args = LogArgs { log_file: Some("/nonexistent/a\nb".into()), ..LogArgs::default() };
    let said = args.init().unwrap_err().to_string();
    assert!(said.starts_with(r"cannot open the log file /nonexistent/a\u{a}b: "), "{said}");
}
