//! Laws that hold for every query and every row, with the fuzzer's seeds and with what
//! proptest thinks of.

mod common;

use carwatch_query::Query;
use common::{line, query, term};
use proptest::prelude::*;

/// The laws that the fuzzer checks, over its seeds and whatever it has found on this machine.
#[path = "../../../fuzz/laws/query.rs"]
mod fuzzed;

#[test]
fn the_fuzzer_s_corpus_breaks_no_law() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/query");
    let mut seeds = 0;
    for entry in std::fs::read_dir(folder).expect("the corpus is committed") {
        let path = entry.expect("the folder can be listed").path();
        let input = std::fs::read(&path).expect("a seed can be read");
        seeds += u32::from(
            path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"seed-")),
        );
        let checked = std::panic::catch_unwind(|| fuzzed::check(&input));
        assert!(checked.is_ok(), "{} breaks a law", path.display());
    }
    assert!(seeds >= 14, "only {seeds} seeds");
}

proptest! {
    #[test]
    fn any_query_and_row_break_no_law(
        query in query(),
        texts in [line(), line(), line(), line()],
        numbers in proptest::collection::vec(any::<u8>(), 0..9),
    ) {
        let mut input = [&[query], texts.as_slice()].concat().join("\n").into_bytes();
        input.push(b'\n');
        input.extend(numbers);
        fuzzed::check(&input);
    }

    #[test]
    fn any_bytes_break_no_law(input in proptest::collection::vec(any::<u8>(), 0..80)) {
        fuzzed::check(&input);
    }

    /// What can be said can be written, and is read as it was meant.
    #[test]
    fn any_term_prints_what_reads_as_it(terms in proptest::collection::vec(term(), 0..4)) {
        let text = terms.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        let query = Query::parse(&text);
        prop_assert_eq!(query.wrong().next(), None, "{}", &text);
        prop_assert!(query.terms().eq(&terms), "{} reads as {:?}", text, query);
    }
}
