//! One term: from where it stands in the text to what it says, or what is wrong with it.

use std::cmp::Ordering;
use std::ops::Range;

use crate::key::{Field, Is, Key, Op};
use crate::pattern::Pattern;
use crate::scan::{self, Extent, Shape, dots, plain};
use crate::term::{Term, Test};
use crate::values::{Item, Point, Values};
use crate::wrong::{Why, Wrong};

/// Reads the term that stands at `extent` in `text` and is of this `shape`.
pub(crate) fn read(text: &str, extent: &Extent, shape: &Shape) -> Result<Term, Wrong> {
    let wrong = |span: Range<usize>, why| Err(Wrong { span, why });
    if let Some(quote) = extent.unclosed {
        return wrong(quote..extent.span.end, Why::UnclosedQuote);
    }
    let leaves_out = !shape.minus.is_empty();
    if leaves_out && shape.minus.end == extent.span.end {
        return wrong(shape.minus.clone(), Why::NothingToLeaveOut);
    }
    let test = match Op::at_the_start_of(&text[shape.op.clone()]) {
        None => word(text, shape.rest.clone())?,
        Some(op) if shape.key.is_empty() => return wrong(shape.op.clone(), Why::NoKey(op)),
        Some(op) => match Key::named(&text[shape.key.clone()]) {
            Some(key) => Value { text, key, op, shape }.test()?,
            None => {
                let found = text[shape.key.clone()].to_owned();
                return wrong(shape.key.clone(), Why::UnknownKey(found));
            }
        },
    };
    Ok(Term { leaves_out, test })
}

fn word(text: &str, span: Range<usize>) -> Result<Test, Wrong> {
    let pattern = Pattern::read(text, span.clone());
    if pattern.as_literal() == Some("") {
        return Err(Wrong { span, why: Why::EmptyWord });
    }
    Ok(Test::Word(pattern))
}

/// A value, and what stands before it.
struct Value<'a> {
    text: &'a str,
    key: Key,
    op: Op,
    shape: &'a Shape,
}

impl Value<'_> {
    fn test(&self) -> Result<Test, Wrong> {
        let takes_order = matches!(self.key, Key::Time | Key::Bytes | Key::Chunk);
        if self.op == Op::Equals || (self.op != Op::Colon && !takes_order) {
            return self.wrong(self.shape.op.clone(), Why::WrongOp(self.key, self.op));
        }
        if self.shape.rest.is_empty() {
            let span = self.shape.key.start..self.shape.op.end;
            return self.wrong(span, Why::NoValue(self.key, self.op));
        }
        match self.key {
            Key::Brand => self.texts(Field::Brand),
            Key::Color => self.texts(Field::Color),
            Key::Station => self.texts(Field::Station),
            Key::Time => self.values(Why::BadTime).map(Test::Time),
            Key::Bytes => self.values(|found| Why::BadNumber(self.key, found)).map(Test::Bytes),
            Key::Chunk => self.values(|found| Why::BadNumber(self.key, found)).map(Test::Chunk),
            Key::Is => self
                .each(|item| {
                    let found = plain(self.text, item.clone());
                    match Is::named(&found) {
                        Some(is) => Ok(is),
                        None => self.wrong(item, Why::UnknownIs(found)),
                    }
                })
                .map(Test::Is),
        }
    }

    fn texts(&self, field: Field) -> Result<Test, Wrong> {
        let patterns = self.each(|item| match dots(self.text, item.clone()) {
            None => Ok(Pattern::read(self.text, item)),
            Some(_) => {
                let found = plain(self.text, item.clone());
                self.wrong(item, Why::RangeOfTexts(field, found))
            }
        })?;
        Ok(Test::Text(field, patterns))
    }

    fn values<P: Point>(&self, bad: impl Fn(String) -> Why) -> Result<Values<P>, Wrong> {
        let point = |span: Range<usize>| {
            let found = plain(self.text, span.clone());
            match P::read(&found) {
                Some(point) => Ok(point),
                None => self.wrong(span, bad(found)),
            }
        };
        if self.op == Op::Colon {
            return Ok(Values::AnyOf(self.each(|item| self.item(item, point))?));
        }
        let value = self.shape.rest.clone();
        let items = scan::items(self.text, value.clone());
        let one_value = || self.wrong(value.clone(), Why::OneValue(self.key, self.op));
        if items.len() > 1 || dots(self.text, value.clone()).is_some() {
            return one_value();
        }
        let point = point(value.clone())?;
        Values::compared(self.op, point).map_or_else(one_value, Ok)
    }

    fn item<P: Point>(
        &self,
        item: Range<usize>,
        point: impl Fn(Range<usize>) -> Result<P, Wrong>,
    ) -> Result<Item<P>, Wrong> {
        let Some(dots) = dots(self.text, item.clone()) else { return point(item).map(Item::One) };
        let end = |span: Range<usize>| (!span.is_empty()).then(|| point(span)).transpose();
        let (from, until) = (end(item.start..dots.start)?, end(dots.end..item.end)?);
        match (from, until) {
            (None, None) => self.wrong(item, Why::RangeWithoutEnds(self.key)),
            (Some(a), Some(b)) if !matches!(a.compare(b), None | Some(Ordering::Less)) => {
                let found = plain(self.text, item.clone());
                self.wrong(item, Why::EmptyRange(self.key, found))
            }
            _ => Ok(Item::Range(from, until)),
        }
    }

    /// Every item of the value, read by `read`.
    fn each<T>(&self, read: impl Fn(Range<usize>) -> Result<T, Wrong>) -> Result<Vec<T>, Wrong> {
        let items = scan::items(self.text, self.shape.rest.clone());
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            if item.is_empty() {
                // The comma behind it, or the one before the last.
                let last = item.end == self.shape.rest.end;
                let comma = if last { item.start - 1..item.end } else { item.start..item.end + 1 };
                return self.wrong(comma, Why::EmptyItem(self.key));
            }
            values.push(read(item)?);
        }
        Ok(values)
    }

    fn wrong<T>(&self, span: Range<usize>, why: Why) -> Result<T, Wrong> {
        Err(Wrong { span, why })
    }
}
