//! What passes the filter, in numbers.

use carwatch_index::{Dictionary, Selection};
use carwatch_query::Query;

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
        brands: bars(session.index.brands(), &counts.brands),
        colors: bars(session.index.colors(), &counts.colors),
        stations: counts.answers.clone(),
        timeline: TimelineBars {
            start: counts.timeline.start,
            width: counts.timeline.width,
            bars: counts.timeline.bars.clone(),
            without_clock: counts.timeline.without_clock,
        },
    }
}

/// The longest of them; of equals the one that was seen first.
fn bars(texts: &Dictionary, kept: &[u32]) -> Bars {
    // What was seen since then is not counted yet.
    let mut all: Vec<(u32, u32, u32)> = kept
        .iter()
        .enumerate()
        .map(|(number, kept)| (*kept, texts.times(number as u32), number as u32))
        .collect();
    let by = |(kept, all, number): &(u32, u32, u32)| {
        (std::cmp::Reverse(*kept), std::cmp::Reverse(*all), *number)
    };
    if all.len() > MOST {
        all.select_nth_unstable_by_key(MOST, by);
        all.truncate(MOST);
    }
    all.sort_unstable_by_key(by);
    let bar = |(kept, all, number): (u32, u32, u32)| {
        let value = texts.get(number);
        Bar { text: shown(value), value: value.to_owned(), kept, all }
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
