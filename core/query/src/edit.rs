//! What the page does to the text when the reader clicks: each edit gives a new text, and
//! leaves what it is not about as the reader wrote it.

use std::ops::Range;

use crate::key::{Field, Is, Key};
use crate::moment::Day;
use crate::pattern::Pattern;
use crate::query::{Placed, Query};
use crate::scan;
use crate::term::{Term, Test};

/// A value that is kept or left out by a click: a bar, a station, a colour, a toggle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Value<'a> {
    /// A text of a field, to be found as it is: its `*` is a `*`.
    Text(Field, &'a str),
    /// One of what `is:` takes.
    Is(Is),
}

impl Query {
    /// Whether a term keeps this very value; a pattern that also fits it does not count.
    #[must_use]
    pub fn keeps(&self, value: Value<'_>) -> bool {
        self.placed().iter().any(|placed| value.is_in(placed, false))
    }

    /// Whether a term leaves out this very value.
    #[must_use]
    pub fn leaves_out(&self, value: Value<'_>) -> bool {
        self.placed().iter().any(|placed| value.is_in(placed, true))
    }

    /// Whether a term keeps or leaves out this very value: it is the reader's to release.
    #[must_use]
    pub fn names(&self, value: Value<'_>) -> bool {
        self.keeps(value) || self.leaves_out(value)
    }

    /// The text with `value` kept too: beside others of its key after a comma, else in a term
    /// of its own. It is no longer left out.
    ///
    /// ```
    /// use carwatch_query::{Field, Query, Value};
    /// let audi = Value::Text(Field::Brand, "audi");
    /// assert_eq!(Query::parse("brand:bmw 06:40").with_kept(audi), "brand:bmw,audi 06:40");
    /// ```
    #[must_use]
    pub fn with_kept(&self, value: Value<'_>) -> String {
        Self::parse(&self.without(value, true)).with(value, false)
    }

    /// The text with `value` left out, and no longer kept.
    ///
    /// ```
    /// use carwatch_query::{Field, Query, Value};
    /// let blue = Value::Text(Field::Color, "blue");
    /// assert_eq!(Query::parse("color:blue,red").with_left_out(blue), "color:red -color:blue");
    /// ```
    #[must_use]
    pub fn with_left_out(&self, value: Value<'_>) -> String {
        Self::parse(&self.without(value, false)).with(value, true)
    }

    /// The text with `value` neither kept nor left out. A term without any other value goes.
    #[must_use]
    pub fn released(&self, value: Value<'_>) -> String {
        Self::parse(&self.without(value, false)).without(value, true)
    }

    /// What a click on `value` makes of the text: kept, or no longer so.
    #[must_use]
    pub fn toggle_kept(&self, value: Value<'_>) -> String {
        if self.keeps(value) { self.without(value, false) } else { self.with_kept(value) }
    }

    /// What a click on `value` makes of the text with Alt held: left out, or no longer so.
    #[must_use]
    pub fn toggle_left_out(&self, value: Value<'_>) -> String {
        if self.leaves_out(value) { self.without(value, true) } else { self.with_left_out(value) }
    }

    /// The text with these Unix seconds as the only time that is kept, as clock times where
    /// they are on `day`; without any if the range is empty. A time that is left out stays.
    ///
    /// ```
    /// use carwatch_query::{Day, Query};
    /// let query = Query::parse("time>5 color:red");
    /// assert_eq!(query.with_time(24_000..24_600, Day::default()), "time:06:40..06:50 color:red");
    /// ```
    #[must_use]
    pub fn with_time(&self, unix_seconds: Range<i64>, day: Day) -> String {
        let new = (!unix_seconds.is_empty())
            .then(|| format!("{}:{}", Key::Time, day.range(unix_seconds)));
        let mut times = self.placed().iter().filter(|placed| is_kept_time(placed));
        let Some(first) = times.next() else { return self.with_term(new.as_deref()) };
        let mut text = self.text().to_owned();
        times.rev().for_each(|other| cut(&mut text, &other.span));
        match new {
            Some(new) => text.replace_range(first.span.clone(), &new),
            None => cut(&mut text, &first.span),
        }
        text
    }

    /// The text without any time that is kept.
    #[must_use]
    pub fn without_time(&self) -> String {
        self.with_time(0..0, Day::default())
    }

    /// The text without the term that stands at `nth` in [`placed`](Self::placed), right or
    /// wrong; as it is if there is none.
    #[must_use]
    pub fn without_term(&self, nth: usize) -> String {
        let mut text = self.text().to_owned();
        if let Some(placed) = self.placed().get(nth) {
            cut(&mut text, &placed.span);
        }
        text
    }

    fn with(&self, value: Value<'_>, leaves_out: bool) -> String {
        let minus = if leaves_out { "-" } else { "" };
        let of_key = |placed: &&Placed| value.items_of_its_key(placed, leaves_out).is_some();
        let mut terms = self.placed().iter().filter(of_key).peekable();
        if terms.peek().is_none() {
            return self.with_term(Some(&format!("{minus}{}:{}", value.key(), value.item())));
        }
        if leaves_out && self.leaves_out(value) {
            return self.text().to_owned();
        }
        // Every term that keeps others of the key would leave this one out; to leave it out
        // one term is enough.
        let mut text = self.text().to_owned();
        let terms: Vec<_> = terms.take(if leaves_out { 1 } else { usize::MAX }).collect();
        for placed in terms.into_iter().rev().filter(|placed| !value.is_in(placed, leaves_out)) {
            text.insert_str(placed.span.end, &format!(",{}", value.item()));
        }
        text
    }

    fn without(&self, value: Value<'_>, leaves_out: bool) -> String {
        let mut text = self.text().to_owned();
        for placed in self.placed().iter().rev().filter(|placed| value.is_in(placed, leaves_out)) {
            let items = value.items_of_its_key(placed, leaves_out).unwrap_or_default();
            let spans = scan::items(self.text(), placed.shape.rest.clone());
            let others = spans.into_iter().zip(items).filter(|(_, is_it)| !is_it);
            let others: Vec<_> = others.map(|(span, _)| &self.text()[span]).collect();
            if others.is_empty() {
                cut(&mut text, &placed.span);
            } else {
                text.replace_range(placed.shape.rest.clone(), &others.join(","));
            }
        }
        text
    }

    /// The text with `term` after the others; before one whose quote is open, as it would
    /// be in that otherwise.
    fn with_term(&self, term: Option<&str>) -> String {
        let mut text = self.text().to_owned();
        match (term, self.placed().iter().find(|placed| placed.is_open)) {
            (None, _) => {}
            (Some(term), Some(open)) => text.insert_str(open.span.start, &format!("{term} ")),
            (Some(term), None) => {
                let is_apart = text.chars().next_back().is_none_or(char::is_whitespace);
                text.push_str(if is_apart { "" } else { " " });
                text.push_str(term);
            }
        }
        text
    }
}

impl Value<'_> {
    fn key(self) -> Key {
        match self {
            Self::Text(field, _) => field.into(),
            Self::Is(_) => Key::Is,
        }
    }

    /// As it stands in a term.
    fn item(self) -> String {
        match self {
            Self::Text(_, text) => Pattern::literal(text).to_string(),
            Self::Is(is) => is.to_string(),
        }
    }

    fn is_in(self, placed: &Placed, leaves_out: bool) -> bool {
        let items = self.items_of_its_key(placed, leaves_out);
        items.is_some_and(|items| items.contains(&true))
    }

    /// For each item of a term of the value's key whether it is this value; nothing of
    /// another term.
    fn items_of_its_key(self, placed: &Placed, leaves_out: bool) -> Option<Vec<bool>> {
        let term = placed.term.as_ref().ok().filter(|term| term.leaves_out == leaves_out)?;
        match (self, &term.test) {
            (Self::Text(field, text), Test::Text(other, patterns)) if field == *other => {
                Some(patterns.iter().map(|pattern| pattern.is_just(text)).collect())
            }
            (Self::Is(is), Test::Is(values)) => Some(values.iter().map(|v| *v == is).collect()),
            _ => None,
        }
    }
}

fn is_kept_time(placed: &Placed) -> bool {
    matches!(placed.term, Ok(Term { leaves_out: false, test: Test::Time(_) }))
}

/// Takes a term away, and the white space on one side of it.
fn cut(text: &mut String, span: &Range<usize>) {
    let after = &text[span.end..];
    let end = text.len() - after.trim_start().len();
    let start = if end == text.len() { text[..span.start].trim_end().len() } else { span.start };
    text.replace_range(start..end, "");
}
