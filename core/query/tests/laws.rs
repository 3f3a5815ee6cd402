//! Laws that hold for every query and every row that proptest thinks of.

mod common;

use carwatch_query::Query;
use common::{line, query, term};
use proptest::prelude::*;

/// The law that the fuzzer checks.
#[path = "../../laws/src/query.rs"]
mod fuzzed;

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
