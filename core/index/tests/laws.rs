//! What the index says is what a plain loop over the pieces says.

use carwatch::limits::RECORD;
use carwatch::wire::{self, Piece, Tail};
use carwatch::{Fault, Reason, Verdict};
use carwatch_index::{BLOCK, By, Chunk, Index, Order, Reading, Selection};
use carwatch_query::{Filter, Key, Query, Record, Row};
use proptest::prelude::*;

/// A row as a plain loop has it.
#[derive(Clone, Debug)]
struct Plain {
    station: String,
    answer: usize,
    piece: u64,
    at: std::ops::Range<u64>,
    car: Option<(String, String, String)>,
    unix_seconds: Option<i64>,
    raw: Vec<u8>,
    reason: Option<&'static str>,
    chunk: usize,
    is_provisional: bool,
    is_partial: bool,
    is_escaped: bool,
}

impl Plain {
    fn passes(&self, filter: &Filter, but_time: bool) -> bool {
        let record = match &self.car {
            Some((time, brand, color)) => Record::Car { time, brand, color },
            None => Record::Rejected(&self.raw),
        };
        let row = Row {
            station: &self.station,
            record,
            unix_seconds: self.unix_seconds,
            bytes: self.at.clone(),
            chunk: self.chunk as u64,
            provisional: self.is_provisional,
            partial: self.is_partial,
            escaped: self.is_escaped,
        };
        if but_time { filter.passes_but(Key::Time, &row) } else { filter.passes(&row) }
    }
}

/// An answer: its bytes, where they are cut into segments, and how it ended.
type Sent = (Vec<u8>, usize, Verdict);

fn plain(sent: &[Sent]) -> Vec<Plain> {
    let mut rows = Vec::new();
    for (answer, (bytes, _, verdict)) in sent.iter().enumerate() {
        let tail = if verdict.is_complete() { Tail::Whole } else { Tail::Cut };
        let (from, mut clock) = (rows.len(), None);
        let is_partial = matches!(verdict, Verdict::Partial(_));
        wire::split(bytes, RECORD, tail, &mut |piece| {
            let (piece, at, car, is_escaped, reason) = match piece {
                Piece::Car { index, at, car } => {
                    clock = car.unix_seconds();
                    let raw = &bytes[at.start as usize..at.end as usize];
                    let record = car.time.len() + car.brand.len() + car.color.len() + 2;
                    let is_escaped = record != raw.len();
                    let fields = [&car.time, &car.brand, &car.color].map(ToString::to_string);
                    (index, at, Some(fields.into()), is_escaped, None)
                }
                Piece::Rejected(r) => (r.index, r.at, None, false, Some(r.reason.as_str())),
            };
            let raw = bytes[at.start as usize..at.end as usize].to_vec();
            rows.push(Plain {
                station: format!("station{answer}"),
                answer,
                piece,
                chunk: chunks(answer, bytes).partition_point(|chunk| chunk.start <= at.start),
                at,
                car,
                unix_seconds: clock,
                raw,
                reason,
                is_provisional: false,
                is_partial,
                is_escaped,
            });
        });
        if let Some(last) = rows[from..].last_mut().filter(|last| last.car.is_some()) {
            last.is_provisional = *verdict == Verdict::Complete { verified: false };
        }
    }
    rows
}

fn indexed(sent: &[Sent]) -> Index {
    let mut index = Index::default();
    index_on(&mut index, sent, 0);
    index
}

/// Takes the answers from number `from` on.
fn index_on(index: &mut Index, sent: &[Sent], from: usize) {
    for (answer, (bytes, segment, verdict)) in sent.iter().enumerate().skip(from) {
        let mut reading = Reading::new(index, &format!("station{answer}"), RECORD);
        for segment in bytes.chunks(*segment) {
            reading.feed(index, segment);
        }
        reading.finish(index, verdict);
        index.set_chunks(answer, chunks(answer, bytes));
    }
}

/// Every other answer has chunks.
fn chunks(answer: usize, bytes: &[u8]) -> Vec<Chunk> {
    let length = if answer.is_multiple_of(2) { 0 } else { bytes.len() as u64 };
    (0..length).step_by(7).map(|start| Chunk { start, at: Some(start) }).collect()
}

fn check(sent: &[Sent], text: &str) {
    check_index(&indexed(sent), sent, text);
}

fn check_index(index: &Index, sent: &[Sent], text: &str) {
    let plain = plain(sent);
    assert_eq!(index.len(), plain.len());
    for (nth, wanted) in plain.iter().enumerate() {
        let row = index.row(nth);
        let texts = wanted.car.as_ref().map(|(_, brand, color)| (brand.as_str(), color.as_str()));
        assert_eq!((row.answer, row.piece, &row.at), (wanted.answer, wanted.piece, &wanted.at));
        assert_eq!(row.brand.zip(row.color), texts);
        assert_eq!(row.time_as_sent(), wanted.car.clone().map(|car| car.0).unwrap_or_default());
        assert_eq!((row.unix_seconds, row.reason), (wanted.unix_seconds, wanted.reason));
        assert_eq!(row.raw, if wanted.reason.is_some() { &wanted.raw[..] } else { &[] });
        assert_eq!(
            (row.chunk, row.is_provisional, row.is_escaped),
            (wanted.chunk, wanted.is_provisional, wanted.is_escaped)
        );
        for offset in wanted.at.start..(wanted.at.end + 1).min(sent[row.answer].0.len() as u64) {
            assert_eq!(index.row_at(row.answer, offset), Some(nth));
        }
    }
    let query = Query::parse(text);
    let filter = query.filter(index.day());
    let mut selection = Selection::new(index, &filter);
    while selection.more(index) {}
    let passing: Vec<usize> =
        (0..plain.len()).filter(|nth| plain[*nth].passes(&filter, false)).collect();
    assert_eq!(selection.iter_from(0).collect::<Vec<_>>(), passing);
    assert_eq!(selection.len(), passing.len());
    for (nth, row) in passing.iter().enumerate() {
        assert_eq!((selection.nth(nth), selection.rank(*row)), (Some(*row), nth));
        assert!(selection.has(*row));
    }
    assert_eq!(selection.nth(passing.len()), None);
    let counts = selection.counts();
    let cars = passing.iter().filter(|row| plain[**row].car.is_some()).count() as u64;
    assert_eq!((counts.cars, counts.rejected), (cars, passing.len() as u64 - cars));
    for (sums, what) in
        [(&counts.brands, "brands"), (&counts.colors, "colors"), (&counts.answers, "answers")]
    {
        assert_eq!(sums.iter().map(|n| u64::from(*n)).sum::<u64>(), cars, "{what}");
    }
    let all_but_time =
        plain.iter().filter(|row| row.car.is_some() && row.passes(&filter, true)).count();
    let bars = counts.timeline.bars.iter().flatten().chain(&counts.timeline.without_clock);
    assert_eq!(bars.map(|n| *n as usize).sum::<usize>(), all_but_time);
    let ways = [By::Station, By::Time, By::Brand, By::Color, By::Bytes, By::Rejected];
    for (by, is_falling) in ways.into_iter().flat_map(|by| [(by, false), (by, true)]) {
        let order = Order::new(index, &selection, by, is_falling);
        let key = |row: &usize| {
            let row = &plain[*row];
            let text = |text: &str| (text.to_lowercase(), 0);
            match by {
                By::Time => row.unix_seconds.map(|at| (String::new(), i128::from(at))),
                By::Brand => row.car.as_ref().map(|car| text(&car.1)),
                By::Color => row.car.as_ref().map(|car| text(&car.2)),
                By::Station => Some(text(&row.station)),
                By::Bytes => Some((String::new(), row.at.start.into())),
                By::Rejected => Some((String::new(), i128::from(row.car.is_some()))),
            }
        };
        // What has none comes last, both ways.
        let (mut wanted, without): (Vec<usize>, Vec<usize>) =
            passing.iter().partition(|row| key(row).is_some());
        if is_falling {
            wanted.sort_by_key(|row| std::cmp::Reverse(key(row)));
        } else {
            wanted.sort_by_key(key);
        }
        wanted.extend(without);
        let sorted: Vec<usize> =
            order.rows(0..usize::MAX).iter().map(|row| *row as usize).collect();
        assert_eq!(sorted, wanted, "{by:?}, falling: {is_falling}");
    }
    let rejected: Vec<usize> = (0..plain.len()).filter(|nth| plain[*nth].car.is_none()).collect();
    assert_eq!(index.rejected_in(0..plain.len()).collect::<Vec<_>>(), rejected);
    for row in 0..plain.len() {
        let next = rejected.iter().find(|other| **other > row).or(rejected.first()).copied();
        let back = rejected.iter().rev().find(|other| **other < row).or(rejected.last()).copied();
        assert_eq!(index.next_rejected(Some(row), false), next);
        assert_eq!(index.next_rejected(Some(row), true), back);
    }
}

fn sent() -> impl Strategy<Value = Vec<Sent>> {
    let field = prop_oneof![
        4 => "(fiat|BMW|Peugeot|red|blue|Blue|1|97264836|0|007|-5|\\+5|today|)",
        1 => "[a-c%é]{0,3}|%2E|%3a|9{25}",
    ];
    let car = (field.clone(), field.clone(), field).prop_map(|(a, b, c)| format!("{a}:{b}:{c}"));
    let piece = prop_oneof![
        6 => car.prop_map(String::into_bytes),
        1 => "[a:é%]{0,5}".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..6),
    ];
    let bytes = prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.join(&b'.'));
    let verdict = prop_oneof![
        Just(Verdict::Complete { verified: false }),
        Just(Verdict::Complete { verified: true }),
        Just(Verdict::Partial(Fault::from(Reason::Reset))),
    ];
    prop::collection::vec((bytes, 1_usize..40, verdict), 0..4)
}

fn query() -> impl Strategy<Value = String> {
    let term = prop::sample::select(vec![
        "brand:fiat",
        "brand:b*,peugeot",
        "color:red",
        "color:\"\"",
        "station:station1",
        "fiat",
        "9726",
        "b*e",
        "é",
        "today",
        "time>5",
        "time:0..97264837",
        "bytes:3..20",
        "bytes>9",
        "chunk:1",
        "chunk:0",
        "is:rejected",
        "is:partial",
        "is:provisional",
        "is:escaped",
        "is:no-clock",
        "time:00:00..18:00:37",
        "5",
        "-5",
    ]);
    let term = (any::<bool>(), term)
        .prop_map(|(out, term)| if out { format!("-{term}") } else { term.into() });
    prop::collection::vec(term, 0..4).prop_map(|terms| terms.join(" "))
}

proptest! {
    #[test]
    fn is_as_a_plain_loop(sent in sent(), query in query()) {
        check(&sent, &query);
    }

    /// What was forgotten was never there.
    #[test]
    fn goes_back(sent in sent(), kept in 0_usize..4, other in sent(), query in query()) {
        let kept = kept.min(sent.len());
        let mut index = indexed(&sent[..kept]);
        let mark = index.mark();
        index_on(&mut index, &[&sent[..kept], &other[..]].concat(), kept);
        index.back_to(&mark);
        index_on(&mut index, &sent, kept);
        check_index(&index, &sent, &query);
        let told = |index: &Index| {
            let texts = [index.brands(), index.colors()].map(|texts| {
                (0..texts.len() as u32)
                    .map(|n| (texts.get(n).to_owned(), texts.times(n)))
                    .collect::<Vec<_>>()
            });
            (texts, index.span(), index.rejected(), index.answers().len())
        };
        prop_assert_eq!(told(&index), told(&indexed(&sent)));
    }
}

/// Rows on both sides of a block's edge, and answers that end there.
#[test]
fn blocks_have_edges() {
    let list = |length: usize| {
        let records: Vec<String> =
            (0..length).map(|n| format!("{}:brand{}:red", 97_264_836 + n, n % 300)).collect();
        (records.join(".").into_bytes(), 5000, Verdict::Complete { verified: false })
    };
    let sent = [list(BLOCK - 1), list(2), list(15 * BLOCK)];
    let index = indexed(&sent);
    let query = Query::parse("brand:brand7 station:station0,station2");
    let mut selection = Selection::new(&index, &query.filter(index.day()));
    while selection.more(&index) {}
    let brand7 = |length: usize| (0..length).filter(|n| n % 300 == 7).count();
    assert_eq!(selection.len(), brand7(BLOCK - 1) + brand7(15 * BLOCK));
    let rows: Vec<usize> = selection.iter_from(0).collect();
    for nth in [0, brand7(BLOCK - 1) - 1, brand7(BLOCK - 1), rows.len() - 1] {
        assert_eq!(selection.nth(nth), Some(rows[nth]));
        assert_eq!(selection.rank(rows[nth]), nth);
        assert_eq!(selection.iter_from(nth).collect::<Vec<_>>(), rows[nth..]);
    }
    let per_row = index.held() as f64 / index.len() as f64;
    assert!(per_row < 12.0, "{per_row} bytes a row");
}

/// Rows that come while others are filtered are for the next time.
#[test]
fn an_index_may_grow_meanwhile() {
    let mut index = Index::default();
    let mut reading = Reading::new(&mut index, "gate", RECORD);
    let mut feed = |index: &mut Index, from: usize, to: usize| {
        let records: Vec<String> = (from..to).map(|n| format!("{n}:brand{n}:color{n}.")).collect();
        reading.feed(index, records.concat().as_bytes());
    };
    feed(&mut index, 0, BLOCK + 100);
    let filter = Query::parse("-brand:brand7").filter(index.day());
    let mut selection = Selection::new(&index, &filter);
    assert!(selection.more(&index));
    feed(&mut index, BLOCK + 100, 3 * BLOCK);
    assert!(!selection.more(&index));
    assert_eq!((selection.seen(), selection.len()), (BLOCK + 100, BLOCK + 99));
    assert_eq!(selection.iter_from(0).last(), Some(BLOCK + 99));
}

/// The least and the greatest time there is, in one list.
#[test]
fn times_reach_from_end_to_end() {
    let sent = [(
        b"-9223372036854775808:a:b.9223372036854775807:a:b.0:a:b".to_vec(),
        7,
        Verdict::Complete { verified: false },
    )];
    check(&sent, "");
    check(&sent, "time>0");
}
