//! How much a client took of late.

use std::collections::VecDeque;

use crate::number::SECOND;

#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// When, and how many bytes.
    takes: VecDeque<(u64, u64)>,
}

impl Pace {
    pub(crate) fn took(&mut self, count: u64, now: u64) {
        self.takes.push_back((now, count));
        while self.takes.front().is_some_and(|(at, _)| at + 2 * WINDOW < now) {
            self.takes.pop_front();
        }
    }

    /// How many bytes it took after then; not further back than two windows.
    pub(crate) fn since(&self, then: u64) -> u64 {
        self.takes.iter().rev().take_while(|(at, _)| *at > then).map(|(_, count)| count).sum()
    }
}

/// Of the minimum rate: that of [`limits`](crate::station::limits).
pub(crate) const WINDOW: u64 = 5 * SECOND;

/// What has to be taken in one.
pub(crate) const LEAST: u64 = 50;
