//! Brand and color: text, or the best of ranked candidates.

use std::borrow::Cow;

use crate::Refusal;
use crate::ndjson::text;

use super::json::{Json, Kind};
use super::literal;
use super::path::{Path, Scope, Steps};

/// How a field is found that a detector does not always know.
#[derive(Debug, Default)]
pub(super) struct Field {
    /// Where it stands; the first that says something.
    pub(super) paths: Vec<Path>,
    pub(super) candidates: Option<Candidates>,
    /// What a detector says when it does not know, in any case.
    pub(super) unknown: Vec<String>,
}

/// How candidates look.
#[derive(Debug)]
pub(super) struct Candidates {
    /// Where in one of them the value stands; the first that is there.
    pub(super) value: Vec<Steps>,
    /// Where its score stands.
    pub(super) score: Option<Steps>,
    /// A best one that has less is none.
    pub(super) min_score: Option<f64>,
}

impl Field {
    /// What it is in a JSON line; empty if that is not known.
    pub(super) fn json<'a>(
        &self,
        key: &'static str,
        scope: &Scope<'a, '_>,
    ) -> Result<Cow<'a, str>, Refusal> {
        for path in &self.paths {
            if let Some(found) = path.find(scope)
                && let Some(known) = self.value(key, found, scope.line)?
            {
                return Ok(known);
            }
        }
        Ok(Cow::Borrowed(""))
    }

    /// What it is by the text of a CSV cell, which may be a list as Python or JSON writes it.
    pub(super) fn cell<'a>(
        &self,
        key: &'static str,
        cell: &'a str,
    ) -> Result<Cow<'a, str>, Refusal> {
        let bare = cell.trim_ascii();
        let known = if self.candidates.is_some() && bare.starts_with(['[', '{']) {
            let bad = || Refusal::BadCell { key };
            let list = literal::json(bare).ok_or_else(bad)?;
            let list = Json::parse(&list).map_err(|_| bad())?;
            let known = self.value(key, list, list.source()).map_err(|_| bad())?;
            known.map(|known| Cow::Owned(known.into_owned()))
        } else if self.candidates.is_some() && bare == "None" {
            None
        } else {
            self.known(Cow::Borrowed(cell))
        };
        Ok(known.unwrap_or_default())
    }

    fn value<'a>(
        &self,
        key: &'static str,
        found: Json<'a>,
        line: &str,
    ) -> Result<Option<Cow<'a, str>>, Refusal> {
        let found = match (&self.candidates, found.kind()) {
            (Some(candidates), Kind::Array | Kind::Object) => match candidates.best(found) {
                Some(best) => best,
                None => return Ok(None),
            },
            // An array of nothing says nothing; any other is not what the map expects.
            (None, Kind::Array) if found.elements().all(|one| one.kind() == Kind::Null) => {
                return Ok(None);
            }
            _ => found,
        };
        Ok(self.known(scalar(key, found, line)?))
    }

    fn known<'a>(&self, text: Cow<'a, str>) -> Option<Cow<'a, str>> {
        let is_unknown = self.unknown.iter().any(|unknown| unknown.eq_ignore_ascii_case(&text));
        (!text.is_empty() && !is_unknown).then_some(text)
    }
}

impl Candidates {
    /// The value of the best of them, the first of equals; `found` may be one alone.
    fn best<'a>(&self, found: Json<'a>) -> Option<Json<'a>> {
        let mut best: Option<(f64, Json<'a>)> = None;
        let mut look = |one: Json<'a>| {
            // A bare name among them is one that has no score.
            let value = match one.kind() {
                Kind::Object | Kind::Array => self.value.iter().find_map(|value| value.find(one)),
                Kind::Null => None,
                _ => Some(one),
            };
            let score = self.score(one);
            if let Some(value) = value
                && best.is_none_or(|(most, _)| score > most)
            {
                best = Some((score, value));
            }
        };
        match found.kind() {
            Kind::Array => found.elements().for_each(&mut look),
            _ => look(found),
        }
        best.filter(|(score, _)| self.min_score.is_none_or(|min| *score >= min))
            .map(|(_, value)| value)
    }

    /// The score of one of them, 0 if it has none.
    fn score(&self, one: Json<'_>) -> f64 {
        let found = self.score.as_ref().and_then(|score| score.find(one));
        let score = found.and_then(|score| score.source().trim_matches('"').parse().ok());
        score.filter(|score: &f64| score.is_finite()).unwrap_or(0.0)
    }
}

/// The text of a string, or the source of a number.
pub(super) fn scalar<'a>(
    key: &'static str,
    found: Json<'a>,
    line: &str,
) -> Result<Cow<'a, str>, Refusal> {
    text(key, found.source(), line)
}
