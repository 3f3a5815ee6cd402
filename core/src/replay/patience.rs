//! When what is due in a replay, and how long its client is waited for.

use super::{Replay, State};
use crate::serve::Ended;
use crate::time::Instant;

impl Replay {
    /// When [`fire`](Self::fire) is due.
    #[must_use]
    pub fn deadline(&self) -> Instant {
        match self.state {
            State::Waiting { until } | State::Draining { until, .. } => until,
            State::Leaving | State::Writing => {
                let stalled = self.progress + self.limits.write_timeout;
                stalled.min(self.window.0 + self.limits.rate_window)
            }
            State::Finishing => self.progress + self.limits.write_timeout,
            State::Silent | State::Ended | State::Closed | State::Lost(_) => Instant::NEVER,
        }
    }

    /// Does what the deadline is for, if it has come by `now`.
    pub fn fire(&mut self, now: Instant) {
        if now < self.deadline() {
            return;
        }
        match self.state {
            State::Waiting { .. } => {
                // While the script had a pause, nothing was expected of the client.
                (self.progress, self.window) = (now, (now, 0));
                self.begin();
            }
            State::Leaving | State::Writing | State::Finishing => {
                let least = self.limits.least_per_window();
                if now >= self.progress + self.limits.write_timeout {
                    self.state = State::Lost(Ended::Stalled);
                } else if self.window.1 < least {
                    self.state = State::Lost(Ended::TooSlow);
                } else {
                    self.window = (now, 0);
                }
            }
            State::Draining { .. } => self.state = State::Closed,
            State::Silent | State::Ended | State::Closed | State::Lost(_) => {}
        }
    }

    /// Up to when the client has paid for its place. While the script has a pause it owes
    /// nothing; whoever is held in silence at the end pays no more. The one for whom this is
    /// longest ago goes first when the station is full.
    #[must_use]
    pub fn paid_until(&self) -> Instant {
        match self.state {
            State::Waiting { until } => self.paid_until.max(until),
            _ => self.paid_until,
        }
    }
}
