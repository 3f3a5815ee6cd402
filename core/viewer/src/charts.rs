//! What passes the filter, in numbers.

use carwatch_index::{Dictionary, Selection};
use carwatch_query::{Field, Query, Value};

use crate::Session;
use crate::say::{Bar, Bars, Counts, TimelineBars};
use crate::text::shown;

/// How many bars are told: the first few are drawn, the others stand in the table beside them.
const MOST: usize = 500;

pub(crate) fn counts(session: &Session) -> Counts {
    let selection = &session.selection;
    let counts = selection.counts();
    Counts {
        seen: selection.seen(),
        is_done: selection.seen() == session.index.len(),
        rows: selection.len(),
        cars: counts.cars,
        rejected: counts.rejected,
        brands: bars(session.index.brands(), &counts.brands, Field::Brand, &session.query),
        colors: bars(session.index.colors(), &counts.colors, Field::Color, &session.query),
        stations: counts.answers.clone(),
        timeline: TimelineBars {
            start: counts.timeline.start,
            width: counts.timeline.width,
            bars: counts.timeline.bars.clone(),
            without_clock: counts.timeline.without_clock,
        },
    }
}

/// The longest of them, and those that the query names: these must be there to be released. Their
/// order is that of their wholes, so that no filter moves them; of equals by text.
fn bars(texts: &Dictionary, kept: &[u32], field: Field, query: &Query) -> Bars {
    // What was seen since then is not counted yet.
    let mut all: Vec<(u32, u32)> =
        (0..kept.len() as u32).map(|number| (texts.times(number), number)).collect();
    let by = |one: &(u32, u32), other: &(u32, u32)| {
        other.0.cmp(&one.0).then_with(|| texts.get(one.1).cmp(texts.get(other.1)))
    };
    if all.len() > MOST {
        all.select_nth_unstable_by(MOST, by);
        let rest = all.split_off(MOST);
        if query.terms().any(|term| term.key() == Some(field.into())) {
            all.extend(rest.into_iter().filter(|(_, number)| {
                let value = Value::Text(field, texts.get(*number));
                query.names(value)
            }));
        }
    }
    all.sort_unstable_by(by);
    let bar = |(all, number): (u32, u32)| {
        let value = texts.get(number);
        Bar { text: shown(value), value: value.to_owned(), kept: kept[number as usize], all }
    };
    Bars { bars: all.into_iter().map(bar).collect(), count: kept.len() }
}

/// How many rows each term alone would give.
pub(crate) fn alone(session: &Session) -> Vec<(String, u64)> {
    let day = session.index.day();
    let of = |text: &str| {
        let filter = Query::parse(text).filter(day);
        let mut selection = Selection::new(&session.index, &filter);
        while selection.more(&session.index) {}
        selection.len() as u64
    };
    let text = session.query.text();
    let terms = session.query.placed().iter().filter(|placed| placed.term.is_ok());
    terms.map(|placed| &text[placed.span.clone()]).map(|term| (shown(term), of(term))).collect()
}
