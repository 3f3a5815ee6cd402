//! Which stations are under way, since when, and what they have sent.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use carwatch::gather::{DialId, StationId};
use carwatch::time::Instant;
use carwatch::{Fault, Outcome, Target};
use carwatch_driver::client::{Ending, Observer};
use carwatch_formats::visible::visible;
use unicode_width::UnicodeWidthChar;

use super::tally::Tally;

/// Told by the gather, read by whoever draws. A read takes no longer than copying one name;
/// what is told most often, that bytes came, takes no lock at all.
#[derive(Debug)]
pub(super) struct Underway {
    /// By when they began, so that the first is the slowest: no more than there are
    /// connections at once, and those that wait for another attempt.
    stations: Mutex<BTreeMap<(Instant, StationId), Box<str>>>,
    bytes: Box<[AtomicU64]>,
}

impl Underway {
    pub(super) fn new(stations: usize) -> Self {
        let bytes = (0..stations).map(|_| AtomicU64::new(0)).collect();
        Self { stations: Mutex::default(), bytes }
    }

    /// The one that has been under way for longest, if that is worth a word.
    pub(super) fn slowest(&self, now: Instant) -> Option<Slowest> {
        let (station, since, name) = {
            let stations = self.stations();
            let ((began, station), name) = stations.first_key_value()?;
            let since = now.since(*began);
            (*station, since, (since >= SLOW).then(|| name.clone())?)
        };
        let bytes = self.bytes.get(station).map_or(0, |bytes| bytes.load(Ordering::Relaxed));
        Some(Slowest { station, name: visible(&name).to_string(), since, bytes })
    }

    fn stations(&self) -> MutexGuard<'_, BTreeMap<(Instant, StationId), Box<str>>> {
        // Whatever it is, it is only looked at.
        self.stations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The slowest station.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Slowest {
    pub(super) station: StationId,
    /// Safe to print.
    name: String,
    since: Duration,
    bytes: u64,
}

impl Slowest {
    /// What is said of it, in so many columns at most, the bytes if there is room for them;
    /// nothing if that is too few.
    pub(super) fn within(&self, columns: usize) -> Option<String> {
        let seconds = format!("{} s", self.since.as_secs());
        let numbers = format!("{seconds}, {}", Size(self.bytes));
        self.named(&numbers, columns).or_else(|| self.named(&seconds, columns))
    }

    fn named(&self, numbers: &str, columns: usize) -> Option<String> {
        let room = columns.checked_sub(BEFORE.len() + 1 + numbers.len())?;
        let (name, whole) = cut(&self.name, room);
        if whole {
            return Some(format!("{BEFORE}{name} {numbers}"));
        }
        let (name, _) = cut(&self.name, room.checked_sub(1)?);
        // A name of which nothing is left tells nothing.
        (name.chars().count() >= FEWEST).then(|| format!("{BEFORE}{name}… {numbers}"))
    }
}

/// Hears of everything, and tells those who draw, if anybody draws.
#[derive(Debug)]
pub(crate) struct Watcher<'a> {
    targets: &'a [Target],
    tally: Arc<Tally>,
    underway: Option<Arc<Underway>>,
    /// When each station that is under way began, and its connections so far.
    began: HashMap<StationId, (Instant, Vec<DialId>)>,
    dials: HashMap<DialId, StationId>,
}

impl<'a> Watcher<'a> {
    pub(super) fn new(
        targets: &'a [Target],
        tally: Arc<Tally>,
        underway: Option<Arc<Underway>>,
    ) -> Self {
        Self { targets, tally, underway, began: HashMap::new(), dials: HashMap::new() }
    }
}

impl Observer for Watcher<'_> {
    fn began(&mut self, station: StationId, attempt: u32, now: Instant) {
        let Some(underway) = &self.underway else { return };
        // What an earlier attempt received is thrown away: this one begins at the first byte.
        if attempt > 1
            && let Some(bytes) = underway.bytes.get(station)
        {
            bytes.store(0, Ordering::Relaxed);
        }
        // A further attempt is not a new begin.
        self.began.entry(station).or_insert_with(|| {
            let name = self.targets.get(station).map_or("", |target| &target.name);
            underway.stations().insert((now, station), name.into());
            (now, Vec::new())
        });
    }

    fn dialling(&mut self, station: StationId, _: u32, dial: DialId, _: SocketAddr, _: Instant) {
        if let Some((_, dials)) = self.began.get_mut(&station) {
            self.dials.insert(dial, station);
            dials.push(dial);
        }
    }

    fn not_connected(&mut self, dial: DialId, _: &Fault, _: Instant) {
        self.dials.remove(&dial);
    }

    fn received(&mut self, dial: DialId, bytes: &[u8], _: Instant) {
        let Some(underway) = &self.underway else { return };
        let Some(station) = self.dials.get(&dial) else { return };
        if let Some(count) = underway.bytes.get(*station) {
            count.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        }
    }

    fn ended(&mut self, dial: DialId, _: Ending, _: &Outcome, _: Instant) {
        self.dials.remove(&dial);
    }

    fn settled(&mut self, station: StationId, _: &Target, outcome: &Outcome) {
        if let Some(underway) = &self.underway
            && let Some((began, dials)) = self.began.remove(&station)
        {
            underway.stations().remove(&(began, station));
            // Some lost their race, of which nobody hears.
            for dial in dials {
                self.dials.remove(&dial);
            }
        }
        self.tally.count(&outcome.verdict);
    }
}

/// A number of bytes as people read it.
struct Size(u64);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut size, mut units) = (self.0 as f64, ["KiB", "MiB", "GiB", "TiB"].into_iter());
        if self.0 < 1024 {
            return write!(f, "{} B", self.0);
        }
        let mut unit = "B";
        // What would be rounded up to 1024 is one of the next unit.
        while size >= 1023.95
            && let Some(next) = units.next()
        {
            size /= 1024.0;
            unit = next;
        }
        write!(f, "{size:.1} {unit}")
    }
}

/// As much of `text` as has room in so many columns, and whether that is all.
fn cut(text: &str, columns: usize) -> (&str, bool) {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += c.width().unwrap_or_default();
        if used > columns {
            return (&text[..at], false);
        }
    }
    (text, true)
}

const BEFORE: &str = ", slowest: ";
/// How long a station is under way before it is called slow.
const SLOW: Duration = Duration::from_secs(1);
/// Of a name that is cut, this many characters are left at least.
const FEWEST: usize = 3;

#[cfg(test)]
mod tests;
