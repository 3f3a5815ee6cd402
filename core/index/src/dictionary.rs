//! Texts, each kept once, by number.

use hashbrown::HashTable;

/// Numbers for texts, from 0 in the order in which they were first seen.
///
/// ```
/// use carwatch_index::Dictionary;
/// let mut brands = Dictionary::default();
/// assert_eq!(["fiat", "bmw", "fiat"].map(|text| brands.add(text)), [0, 1, 0]);
/// assert_eq!((brands.get(1), brands.times(0), brands.len()), ("bmw", 2, 2));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Dictionary {
    numbers: HashTable<u32>,
    /// Random, so that nobody can send texts that all fall on one place.
    hasher: foldhash::fast::RandomState,
    /// The texts, one behind the other.
    texts: String,
    /// Where each ends.
    ends: Vec<usize>,
    /// How often each was added.
    times: Vec<u32>,
    /// Lists repeat themselves.
    lately: Lately,
}

/// How a dictionary was at some time.
#[derive(Clone, Debug)]
pub(crate) struct DictionaryMark {
    times: Vec<u32>,
}

/// Short texts that were added lately, each at its place.
#[derive(Clone, Debug)]
struct Lately(Box<[Known; LATELY]>);

const LATELY: usize = 256;

/// A text of at most eight bytes as numbers, which no other text has, and its own number.
#[derive(Clone, Copy, Debug)]
struct Known {
    bytes: u64,
    length: u32,
    number: u32,
}

impl Default for Lately {
    fn default() -> Self {
        Self(Box::new([Known { bytes: 0, length: u32::MAX, number: 0 }; LATELY]))
    }
}

/// The bytes of a text of at most eight as a number that no other text of its length has;
/// nothing for a longer one. Words that may overlap take a fraction of a loop over the bytes.
#[inline]
fn short(text: &[u8]) -> Option<u64> {
    let length = text.len();
    if let (Some(first), Some(last)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        let words = [*first, *last].map(|word| u64::from(u32::from_le_bytes(word)));
        return (length <= 8).then_some(words[0] << 32 | words[1]);
    }
    let Some(last) = text.last() else { return Some(0) };
    let letters = [text[0], text[length / 2], *last].map(u64::from);
    Some(letters[0] << 16 | letters[1] << 8 | letters[2])
}

const fn place(bytes: u64, length: u32) -> usize {
    ((bytes ^ length as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as usize
}

impl Dictionary {
    /// The number of `text`, which is counted once more.
    pub fn add(&mut self, text: &str) -> u32 {
        let length = text.len() as u32;
        let Some(bytes) = short(text.as_bytes()) else {
            let number = self.look_up(text);
            self.times[number as usize] += 1;
            return number;
        };
        let known = &mut self.lately.0[place(bytes, length)];
        if known.bytes == bytes && known.length == length {
            self.times[known.number as usize] += 1;
            return known.number;
        }
        let number = self.look_up(text);
        self.times[number as usize] += 1;
        self.lately.0[place(bytes, length)] = Known { bytes, length, number };
        number
    }

    fn look_up(&mut self, text: &str) -> u32 {
        let Self { numbers, hasher, texts, ends, times, .. } = self;
        let hash = hasher_of(hasher, text);
        let found = numbers.entry(
            hash,
            |number| text_of(texts, ends, *number) == text,
            |number| hasher_of(hasher, text_of(texts, ends, *number)),
        );
        match found {
            hashbrown::hash_table::Entry::Occupied(entry) => *entry.get(),
            hashbrown::hash_table::Entry::Vacant(entry) => {
                let number = ends.len() as u32;
                entry.insert(number);
                texts.push_str(text);
                ends.push(texts.len());
                times.push(0);
                number
            }
        }
    }

    pub(crate) fn mark(&self) -> DictionaryMark {
        DictionaryMark { times: self.times.clone() }
    }

    /// Forgets what was added since.
    pub(crate) fn back_to(&mut self, mark: &DictionaryMark) {
        let length = mark.times.len();
        self.texts.truncate(length.checked_sub(1).map_or(0, |last| self.ends[last]));
        self.ends.truncate(length);
        self.times.clone_from(&mark.times);
        self.numbers.retain(|number| (*number as usize) < length);
        self.lately = Lately::default();
    }

    /// The text with this number.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[must_use]
    pub fn get(&self, number: u32) -> &str {
        text_of(&self.texts, &self.ends, number)
    }

    /// How often the text with this number was added.
    #[must_use]
    pub fn times(&self, number: u32) -> u32 {
        self.times[number as usize]
    }

    /// The texts, in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len() as u32).map(|number| self.get(number))
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// How much memory they take, in bytes, roughly.
    #[must_use]
    pub fn held(&self) -> usize {
        self.texts.capacity()
            + (self.ends.capacity() * size_of::<usize>())
            + self.times.capacity() * 4
            + self.numbers.capacity() * 5
    }
}

fn hasher_of(hasher: &foldhash::fast::RandomState, text: &str) -> u64 {
    use core::hash::BuildHasher as _;
    hasher.hash_one(text)
}

fn text_of<'a>(texts: &'a str, ends: &[usize], number: u32) -> &'a str {
    let number = number as usize;
    let start = if number == 0 { 0 } else { ends[number - 1] };
    &texts[start..ends[number]]
}
