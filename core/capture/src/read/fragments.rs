//! IP packets that were sent in fragments, put together.

use std::collections::{HashMap, VecDeque};

use super::frame::{Fragment, FragmentOf, is_tcp};

/// Packets of which some fragments came.
#[derive(Debug, Default)]
pub struct Fragments {
    open: HashMap<FragmentOf, Parts>,
    /// In the order in which they began; some may be closed.
    order: VecDeque<FragmentOf>,
    lost: u64,
}

#[derive(Debug, Default)]
struct Parts {
    /// Where each begins, and what it holds.
    parts: Vec<(usize, Vec<u8>)>,
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
        if parts.parts.iter().map(|(_, data)| data.len()).sum::<usize>() > HELD {
            self.lost += 1;
            return None;
        }
        if !parts
            .parts
            .iter()
            .any(|(at, data)| (*at, data.len()) == (fragment.offset, fragment.data.len()))
        {
            parts.parts.push((fragment.offset, fragment.data.to_vec()));
        }
        let whole = parts.join()?;
        self.open.remove(&fragment.of);
        Some(whole)
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
            self.lost += self.open.remove(&oldest).map_or(0, |parts| parts.parts.len() as u64);
        }
    }
}

impl Parts {
    fn join(&mut self) -> Option<Vec<u8>> {
        let length = self.length?;
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

/// How many bytes of one packet are held, overlaps included.
const HELD: usize = 128 * 1024;
