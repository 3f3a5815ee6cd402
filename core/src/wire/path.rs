//! The same two questions for every instruction set: where are the marks, and is this text?

use super::scan::BLOCK;

/// With which instructions a [`Splitter`](super::Splitter) works. All come to the same; tests try
/// each, and figures are taken of each. Everybody else wants [`Best`](Self::Best).
///
/// One that this machine or this build does not have is [`Words`](Self::Words).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Path {
    /// Words of 64 bits: all that there is without the feature `simd`.
    Words,
    /// What every machine of this target has: SSE2, NEON, or what wasm was built for.
    Baseline,
    /// SSE4.2 (x86-64-v2).
    Sse42,
    /// AVX2 (x86-64-v3).
    Avx2,
    /// AVX-512 as of Ice Lake and Zen 4.
    Avx512,
    /// The best of these that this machine has.
    #[default]
    Best,
}

impl Path {
    /// Those that this machine and this build have.
    pub fn here() -> impl Iterator<Item = Self> {
        let all = [Self::Words, Self::Baseline, Self::Sse42, Self::Avx2, Self::Avx512, Self::Best];
        all.into_iter().filter(|path| path.is_here())
    }

    fn is_here(self) -> bool {
        match self {
            Self::Words | Self::Best => true,
            #[cfg(feature = "simd")]
            _ => vectors::level(self).is_some(),
            #[cfg(not(feature = "simd"))]
            _ => false,
        }
    }
}

/// Writes the places of the marks of `window` to the begin of `places`, and says how many they are.
/// What stands behind them is of no meaning; `places` has a block more than `window`.
pub(super) fn index(path: Path, window: &[u8], places: &mut [u16]) -> usize {
    #[cfg(feature = "simd")]
    if let Some(level) = vectors::level(path) {
        return vectors::index(level, window, places);
    }
    _ = path;
    index_by(Words, window, places)
}

/// `window` as text, if it is.
pub(super) fn text(path: Path, window: &[u8]) -> Option<&str> {
    match path {
        // This asks the machine itself, and so it may take more than the path has.
        #[cfg(feature = "simd")]
        Path::Sse42 | Path::Avx2 | Path::Avx512 | Path::Best => {
            simdutf8::basic::from_utf8(window).ok()
        }
        _ => core::str::from_utf8(window).ok(),
    }
}

/// Bit n is set if byte n is a mark.
pub(super) fn marks_of_a_short(bytes: &[u8]) -> u64 {
    let Some(last) = bytes.last_chunk() else {
        let word = bytes.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte));
        return marks_of_word(word);
    };
    // The last word overlaps the one before, rather than to end behind the bytes.
    let last = marks_of_word(u64::from_le_bytes(*last)) << (bytes.len() - 8);
    marks_of_words(bytes.as_chunks().0) | last
}

/// What the instruction sets differ in. All of it is inlined into code that is compiled for one.
trait Instructions: Copy {
    /// Bit n is set if byte n of `block` is a mark.
    fn marks(self, block: &[u8; BLOCK]) -> u64;

    /// Writes the place of each of `marks`, counted from `base`.
    #[inline(always)]
    fn push(self, slots: &mut [u16; BLOCK], base: u16, marks: u64) {
        push(slots, base, marks);
    }
}

#[inline(always)]
fn index_by(set: impl Instructions, window: &[u8], places: &mut [u16]) -> usize {
    let (blocks, tail) = window.as_chunks();
    let mut count = 0;
    for (nth, block) in blocks.iter().enumerate() {
        count = push_after(set, places, count, nth * BLOCK, set.marks(block));
    }
    match window.last_chunk() {
        _ if tail.is_empty() => count,
        None => push_after(set, places, count, 0, marks_of_a_short(tail)),
        // The last block overlaps the one before, whose marks are there already.
        Some(last) => {
            let known = BLOCK - tail.len();
            let marks = set.marks(last) >> known << known;
            push_after(set, places, count, window.len() - BLOCK, marks)
        }
    }
}

#[inline(always)]
fn push_after(
    set: impl Instructions,
    places: &mut [u16],
    count: usize,
    base: usize,
    marks: u64,
) -> usize {
    if let Some(slots) = places.get_mut(count..).and_then(<[u16]>::first_chunk_mut) {
        set.push(slots, base as u16, marks);
    }
    count + marks.count_ones() as usize
}

/// Writes the place of each of `marks`, counted from `base`, without a branch on how many they are
/// unless they are many.
#[inline(always)]
fn push(slots: &mut [u16; BLOCK], base: u16, mut marks: u64) {
    let (first, more) = slots.split_at_mut(AT_ONCE);
    let mut next = || {
        let place = base.wrapping_add(marks.trailing_zeros() as u16);
        marks &= marks.wrapping_sub(1);
        (place, marks)
    };
    let mut left = 0;
    for slot in first {
        (*slot, left) = next();
    }
    for slot in more {
        if left == 0 {
            break;
        }
        (*slot, left) = next();
    }
}

/// Three marks a record, and few records are so short that a block has more.
const AT_ONCE: usize = 10;

/// Without vectors: a word of eight bytes at a time.
#[derive(Clone, Copy)]
struct Words;

impl Instructions for Words {
    #[inline(always)]
    fn marks(self, block: &[u8; BLOCK]) -> u64 {
        marks_of_words(block.as_chunks().0)
    }
}

#[inline(always)]
fn marks_of_words(words: &[[u8; 8]]) -> u64 {
    let marks = |word: &[u8; 8]| marks_of_word(u64::from_le_bytes(*word));
    words.iter().enumerate().fold(0, |all, (nth, word)| all | marks(word) << (8 * nth))
}

/// Bit n is set if byte n of the little-endian `word` is a mark.
#[inline(always)]
fn marks_of_word(word: u64) -> u64 {
    const LOW: u64 = 0x7F * ONES;
    const ONES: u64 = u64::MAX / 0xFF;
    let low = word & LOW;
    // A byte's high bit stays clear if the byte is the mark, and no byte carries into the next.
    let differs = |mark: u8| (low ^ (u64::from(mark) * ONES)) + LOW;
    let none = (differs(b'.') & differs(b':') & differs(b'%')) | word;
    // The high bits, of which byte n has one at 8 n, come together in the highest byte.
    ((!none & !LOW) >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

#[cfg(feature = "simd")]
mod vectors;

#[cfg(test)]
mod tests;
