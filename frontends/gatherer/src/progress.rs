//! A bar over the stations, on stderr, drawn by a thread of its own: a terminal that is
//! stopped delays nobody but itself.

mod tally;

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use carwatch::Verdict;
use carwatch_cli::LogGuard;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::args::When;
use tally::Tally;

/// The bar. It is there until it is [finished](Self::finish).
#[derive(Debug)]
pub(crate) struct Progress {
    tally: Arc<Tally>,
    thread: Option<Thread>,
}

impl Progress {
    /// A bar over `stations` of them, or none. The lines of `log` stay clear of it.
    pub(crate) fn start(when: When, stations: usize, log: &LogGuard) -> Self {
        let tally = Arc::new(Tally::new(stations));
        // Hidden where there is no terminal, or one that cannot move its cursor.
        let stderr = ProgressDrawTarget::stderr_with_hz(HERTZ);
        let thread = match when {
            When::Auto | When::Always if !stderr.is_hidden() => {
                let bar = bar(stderr, &tally);
                let thread = Thread::start(Style::Bar(bar.clone()), &tally);
                if thread.is_some() {
                    log.around_lines(Box::new(move |write| bar.suspend(write)));
                }
                thread
            }
            When::Always => Thread::start(Style::Lines(None), &tally),
            When::Auto | When::Never => None,
        };
        Self { tally, thread }
    }

    /// How to say that one more station is settled. That never waits for the terminal.
    pub(crate) fn counter(&self) -> impl FnMut(&Verdict) + use<> {
        let tally = Arc::clone(&self.tally);
        move |verdict| tally.count(verdict)
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
    fn start(mut style: Style, tally: &Arc<Tally>) -> Option<Self> {
        let tally = Arc::clone(tally);
        let ((end, ended), (going, gone)) = (channel(), channel());
        let draw = move || {
            let _going = going;
            style.draw(&tally);
            while ended.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                style.draw(&tally);
            }
            style.finish(&tally);
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
    /// last line had.
    Lines(Option<usize>),
}

impl Style {
    fn draw(&mut self, tally: &Tally) {
        let now = tally.settled();
        match self {
            Self::Bar(bar) => bar.update(|state| state.set_pos(now as u64)),
            Self::Lines(last) if *last == Some(now) => {}
            Self::Lines(last) => {
                *last = Some(now);
                // One write, so that no line of the log comes in between. Whoever closed
                // stderr does not want to see it.
                let line = format!("{now}/{} stations\n", tally.stations());
                let _ = io::stderr().write_all(line.as_bytes());
            }
        }
    }

    fn finish(&mut self, tally: &Tally) {
        match self {
            Self::Bar(bar) => bar.finish_and_clear(),
            Self::Lines(_) => self.draw(tally),
        }
    }
}

/// Its words are taken from `tally` as they are drawn; its length is as of the last tick.
fn bar(target: ProgressDrawTarget, tally: &Arc<Tally>) -> ProgressBar {
    let words = Arc::clone(tally);
    let style = ProgressStyle::default_bar()
        .template(TEMPLATE)
        .expect("the template is a constant")
        .with_key("stations", move |_: &_, out: &mut dyn std::fmt::Write| {
            // The string it is written to takes anything.
            let _ = write!(out, "{words}");
        })
        .progress_chars("█░");
    ProgressBar::with_draw_target(Some(tally.stations() as u64), target).with_style(style)
}

/// It leaves the cursor at the start of the line, where the `^C` of a keyboard is wiped away
/// with the bar; at the end of it that would leave a bar behind. The blank is for what pads
/// the line to its full width after that.
const TEMPLATE: &str = " {wide_bar} {stations}, {elapsed}\r";
const HERTZ: u8 = 20;
const TICK: Duration = Duration::from_millis(100);
/// How long the end of the gather waits for a terminal that does not move.
const PATIENCE: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests;
