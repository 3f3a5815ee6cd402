//! Where terms, keys, operators and items stand in a text, and which characters are quoted.
//! Nothing here knows what they mean.
//!
//! Whatever is decided at a place depends on the text before it in the same term and on
//! nothing else, but for one thing: a quote that nobody closes reaches to the end of the text.

use std::ops::Range;

use crate::key::{Key, Op};

/// How a character stands in a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stands {
    /// Outside of quotes, where some characters have a meaning.
    Bare,
    /// Inside of quotes, as nothing but itself. A quote is written twice there.
    Quoted,
    /// The quote that opens or closes.
    Mark,
}

/// One character of a term, where it stands, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Glyph {
    pub(crate) at: Range<usize>,
    pub(crate) c: char,
    pub(crate) stands: Stands,
}

impl Glyph {
    pub(crate) fn is_bare(&self, c: char) -> bool {
        self.stands == Stands::Bare && self.c == c
    }
}

/// The characters of `text[range]`, which begins outside of quotes.
#[derive(Clone, Debug)]
pub(crate) struct Glyphs<'a> {
    text: &'a str,
    range: Range<usize>,
    /// Where the quote that is open was opened.
    opened: Option<usize>,
}

impl<'a> Glyphs<'a> {
    pub(crate) fn new(text: &'a str, range: Range<usize>) -> Self {
        Self { text, range, opened: None }
    }
}

impl Iterator for Glyphs<'_> {
    type Item = Glyph;

    fn next(&mut self) -> Option<Glyph> {
        let rest = &self.text[self.range.clone()];
        let c = rest.chars().next()?;
        let (stands, len) = match (c, self.opened) {
            ('"', Some(_)) if rest[1..].starts_with('"') => (Stands::Quoted, 2),
            ('"', Some(_)) => {
                self.opened = None;
                (Stands::Mark, 1)
            }
            ('"', None) => {
                self.opened = Some(self.range.start);
                (Stands::Mark, 1)
            }
            (_, Some(_)) => (Stands::Quoted, c.len_utf8()),
            (_, None) => (Stands::Bare, c.len_utf8()),
        };
        let start = self.range.start;
        self.range.start += len;
        Some(Glyph { at: start..self.range.start, c, stands })
    }
}

/// Where a term stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(crate) span: Range<usize>,
    /// The quote in it that nobody closes.
    pub(crate) unclosed: Option<usize>,
}

/// The terms of `text`: what white space outside of quotes parts.
pub(crate) fn extents(text: &str) -> Vec<Extent> {
    let mut extents = Vec::new();
    let mut from = 0;
    while let Some(skipped) = text[from..].find(|c: char| !c.is_whitespace()) {
        let start = from + skipped;
        let mut glyphs = Glyphs::new(text, start..text.len());
        let after = glyphs.find(|glyph| glyph.stands == Stands::Bare && glyph.c.is_whitespace());
        let end = after.map_or(text.len(), |glyph| glyph.at.start);
        let unclosed = if end == text.len() { glyphs.opened } else { None };
        extents.push(Extent { span: start..end, unclosed });
        from = end;
    }
    extents
}

/// The parts of a term, one after the other; each may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) minus: Range<usize>,
    pub(crate) key: Range<usize>,
    pub(crate) op: Range<usize>,
    /// A word, or a value if there is an operator.
    pub(crate) rest: Range<usize>,
}

impl Shape {
    /// The parts of the term that stands at `span` in `text`.
    pub(crate) fn of(text: &str, span: Range<usize>) -> Self {
        let minus = span.start..span.start + usize::from(text[span.clone()].starts_with('-'));
        let body = &text[minus.end..span.end];
        let is_key = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        let key_len = match body.chars().next() {
            Some(c) if c.is_alphabetic() => body.find(|c| !is_key(c)).unwrap_or(body.len()),
            _ => 0,
        };
        let key = minus.end..minus.end + key_len;
        let op = match Op::at_the_start_of(&body[key_len..]) {
            // A word may well hold `=`; only after what is a key has it been mistaken for `:`.
            Some(Op::Equals) if Key::named(&body[..key_len]).is_none() => None,
            op => op,
        };
        match op {
            Some(op) => {
                let op = key.end..key.end + op.as_str().len();
                Self { minus, key, rest: op.end..span.end, op }
            }
            None => {
                let none = minus.end..minus.end;
                Self { rest: minus.end..span.end, minus, key: none.clone(), op: none }
            }
        }
    }
}

/// The items of a value: what commas outside of quotes part.
pub(crate) fn items(text: &str, value: Range<usize>) -> Vec<Range<usize>> {
    let mut items = Vec::new();
    let mut start = value.start;
    for comma in Glyphs::new(text, value.clone()).filter(|glyph| glyph.is_bare(',')) {
        items.push(start..comma.at.start);
        start = comma.at.end;
    }
    items.push(start..value.end);
    items
}

/// The first `..` of an item that is outside of quotes.
pub(crate) fn dots(text: &str, item: Range<usize>) -> Option<Range<usize>> {
    let glyphs = Glyphs::new(text, item);
    let pairs = glyphs.clone().zip(glyphs.skip(1));
    let mut found = pairs.filter(|(one, two)| one.is_bare('.') && two.is_bare('.'));
    found.next().map(|(one, two)| one.at.start..two.at.end)
}

/// The characters of `text[range]` without the quotes around them.
pub(crate) fn plain(text: &str, range: Range<usize>) -> String {
    let glyphs = Glyphs::new(text, range);
    glyphs.filter(|glyph| glyph.stands != Stands::Mark).map(|glyph| glyph.c).collect()
}
