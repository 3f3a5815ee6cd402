use std::io;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use carwatch::gather::{DialId, Gather, Next};
use carwatch::limits::ClientLimits;
use carwatch::time::Instant;
use carwatch::{Host, Outcome, OwnLimits, Reason, Target, Verdict};
use carwatch_driver::client::Observer;
use indicatif::{InMemoryTerm, ProgressBar, ProgressDrawTarget, TermLike};

use super::{Progress, Seen, Style, Thread, Watcher, bar};

fn verdicts() -> [Verdict; 3] {
    [
        Verdict::Complete { verified: false },
        Verdict::Partial(Reason::Reset.into()),
        Verdict::Failed(Reason::Refused.into()),
    ]
}

fn at(seconds: u64) -> Instant {
    Instant::from_nanos(0) + Duration::from_secs(seconds)
}

fn target(name: &str) -> Target {
    Target {
        name: name.into(),
        address: "127.0.0.1:1".into(),
        host: Host::Ip([127, 0, 0, 1].into()),
        port: 1,
        own: OwnLimits::default(),
    }
}

/// A connection to the first of these: only a gather names any.
fn dial(targets: &[Target]) -> (DialId, SocketAddr) {
    let mut gather = Gather::new(targets.to_vec(), &ClientLimits::default(), 1, at(0));
    match gather.next(at(0)) {
        Next::Connect(dial, address) => (dial.id(), address),
        other => panic!("{other:?}"),
    }
}

fn on(terminal: &InMemoryTerm, stations: usize) -> (Seen, ProgressBar) {
    let seen = Seen::new(stations);
    // Not limited in how often it may draw: a test sees each state.
    let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
    let width = terminal.width();
    let bar = bar(target, &seen, move || (Some(width), at(9)));
    (seen, bar)
}

/// The words on the one line of `terminal`, which it all but fills, and how much of the bar before
/// them is full and empty. The time is of no importance, but for its columns.
fn shown(terminal: &InMemoryTerm) -> (String, usize, usize) {
    let line = terminal.contents();
    assert_eq!(line.chars().count(), 39, "{line}");
    let (line, time) = line.rsplit_once(", ").expect("a time");
    assert!(time.strip_suffix('s').is_some_and(|time| time.parse::<u64>().is_ok()), "{time}");
    let (bar, words) = line.trim_start().split_once(' ').expect("a bar");
    let full = bar.chars().take_while(|c| *c == '█').count();
    let empty = bar.chars().skip(full).inspect(|c| assert_eq!(*c, '░')).count();
    (words.to_owned(), full, empty)
}

#[test]
fn the_bar_fills_the_line_and_counts_by_verdict() {
    let terminal = InMemoryTerm::new(4, 40);
    let (seen, bar) = on(&terminal, 4);
    let mut style = Style::Bar(bar);
    style.draw(&seen);
    let (words, full, empty) = shown(&terminal);
    assert_eq!((&*words, full), ("0/4 stations", 0));
    assert!(empty > 10, "{empty}");
    let [complete, partial, failed] = verdicts();
    seen.tally.count(&complete);
    seen.tally.count(&complete);
    style.draw(&seen);
    let (words, full, empty) = shown(&terminal);
    assert_eq!(words, "2/4 stations, 2 complete");
    assert!(full > 0 && full.abs_diff(empty) <= 1, "{full} {empty}");
    seen.tally.count(&partial);
    seen.tally.count(&failed);
    assert_eq!(seen.tally.to_string(), "4/4 stations, 2 complete, 1 partial, 1 failed");
    assert_eq!(seen.tally.settled(), 4);
    style.finish(&seen);
    assert_eq!(terminal.contents(), "");
}

#[test]
fn the_bar_names_who_is_slow_on_one_line_of_any_terminal() {
    for columns in [40, 60, 80, 200] {
        let terminal = InMemoryTerm::new(4, columns);
        let (seen, bar) = on(&terminal, 2);
        let target = target(&format!("a\u{1b}[2J name that is {}", "long ".repeat(40)));
        let targets = [target.clone(), target];
        let mut watcher = Watcher::new(&targets, seen.tally.clone(), Some(seen.underway.clone()));
        let (dial, peer) = dial(&targets[..1]);
        watcher.began(0, 1, at(1));
        watcher.dialling(0, 1, dial, peer, at(1));
        let mut style = Style::Bar(bar);
        style.draw(&seen);
        let lines = terminal.contents();
        assert_eq!(lines.lines().count(), 1, "{columns}: {lines}");
        assert_eq!(lines.contains(r", slowest: a\u{1b}[2J"), columns > 40, "{columns}: {lines}");
        assert!(lines.contains("… 8 s") || columns < 60, "{columns}: {lines}");
        style.finish(&seen);
        assert_eq!(terminal.contents(), "");
    }
}

#[test]
fn a_bar_that_is_wider_than_its_terminal_is_wiped_as_a_whole() {
    let terminal = InMemoryTerm::new(6, 20);
    terminal.write_line("before").unwrap();
    let (seen, bar) = on(&terminal, 100_000);
    verdicts().iter().for_each(|verdict| seen.tally.count(verdict));
    let mut style = Style::Bar(bar);
    style.draw(&seen);
    style.draw(&seen);
    let lines = terminal.contents();
    assert_eq!(lines.matches("stations").count(), 1, "{lines}");
    style.finish(&seen);
    assert_eq!(terminal.contents(), "before");
}

#[test]
fn what_is_written_within_it_stays_above_it() {
    let terminal = InMemoryTerm::new(6, 60);
    let (seen, bar) = on(&terminal, 2);
    let log = |line: &str| bar.suspend(|| terminal.write_line(line).unwrap());
    let mut style = Style::Bar(bar.clone());
    style.draw(&seen);
    log("one");
    log("two");
    seen.tally.count(&verdicts()[0]);
    style.draw(&seen);
    let lines = terminal.contents();
    let (above, below) = lines.split_at("one\ntwo\n".len());
    assert_eq!(above, "one\ntwo\n", "{lines}");
    assert_eq!(below.lines().count(), 1, "{lines}");
    assert!(below.contains("1/2 stations"), "{lines}");
    style.finish(&seen);
    // The log may outlive the bar.
    log("three");
    assert_eq!(terminal.contents(), "one\ntwo\nthree");
}

#[test]
fn what_a_keyboard_echoes_is_wiped_with_it() {
    let terminal = InMemoryTerm::new(6, 60);
    let (seen, bar) = on(&terminal, 2);
    let mut style = Style::Bar(bar);
    style.draw(&seen);
    terminal.write_str("^C").unwrap();
    style.draw(&seen);
    terminal.write_str("^C").unwrap();
    style.finish(&seen);
    assert_eq!(terminal.contents(), "");
}

/// A terminal that is stopped with the first thing drawn on it, until the test drops its end.
#[derive(Debug)]
struct Stopped {
    drawing: Sender<()>,
    moving: Mutex<Receiver<()>>,
}

impl TermLike for Stopped {
    fn width(&self) -> u16 {
        80
    }

    fn move_cursor_up(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_down(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_right(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_left(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn write_line(&self, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn write_str(&self, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn clear_line(&self) -> io::Result<()> {
        Ok(())
    }

    fn flush(&self) -> io::Result<()> {
        let _ = self.drawing.send(());
        let _ = self.moving.lock().unwrap().recv();
        Ok(())
    }
}

#[test]
fn a_stopped_terminal_holds_up_neither_the_gather_nor_its_end() {
    let ((drawing, drawn), (moves, moving)) = (channel(), channel());
    let stopped = Stopped { drawing, moving: Mutex::new(moving) };
    let seen = Seen::new(3);
    let bar = bar(ProgressDrawTarget::term_like(Box::new(stopped)), &seen, || (None, at(9)));
    let thread = Thread::start(Style::Bar(bar), &seen);
    let progress = Progress { seen: seen.clone(), thread };
    // From here on the thread is stuck within the terminal.
    drawn.recv().unwrap();
    let target = target("gate");
    let targets = [target.clone(), target.clone(), target.clone()];
    let mut watcher = progress.watcher(&targets);
    for (station, verdict) in verdicts().into_iter().enumerate() {
        let outcome = Outcome { verdict, ..Outcome::failed(Reason::Refused.into()) };
        watcher.settled(station, &target, &outcome);
    }
    assert_eq!(seen.tally.settled(), 3);
    // Each of these would never return if it waited for the terminal.
    progress.finish();
    drop(moves);
}
