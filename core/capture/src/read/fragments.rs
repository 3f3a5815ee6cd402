//! IP packets that were sent in fragments, put together.

use std::collections::{HashMap, HashSet, VecDeque};

use super::frame::{Fragment, FragmentOf, is_tcp};

/// Packets of which some fragments came.
#[derive(Debug, Default)]
pub struct Fragments {
    open: HashMap<FragmentOf, Parts>,
    /// In the order in which they began; some may be closed.
    order: VecDeque<FragmentOf>,
    lost: u64,
    held: u64,
}

#[derive(Debug, Default)]
struct Parts {
    /// Where each begins, and what it holds.
    parts: Vec<(usize, Vec<u8>)>,
    /// Where each begins, and how long it is.
    known: HashSet<(usize, usize)>,
    /// What they hold, in bytes.
    bytes: usize,
    /// How long the whole is, once its last part came.
    length: Option<usize>,
}

impl Fragments {
    /// Takes a fragment; the data of its packet, once it is whole.
    pub fn take(&mut self, fragment: &Fragment<'_>) -> Option<Vec<u8>> {
        if !is_tcp(fragment.of.protocol) {
            return None;
        }
        if !fragment.whole {
            self.lost += 1;
            return None;
        }
        if !self.open.contains_key(&fragment.of) {
            self.order.push_back(fragment.of);
            self.forget();
        }
        let parts = self.open.entry(fragment.of).or_default();
        let end = fragment.offset + fragment.data.len();
        if !fragment.more {
            parts.length = Some(end);
        }
        // Parts that overlap in ever new ways would take memory without end.
        if parts.bytes > HELD {
            self.lost += 1;
            return None;
        }
        if parts.known.insert((fragment.offset, fragment.data.len())) {
            parts.bytes += fragment.data.len();
            self.held += PART + fragment.data.len() as u64;
            parts.parts.push((fragment.offset, fragment.data.to_vec()));
        }
        let whole = parts.join()?;
        self.close(fragment.of);
        Some(whole)
    }

    /// How much memory they take, in bytes, roughly.
    #[must_use]
    pub const fn held(&self) -> u64 {
        self.held
    }

    /// Forgets a packet, and says how many of its fragments came.
    fn close(&mut self, of: FragmentOf) -> u64 {
        let Some(parts) = self.open.remove(&of) else { return 0 };
        let count = parts.parts.len() as u64;
        self.held -= PART * count + parts.bytes as u64;
        count
    }

    /// How many fragments came whose packet never was whole.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lost + self.open.values().map(|parts| parts.parts.len() as u64).sum::<u64>()
    }

    /// Keeps what is open, and its order, short.
    fn forget(&mut self) {
        while self.order.len() > OPEN {
            let Some(oldest) = self.order.pop_front() else { return };
            self.lost += self.close(oldest);
        }
    }
}

impl Parts {
    fn join(&mut self) -> Option<Vec<u8>> {
        // Sorting them for each new one would take quadratic time.
        let length = self.length.filter(|length| *length <= self.bytes)?;
        self.parts.sort_by_key(|(at, _)| *at);
        let mut whole = Vec::with_capacity(length);
        for (at, data) in &self.parts {
            // What an earlier part brought stands.
            let new = whole.len().checked_sub(*at)?;
            whole.extend_from_slice(data.get(new..).unwrap_or_default());
        }
        (whole.len() >= length).then(|| {
            whole.truncate(length);
            whole
        })
    }
}

/// How many packets may be open at once; each holds at most 64 KiB or so.
const OPEN: usize = 256;

/// What a part takes beside its bytes, roughly.
const PART: u64 = 192;

/// How many bytes of one packet are held, overlaps included.
const HELD: usize = 128 * 1024;
