//! One direction of a connection: when what came in may go out, and how it ends. It decides by
//! the toxics and the time that it is given; sockets and clocks are its caller's.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::toxic::{End, Toxic};
use crate::rng::Rng;

/// A toxic that is in force.
#[derive(Clone, Copy, Debug)]
pub(super) struct Active {
    pub(super) toxic: Toxic,
    /// When it was added.
    pub(super) since: Instant,
}

/// What is to be done now.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step<'a> {
    /// Send some of this, and tell [`Pipe::wrote`].
    Write(&'a [u8]),
    /// Nothing before that time, unless something comes in or the toxics change.
    Wait(Instant),
    /// Nothing, until something comes in or the toxics change.
    Idle,
    /// The source has ended, and all it sent was passed on: end the same way.
    Ended,
    /// A toxic of that kind ends the connection.
    Cut(usize, End),
}

/// What came in and has not gone out yet.
pub(super) struct Pipe {
    opened: Instant,
    chunks: VecDeque<(Instant, VecDeque<u8>)>,
    queued: usize,
    passed: u64,
    ended: Option<Instant>,
    /// The next piece waits until then.
    not_before: Instant,
    /// Decides the size of the next piece of a slicer.
    draw: usize,
    rng: Rng,
}

impl Pipe {
    /// An empty one.
    pub(super) fn new(now: Instant, rng: Rng) -> Self {
        Self {
            opened: now,
            chunks: VecDeque::new(),
            queued: 0,
            passed: 0,
            ended: None,
            not_before: now,
            draw: 0,
            rng,
        }
    }

    /// Whether it takes more.
    pub(super) fn wants_more(&self) -> bool {
        self.ended.is_none() && self.queued < WINDOW
    }

    /// The source has sent that.
    pub(super) fn read(&mut self, bytes: &[u8], toxics: &[Active], now: Instant) {
        let mut due = now;
        for active in toxics {
            if let Toxic::Latency { delay, jitter } = active.toxic {
                let most = usize::try_from(jitter.as_micros()).expect("less than hours");
                let drawn = Duration::from_micros(self.rng.below(2 * most + 1) as u64);
                due += (delay + drawn).saturating_sub(jitter);
            }
        }
        // Nothing overtakes what came before it.
        let due = self.chunks.back().map_or(due, |last| due.max(last.0));
        self.chunks.push_back((due, bytes.iter().copied().collect()));
        self.queued += bytes.len();
    }

    /// The source has ended.
    pub(super) fn read_end(&mut self, now: Instant) {
        self.ended.get_or_insert(now);
    }

    /// What is to be done. Always something else once it was done, or its time has come.
    pub(super) fn next(&self, toxics: &[Active], now: Instant) -> Step<'_> {
        let (mut wake, mut stuck, mut most) = (None, false, usize::MAX);
        for active in toxics {
            let begin = active.since.max(self.opened);
            let kind = active.toxic.kind();
            match active.toxic {
                Toxic::ResetPeer { after } | Toxic::Timeout { after, .. }
                    if begin + after > now =>
                {
                    wake = earlier(wake, begin + after);
                    stuck |= matches!(active.toxic, Toxic::Timeout { .. });
                }
                Toxic::ResetPeer { .. } => return Step::Cut(kind, End::Reset),
                Toxic::Timeout { end, .. } => return Step::Cut(kind, end),
                Toxic::LimitData { bytes, end } => {
                    let left = bytes.saturating_sub(self.passed);
                    if left == 0 {
                        return Step::Cut(kind, end);
                    }
                    most = most.min(usize::try_from(left).unwrap_or(usize::MAX));
                }
                // A twentieth of a second's worth, so that it comes evenly.
                Toxic::Bandwidth { rate } => most = most.min((rate / 20).max(1)),
                Toxic::Slicer { size, variation, .. } => {
                    most = most.min(size - variation + self.draw % (2 * variation + 1));
                }
                Toxic::Latency { .. } | Toxic::SlowClose { .. } => {}
            }
        }
        let due = match (stuck, self.chunks.front(), self.ended) {
            (true, ..) | (false, None, None) => None,
            (false, Some((due, _)), _) => Some((*due).max(self.not_before)),
            (false, None, Some(ended)) => {
                let slow = |active: &Active| match active.toxic {
                    Toxic::SlowClose { delay } | Toxic::Latency { delay, .. } => delay,
                    _ => Duration::ZERO,
                };
                Some(ended + toxics.iter().map(slow).sum::<Duration>())
            }
        };
        match (due, self.chunks.front()) {
            (Some(due), Some((_, chunk))) if due <= now => {
                let piece = chunk.as_slices().0;
                Step::Write(&piece[..piece.len().min(most)])
            }
            (Some(due), None) if due <= now => Step::Ended,
            (Some(due), _) => Step::Wait(earlier(wake, due).unwrap_or(due)),
            (None, _) => wake.map_or(Step::Idle, Step::Wait),
        }
    }

    /// So many bytes of what was to be written were sent.
    pub(super) fn wrote(&mut self, count: usize, toxics: &[Active], now: Instant) {
        let (_, chunk) = self.chunks.front_mut().expect("something was to be written");
        chunk.drain(..count);
        if chunk.is_empty() {
            self.chunks.pop_front();
        }
        self.queued -= count;
        self.passed += count as u64;
        self.draw = self.rng.below(usize::MAX);
        let pause = |active: &Active| match active.toxic {
            Toxic::Slicer { pause, .. } => pause,
            Toxic::Bandwidth { rate } => Duration::from_secs(count as u64) / clamp(rate),
            _ => Duration::ZERO,
        };
        self.not_before = now + toxics.iter().map(pause).sum::<Duration>();
    }
}

fn earlier(wake: Option<Instant>, at: Instant) -> Option<Instant> {
    Some(wake.map_or(at, |wake| wake.min(at)))
}

fn clamp(rate: usize) -> u32 {
    u32::try_from(rate).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;

/// How much is held back before its source is no longer read, as in a router's queue.
const WINDOW: usize = 256 * 1024;
