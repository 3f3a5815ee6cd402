//! What a text has to be like: characters, and `*` for any number of any.

use std::fmt::{self, Write as _};
use std::ops::Range;

use crate::fold::fold;
use crate::scan::{Glyphs, Stands};

/// What a text has to be like, as the reader wrote it: [`Display`](fmt::Display) gives it
/// back as it stands in a value, with quotes where they are needed.
///
/// No two pieces of one kind follow each other, and no text among them is empty. Without any
/// piece it is the empty text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Pattern {
    pieces: Vec<Piece>,
}

/// A piece of a pattern.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Piece {
    /// These characters, in any case.
    Text(String),
    /// `*`: anything, also nothing.
    Any,
}

impl Pattern {
    /// The pattern of `text` alone, whatever characters it holds.
    #[must_use]
    pub fn literal(text: &str) -> Self {
        let mut pattern = Self::default();
        text.chars().for_each(|c| pattern.push(c));
        pattern
    }

    /// Its pieces in order.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The one text that it stands for (in any case), unless it has a `*`.
    #[must_use]
    pub fn as_literal(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [] => Some(""),
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// Whether it stands for `text` in any case, and for nothing else.
    pub(crate) fn is_just(&self, text: &str) -> bool {
        let same = |own: &str| own.chars().flat_map(fold).eq(text.chars().flat_map(fold));
        self.as_literal().is_some_and(same)
    }

    /// The pattern that stands at `range` in `text`.
    pub(crate) fn read(text: &str, range: Range<usize>) -> Self {
        let mut pattern = Self::default();
        for glyph in Glyphs::new(text, range).filter(|glyph| glyph.stands != Stands::Mark) {
            if !glyph.is_bare('*') {
                pattern.push(glyph.c);
            } else if pattern.pieces.last() != Some(&Piece::Any) {
                pattern.pieces.push(Piece::Any);
            }
        }
        pattern
    }

    fn push(&mut self, c: char) {
        if let Some(Piece::Text(text)) = self.pieces.last_mut() {
            text.push(c);
        } else {
            self.pieces.push(Piece::Text(c.into()));
        }
    }

    /// Writes it such that it reads as it is: as a value, or as a word, where other
    /// characters have a meaning.
    pub(crate) fn write(&self, is_word: bool, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pieces.is_empty() {
            return f.write_str("\"\"");
        }
        for piece in &self.pieces {
            match piece {
                Piece::Any => f.write_char('*')?,
                Piece::Text(text) if needs_quotes(text, is_word) => {
                    write!(f, "\"{}\"", text.replace('"', "\"\""))?;
                }
                Piece::Text(text) => f.write_str(text)?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(false, f)
    }
}

fn needs_quotes(text: &str, is_word: bool) -> bool {
    let anywhere = |c: char| c.is_whitespace() || c == '"' || c == '*';
    text.contains(anywhere)
        || if is_word {
            text.starts_with('-') || text.contains([':', '<', '>', '='])
        } else {
            text.contains(',') || text.contains("..")
        }
}
