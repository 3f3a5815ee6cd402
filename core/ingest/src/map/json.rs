//! A look at JSON where it lies: nothing is copied, built or decoded before it is wanted.

use std::borrow::Cow;

use serde::de::IgnoredAny;

use crate::Refusal;
use crate::ndjson::{Text, bad_json};

/// A value, as its source text, which was found to be valid.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Json<'a>(&'a str);

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Object,
    Array,
    String,
    Number,
    Boolean,
    Null,
}

impl<'a> Json<'a> {
    /// The value that `text` is.
    ///
    /// However deep it is nested: nothing here, nor in this check, recurs.
    ///
    /// # Errors
    ///
    /// It is none.
    pub(crate) fn parse(text: &'a str) -> Result<Self, serde_json::Error> {
        serde_json::from_str::<IgnoredAny>(text)?;
        Ok(Self(text.trim_ascii()))
    }

    pub(crate) const fn source(self) -> &'a str {
        self.0
    }

    pub(crate) fn kind(self) -> Kind {
        match self.0.as_bytes().first() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::String,
            Some(b't' | b'f') => Kind::Boolean,
            Some(b'n') => Kind::Null,
            _ => Kind::Number,
        }
    }

    /// The member `key` of an object; the last of equal keys, as with most parsers.
    pub(crate) fn member(self, key: &str) -> Option<Self> {
        let mut found = None;
        if self.kind() == Kind::Object {
            let mut rest = Scan { text: self.0, at: 1 };
            while let Some(name) = rest.value() {
                // `value` passes over the colon, as over a comma.
                let value = rest.value()?;
                if is_text(name, key) {
                    found = Some(Self(value));
                }
            }
        }
        found
    }

    /// The elements of an array; none of anything else.
    pub(crate) fn elements(self) -> impl Iterator<Item = Self> {
        let at = if self.kind() == Kind::Array { 1 } else { self.0.len() };
        let mut rest = Scan { text: self.0, at };
        std::iter::from_fn(move || rest.value().map(Self))
    }

    /// Hands on the elements of an array, and of the arrays in it, but for nulls; anything
    /// else by itself.
    pub(crate) fn for_each(self, f: &mut impl FnMut(Self)) {
        let mut rest = Scan { text: self.0, at: 0 };
        // In one way through all of them, so that deep ones take no longer.
        loop {
            match rest.peek() {
                Some(b'[' | b']') => rest.at += 1,
                Some(_) => match rest.value().map(Self) {
                    Some(value) if value.kind() == Kind::Null => {}
                    Some(value) => f(value),
                    None => return,
                },
                None => return,
            }
        }
    }

    /// The text of a string, or the source of anything else; `line` is where it stands.
    pub(crate) fn word(self, line: &str) -> Result<Cow<'a, str>, Refusal> {
        if self.kind() != Kind::String {
            return Ok(Cow::Borrowed(self.0));
        }
        match serde_json::from_str(self.0) {
            Ok(Text(text)) => Ok(text),
            Err(error) => Err(bad_json(&error, self.0.as_ptr().addr() - line.as_ptr().addr())),
        }
    }
}

/// Whether `name`, a JSON string, is `key`.
fn is_text(name: &str, key: &str) -> bool {
    let bare = &name[1..name.len() - 1];
    match bare.contains('\\') {
        false => bare == key,
        true => serde_json::from_str(name).is_ok_and(|Text(name)| name == key),
    }
}

/// A way through the values of one object or array. The text is valid, so there is little to
/// look at; at a text that is not, it would stop early, and never panic.
struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scan<'a> {
    /// Passes over separators, to the byte after them.
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while matches!(bytes.get(self.at)?, b' ' | b'\t' | b'\n' | b'\r' | b',' | b':') {
            self.at += 1;
        }
        Some(bytes[self.at])
    }

    /// The next value, past the separators before it; none at the closing bracket.
    fn value(&mut self) -> Option<&'a str> {
        let first = self.peek()?;
        let (bytes, start) = (self.text.as_bytes(), self.at);
        match first {
            b'}' | b']' => return None,
            b'"' => self.at = end_of_string(bytes, start),
            b'{' | b'[' => self.at = end_of_nested(bytes, start),
            _ => {
                let ends =
                    |byte: &u8| matches!(byte, b',' | b'}' | b']') || byte.is_ascii_whitespace();
                self.at += bytes[start..].iter().position(ends).unwrap_or(bytes.len() - start);
            }
        }
        self.text.get(start..self.at)
    }
}

/// Where the string ends that begins at `start`.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += found;
        if bytes[at] == b'"' {
            return at + 1;
        }
        at += 2;
    }
    bytes.len()
}

/// Where the object or array ends that begins at `start`.
fn end_of_nested(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0_usize);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at = end_of_string(bytes, at);
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 1 => return at + 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}
