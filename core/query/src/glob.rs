//! Whether a text is as a pattern says. This is what runs for every row: it allocates
//! nothing, and takes at most the text's length times the pattern's.

use crate::fold::fold;
use crate::pattern::{Pattern, Piece};

/// A pattern, ready to be compared.
#[derive(Clone, Debug)]
pub(crate) struct Glob {
    /// Folded characters; nothing for `*`, of which there are never two in a row.
    wanted: Vec<Option<char>>,
}

impl Glob {
    /// Matches what `pattern` says of a whole text.
    pub(crate) fn whole(pattern: &Pattern) -> Self {
        let mut wanted = Vec::new();
        for piece in pattern.pieces() {
            match piece {
                Piece::Text(text) => wanted.extend(text.chars().flat_map(fold).map(Some)),
                Piece::Any => wanted.push(None),
            }
        }
        wanted.dedup_by(|one, two| one.is_none() && two.is_none());
        Self { wanted }
    }

    /// Matches a text that has anywhere what `pattern` says.
    pub(crate) fn part(pattern: &Pattern) -> Self {
        let mut wanted = Self::whole(pattern).wanted;
        wanted.insert(0, None);
        wanted.push(None);
        wanted.dedup_by(|one, two| one.is_none() && two.is_none());
        Self { wanted }
    }

    /// Whether it asks for nothing but decimal digits.
    pub(crate) fn is_of_digits(&self) -> bool {
        self.wanted.iter().flatten().all(char::is_ascii_digit)
    }

    pub(crate) fn matches(&self, text: &str) -> bool {
        if text.is_ascii() {
            self.run(text.bytes().map(|byte| char::from(byte.to_ascii_lowercase())))
        } else {
            self.run(text.chars().flat_map(fold))
        }
    }

    /// The same of bytes that may not be UTF-8; what is not stands as U+FFFD.
    pub(crate) fn matches_bytes(&self, bytes: &[u8]) -> bool {
        if bytes.is_ascii() {
            return self.run(bytes.iter().map(|byte| char::from(byte.to_ascii_lowercase())));
        }
        let chunks = bytes.utf8_chunks().flat_map(|chunk| {
            let bad = (!chunk.invalid().is_empty()).then_some(char::REPLACEMENT_CHARACTER);
            chunk.valid().chars().chain(bad)
        });
        self.run(chunks.flat_map(fold))
    }

    /// If what follows the last `*` does not fit at a place, only that `*` need take more: an
    /// earlier one would leave less text to the same pattern. So no place is tried twice for
    /// the same `*`.
    fn run(&self, mut text: impl Iterator<Item = char> + Clone) -> bool {
        let mut at = 0;
        let mut last_any = None;
        loop {
            match self.wanted.get(at) {
                Some(None) if at + 1 == self.wanted.len() => return true,
                Some(None) => last_any = Some((at + 1, text)),
                Some(Some(wanted)) => match text.next() {
                    Some(c) if c == *wanted => {
                        at += 1;
                        continue;
                    }
                    Some(_) => {}
                    None => return false,
                },
                None => {
                    if text.next().is_none() {
                        return true;
                    }
                }
            }
            // On to the next place where what follows the `*` may begin.
            let Some((after_any, rest)) = &mut last_any else { return false };
            if !rest.any(|c| Some(c) == self.wanted[*after_any]) {
                return false;
            }
            text = rest.clone();
            at = *after_any + 1;
        }
    }
}

#[cfg(test)]
mod tests;
