//! Where in a JSON line something stands: `after.id`, `make[0].name`, `$.timestamp`.

use super::json::{Json, Kind};

/// A way to a value.
#[derive(Debug)]
pub(super) enum Path {
    /// From the thing that may be a car.
    Element(Steps),
    /// From the root of the line: a number in [`Scope::roots`].
    Root(usize),
}

/// What a path leads through.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a, 's> {
    /// The line, for columns in refusals.
    pub(super) line: &'a str,
    pub(super) element: Json<'a>,
    /// What the paths from the root lead to.
    pub(super) roots: &'s [Option<Json<'a>>],
}

/// Keys and places in arrays, one inside the other.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Steps(Vec<Step>);

#[derive(Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
}

impl Path {
    /// What it leads to, unless that is null.
    pub(super) fn find<'a>(&self, scope: &Scope<'a, '_>) -> Option<Json<'a>> {
        match self {
            Self::Element(steps) => steps.find(scope.element),
            Self::Root(nth) => scope.roots[*nth],
        }
    }

    /// Reads a path; one from the root is put among `roots`.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(super) fn read(text: &str, roots: &mut Vec<Steps>) -> Result<Self, &'static str> {
        let Some(rest) = text.strip_prefix('$') else {
            return Steps::read(text).map(Self::Element);
        };
        let steps = match rest.strip_prefix('.') {
            Some(rest) => Steps::read(rest)?,
            None if rest.is_empty() => Steps(Vec::new()),
            None => return Err("a \".\" is needed after the \"$\""),
        };
        roots.push(steps);
        Ok(Self::Root(roots.len() - 1))
    }
}

impl Steps {
    /// What they lead to from `start`, unless that is null.
    pub(super) fn find<'a>(&self, start: Json<'a>) -> Option<Json<'a>> {
        let found = self.0.iter().try_fold(start, |value, step| match step {
            Step::Key(key) => value.member(key),
            Step::Index(nth) => value.elements().nth(*nth),
        });
        found.filter(|found| found.kind() != Kind::Null)
    }

    /// Reads keys with dots between them, each with any number of `[0]` after it; the first
    /// may have no key.
    pub(super) fn read(text: &str) -> Result<Self, &'static str> {
        let mut steps = Vec::new();
        for (nth, part) in text.split('.').enumerate() {
            let (key, indices) = part.split_at(part.find('[').unwrap_or(part.len()));
            if !key.is_empty() {
                steps.push(Step::Key(key.to_owned()));
            } else if nth > 0 || indices.is_empty() {
                return Err("an empty key in a path");
            }
            let mut rest = indices;
            while let Some((index, after)) =
                rest.strip_prefix('[').and_then(|rest| rest.split_once(']'))
            {
                let index = index.parse().map_err(|_| "the \"[…]\" of a path needs a number")?;
                steps.push(Step::Index(index));
                rest = after;
            }
            if !rest.is_empty() {
                return Err("a path is keys with \".\" between them, and \"[0]\" for arrays");
            }
        }
        Ok(Self(steps))
    }
}
