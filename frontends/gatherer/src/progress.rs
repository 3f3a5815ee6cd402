//! A bar over the stations, on stderr, drawn by a thread of its own: a terminal that is
//! stopped delays nobody but itself.

mod tally;
mod underway;

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use carwatch::Target;
use carwatch::gather::StationId;
use carwatch::time::Instant;
use carwatch_cli::LogGuard;
use carwatch_driver::clock;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use terminal_size::{Width, terminal_size_of};

use crate::args::When;
use tally::Tally;
use underway::Underway;
pub(crate) use underway::Watcher;

/// The bar. It is there until it is [finished](Self::finish).
#[derive(Debug)]
pub(crate) struct Progress {
    seen: Seen,
    thread: Option<Thread>,
}

impl Progress {
    /// A bar over `stations` of them, or none. The lines of `log` stay clear of it.
    pub(crate) fn start(when: When, stations: usize, log: &LogGuard) -> Self {
        let seen = Seen::new(stations);
        // Hidden where there is no terminal, or one that cannot move its cursor.
        let stderr = ProgressDrawTarget::stderr_with_hz(HERTZ);
        let thread = match when {
            When::Auto | When::Always if !stderr.is_hidden() => {
                let bar = bar(stderr, &seen, || {
                    let width = terminal_size_of(io::stderr()).map(|(Width(width), _)| width);
                    (width, clock::now())
                });
                let thread = Thread::start(Style::Bar(bar.clone()), &seen);
                if thread.is_some() {
                    log.around_lines(Box::new(move |write| bar.suspend(write)));
                }
                thread
            }
            When::Always => Thread::start(Style::Lines(None), &seen),
            When::Auto | When::Never => None,
        };
        Self { seen, thread }
    }

    /// What is to be told of the gather of `targets`, which are those that the bar is over.
    /// That never waits for the terminal.
    pub(crate) fn watcher<'t>(&self, targets: &'t [Target]) -> Watcher<'t> {
        let underway = self.thread.is_some().then(|| Arc::clone(&self.seen.underway));
        Watcher::new(targets, Arc::clone(&self.seen.tally), underway)
    }

    /// Wipes the bar away, unless the terminal is stopped.
    pub(crate) fn finish(self) {
        if let Some(Thread { end, gone }) = self.thread {
            drop(end);
            // If it is stopped, files and pipes still get theirs. The bar goes once the
            // terminal moves again: before the report or after it, for each of the two
            // holds the lock of stderr as it is written.
            let _ = gone.recv_timeout(PATIENCE);
        }
    }
}

/// What there is to draw.
#[derive(Clone, Debug)]
struct Seen {
    tally: Arc<Tally>,
    underway: Arc<Underway>,
}

impl Seen {
    fn new(stations: usize) -> Self {
        Self { tally: Tally::new(stations).into(), underway: Underway::new(stations).into() }
    }
}

/// The thread that draws.
#[derive(Debug)]
struct Thread {
    /// Dropped to end it.
    end: Sender<()>,
    /// Says so by its own end when it has.
    gone: Receiver<()>,
}

impl Thread {
    /// `None` if the system has no threads left: the gather is what matters.
    fn start(mut style: Style, seen: &Seen) -> Option<Self> {
        let seen = seen.clone();
        let ((end, ended), (going, gone)) = (channel(), channel());
        let draw = move || {
            let _going = going;
            style.draw(&seen);
            while ended.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                style.draw(&seen);
            }
            style.finish(&seen);
        };
        thread::Builder::new().name("progress".into()).spawn(draw).ok()?;
        Some(Self { end, gone })
    }
}

#[derive(Debug)]
enum Style {
    /// Drawn over itself.
    Bar(ProgressBar),
    /// For a pipe: plain lines, without control characters. With it, how many stations the
    /// last line had, and which one was slow.
    Lines(Option<(usize, Option<StationId>)>),
}

impl Style {
    fn draw(&mut self, seen: &Seen) {
        let now = seen.tally.settled();
        match self {
            Self::Bar(bar) => bar.update(|state| state.set_pos(now as u64)),
            Self::Lines(last) => {
                let slowest = seen.underway.slowest(clock::now());
                let line = (now, slowest.as_ref().map(|slowest| slowest.station));
                if last.replace(line) == Some(line) {
                    return;
                }
                // One write, so that no line of the log comes in between. Whoever closed
                // stderr does not want to see it.
                let slowest = slowest.and_then(|slowest| slowest.within(usize::MAX));
                let (all, slowest) = (seen.tally.stations(), slowest.unwrap_or_default());
                let _ =
                    io::stderr().write_all(format!("{now}/{all} stations{slowest}\n").as_bytes());
            }
        }
    }

    fn finish(&mut self, seen: &Seen) {
        match self {
            Self::Bar(bar) => bar.finish_and_clear(),
            Self::Lines(_) => self.draw(seen),
        }
    }
}

/// Its words are taken from what is `seen` as they are drawn; its length is as of the last
/// tick. `at` is how many columns the terminal has by then, and when that is.
fn bar(
    target: ProgressDrawTarget,
    seen: &Seen,
    at: impl Fn() -> (Option<u16>, Instant) + Clone + Send + Sync + 'static,
) -> ProgressBar {
    let all = seen.tally.stations() as u64;
    let seen = seen.clone();
    let style = ProgressStyle::default_bar()
        .template(TEMPLATE)
        .expect("the template is a constant")
        .with_key("stations", move |_: &_, out: &mut dyn std::fmt::Write| {
            let counts = seen.tally.to_string();
            let (width, now) = at();
            let room = usize::from(width.unwrap_or(80)).saturating_sub(counts.len() + OTHERS);
            let slowest = seen.underway.slowest(now).and_then(|slowest| slowest.within(room));
            // The string it is written to takes anything.
            let _ = write!(out, "{counts}{}", slowest.unwrap_or_default());
        })
        .progress_chars("█░");
    ProgressBar::with_draw_target(Some(all), target).with_style(style)
}

/// It leaves the cursor at the start of the line, where the `^C` of a keyboard is wiped away
/// with the bar; at the end of it that would leave a bar behind. The blank is for what pads
/// the line to its full width after that.
const TEMPLATE: &str = " {wide_bar} {stations}, {elapsed}\r";
/// Columns for the rest of the line: blanks, a bar of six, the time.
const OTHERS: usize = 16;
const HERTZ: u8 = 20;
const TICK: Duration = Duration::from_millis(100);
/// How long the end of the gather waits for a terminal that does not move.
const PATIENCE: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests;
