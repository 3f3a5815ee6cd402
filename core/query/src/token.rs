//! Which part of the text is what, so that it can be coloured while it is typed.

use std::ops::Range;

use crate::key::Key;
use crate::query::Placed;
use crate::scan::{Glyph, Glyphs, Stands, dots, items};

/// A part of a query's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its bytes in the text; never none.
    pub span: Range<usize>,
    /// What it is.
    pub kind: TokenKind,
}

/// What a part of a query's text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// The `-` that leaves out.
    Minus,
    /// A key.
    Key,
    /// `:`, `>`, `>=`, `<` or `<=`.
    Op,
    /// A value, or a part of one.
    Value,
    /// A word, or a part of one.
    Word,
    /// `"` around a text. Two of them within it are of that text.
    Quote,
    /// `,` or `..` between values.
    Between,
    /// `*` for anything.
    Any,
    /// What [`Wrong`](crate::Wrong) underlines.
    Wrong,
}

/// Appends the tokens of one term: one after the other, all of it.
pub(crate) fn append(text: &str, placed: &Placed, tokens: &mut Vec<Token>) {
    let shape = &placed.shape;
    let mut push = |span: Range<usize>, kind| {
        let wrong = placed.term.as_ref().err().map(|wrong| &wrong.span);
        let is_wrong = wrong.is_some_and(|wrong| wrong.start < span.end && span.start < wrong.end);
        let kind = if is_wrong { TokenKind::Wrong } else { kind };
        match tokens.last_mut() {
            _ if span.is_empty() => {}
            Some(last) if last.kind == kind && last.span.end == span.start => {
                last.span.end = span.end;
            }
            _ => tokens.push(Token { span, kind }),
        }
    };
    push(shape.minus.clone(), TokenKind::Minus);
    push(shape.key.clone(), TokenKind::Key);
    push(shape.op.clone(), TokenKind::Op);
    if shape.op.is_empty() {
        for glyph in Glyphs::new(text, shape.rest.clone()) {
            let kind = kind_of(&glyph, TokenKind::Word);
            push(glyph.at, kind);
        }
        return;
    }
    let key = Key::named(&text[shape.key.clone()]);
    let has_ranges = matches!(key, Some(Key::Time | Key::Bytes | Key::Chunk));
    let mut end = shape.rest.start;
    for item in items(text, shape.rest.clone()) {
        push(end..item.start, TokenKind::Between);
        end = item.end;
        let dots = dots(text, item.clone()).filter(|_| has_ranges);
        for glyph in Glyphs::new(text, item) {
            let is_dot = dots.as_ref().is_some_and(|dots| dots.contains(&glyph.at.start));
            let kind = if is_dot { TokenKind::Between } else { kind_of(&glyph, TokenKind::Value) };
            push(glyph.at, kind);
        }
    }
}

fn kind_of(glyph: &Glyph, text: TokenKind) -> TokenKind {
    match glyph.stands {
        Stands::Mark => TokenKind::Quote,
        Stands::Bare if glyph.c == '*' => TokenKind::Any,
        Stands::Bare | Stands::Quoted => text,
    }
}
