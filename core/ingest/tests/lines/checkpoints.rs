//! A source can be left at any byte and taken up again: no car is lost, none comes twice.

use crate::common::{Read, input, owned};
use carwatch_ingest::{Checkpoint, Format, LINE, Line, Lines, Reading, Refusal};
use proptest::prelude::{Strategy, any, prop_assert_eq, proptest};

/// Reads `input`, but at each of `cuts` leaves it and goes on with another machine.
fn interrupted(format: Format, input: &[u8], cuts: &[usize], step: usize) -> Vec<Read> {
    let reading = || Reading { format, ..Reading::default() };
    let mut seen = Vec::new();
    let mut sink = |line: Line<'_>| seen.extend(owned(line));
    let mut lines = Lines::with(reading());
    let mut begin = 0;
    let mut at = 0;
    for cut in cuts {
        input[at..(*cut).max(at)].chunks(step).for_each(|bytes| lines.feed(bytes, &mut sink));
        let checkpoint = lines.checkpoint();
        assert!(begin + checkpoint.consumed as usize <= (*cut).max(at), "nothing of the future");
        begin += checkpoint.consumed as usize;
        // As from a store: a count from the file's begin.
        lines = Checkpoint { consumed: begin as u64, ..checkpoint }.resume(reading());
        at = begin;
    }
    input[at..].chunks(step).for_each(|bytes| lines.feed(bytes, &mut sink));
    let end = lines.finish(&mut sink);
    assert_eq!(end.consumed as usize, input.len() - begin);
    // A line that is skipped for its length may be refused again.
    seen.dedup_by(|b, a| a == b && matches!(a.1, Err(Refusal::LineTooLong { .. })));
    seen
}

fn whole(format: Format, input: &[u8]) -> Vec<Read> {
    interrupted(format, input, &[], usize::MAX)
}

/// Lines at and beyond the limit among the others.
fn long() -> impl Strategy<Value = Vec<u8>> {
    let length = proptest::sample::select(vec![LINE - 2, LINE - 1, LINE, LINE + 1, 2 * LINE + 5]);
    let edge = proptest::sample::select(vec!["", "\n", "\r\n", "\"\n", "\"", ",\"", "\r", "{"]);
    let line = (edge.clone(), length, edge).prop_map(|(before, length, after)| {
        [before.as_bytes(), &vec![b'x'; length], after.as_bytes()].concat()
    });
    (input(), line, input(), any::<bool>(), any::<bool>()).prop_map(
        |(before, line, after, open, end)| {
            let open = if open { "time,brand,color\n1,\"a\n2,b,c\n" } else { "" };
            let end = if end { "\n" } else { "" };
            [open.as_bytes(), &before, &line, &after, end.as_bytes()].concat()
        },
    )
}

proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(1000))]

    #[test]
    fn a_source_is_left_at_every_place(
        format in proptest::sample::select(Format::ALL.to_vec()),
        input in input(),
        step in 1_usize..9,
    ) {
        let whole = whole(format, &input);
        for cut in 0..=input.len() {
            prop_assert_eq!(&interrupted(format, &input, &[cut], step), &whole, "left at {}", cut);
        }
    }

    #[test]
    fn a_source_is_left_again_and_again(
        format in proptest::sample::select(Format::ALL.to_vec()),
        input in input(),
        cuts: Vec<proptest::sample::Index>,
        step in 1_usize..9,
    ) {
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(input.len() + 1)).collect();
        cuts.sort_unstable();
        prop_assert_eq!(interrupted(format, &input, &cuts, step), whole(format, &input));
    }

    #[test]
    fn a_source_is_left_in_long_lines(
        format in proptest::sample::select(Format::ALL.to_vec()),
        input in long(),
        cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 1..4),
        step in proptest::sample::select(vec![1000, LINE, usize::MAX]),
    ) {
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(input.len() + 1)).collect();
        cuts.sort_unstable();
        prop_assert_eq!(interrupted(format, &input, &cuts, step), whole(format, &input));
    }
}

/// Where it stands after `text`, and in which format.
fn after(format: Format, text: &str) -> (u64, u64, Format, Option<String>) {
    let mut lines = Lines::new(format, carwatch::limits::RECORD);
    lines.feed(text.as_bytes(), &mut |_| ());
    told(lines.checkpoint())
}

fn told(checkpoint: Checkpoint) -> (u64, u64, Format, Option<String>) {
    let header = checkpoint.header.map(|header| String::from_utf8(header).expect("text"));
    (checkpoint.consumed, checkpoint.line, checkpoint.format, header)
}

#[test]
fn it_stands_before_what_is_not_at_its_end() {
    let header = || Some("time,brand,color".to_owned());
    for (text, consumed, line, format, header) in [
        ("", 0, 1, Format::Auto, None),
        ("\u{feff}", 3, 1, Format::Auto, None),
        ("\n \r\n  1", 4, 3, Format::Auto, None),
        ("\n {", 1, 2, Format::Ndjson, None),
        ("1:a:b\r\n2:a", 7, 2, Format::Record, None),
        ("time,brand,color\r\n", 18, 2, Format::Csv, header()),
        ("time,brand,color\n1,\"a\nb", 17, 2, Format::Csv, header()),
        ("time,brand,color\n1,\"a\nb\n", 17, 2, Format::Csv, header()),
        ("time,brand,color\n1,\"a\nb\",\"c\r\nd", 17, 2, Format::Csv, header()),
        ("time,brand,color\n1,\"a\nb\",c\n", 27, 4, Format::Csv, header()),
        // The quote was a stray one: line 2 is refused, and line 3 read by itself.
        ("time,brand,color\n1,\"a\n2,b\"c,d\n", 30, 4, Format::Csv, header()),
    ] {
        assert_eq!(after(Format::Auto, text), (consumed, line, format, header), "{text:?}");
    }
    let refused = Some("time,make".to_owned());
    assert_eq!(after(Format::Csv, "time,make\n1,a\n2"), (14, 3, Format::Csv, refused));
    let two = Some("time,\"brand\r\n\",color".to_owned());
    assert_eq!(after(Format::Csv, "time,\"brand\r\n\",color\r\n1"), (22, 3, Format::Csv, two));
    let long = "x".repeat(2 * LINE);
    assert_eq!(after(Format::Record, &format!("1:a:b\n{long}")), (6, 2, Format::Record, None));
}

/// A last line without a newline has been taken, and goes on where the source does.
#[test]
fn the_end_has_the_number_of_the_last_line() {
    let end = |text: &str| {
        let mut lines = Lines::new(Format::Auto, carwatch::limits::RECORD);
        lines.feed(text.as_bytes(), &mut |_| ());
        told(lines.finish(&mut |_| ()))
    };
    let header = Some("time,brand,color".to_owned());
    assert_eq!(end(""), (0, 1, Format::Auto, None));
    assert_eq!(end("\n  "), (3, 2, Format::Auto, None));
    assert_eq!(end("1:a:b\n2:a:b"), (11, 2, Format::Record, None));
    assert_eq!(end("1:a:b\n2:a:b\n"), (12, 3, Format::Record, None));
    assert_eq!(end("time,brand,color\n1,\"a\nb"), (23, 3, Format::Csv, header.clone()));
    assert_eq!(end("time,brand,color"), (16, 1, Format::Csv, header));
}

/// What the operator says now counts more than what was found out then.
#[test]
fn a_format_that_is_named_has_the_last_word() {
    let told = |format, text: &str| {
        let reading = Reading { format, ..Reading::default() };
        let mut lines = Lines::resume(reading, 7, Format::Record, None);
        assert_ne!(lines.format(), Format::Auto);
        let mut seen = Vec::new();
        lines.feed(text.as_bytes(), &mut |line| seen.extend(owned(line)));
        seen.into_iter().map(|(number, read)| (number, read.is_ok())).collect::<Vec<_>>()
    };
    assert_eq!(told(Format::Auto, "{\"time\":1}\n"), [(7, false)]);
    assert_eq!(told(Format::Ndjson, "{\"time\":1}\n"), [(7, true)]);
}
