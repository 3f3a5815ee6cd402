//! A column of numbers, each block of which takes the fewest bytes that hold its values.

/// How many values a block has.
pub const BLOCK: usize = 1 << 16;

/// The first value of a block is in the middle of what the differences to its base can say.
const MIDDLE: u64 = 1 << 31;

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
    /// The last block, until another value comes behind it: the difference of each to `base`, as
    /// long as all of them fit.
    tail: Vec<u32>,
    base: u64,
    /// The last block, where they do not.
    wide: Vec<u64>,
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
        self.full.len() * BLOCK + self.tail.len() + self.wide.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How much memory they take, in bytes, roughly.
    #[must_use]
    pub const fn held(&self) -> usize {
        self.held + self.tail.capacity() * 4 + self.wide.capacity() * 8
    }

    /// Appends one.
    #[inline]
    pub fn push(&mut self, value: u64) {
        if self.tail.len() == self.tail.capacity() {
            self.make_room(value);
        }
        match u32::try_from(value.wrapping_sub(self.base)) {
            Ok(difference) if self.wide.is_empty() => self.tail.push(difference),
            _ => self.push_wide(value),
        }
    }

    /// Makes the tail grow up to a block, and packs it once it is one.
    #[cold]
    fn make_room(&mut self, value: u64) {
        let length = self.tail.len();
        if length == 0 {
            self.base = value.wrapping_sub(MIDDLE);
        }
        if length < BLOCK {
            // A few answers of a few records must not take a block each.
            return self.tail.reserve_exact((length * 3).max(64).min(BLOCK - length));
        }
        self.fill(Block::narrow(self.base, &self.tail));
        self.tail.clear();
        self.base = value.wrapping_sub(MIDDLE);
    }

    /// Appends one that is far from the others of its block, or comes behind such a one.
    #[cold]
    fn push_wide(&mut self, value: u64) {
        if self.wide.len() == BLOCK {
            self.fill(Block::wide(&self.wide));
            self.wide.clear();
            self.base = value.wrapping_sub(MIDDLE);
            return self.tail.push(MIDDLE as u32);
        }
        let base = self.base;
        self.wide
            .extend(self.tail.drain(..).map(|difference| base.wrapping_add(difference.into())));
        self.wide.push(value);
    }

    fn fill(&mut self, block: Block) {
        self.held += size_of::<Block>() + block.bytes();
        self.full.push(block);
    }

    /// Keeps the first `length`.
    pub fn truncate(&mut self, length: usize) {
        let nth = length / BLOCK;
        if nth < self.full.len() {
            let mut kept = Vec::new();
            self.block(nth, &mut kept);
            let dropped: usize =
                self.full.drain(nth..).map(|block| size_of::<Block>() + block.bytes()).sum();
            self.held -= dropped;
            self.tail.clear();
            self.wide = kept;
        }
        let length = length.saturating_sub(self.full.len() * BLOCK);
        self.tail.truncate(length);
        self.wide.truncate(length);
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
            None if self.wide.is_empty() => {
                self.base.wrapping_add(self.tail[place - self.full.len() * BLOCK].into())
            }
            None => self.wide[place - self.full.len() * BLOCK],
        }
    }

    /// Puts the values of a block, of which the last is shorter, into `out`, in place of what
    /// it had.
    pub fn block(&self, nth: usize, out: &mut Vec<u64>) {
        out.clear();
        match self.full.get(nth) {
            Some(block) => block.all(out),
            None if nth == self.full.len() => {
                out.extend(self.tail.iter().map(|value| self.base.wrapping_add((*value).into())));
                out.extend_from_slice(&self.wide);
            }
            None => {}
        }
    }
}

impl Block {
    /// Of differences to `base`.
    fn narrow(base: u64, values: &[u32]) -> Self {
        let least = values.iter().fold(u32::MAX, |low, value| low.min(*value));
        let most = values.iter().fold(0, |high, value| high.max(*value));
        let differences = values.iter().map(|value| value - least);
        let values = match most - least {
            0 => Values::Equal,
            1..=0xff => Values::U8(differences.map(|d| d as u8).collect()),
            0x100..=0xffff => Values::U16(differences.map(|d| d as u16).collect()),
            _ => Values::U32(differences.collect()),
        };
        Self { least: base.wrapping_add(least.into()), values }
    }

    fn wide(values: &[u64]) -> Self {
        let (least, most) =
            values.iter().fold((u64::MAX, 0), |(low, high), v| (low.min(*v), high.max(*v)));
        if most - least <= u32::MAX.into() {
            let narrow: Vec<u32> = values.iter().map(|value| (value - least) as u32).collect();
            return Self::narrow(least, &narrow);
        }
        let values = Values::U64(values.iter().map(|value| value - least).collect());
        Self { least, values }
    }

    fn get(&self, place: usize) -> u64 {
        // The block may reach over the end of the numbers.
        self.least.wrapping_add(match &self.values {
            Values::Equal => 0,
            Values::U8(values) => values[place].into(),
            Values::U16(values) => values[place].into(),
            Values::U32(values) => values[place].into(),
            Values::U64(values) => values[place],
        })
    }

    fn all(&self, out: &mut Vec<u64>) {
        let least = self.least;
        match &self.values {
            Values::Equal => out.resize(BLOCK, least),
            Values::U8(values) => {
                out.extend(values.iter().map(|v| least.wrapping_add((*v).into())));
            }
            Values::U16(values) => {
                out.extend(values.iter().map(|v| least.wrapping_add((*v).into())));
            }
            Values::U32(values) => {
                out.extend(values.iter().map(|v| least.wrapping_add((*v).into())));
            }
            Values::U64(values) => out.extend(values.iter().map(|v| least.wrapping_add(*v))),
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
mod tests;
