use std::sync::{Arc, Mutex};

use tracing_subscriber::EnvFilter;

use super::tell;

/// What the log got, and what stderr got.
fn told(filter: &str) -> (String, String) {
    let (log, mut stderr) = (Arc::new(Mutex::new(Vec::new())), Vec::new());
    let sink = Arc::clone(&log);
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(move || Sink(Arc::clone(&sink)))
        .finish();
    tracing::subscriber::with_default(subscriber, || {
        tell("a.rs:1:2", "odd\nforged", &mut stderr);
    });
    let log = log.lock().unwrap().clone();
    (String::from_utf8(log).unwrap(), String::from_utf8(stderr).unwrap())
}

struct Sink(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_panic_is_told_even_where_the_log_is_off() {
    let (log, stderr) = told("off");
    assert_eq!((log.as_str(), stderr.as_str()), ("", "panic at a.rs:1:2: odd\\u{a}forged\n"));
    let (log, stderr) = told("error");
    assert!(log.contains("a.rs:1:2"), "{log}");
    assert_eq!(stderr, "");
}
