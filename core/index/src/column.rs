//! A column of numbers, each block of which takes the fewest bytes that hold its values.

/// How many values a block has.
pub const BLOCK: usize = 1 << 16;

/// Numbers by place. A full block is stored as the difference to its least value, in 0, 1, 2,
/// 4 or 8 bytes each; so a column of equal values takes none.
///
/// ```
/// use carwatch_index::Column;
/// let mut column = Column::default();
/// (0..100_000).for_each(|n| column.push(1_000_000 + n % 200));
/// assert_eq!((column.len(), column.get(99_999)), (100_000, 1_000_199));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Column {
    full: Vec<Block>,
    /// The last block, until another value comes behind it.
    tail: Vec<u64>,
    held: usize,
}

#[derive(Clone, Debug)]
struct Block {
    least: u64,
    values: Values,
}

#[derive(Clone, Debug)]
enum Values {
    Equal,
    U8(Box<[u8]>),
    U16(Box<[u16]>),
    U32(Box<[u32]>),
    U64(Box<[u64]>),
}

impl Column {
    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.full.len() * BLOCK + self.tail.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How much memory they take, in bytes, roughly.
    #[must_use]
    pub const fn held(&self) -> usize {
        self.held + self.tail.capacity() * 8
    }

    /// Appends one.
    #[inline]
    pub fn push(&mut self, value: u64) {
        if self.tail.len() == self.tail.capacity() {
            self.make_room();
        }
        self.tail.push(value);
    }

    /// Makes the tail grow up to a block, and packs it once it is one.
    #[cold]
    fn make_room(&mut self) {
        let length = self.tail.len();
        if length < BLOCK {
            // A few answers of a few records must not take a block each.
            return self.tail.reserve_exact((length * 3).max(64).min(BLOCK - length));
        }
        let block = Block::new(&self.tail);
        self.held += size_of::<Block>() + block.bytes();
        self.full.push(block);
        self.tail.clear();
    }

    /// Keeps the first `length`.
    pub fn truncate(&mut self, length: usize) {
        let nth = length / BLOCK;
        if nth < self.full.len() {
            let mut tail = Vec::new();
            self.block(nth, &mut tail);
            let dropped: usize =
                self.full.drain(nth..).map(|block| size_of::<Block>() + block.bytes()).sum();
            self.held -= dropped;
            self.tail = tail;
        }
        self.tail.truncate(length.saturating_sub(self.full.len() * BLOCK));
    }

    /// The one at `place`.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[must_use]
    pub fn get(&self, place: usize) -> u64 {
        match self.full.get(place / BLOCK) {
            Some(block) => block.get(place % BLOCK),
            None => self.tail[place - self.full.len() * BLOCK],
        }
    }

    /// Puts the values of a block, of which the last is shorter, into `out`, in place of what
    /// it had.
    pub fn block(&self, nth: usize, out: &mut Vec<u64>) {
        out.clear();
        match self.full.get(nth) {
            Some(block) => block.all(out),
            None if nth == self.full.len() => out.extend_from_slice(&self.tail),
            None => {}
        }
    }
}

impl Block {
    fn new(values: &[u64]) -> Self {
        let (least, most) =
            values.iter().fold((u64::MAX, 0), |(low, high), v| (low.min(*v), high.max(*v)));
        let differences = values.iter().map(|value| value - least);
        let values = match most - least {
            0 => Values::Equal,
            1..=0xff => Values::U8(differences.map(|d| d as u8).collect()),
            0x100..=0xffff => Values::U16(differences.map(|d| d as u16).collect()),
            0x1_0000..=0xffff_ffff => Values::U32(differences.map(|d| d as u32).collect()),
            _ => Values::U64(differences.collect()),
        };
        Self { least, values }
    }

    fn get(&self, place: usize) -> u64 {
        self.least
            + match &self.values {
                Values::Equal => 0,
                Values::U8(values) => values[place].into(),
                Values::U16(values) => values[place].into(),
                Values::U32(values) => values[place].into(),
                Values::U64(values) => values[place],
            }
    }

    fn all(&self, out: &mut Vec<u64>) {
        let least = self.least;
        match &self.values {
            Values::Equal => out.resize(BLOCK, least),
            Values::U8(values) => out.extend(values.iter().map(|v| least + u64::from(*v))),
            Values::U16(values) => out.extend(values.iter().map(|v| least + u64::from(*v))),
            Values::U32(values) => out.extend(values.iter().map(|v| least + u64::from(*v))),
            Values::U64(values) => out.extend(values.iter().map(|v| least + v)),
        }
    }

    fn bytes(&self) -> usize {
        match &self.values {
            Values::Equal => 0,
            Values::U8(values) => values.len(),
            Values::U16(values) => values.len() * 2,
            Values::U32(values) => values.len() * 4,
            Values::U64(values) => values.len() * 8,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{BLOCK, Column};

    proptest! {
        /// What was pushed is what is there, one by one and in blocks, whatever the width.
        #[test]
        fn keeps(start in any::<u64>(), width in 0_u32..64, length in 0_usize..3 * BLOCK) {
            let value = |n: usize| {
                let spread = (n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                start.saturating_add(if width == 0 { 0 } else { spread >> (64 - width) })
            };
            let mut column = Column::default();
            (0..length).for_each(|n| column.push(value(n)));
            prop_assert_eq!(column.len(), length);
            let (mut block, mut all) = (Vec::new(), Vec::new());
            for nth in 0..length.div_ceil(BLOCK) + 1 {
                column.block(nth, &mut block);
                all.extend_from_slice(&block);
            }
            prop_assert_eq!(all.len(), length);
            for (n, in_block) in all.into_iter().enumerate() {
                prop_assert_eq!((in_block, column.get(n)), (value(n), value(n)));
            }
        }
    }

    proptest! {
        /// What was cut off was never there.
        #[test]
        fn cuts(length in 0_usize..3 * BLOCK, kept in 0_usize..3 * BLOCK, more in 0_usize..BLOCK) {
            let value = |n: usize| (n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (n % 64);
            let pushed = |count: usize| {
                let mut column = Column::default();
                (0..count).for_each(|n| column.push(value(n)));
                column
            };
            let mut column = pushed(length);
            column.truncate(kept);
            let kept = kept.min(length);
            (kept..kept + more).for_each(|n| column.push(value(n)));
            prop_assert_eq!(column.len(), kept + more);
            prop_assert!((0..kept + more).all(|n| column.get(n) == value(n)));
        }
    }

    #[test]
    fn takes_what_the_values_need() {
        let held = |spread: u64| {
            let mut column = Column::default();
            (0..=BLOCK as u64).for_each(|n| column.push(1 << 40 | (n & spread)));
            column.full[0].bytes() / BLOCK
        };
        assert_eq!([0, 1, 0xff, 0x100].map(held), [0, 1, 1, 2]);
    }
}
