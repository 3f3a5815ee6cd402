use carwatch::{Fault, Outcome, Reason, Verdict};
use carwatch_formats::visible::is_dangerous;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;
use proptest::{prop_assert, prop_assert_eq, proptest};

use super::{
    AbsentComment, Comment, GatherComment, MAX_TEXT, NotOurs, OutcomeComment, OutcomeName,
    StationComment,
};

#[test]
fn comments_read_as_documented() {
    for (comment, text) in [
        (
            Comment::Station(StationComment {
                index: 0,
                name: "gate".into(),
                address: "10.0.0.5:8000".into(),
                attempt: 1,
                round: 1,
                began_ns: None,
            }),
            r#"carwatch station {"index":0,"name":"gate","address":"10.0.0.5:8000","attempt":1,"round":1}"#,
        ),
        (
            Comment::Outcome(OutcomeComment {
                outcome: OutcomeName::Complete,
                reason: None,
                verified: false,
                bytes: 9120,
                first_byte_ns: Some(1_100_000),
                detail: None,
                ended_ns: None,
            }),
            r#"carwatch outcome {"outcome":"complete","reason":null,"verified":false,"bytes":9120,"first_byte_ns":1100000,"detail":null}"#,
        ),
        (
            Comment::Absent(AbsentComment {
                index: 0,
                name: "x\u{1b}\u{202e}\u{e0001}\"é".into(),
                address: "nosuch.invalid:8000".into(),
                attempt: 1,
                round: 1,
                began_ns: 1,
                ended_ns: 2,
                outcome: OutcomeName::Failed,
                reason: Some(Reason::NameNotFound),
                detail: Some("…".into()),
            }),
            r#"carwatch absent {"index":0,"name":"x\u001b\u202e\udb40\udc01\"é","address":"nosuch.invalid:8000","attempt":1,"round":1,"began_ns":1,"ended_ns":2,"outcome":"failed","reason":"name_not_found","detail":"…"}"#,
        ),
        (
            Comment::Gather(GatherComment { round: 1, began_ns: 1, ended_ns: 2, stations: 3 }),
            r#"carwatch gather {"round":1,"began_ns":1,"ended_ns":2,"stations":3}"#,
        ),
    ] {
        assert_eq!(comment.to_text(), text);
        assert_eq!(Comment::parse(text), Ok(comment));
    }
}

#[test]
fn keys_that_are_not_known_are_passed_over_and_those_of_doubt_may_lack() {
    let text = r#"carwatch outcome {"x":[1],"outcome":"failed","verified":false,"bytes":0,"reason":"reset","ended_ns":7}"#;
    let Ok(Comment::Outcome(outcome)) = Comment::parse(text) else { panic!() };
    assert_eq!((outcome.detail, outcome.first_byte_ns, outcome.ended_ns), (None, None, Some(7)));
}

#[test]
fn what_is_not_ours_or_is_damaged_is_told_apart() {
    for text in
        ["", "carwatch", "carwatch ", "a remark", "carwatch hello {}", " carwatch station {}"]
    {
        assert_eq!(Comment::parse(text), Err(NotOurs::Foreign), "{text:?}");
    }
    for text in [
        "carwatch station {}",
        "carwatch gather [",
        "carwatch gather ",
        r#"carwatch gather {"round":-1,"began_ns":1,"ended_ns":2,"stations":3}"#,
        r#"carwatch outcome {"outcome":"great","reason":null,"verified":false,"bytes":0}"#,
        r#"carwatch outcome {"outcome":"failed","reason":"boredom","verified":false,"bytes":0}"#,
    ] {
        let why = Comment::parse(text).expect_err(text);
        assert!(matches!(why, NotOurs::Damaged(_)), "{text:?}");
        // The words of the parser show nothing of a stranger's text.
        assert!(!why.to_string().contains("boredom"));
    }
}

#[test]
fn every_reason_has_its_name() {
    for reason in Reason::ALL {
        let verdict = Verdict::Failed(Fault::from(reason));
        let text = Comment::Outcome(OutcomeComment::from(&verdict)).to_text();
        assert!(text.contains(&format!(r#""reason":"{}""#, reason.as_str())));
        let Ok(Comment::Outcome(outcome)) = Comment::parse(&text) else { panic!("{text}") };
        assert_eq!(outcome.verdict(), verdict);
    }
}

#[test]
fn an_outcome_is_told_with_its_bytes() {
    let outcome = Outcome {
        bytes: 12,
        first_byte: Some(std::time::Duration::from_micros(3)),
        ..Outcome::failed(Fault::new(Reason::TooLarge, "too much"))
    };
    let comment = OutcomeComment::from(&outcome);
    assert_eq!((comment.bytes, comment.first_byte_ns), (12, Some(3_000)));
    assert_eq!(comment.verdict(), outcome.verdict);
}

#[test]
fn a_reason_that_lacks_is_that_the_capture_lacks_it() {
    let text = r#"carwatch outcome {"outcome":"partial","reason":null,"verified":false,"bytes":1}"#;
    let Ok(Comment::Outcome(outcome)) = Comment::parse(text) else { panic!() };
    assert_eq!(outcome.verdict(), Verdict::Partial(Fault::from(Reason::Capture)));
}

#[test]
fn a_text_that_is_too_long_for_an_option_is_cut_and_says_so() {
    for unit in ["x", "\u{1}", "é", "😀", "\u{e0001}"] {
        let detail = unit.repeat(70_000);
        let outcome = OutcomeComment {
            detail: Some(detail.clone()),
            ..OutcomeComment::from(&Verdict::Failed(Fault::from(Reason::Io)))
        };
        let text = Comment::Outcome(outcome).to_text();
        assert!(text.len() <= MAX_TEXT);
        let Ok(Comment::Outcome(outcome)) = Comment::parse(&text) else { panic!("{text}") };
        let cut = outcome.detail.expect("it is cut, not gone");
        let kept = cut.strip_suffix('…').expect("it says so");
        assert!(kept.len() > 1_000 && detail.starts_with(kept));
    }
}

proptest! {
    #[test]
    fn a_comment_is_one_safe_line_and_reads_back(comment in comment()) {
        let text = comment.to_text();
        prop_assert!(!text.contains(is_dangerous), "{text:?}");
        prop_assert_eq!(Comment::parse(&text), Ok(comment));
    }

    #[test]
    fn no_text_is_too_strange_to_read(text in "(carwatch (station|outcome|absent|gather) )?.*") {
        let _ = Comment::parse(&text);
    }

    #[test]
    fn whatever_is_long_fits(name in 0_usize..90_000, address in 0_usize..90_000, detail in 0_usize..90_000) {
        let comment = Comment::Absent(AbsentComment {
            index: 0,
            name: "\u{7f}".repeat(name),
            address: "x".repeat(address),
            attempt: 0,
            round: 1,
            began_ns: 0,
            ended_ns: 0,
            outcome: OutcomeName::Failed,
            reason: None,
            detail: Some("é".repeat(detail)),
        });
        let text = comment.to_text();
        prop_assert!(text.len() <= MAX_TEXT);
        prop_assert!(Comment::parse(&text).is_ok());
    }
}

fn comment() -> impl Strategy<Value = Comment> {
    let station =
        (any::<u64>(), text(), text(), any::<u32>(), any::<u64>(), option::of(any::<u64>()));
    let station = station.prop_map(|(index, name, address, attempt, round, began_ns)| {
        Comment::Station(StationComment { index, name, address, attempt, round, began_ns })
    });
    let ended = (
        outcome(),
        why(),
        any::<bool>(),
        any::<u64>(),
        option::of(any::<u64>()),
        option::of(any::<u64>()),
    );
    let ended =
        ended.prop_map(|(outcome, (reason, detail), verified, bytes, first_byte_ns, ended_ns)| {
            Comment::Outcome(OutcomeComment {
                outcome,
                reason,
                verified,
                bytes,
                first_byte_ns,
                detail,
                ended_ns,
            })
        });
    let absent = (any::<(u64, u32, u64, u64, u64)>(), text(), text(), outcome(), why());
    let absent = absent.prop_map(|(numbers, name, address, outcome, (reason, detail))| {
        let (index, attempt, round, began_ns, ended_ns) = numbers;
        Comment::Absent(AbsentComment {
            index,
            name,
            address,
            attempt,
            round,
            began_ns,
            ended_ns,
            outcome,
            reason,
            detail,
        })
    });
    let gather = any::<(u64, u64, u64, u64)>().prop_map(|(round, began_ns, ended_ns, stations)| {
        Comment::Gather(GatherComment { round, began_ns, ended_ns, stations })
    });
    prop_oneof![station, ended, absent, gather]
}

/// With more of what is dangerous than chance would give.
fn text() -> impl Strategy<Value = String> {
    let strange =
        vec!['\0', '\n', '\u{7f}', '\u{9b}', '\u{202e}', '\u{feff}', '\u{e0061}', '"', '\\'];
    let c = prop_oneof![any::<char>(), select(strange)];
    vec(c, 0..20).prop_map(|chars| chars.into_iter().collect())
}

fn outcome() -> impl Strategy<Value = OutcomeName> {
    prop_oneof![Just(OutcomeName::Complete), Just(OutcomeName::Partial), Just(OutcomeName::Failed)]
}

fn why() -> impl Strategy<Value = (Option<Reason>, Option<String>)> {
    (option::of(select(&Reason::ALL[..])), option::of(text()))
}
