//! A connection of a station, told anything at any time: it sends the snapshot and nothing else,
//! says that it is done when it is, and resets whoever is to be reset (protocol.md, duties 1 to 4).

use std::time::Duration;

use carwatch::limits::StationLimits;
use carwatch::serve::{Did, Do, Ended, Serve};
use carwatch::time::Instant;
use carwatch::{Car, Roster};

use crate::bytes::Bytes;

/// Panics if what `input` tells it shows otherwise.
pub(crate) fn check(input: &[u8]) {
    let mut bytes = Bytes(input);
    let mut roster = Roster::default();
    for _ in 0..bytes.below(20) {
        roster.append(&Car::new("7", "vw", "red"), Instant::from_nanos(0)).expect("it is short");
    }
    let mut model = Model { list: roster.snapshot().to_vec(), ..Model::default() };
    let mut serve = Serve::new(roster.snapshot(), limits(), Instant::from_nanos(0));
    loop {
        match serve.next() {
            Do::Write(chunk) => {
                assert!(!chunk.is_empty() && model.list[model.taken..].starts_with(chunk));
                assert!(!model.is_over());
            }
            Do::Finish => assert!(model.taken == model.list.len() && !model.is_over()),
            Do::Drain => assert!(model.drain.is_some()),
            Do::Close => assert!(model.is_closed && model.lost.is_none()),
            Do::Reset => assert!(model.lost.is_some(), "reset as {:?}", serve.done().ended),
        }
        let ended =
            model.lost.unwrap_or(if model.finished { Ended::Whole } else { Ended::Dropped });
        assert_eq!((serve.done().ended, serve.done().sent), (ended, model.taken as u64));
        if bytes.is_empty() || matches!(serve.next(), Do::Close | Do::Reset) {
            return;
        }
        model.act(&mut serve, bytes.byte(), &mut bytes);
    }
}

#[derive(Default)]
struct Model {
    list: Vec<u8>,
    taken: usize,
    talked: u64,
    client_ended: bool,
    finished: bool,
    /// When draining ends, and how much may still be said.
    drain: Option<(u64, u64)>,
    is_closed: bool,
    lost: Option<Ended>,
    now: u64,
    progress: u64,
    window: (u64, u64),
}

impl Model {
    fn is_over(&self) -> bool {
        self.finished || self.lost.is_some()
    }

    fn act(&mut self, serve: &mut Serve, action: u8, bytes: &mut Bytes<'_>) {
        self.now += u64::from(action >> 3) * 300;
        let at = Instant::from_nanos(self.now * MILLI);
        let is_writing = !self.is_over() && self.taken < self.list.len();
        match action % 8 {
            0 | 1 => {
                let Do::Write(chunk) = serve.next() else { return };
                let count = usize::from(bytes.byte()).min(chunk.len());
                serve.did(Did::Wrote(count), at);
                self.taken += count;
                self.window.1 += count as u64;
                if count > 0 {
                    self.progress = self.now;
                }
            }
            2 => {
                let count = u64::from(bytes.byte());
                serve.did(Did::Read(count as usize), at);
                if let Some((until, left)) = self.drain.filter(|_| !self.is_closed) {
                    match left.checked_sub(count) {
                        Some(left) => self.drain = Some((until, left)),
                        None => self.is_closed = true,
                    }
                } else if !self.is_over() {
                    self.talked += count;
                    if self.talked > limits().talk {
                        self.lost = Some(Ended::Talked);
                    }
                }
            }
            3 => {
                serve.did(Did::ReadEnd, at);
                self.client_ended = true;
                self.is_closed |= self.finished;
                assert!(!serve.wants_input());
            }
            4 => {
                if serve.next() != Do::Finish {
                    return;
                }
                serve.did(Did::Finished, at);
                self.finished = true;
                self.is_closed = self.client_ended;
                let left = limits().drain_bytes.max(limits().talk - self.talked);
                self.drain = Some((self.now + 2000, left));
            }
            5 if bytes.below(4) == 0 => {
                serve.did(Did::Fault, at);
                match self.finished {
                    true => self.is_closed = true,
                    false => self.lost = self.lost.or(Some(Ended::Broken)),
                }
            }
            _ => {
                serve.fire(at);
                let is_stalled = self.now >= self.progress + 3000;
                if let Some((until, _)) = self.drain {
                    self.is_closed |= self.now >= until;
                } else if is_stalled {
                    self.lost = Some(Ended::Stalled);
                } else if is_writing && self.now >= self.window.0 + 5000 {
                    if self.window.1 < 50 {
                        self.lost = Some(Ended::TooSlow);
                    }
                    self.window = (self.now, 0);
                }
            }
        }
    }
}

fn limits() -> StationLimits {
    StationLimits {
        write_timeout: Duration::from_secs(3),
        rate_window: Duration::from_secs(5),
        min_rate: 10,
        talk: 1000,
        drain_time: Duration::from_secs(2),
        drain_bytes: 100,
        ..StationLimits::default()
    }
}

const MILLI: u64 = 1_000_000;
